package reduce

import "github.com/interject/interject/model"

// flags tell of a step what a kind asks of it.
type flags uint16

const (
	can        flags = 1 << iota // it can be taken, and its rules may take part
	alone                        // with nothing pending, no delivery to the thread is possible
	deaf                         // before it the thread receives nothing
	deafAfter                    // and behind it neither
	ending                       // the thread has ended behind it, or is about to
	blocking                     // the thread is blocked before it or behind it, and not both
	looking                      // it looks at the thread's queue
	absorbed                     // to receive before it or behind it comes to the same
	holds                        // something is pending for the thread
	holdsThunk                   // a thunk is
)

// A tried is what came of trying the steps of an agent.
type tried struct {
	flags flags
	cells uint64 // that they look at or change
	wakes uint16 // threads whose blocked throwTo they let return
}

// A trial is a Store on which the steps of one agent are tried. It notes what they touch.
type trial struct {
	model.Store
	s       *System
	t       model.Thread
	receipt bool // the agent is the delivery to t, not t itself
	before  model.Core
	written []written
	steps   int
	bad     bool // something is touched that must not be
	tried
}

// A written part is one that the step changes.
type written struct {
	part  int
	value model.Part
}

// pending says what is pending for thread t.
func (s *System) pending(st model.Store, t model.Thread) (f flags) {
	q := s.Look(st).Queue(t)
	if q != "" {
		f |= holds
	}
	if q.Find(func(p model.Signal) bool { return p.Kind == model.Thunk }) >= 0 {
		f |= holdsThunk
	}
	return f
}

// A cleared Store is one in which nothing is pending for a thread. What holds of a step
// there, holds whatever is pending, where the step looks at no queue and the thread is
// deaf or receipt may lag; so the facts of the step need not know the queue.
type cleared struct {
	model.Store
	s *System
	t model.Thread
}

func (c cleared) Get(i int) model.Part {
	if role, who := c.s.RoleOf(i); role == model.IsQueue && model.Thread(who) == c.t {
		return model.Part{}
	}
	return c.Store.Get(i)
}

// step tries the steps of thread t itself.
func (s *System) step(st model.Store, t model.Thread) tried {
	st = cleared{st, s, t}
	x := s.Look(st)
	c := x.Core(t)
	if c.Status != model.Running && c.Status != model.Blocked && c.Status != model.Exiting || !steady(x.Stack(t)) || s.sends(x, c) {
		return tried{}
	}
	tr := s.try(st, t, false)
	if tr.bad || tr.steps == 0 {
		return tried{}
	}
	tr.flags |= can
	if s.try(st, t, true).steps == 0 {
		tr.flags |= alone
	}
	if c.Status == model.Running && x.Deaf(t) {
		tr.flags |= deaf
	}
	if c.Status != model.Running || c.Ctl != model.Run || c.Mask != model.Open || c.Fresh || c.Again != 0 || x.Stack(t).Has(isUpdate) {
		tr.flags &^= absorbed
	}
	return tr.tried
}

// sends says that a thread stands where it sends to another that has not ended. That
// never takes part, and cannot be tried without what is pending for the thread: those
// who wait there may be the target.
func (s *System) sends(x *model.Step, c model.Core) bool {
	if c.At == 0 {
		return false
	}
	n := &s.Nodes[c.At]
	return sending.Has(n.Op) && !x.Core(model.Thread(n.A)).Status.Gone()
}

var sending = model.Ops(model.ThrowTo, model.Interrupt, model.Kill, model.KillNow)

// steady says that nobody else changes this stack: it has no timer that may fire, and
// no wait that may be notified.
func steady(stack model.Stack) bool {
	return !stack.Has(func(f model.Frame) bool {
		return f.Kind == model.TimerFrame && !f.Done || f.Wait != model.NoWait
	})
}

// isUpdate: lazy work that is interrupted keeps the point at which it is.
func isUpdate(f model.Frame) bool { return f.Kind == model.UpdateFrame }

