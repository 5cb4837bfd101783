package linearizability

import (
	"context"
	"errors"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// pass is the states in which the line of event i of thread t may come, as they
// are behind it.
func (p *product) pass(s state, t int, i int32) []state {
	l := p.of(s.locals, t)
	if l.next != i || p.dead(s.config) {
		return nil
	}
	e := p.event(t, i)
	if l.ahead && p.upcoming(t, i) == i {
		l.ahead, l.next = false, i+1
		return []state{p.with(s, t, l)}
	}
	l.next = i + 1
	switch {
	case e.Kind == traces.Recv:
		return p.passRecv(s, t, l, e)
	case e.Kind == traces.Leave && e.Result == traces.Unwind:
		if p.innermost(l.nest) >= e.Of {
			return nil // it is open, or something that was begun in it
		}
		return []state{p.with(s, t, l)}
	case e.Kind == traces.Enter:
		return p.passEnter(s, t, l, e)
	case l.owed != 0 || l.ahead:
		return nil
	case e.Phase == traces.Call:
		return p.passCall(s, t, l, e)
	case e.Phase == traces.Return:
		return p.passReturn(s, t, l, e)
	}
	return p.passPoint(s, t, l, e)
}

// with is s with another local of thread t.
func (p *product) with(s state, t int, l local) state {
	id := p.locals.id(l)
	b := []byte(s.locals)
	b[4*t], b[4*t+1], b[4*t+2], b[4*t+3] = byte(id), byte(id>>8), byte(id>>16), byte(id>>24)
	return state{s.config, string(b)}
}

// running says that thread t executes statements.
func (p *product) running(s state, t int) bool {
	c := p.core(s.config, t)
	return c.Status == model.Running && c.Ctl == model.Run
}

// passCall puts the thread at its operation. In a free program that is what the
// history says; in a test it is where it stands.
func (p *product) passCall(s state, t int, l local, e *traces.Event) []state {
	top := p.top(l.nest)
	if top != nil && top.kind == opEntry || !p.clean(&l) || !p.running(s, t) {
		return nil
	}
	at := p.core(s.config, t).At
	if p.free {
		var all []state
		for _, to := range p.others(p.fetched(t, e, 0), int(p.own[t][e.N])) {
			if at == model.Free || at == to {
				all = append(all, p.call(s, t, l, e, to))
			}
		}
		return all
	} else if at == 0 || !p.same(e, &p.m.Nodes[at]) || p.kindAt(s.config, t, &p.m.Nodes[at]) != e.Kind {
		return nil
	} else if e.Kind == traces.Send {
		at = p.tagged(p.original(at), p.tag[e.ID])
	}
	return []state{p.call(s, t, l, e, at)}
}

// call is s with thread t called into the statement at.
func (p *product) call(s state, t int, l local, e *traces.Event, at model.Pos) state {
	l.nest = p.push(l.nest, entry{kind: opEntry, event: e.N, node: at})
	s.config = p.put(s.config, t, at)
	return p.with(s, t, l)
}

// fetched is the statement of a free program that e is; it was made once before.
func (p *product) fetched(t int, e *traces.Event, slot uint8) model.Pos {
	at, err := p.statement(e, slot)
	if err != nil {
		panic(err)
	}
	return at
}

func (p *product) passReturn(s state, t int, l local, e *traces.Event) []state {
	if l.lost == e.Of+1 {
		l.lost = 0
		return []state{p.with(s, t, l)}
	}
	top := p.top(l.nest)
	if top == nil || top.kind != opEntry || top.event != e.Of || !p.results(t, top, e) {
		return nil
	}
	l.nest = top.below
	return []state{p.with(s, t, l)}
}

// results says whether an operation that ended as top says can have been recorded
// to have returned as e says.
func (p *product) results(t int, top *entry, e *traces.Event) bool {
	call := p.event(t, top.event)
	switch e.Result {
	case traces.Done, traces.Yes, traces.No, traces.Timeout:
		return top.phase == done && p.answers(top, call, e)
	case traces.Received, traces.Gone, traces.Withdrawn:
		return top.phase == map[traces.Result]phase{traces.Received: received, traces.Gone: gone, traces.Withdrawn: withdrawn}[e.Result]
	case traces.Queued:
		return top.phase == done || top.phase == received || top.phase == gone
	case traces.Interrupted:
		return top.phase == cut || top.phase == withdrawn || top.phase == done && call.Kind == traces.Foreign
	case traces.Error:
		return top.phase == failed && (e.Name == "" || e.Name == p.m.Classes[top.value])
	}
	return false
}

// answers compares what the operation has returned.
func (p *product) answers(top *entry, call, e *traces.Event) bool {
	switch call.Kind {
	case traces.Take:
		if !e.HasV {
			return true
		}
		v, err := p.value(traces.MVarCell, e.V)
		return err == nil && v == top.value
	case traces.Held:
		return (e.Result == traces.Yes) == (uint8(top.value) == model.SeesHeld)
	case traces.Alive:
		return (e.Result == traces.Yes) == (uint8(top.value) == model.SeesAlive)
	}
	if p.m.Nodes[top.node].Op == model.JoinTimeout {
		return e.Result == traces.Timeout || e.Result == traces.Done && top.value != 0
	}
	return e.Result == traces.Done
}

// passRecv records a receipt: of an unwinding on its way, or as the first thing
// of a handler or thunk, or in a cleanup that an unwinding waits for.
func (p *product) passRecv(s state, t int, l local, e *traces.Event) []state {
	var all []state
	if l.cause != 0 && p.identified(l.cause, e) {
		c := l
		c.cause = 0
		all = append(all, p.with(s, t, c))
	}
	nest, found := p.edit(l.nest, func(f *entry) bool { return f.slot != 0 && p.identified(f.slot, e) },
		func(f *entry) { f.slot, f.due = 0, false })
	if found {
		l.nest = nest
		all = append(all, p.with(s, t, l))
	}
	return all
}

// identified says whether the signal sent at a statement can be the one received.
func (p *product) identified(slot model.Pos, e *traces.Event) bool {
	if tag, ok := p.tagOf[slot]; ok && e.ID != 0 && tag != p.tag[e.ID] {
		return false
	}
	n := &p.m.Nodes[slot]
	switch {
	case e.Name != "" && n.Op == model.ThrowTo:
		return p.m.Classes[n.B] == e.Name
	case e.Signal == traces.ThunkSignal:
		return n.Op == model.Interrupt
	case e.Signal == traces.KillSignal:
		return n.Op != model.ThrowTo || p.m.Classes[n.B] == model.KillClass
	}
	return true
}

// passEnter records that a frame was entered: the innermost, or that around it if
// both were entered at once.
func (p *product) passEnter(s state, t int, l local, e *traces.Event) []state {
	if !p.running(s, t) {
		return nil
	}
	nest, ok := p.entered(t, l.nest, e)
	if !ok {
		return nil
	}
	l.nest = nest
	return []state{p.with(s, t, l)}
}

// entered is the nest n with the entering of its outermost fresh frame recorded.
func (p *product) entered(t int, n uint32, e *traces.Event) (to uint32, ok bool) {
	top := p.top(n)
	if top == nil || top.kind != frameEntry || !top.fresh {
		return 0, false
	}
	f := *top
	if f.frame != traces.ThunkFrame {
		if below, ok := p.entered(t, f.below, e); ok {
			return p.push(below, f), true
		}
	}
	if f.frame != e.Frame || !p.called(&f, e) || !p.inside(t, f.below, e) {
		return 0, false
	}
	f.fresh, f.event = false, e.N
	return p.push(f.below, f), true
}

// inside says that the frames around the one that e enters, which the history shows
// to be unwound later, are there still: once another is entered, that an unwinding
// has left them can no longer be recorded. What a thunk has interrupted is another
// matter.
func (p *product) inside(t int, nest uint32, e *traces.Event) bool {
	if e.Frame == traces.ThunkFrame {
		return true
	}
	of := p.outer[t][e.N]
	for f := p.top(nest); of >= 0 && f != nil; f = p.top(f.below) {
		if f.event == of {
			of = p.outer[t][of]
		}
		if f.frame == traces.ThunkFrame {
			return of < f.event
		}
	}
	return of < 0
}

// called compares the names of frames.
func (p *product) called(f *entry, e *traces.Event) bool {
	n := &p.m.Nodes[f.node]
	switch {
	case e.Frame == traces.TagFrame:
		return p.m.Tags[n.A] == e.Name
	case (e.Frame == traces.TryFrame || e.Frame.IsHandle()) && e.Name != "":
		return n.A == model.Any && e.Name == "any" || n.A != model.Any && p.m.Classes[n.A] == e.Name
	}
	return true
}

// passPoint takes the line of a point whose step is yet to come, or of one that
// has none.
func (p *product) passPoint(s state, t int, l local, e *traces.Event) []state {
	switch e.Kind {
	case traces.Start:
		if p.core(s.config, t).Status == model.Unborn {
			return nil
		}
		return []state{p.with(s, t, l)}
	case traces.Leave:
		return p.passLeave(s, t, l, e)
	case traces.Raise, traces.Throw, traces.Exit, traces.SetMask:
		top := p.top(l.nest)
		if top != nil && top.kind == opEntry || !p.clean(&l) || !p.running(s, t) || !p.standsAt(s, t, e) {
			return nil
		}
		l.owed = e.N + 1
		return []state{p.with(s, t, l)}
	}
	return nil // its step must have been made
}

// standsAt says that the thread is where it can announce e.
func (p *product) standsAt(s state, t int, e *traces.Event) bool {
	at := p.core(s.config, t).At
	if p.free {
		return at == model.Free
	}
	n := &p.m.Nodes[at]
	return at != 0 && (p.same(e, n) || e.Kind == traces.Exit && n.Op == model.Raise && p.m.Classes[n.A] == model.KillClass)
}

func (p *product) passLeave(s state, t int, l local, e *traces.Event) []state {
	top := p.top(l.nest)
	if top == nil || !p.running(s, t) {
		return nil
	}
	if top.kind == ghostEntry && top.event == e.Of {
		l.nest = top.below
		return []state{p.with(s, t, l)}
	}
	if at := p.core(s.config, t).At; at != 0 && (!p.free || at != model.Free) {
		return nil
	}
	if top.kind != frameEntry || top.event != e.Of || !p.clean(&l) {
		return nil
	}
	l.owed = e.N + 1
	return []state{p.with(s, t, l)}
}

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
	var all []model.Pos
	add := func(f traces.Frame, name string) {
		if slot := p.depth(l.nest, f); slot < MaxDepth {
			if at := p.frameAt(f, name, slot); at != 0 {
				all = append(all, at)
			}
		}
	}
	interrupted := next.Kind == 0 && p.goesOn() || next.Kind == traces.Recv || next.Result == traces.Unwind || next.Result == traces.Died || next.Result == traces.Killed
	if i >= 0 && p.event(t, i).Kind == traces.Enter {
		switch p.event(t, i).Frame {
		case traces.ThunkFrame:
			interrupted = true
			for _, tag := range p.m.Tags {
				add(traces.TagFrame, tag)
			}
			add(traces.TryFrame, litmus.Any)
			add(traces.ProtectFrame, "")
		case traces.HandlerFrame:
			interrupted = true
			if !p.unwound(t, l.next, i, traces.TryFrame) {
				add(traces.TryFrame, litmus.Any)
			}
		case traces.ExpiredFrame:
			interrupted = true
			if !p.unwound(t, l.next, i, traces.TimedFrame) {
				add(traces.TimedFrame, "")
			}
		case traces.CleanupFrame:
			interrupted = true
			if !p.unwound(t, l.next, i, traces.ProtectFrame) {
				add(traces.ProtectFrame, "")
			}
		}
	}
	if interrupted && (p.targets[t] > 1 || p.timed) { // what it entered may have been left, and what ran then interrupted in turn
		if p.m.HandlerMask == model.Open {
			add(traces.TryFrame, litmus.Any)
			add(traces.TimedFrame, "")
		}
		if p.m.CleanupMask == model.Open && p.m.Protect == model.ProtectBare { // elsewhere it is entered under a mask
			add(traces.ProtectFrame, "")
		}
	}
	if next.Kind == 0 && p.goesOn() {
		for _, f := range []traces.Frame{traces.MaskFrame, traces.UmaskFrame, traces.WithoutFrame} {
			add(f, "")
		}
	}
	if interrupted && p.core(s.config, t).Mask != model.Open {
		for _, f := range []traces.Frame{traces.RestoreFrame, traces.UnmaskFrame, p.frameOf(model.Relent), traces.LocalFrame, traces.AllowFrame, traces.ReopenFrame} {
			add(f, "")
		}
	}
	if interrupted && p.frameAt(traces.NeverFrame, litmus.Any, 0) != 0 {
		for f := range handles {
			add(f, litmus.Any)
			for _, c := range p.m.Classes {
				add(f, c)
			}
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

// after is every state one step behind s. Whose events may be made, may says.
func (p *product) after(s state, may permit, found func(state)) {
	for i := range p.space.from(s.config) {
		v := &p.moves[s.config][i]
		if n, ok := p.step(s, v, may); ok {
			found(n)
		}
	}
	if !p.free {
		return
	}
	for t := range p.h.Threads {
		p.afterFetch(s, t, may, found)
	}
}

// next is after, or that part of it which concerns one thread.
func (p *product) next(s state, only int, may permit, found func(state)) {
	if only == everyone {
		p.after(s, may, found)
		return
	}
	moves := p.space.from(s.config)
	for i := range moves {
		m := &moves[i]
		if int(m.label.Thread) != only && !slices.Contains(m.moved, only) {
			continue
		}
		if n, ok := p.step(s, m, may); ok {
			found(n)
		}
	}
	if p.free {
		p.afterFetch(s, only, may, found)
	}
}

// afterFetch is the part of after in which thread t of a free program goes on.
func (p *product) afterFetch(s state, t int, may permit, found func(state)) {
	if p.stands(s, t) {
		found(state{p.put(s.config, t, p.node(model.Node{Op: model.Point}, 0)), s.locals})
	}
	for _, at := range p.deaf(s, t) {
		found(state{p.put(s.config, t, at), s.locals})
	}
	for _, at := range p.fetch(s, t) {
		moved := state{p.put(s.config, t, at), s.locals}
		all := p.space.from(moved.config)
		for i := range all {
			v := &all[i]
			if v.by != model.Own || int(v.label.Thread) != t {
				continue
			}
			if n, ok := p.step(moved, v, may); ok {
				found(n)
			}
		}
	}
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

// bound is where a search gives up.
type bound struct {
	ctx context.Context
	max int // so many states at once
}

// errBound says that there are too many states.
var errBound = errors.New("bound")

// closure adds to the states what they can come to without an event but those that may
// allows. Those given are closed already but for steps of thread t.
func (p *product) closure(all *states, t int, may permit, within bound) error {
	known := len(all.list)
	if t == everyone {
		known = 0
	}
	for i := 0; i < len(all.list); i++ {
		if i%256 == 0 && within.ctx.Err() != nil {
			return within.ctx.Err()
		}
		only := everyone
		if i < known {
			only = t
		}
		p.next(all.list[i], only, may, func(n state) { all.add(n) })
		if len(all.list) > within.max {
			return errBound
		}
	}
	return nil
}

// lines is the states behind the line of event i of thread t.
func (p *product) lines(now *states, t int, i int32) *states {
	behind := &states{}
	for _, s := range now.list {
		for _, n := range p.pass(s, t, i) {
			behind.add(n)
		}
	}
	return behind
}
