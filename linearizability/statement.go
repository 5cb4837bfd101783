package linearizability

import (
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// ops are the operations of histories in the model.
var ops = map[traces.Kind]model.Op{
	traces.Take: model.Take, traces.Put: model.Put, traces.Lock: model.Lock, traces.Unlock: model.Unlock,
	traces.Acquire: model.Acquire, traces.Post: model.Post, traces.Wait: model.Wait, traces.Notify: model.Notify,
	traces.WaitUntil: model.WaitUntil, traces.Spin: model.Spin, traces.Busy: model.Busy, traces.Join: model.Join, traces.Sleep: model.Sleep,
	traces.Foreign: model.Foreign, traces.Fork: model.Fork, traces.Await: model.Await, traces.Settle: model.Settle,
	traces.Set: model.Set, traces.Held: model.Held, traces.Alive: model.Alive,
	traces.Log: model.Nop, traces.GetMask: model.GetMask, traces.Point: model.Point,
	traces.Raise: model.Raise, traces.Throw: model.Throw, traces.Exit: model.Exit, traces.SetMask: model.Assign,
}

// kindOf is the kind of event that a statement of the model is recorded as.
func kindOf(op model.Op) traces.Kind {
	switch op {
	case model.ThrowTo, model.Interrupt, model.Kill, model.KillNow:
		return traces.Send
	case model.UnlockHeld:
		return traces.Unlock
	case model.JoinTimeout:
		return traces.Join
	case model.ForeignInt, model.ForeignUntil:
		return traces.Foreign
	case model.Log, model.LogValue:
		return traces.Log
	case model.AcquireOpen:
		return traces.Acquire
	case model.Scope, model.Try, model.Tag, model.Protect, model.Handle, model.Timeout:
		return traces.Enter
	case model.Nop, model.NotHeld:
		return 0
	}
	for k, o := range ops {
		if o == op {
			return k
		}
	}
	return 0
}

// kinds is kindOf of every operation.
var kinds = func() (all [256]traces.Kind) {
	for op := range all {
		all[op] = kindOf(model.Op(op))
	}
	return
}()

// scopes are the frames that change the mask.
var scopes = map[traces.Frame]model.How{
	traces.MaskFrame: model.Shut, traces.UmaskFrame: model.Seal, traces.RestoreFrame: model.Restore,
	traces.UnmaskFrame: model.Unmask, traces.InterruptibleFrame: model.Relent, traces.WithoutFrame: model.Without,
	traces.AllowFrame: model.Allow, traces.LocalFrame: model.Local, traces.WithFrame: model.Relent,
	traces.ReopenFrame: model.Reopen,
}

// handles are the frames that change the level of a class.
var handles = map[traces.Frame]model.Level{traces.NeverFrame: model.Closed, traces.OnBlockingFrame: model.Interruptible, traces.ImmediateFrame: model.Open}

// frameOf is the frame that a scope is recorded as; Relent has two names.
func (s *subject) frameOf(how model.How) traces.Frame {
	if how == model.Relent {
		if slices.Contains(s.m.Lacks, "with") {
			return traces.InterruptibleFrame
		}
		return traces.WithFrame
	}
	for f, h := range scopes {
		if h == how {
			return f
		}
	}
	return 0
}

// levels are the answers about the mask.
var levels = map[traces.Result]model.Level{traces.Open: model.Open, traces.Masked: model.Interruptible, traces.Closed: model.Closed}

// lacks is an error if the dialect has none of the forms.
func (s *subject) lacks(forms ...string) error {
	for _, f := range forms {
		if !slices.Contains(s.m.Lacks, f) {
			return nil
		}
	}
	return inputf("%s has no %s", s.m.Name, forms[0])
}

// formsOf are the forms of the language that enter a frame.
func formsOf(f traces.Frame) []string {
	switch {
	case f == traces.MaskFrame:
		return []string{"mask", "breaks off"}
	case f == traces.UnmaskFrame:
		return []string{"unmask", "breaks on"}
	case f == traces.TimedFrame:
		return []string{"timeout"}
	case f.IsHandle():
		return []string{"handle " + f.String()}
	}
	return []string{f.String()}
}

// lockFrame says that the dialect's own lock scope is made with such frames.
func (s *subject) lockFrame(f traces.Frame) bool {
	switch f {
	case traces.WithoutFrame:
		return s.m.WithLock == model.WithLockLocal || s.m.WithLock == model.WithLockReopened
	case traces.AllowFrame, traces.LocalFrame:
		return s.m.WithLock == model.WithLockLocal
	}
	return f == traces.ReopenFrame && s.m.WithLock == model.WithLockReopened
}

// statement is what a thread of a free program executes at the event e. The slot
// is for scopes: how many scopes that can be restored are around it.
func (s *subject) statement(e *traces.Event, slot uint8) (model.Pos, error) {
	n := model.Node{Op: ops[e.Kind], A: uint8(e.Cell)}
	switch e.Kind {
	case traces.Send:
		return s.send(e)
	case traces.Enter:
		return s.enter(e, slot)
	case traces.Read, traces.Broadcast:
		return 0, inputf("no rule of the semantics says what %s does", e.Kind)
	case traces.Join, traces.Fork, traces.Await, traces.Alive:
		n.A = uint8(e.To)
	case traces.Raise:
		n.A = s.classes[e.Name]
	case traces.Throw:
		n.A = s.tags[e.Name]
	case traces.Sleep, traces.Settle, traces.Exit, traces.Log, traces.GetMask, traces.Point:
		n.A = 0
	}
	switch e.Kind {
	case traces.SetMask:
		n.A, n.N = 0, int16(levels[e.Result])
	case traces.Wait:
		n.B = uint8(e.With)
	case traces.Put, traces.Set, traces.WaitUntil, traces.Spin, traces.Busy:
		v, err := s.value(s.h.Cells[e.Cell].Kind, e.V)
		if err != nil {
			return 0, err
		}
		n.N = v
	}
	if e.Kind == traces.SetMask {
		return s.node(n, 0), s.lacks("set-mask " + e.Result.String())
	}
	return s.node(n, 0), s.fits(e)
}

// others are the statements beside at that a call of a free program can be of: with
// a bound of time, that a signal ends early or that lasts for ever, that looks for signals whatever the mask.
func (s *subject) others(at model.Pos, call int) []model.Pos {
	n := s.m.Nodes[at]
	with := func(op model.Op) model.Pos {
		n.Op = op
		return s.node(n, 0)
	}
	switch n.Op {
	case model.Join:
		if j := s.x.Match[call]; j >= 0 && s.h.Events[j].Result == traces.Timeout {
			return []model.Pos{with(model.JoinTimeout)}
		}
		return []model.Pos{at, with(model.JoinTimeout)}
	case model.Foreign:
		all := []model.Pos{at}
		if s.lacks("foreign interruptible") == nil {
			all = append(all, with(model.ForeignInt))
		}
		if s.x.Match[call] < 0 {
			n.A, n.N = uint8(len(s.h.Cells)), 1
			all = append(all, with(model.ForeignUntil))
		}
		return all
	case model.Acquire:
		if s.lacks("acquire enable") == nil {
			return []model.Pos{at, with(model.AcquireOpen)}
		}
	}
	return []model.Pos{at}
}

// fits is an error if the operation is not one of its cell's kind.
func (s *subject) fits(e *traces.Event) error {
	want := map[traces.Kind]model.CellKind{
		traces.Take: model.MVar, traces.Put: model.MVar, traces.Lock: model.Mutex, traces.Unlock: model.Mutex, traces.Held: model.Mutex,
		traces.Acquire: model.Semaphore, traces.Post: model.Semaphore, traces.Wait: model.Condition, traces.Notify: model.Condition,
		traces.WaitUntil: model.Var, traces.Spin: model.Var, traces.Busy: model.Var, traces.Set: model.Var,
	}[e.Kind]
	if want != 0 && s.m.Cells[e.Cell].Kind != want {
		return inputf("%s on %s, which is a %s", e.Kind, s.h.Cells[e.Cell].Name, s.h.Cells[e.Cell].Kind)
	}
	return nil
}

func (s *subject) send(e *traces.Event) (model.Pos, error) {
	n := model.Node{A: uint8(e.To)}
	tag := s.tag[e.ID]
	thunk := func(body model.Node) (model.Pos, error) {
		at := s.node(body, 0xffff) // never the same as a statement that is recorded
		s.silent[at] = true
		n.Op, n.Body = model.Interrupt, at
		return s.node(n, tag), nil
	}
	class := s.classes[e.Name]
	var forms []string
	switch e.Signal {
	case traces.ExcSignal:
		n.Op, n.B, forms = model.ThrowTo, class, []string{"throwTo", "cancel"}
		if s.m.ThrowTo == model.ThrowToThunk {
			return thunk(model.Node{Op: model.Raise, A: class})
		}
	case traces.ThunkSignal:
		n.Op, forms = model.Interrupt, []string{"interrupt"}
	case traces.KillSignal:
		n.Op, forms = model.Kill, []string{"kill"}
		switch s.m.Dialect.Kill {
		case model.KillException:
			n.Op, n.B = model.ThrowTo, s.classes[model.KillClass]
		case model.KillThunk:
			return thunk(model.Node{Op: model.Exit})
		}
	case traces.KillNowSignal:
		n.Op, forms = model.KillNow, []string{"kill!"}
	}
	return s.node(n, tag), s.lacks(forms...)
}

// MaxDepth is how many scopes that can be restored may be open at once.
const MaxDepth = 16

func (s *subject) enter(e *traces.Event, slot uint8) (model.Pos, error) {
	n := model.Node{}
	switch e.Frame {
	case traces.TryFrame:
		n.Op, n.A = model.Try, model.Any
		if e.Name != "" && e.Name != litmus.Any {
			n.A = s.classes[e.Name]
		}
	case traces.TagFrame:
		n.Op, n.A = model.Tag, s.tags[e.Name]
	case traces.ProtectFrame:
		n.Op = model.Protect
	case traces.TimedFrame:
		n.Op, n.Slot, n.B = model.Timeout, slot, s.classes[model.TimeoutClass]
	case traces.NeverFrame, traces.OnBlockingFrame, traces.ImmediateFrame:
		n.Op, n.A, n.N = model.Handle, model.Any, int16(handles[e.Frame])
		if e.Name != "" && e.Name != litmus.Any {
			n.A = s.classes[e.Name]
		}
	case traces.HandlerFrame, traces.CleanupFrame, traces.ThunkFrame, traces.ExpiredFrame:
		return 0, nil
	default:
		n.Op, n.How, n.Slot = model.Scope, scopes[e.Frame], slot
	}
	switch {
	case s.lockFrame(e.Frame):
		return s.node(n, 0), nil
	case e.Frame == traces.ReopenFrame:
		return 0, inputf("%s has no %s", s.m.Name, e.Frame)
	}
	if err := s.lacks(formsOf(e.Frame)...); err != nil {
		return 0, err
	}
	return s.node(n, 0), nil
}

// binds says that the level at the frame's entry can be restored inside it.
func binds(f traces.Frame) bool {
	return f == traces.MaskFrame || f == traces.UmaskFrame || f == traces.WithoutFrame
}

// refers says that the frame goes back to such a level.
func refers(f traces.Frame) bool {
	return f == traces.RestoreFrame || f == traces.AllowFrame || f == traces.LocalFrame || f == traces.ReopenFrame
}

// same says whether the statement n of a litmus test can have been recorded as
// the call or point e.
func (s *subject) same(e *traces.Event, n *model.Node) bool {
	if kinds[n.Op] != e.Kind {
		return false
	}
	switch e.Kind {
	case traces.Send:
		return n.A == uint8(e.To) && s.sameSignal(e, n)
	case traces.Join, traces.Fork, traces.Await, traces.Alive:
		return n.A == uint8(e.To)
	case traces.Raise:
		return s.m.Classes[n.A] == e.Name
	case traces.Throw:
		return s.m.Tags[n.A] == e.Name && (!e.HasV || e.V == int64(n.N))
	case traces.Sleep, traces.Foreign, traces.Settle, traces.Exit, traces.Point, traces.Log, traces.GetMask:
		return true
	case traces.Put:
		return n.A == uint8(e.Cell) && (!e.HasV || e.V == int64(n.N))
	case traces.SetMask:
		return n.N == int16(levels[e.Result])
	case traces.Set, traces.WaitUntil, traces.Spin, traces.Busy:
		return n.A == uint8(e.Cell) && e.V == int64(n.N)
	case traces.Wait:
		return n.A == uint8(e.Cell) && n.B == uint8(e.With)
	}
	return n.A == uint8(e.Cell)
}

// sameSignal compares what is sent. What a system makes a throwTo or a kill of is
// recorded as the one or the other.
func (s *subject) sameSignal(e *traces.Event, n *model.Node) bool {
	body := &s.m.Nodes[n.Body]
	switch e.Signal {
	case traces.ExcSignal:
		return n.Op == model.ThrowTo && s.m.Classes[n.B] == e.Name ||
			n.Op == model.Interrupt && s.silent[n.Body] && body.Op == model.Raise && s.m.Classes[body.A] == e.Name
	case traces.KillSignal:
		return n.Op == model.Kill || n.Op == model.ThrowTo && s.m.Classes[n.B] == model.KillClass ||
			n.Op == model.Interrupt && s.silent[n.Body] && body.Op == model.Exit
	case traces.ThunkSignal:
		return n.Op == model.Interrupt && !s.silent[n.Body]
	}
	return n.Op == model.KillNow
}
