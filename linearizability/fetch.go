package linearizability

import (
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// idle says that a thread of a free program may do what its history has next.
func (p *product) idle(s state, t int) (local, bool) {
	l := p.of(s.locals, t)
	c := p.core(s.config, t)
	return l, c.Status == model.Running && c.Ctl == model.Run && c.At == model.Free && !l.ahead
}

// fetch is the statements that thread t of a free program may step to by itself:
// those of points, which are made at once.
func (p *product) fetch(s state, t int) []model.Pos {
	l, ok := p.idle(s, t)
	if !ok {
		return nil
	}
	if top := p.top(l.nest); top != nil && top.kind == opEntry {
		return nil
	}
	if l.owed != 0 {
		return p.fetchOwed(t, p.event(t, l.owed-1))
	}
	var all []model.Pos
	if p.mayReturn(t, &l) {
		all = append(all, 0)
	}
	if p.core(s.config, t).Fresh {
		all = append(all, p.node(model.Node{Op: model.Value}, 0)) // the thunk does something that is not recorded
	}
	i := p.upcoming(t, l.next)
	all = append(all, p.unrecorded(s, t, i)...)
	all = append(all, p.hidden(s, t, &l)...)
	all = append(all, p.lockedAgain(s, t)...)
	for i >= 0 {
		e := p.event(t, i)
		switch {
		case e.Kind == traces.Log, e.Kind == traces.GetMask, e.Kind == traces.Point:
			return append(all, p.fetched(t, e, 0))
		case e.Kind == traces.End && e.Result == traces.Returned:
			return append(all, 0)
		case e.Kind == traces.Enter && e.Frame == traces.ThunkFrame:
			i = p.behind(t, i) // what the thunk interrupted may not have been recorded yet
			continue
		case e.Kind == traces.Enter:
			if slot := p.depth(l.nest, e.Frame); slot < MaxDepth {
				all = append(all, p.entering(t, e, slot)...)
			} else {
				p.exceeded["scopes within each other"] = true
			}
		}
		break
	}
	return all
}

// lockedAgain is what fails in a thread, unrecorded, that would lock again what it holds,
// where a lock scope looks for that before anything else.
func (p *product) lockedAgain(s state, t int) []model.Pos {
	if p.strict || p.m.WithLock != model.WithLockReopened {
		return nil
	}
	var all []model.Pos
	for i, c := range p.h.Cells {
		if c.Kind == traces.MutexCell && p.at(s.config, p.cellPart(uint8(i))).Cell().Owner == uint8(t)+1 {
			all = append(all, p.node(model.Node{Op: model.NotHeld, A: uint8(i)}, 0))
		}
	}
	return all
}

// mayReturn says that a block may end here without a record of it: of a frame, or
// of a thread of which no more is recorded.
func (p *product) mayReturn(t int, l *local) bool {
	if p.frame(l.nest) != nil {
		return !p.subject.sees[t][traces.Leave] || !p.subject.sees[t][traces.Enter]
	}
	return int(l.next) == len(p.own[t]) && (p.goesOn() || !p.subject.sees[t][traces.End])
}

// entering is the statements that can have entered the frame of e. What a try
// catches need not be said.
func (p *product) entering(t int, e *traces.Event, slot uint8) []model.Pos {
	at := p.fetched(t, e, slot)
	if at == 0 {
		return nil
	}
	all := []model.Pos{at}
	if (e.Frame == traces.TryFrame || e.Frame.IsHandle()) && e.Name == "" {
		for c := range p.m.Classes {
			n := p.m.Nodes[at]
			n.A = uint8(c)
			all = append(all, p.node(n, 0))
		}
	}
	if p.m.Squeeze && e.Frame.IsMask() {
		tail := p.m.Nodes[at]
		tail.Next = 0 // perhaps it is the last of its block
		all = append(all, p.add(stmt{node: tail}))
	}
	return all
}

// unrecorded is what a thread may enter and have no time to record, because it
// receives a signal in that moment. Its next event of its own, i, tells of that.
func (p *product) unrecorded(s state, t int, i int32) []model.Pos {
	l := p.of(s.locals, t)
	if p.strict || !p.subject.sees[t][traces.Enter] || p.targets[t] == 0 && !p.timed {
		return nil // nothing interrupts it
	}
	next := &traces.Event{}
	if int(l.next) < len(p.own[t]) {
		next = p.event(t, l.next)
	}
	last := next.Kind == 0 && p.goesOn()
	all, interrupted := p.tells(t, l.next, i)
	interrupted = interrupted || last || next.Kind == traces.Recv || next.Result == traces.Unwind || next.Result == traces.Died || next.Result == traces.Killed
	if interrupted && (p.targets[t] > 1 || p.timed) {
		all = append(all, p.leftAgain()...)
	}
	if last {
		all = append(all, named(traces.MaskFrame, traces.UmaskFrame, traces.WithoutFrame)...)
	}
	if interrupted && p.core(s.config, t).Mask != model.Open {
		all = append(all, named(traces.RestoreFrame, traces.UnmaskFrame, p.frameOf(model.Relent), traces.LocalFrame, traces.AllowFrame, traces.ReopenFrame)...)
	}
	if interrupted && p.frameAt(traces.NeverFrame, litmus.Any, 0) != 0 {
		for f := range handles {
			for _, c := range append([]string{litmus.Any}, p.m.Classes...) {
				all = append(all, namedFrame{f, c})
			}
		}
	}
	return p.enters(l.nest, all)
}

// namedFrame is a frame by its kind, and by what it catches if it catches anything.
type namedFrame struct {
	frame traces.Frame
	name  string
}

func named(all ...traces.Frame) []namedFrame {
	n := make([]namedFrame, len(all))
	for i, f := range all {
		n[i].frame = f
	}
	return n
}

// tells is the frames of which event i of thread t, if it enters what only an interrupt leads
// to, says that they may have been entered since its event from, and whether it does.
func (p *product) tells(t int, from, i int32) (all []namedFrame, interrupted bool) {
	if i < 0 || p.event(t, i).Kind != traces.Enter {
		return nil, false
	}
	within := func(f traces.Frame, name string) ([]namedFrame, bool) {
		if p.unwound(t, from, i, f) {
			return nil, true // that was it
		}
		return []namedFrame{{f, name}}, true
	}
	switch p.event(t, i).Frame {
	case traces.ThunkFrame:
		for _, tag := range p.m.Tags {
			all = append(all, namedFrame{traces.TagFrame, tag})
		}
		return append(all, namedFrame{traces.TryFrame, litmus.Any}, namedFrame{frame: traces.ProtectFrame}), true
	case traces.HandlerFrame:
		return within(traces.TryFrame, litmus.Any)
	case traces.ExpiredFrame:
		return within(traces.TimedFrame, "")
	case traces.CleanupFrame:
		return within(traces.ProtectFrame, "")
	}
	return nil, false
}

// leftAgain is the frames that an interrupted thread may have entered and left, and in which
// what ran then was interrupted in turn.
func (p *product) leftAgain() (all []namedFrame) {
	if p.m.HandlerMask == model.Open {
		all = append(all, namedFrame{traces.TryFrame, litmus.Any}, namedFrame{frame: traces.TimedFrame})
	}
	if p.m.CleanupMask == model.Open && p.m.Protect == model.ProtectBare { // elsewhere it is entered under a mask
		all = append(all, namedFrame{frame: traces.ProtectFrame})
	}
	return all
}

// enters is the statements that enter one of the frames within the nest.
func (p *product) enters(nest uint32, frames []namedFrame) []model.Pos {
	var all []model.Pos
	for _, f := range frames {
		slot := p.depth(nest, f.frame)
		if slot >= MaxDepth {
			continue
		}
		if at := p.frameAt(f.frame, f.name, slot); at != 0 {
			all = append(all, at)
		}
	}
	return all
}

// frameAt is the statement that enters the frame; 0 if the dialect has none.
func (s *subject) frameAt(f traces.Frame, name string, slot uint8) model.Pos {
	k := frameKey{f, slot, name}
	at, ok := s.frames[k]
	if !ok {
		at, _ = s.statement(&traces.Event{Phase: traces.At, Kind: traces.Enter, Frame: f, Name: name}, slot)
		if s.frames == nil {
			s.frames = map[frameKey]model.Pos{}
		}
		s.frames[k] = at
	}
	return at
}

// hidden is what a thread may enter where no entering is recorded: a handler for
// everything, and in it one change of the mask. Since both can be left and entered
// anew at any time, more of them would let it do no more. Only who is sent
// something needs them.
func (p *product) hidden(s state, t int, l *local) []model.Pos {
	if p.subject.sees[t][traces.Enter] || p.targets[t] == 0 {
		return nil
	}
	frames := []traces.Event{}
	for _, f := range []traces.Frame{traces.MaskFrame, traces.UmaskFrame, traces.UnmaskFrame, traces.WithoutFrame, traces.LocalFrame} {
		frames = append(frames, traces.Event{Kind: traces.Enter, Frame: f})
	}
	switch top := p.frame(l.nest); {
	case top == nil:
		frames = append(frames, traces.Event{Kind: traces.Enter, Frame: traces.TryFrame, Name: litmus.Any})
	case top.frame.IsMask() || top.frame == traces.HandlerFrame && p.frame(top.below) != nil:
		return nil
	}
	var all []model.Pos
	for i := range frames {
		if at, err := p.statement(&frames[i], 0); err == nil {
			all = append(all, at)
		}
	}
	return all
}

// unwound says that among the thread's events from i up to j a frame of the kind
// is left by an unwinding: then it is that of the handler or cleanup that follows.
func (p *product) unwound(t int, i, j int32, f traces.Frame) bool {
	for ; i < j; i++ {
		if e := p.event(t, i); e.Kind == traces.Leave && p.event(t, e.Of).Frame == f {
			return true
		}
	}
	return false
}

// behind is the next event of its own that a thread makes after the block that its
// event i enters; -1 if it is not known when it ends.
func (p *product) behind(t int, i int32) int32 {
	j := p.x.Match[p.own[t][i]]
	if j < 0 {
		return -1
	}
	return p.upcoming(t, p.h.Events[j].N+1)
}

func (p *product) fetchOwed(t int, e *traces.Event) []model.Pos {
	if e.Kind == traces.Leave {
		return []model.Pos{0}
	}
	return []model.Pos{p.fetched(t, e, 0)}
}

// depth is the slot of a scope: of one that can be restored, how many are around
// it; of one that restores, which; of a timer, how many are around it, by which it
// is told from them.
func (p *product) depth(nest uint32, f traces.Frame) uint8 {
	n := uint8(0)
	if f == traces.TimedFrame {
		for e := p.top(nest); e != nil; e = p.top(e.below) {
			if e.frame == f {
				n++
			}
		}
		return n
	}
	for e := p.top(nest); e != nil && e.frame != traces.ThunkFrame; e = p.top(e.below) {
		if e.kind == frameEntry && binds(e.frame) {
			n++
		}
	}
	if refers(f) && n > 0 {
		n--
	}
	return n
}

// deaf is the loops without a safe point, and calls out of the system, at which thread t may
// stand before it has recorded the call, or even that what it did before has returned: from
// then on it receives nothing.
func (p *product) deaf(s state, t int) []model.Pos {
	l, ok := p.idle(s, t)
	if !ok || p.targets[t] == 0 || l.owed != 0 || !p.clean(&l) {
		return nil
	}
	i := l.next
	if top := p.top(l.nest); top != nil && top.kind == opEntry {
		if !top.over() || int(i) >= len(p.own[t]) || p.event(t, i).Phase != traces.Return {
			return nil
		}
		i++
	}
	if int(i) >= len(p.own[t]) {
		return nil
	}
	e := p.event(t, i)
	if e.Phase != traces.Call || e.Kind != traces.Busy && e.Kind != traces.Foreign {
		return nil
	}
	return p.others(p.fetched(t, e, 0), int(p.own[t][e.N]))
}

// stands says that thread t may stand at a safe point that it has not passed: what
// it receives there comes before its record.
func (p *product) stands(s state, t int) bool {
	l, ok := p.idle(s, t)
	top := p.top(l.nest)
	return ok && p.targets[t] > 0 && p.m.Points.Has(model.Point) && l.owed == 0 && p.core(s.config, t).Mask != model.Open &&
		(top == nil || top.kind != opEntry)
}
