package linearizability

import (
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