// receipt tries the delivery to thread t, as a fact.
func (s *System) receipt(st model.Store, t model.Thread) uint64 {
	x := s.Look(st)
	if !s.Kinds.Has(Due) || x.Core(t).Status != model.Running || !steady(x.Stack(t)) || x.Queue(t) == "" {
		return 0
	}
	tr := s.try(st, t, true)
	if tr.bad || tr.steps == 0 || s.loops && tr.wakes != 0 || s.try(st, t, false).steps > 0 {
		return 0
	}
	for u := range s.Threads {
		if u := model.Thread(u); tr.wakes>>u&1 != 0 && (x.Queue(u) != "" || !steady(x.Stack(u))) {
			return 0
		}
	}
	return uint64(can) | uint64(tr.wakes)<<16
}

func (s *System) try(st model.Store, t model.Thread, receipt bool) *trial {
	tr := &trial{Store: st, s: s, t: t, receipt: receipt, before: s.Look(st).Core(t)}
	tr.flags = absorbed | deafAfter
	agent := int(t)
	if receipt {
		agent += len(s.Threads)
	}
	s.Machine.Expand(agent, tr)
	return tr
}

func (tr *trial) find(i int) *written {
	for j := range tr.written {
		if tr.written[j].part == i {
			return &tr.written[j]
		}
	}
	return nil
}

// Get notes what is looked at beside the thread's own parts.
func (tr *trial) Get(i int) model.Part {
	if w := tr.find(i); w != nil {
		return w.value
	}
	switch role, who := tr.s.RoleOf(i); {
	case role == model.IsCell:
		tr.cells |= 1 << who
	case role == model.IsProcess || model.Thread(who) == tr.t:
	case role == model.IsCore && tr.s.Look(tr.Store).Core(model.Thread(who)).Status.Gone(): // that it is, stays
	case !tr.receipt:
		tr.bad = true
	}
	return tr.Store.Get(i)
}

// Set notes what is changed.
func (tr *trial) Set(i int, p model.Part) {
	if w := tr.find(i); w != nil {
		w.value = p
	} else {
		tr.written = append(tr.written, written{i, p})
	}
	role, who := tr.s.RoleOf(i)
	own := model.Thread(who) == tr.t
	switch {
	case role == model.IsCell:
		tr.cells |= 1 << who
		tr.bad = tr.bad || tr.receipt || tr.s.loops && !tr.s.Cells[who].Hidden
		tr.flags &^= absorbed
	case role == model.IsProcess:
		tr.bad = true
	case role == model.IsQueue && own:
		tr.flags = tr.flags&^absorbed | looking
	case role == model.IsLog:
		tr.bad = tr.bad || tr.s.loops
		tr.flags &^= absorbed
	case role == model.IsCore && !own:
		tr.bad = tr.bad || !tr.receipt
		tr.wakes |= 1 << who
	case !own:
		tr.bad = true
	case role != model.IsCore:
		tr.flags &^= absorbed
	}
}

// Commit judges one step.
func (tr *trial) Commit(label uint32) {
	tr.steps++
	switch p := tr.s.takes[model.Unpack(label).Rule]; {
	case p == never || (p == due) != tr.receipt:
		tr.bad = true
	case p == looks:
		tr.flags |= looking
	}
	tr.judge()
	tr.written = tr.written[:0]
}

// judge compares the thread before and behind the step.
func (tr *trial) judge() {
	x := tr.s.Look(reader{tr})
	c := x.Core(tr.t)
	if x.Deaf(tr.t) {
		tr.flags &^= absorbed // behind it, what would be received before it is not
	} else {
		tr.flags &^= deafAfter
	}
	if c.Status == model.Exiting || c.Status.Gone() {
		tr.flags |= ending
		tr.bad = tr.bad || tr.s.loops
	}
	if (c.Status == model.Blocked) != (tr.before.Status == model.Blocked) {
		tr.flags |= blocking
		tr.bad = tr.bad || tr.s.loops
	}
	c.At = tr.before.At
	if c != tr.before {
		tr.flags &^= absorbed
	}
}

// Exceeded: behind a bound nothing is known.
func (tr *trial) Exceeded(string) {
	tr.bad = true
	tr.written = tr.written[:0]
}

// A reader reads a trial without being noted.
type reader struct{ *trial }

func (r reader) Get(i int) model.Part {
	if w := r.find(i); w != nil {
		return w.value
	}
	return r.Store.Get(i)
}
