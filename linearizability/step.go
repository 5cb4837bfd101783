package linearizability

import (
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// product is the machine and the history together. Its steps are those of the
// machine that the history does not contradict.
type product struct {
	*subject
	*space
	*locals
	own          [][]int32            // of each thread, its events in the history
	outer        [][]int32            // of each own event of a thread, the one around it that enters a frame which is recorded to be unwound; -1: none
	guided       bool                 // leave out orders of queueing that the receipts exclude
	receipts     []map[uint16][]int32 // of each thread and tag, its own events that receive a signal so tagged
	everyReceipt [][]int32            // of each thread, its own events that receive a signal
	late         []bool               // of each thread: what it sends is queued no sooner than it is received
	now          []local              // space for a step
}

// permit says which events of the history may be made: their operations begin,
// their steps be taken.
type permit struct {
	thread int   // whose; or everyone, or noone
	event  int32 // which of its own
}

const everyone, noone = -1, -2

var (
	anything = permit{thread: everyone}
	nothing  = permit{thread: noone}
)

func (m permit) allows(t int, event int32) bool {
	return m.thread == everyone || m.thread == t && m.event == event
}

func newProduct(s *subject) *product {
	p := &product{subject: s, space: newSpace(s.m), locals: newLocals(), own: s.x.Threads}
	for t := range p.own {
		p.outer = append(p.outer, p.around(t))
	}
	p.guide()
	return p
}

// around is outer of thread t.
func (p *product) around(t int) []int32 {
	all := make([]int32, len(p.own[t]))
	var open []int32
	for i := range all {
		e := p.event(t, int32(i))
		if e.Phase == traces.Return || e.Kind == traces.Leave {
			for len(open) > 0 && open[len(open)-1] >= e.Of {
				open = open[:len(open)-1]
			}
		}
		all[i] = -1
		if len(open) > 0 {
			all[i] = open[len(open)-1]
		}
		if j := p.x.Match[p.own[t][i]]; e.Kind == traces.Enter && j >= 0 && p.h.Events[j].Result == traces.Unwind {
			open = append(open, int32(i))
		}
	}
	return all
}

// initial is the state before the first event.
func (p *product) initial() state {
	all := make([]local, len(p.h.Threads))
	return state{p.space.start(), p.pack(all)}
}

// try is a step that is being tried on a state.
type try struct {
	*product
	from, to uint32
	move     *move
	t        int // the thread of the move
	now      []local
	may      permit
}

// step is the state after a move, if the history does not contradict it.
func (p *product) step(s state, v *move, may permit) (state, bool) {
	for _, u := range v.moved {
		if p.of(s.locals, u).ahead {
			return state{}, false // it comes after that event's line, or before its step
		}
	}
	p.now = p.unpack(s.locals, p.now)
	x := try{product: p, from: s.config, to: v.to, move: v, t: int(v.label.Thread), may: may, now: p.now}
	if !x.statement() || !x.events() || p.guided && !x.inOrder() {
		return state{}, false
	}
	for _, u := range v.moved {
		x.operation(u)
	}
	return state{v.to, p.repack(s.locals, x.now)}, true
}

func (x *try) sees(t int, k traces.Kind) bool { return x.subject.sees[t][k] }

// clean says that everything that thread t was to record first in its innermost
// frame, is recorded.
func (x *product) clean(l *local) bool {
	f := x.frame(l.nest)
	return f == nil || !f.fresh && !f.due
}

// statement checks that the thread may execute what it stands at, and makes the
// events that are of statements.
func (x *try) statement() bool {
	c := x.core(x.from, x.t)
	if x.move.by != model.Own || c.Status != model.Running || c.Ctl != model.Run {
		return true
	}
	l := &x.now[x.t]
	top := x.top(l.nest)
	if c.At == 0 {
		return top == nil || top.kind != opEntry
	}
	n := &x.m.Nodes[c.At]
	k := x.kindAt(x.from, x.t, n)
	if k != 0 && k.IsOperation() && x.sees(x.t, k) {
		return x.operate(l, top, c.At)
	}
	if top != nil && top.kind == opEntry || !x.clean(l) {
		return false
	}
	if l.owed != 0 && k != traces.Raise && k != traces.Throw && k != traces.Exit && k != traces.SetMask {
		return false // it has announced something else
	}
	return x.point(l, n, c.At)
}

// kindAt is what the statement n of thread t is recorded as; 0 if it is not. A
// mutex that the thread does not hold is not released.
func (p *product) kindAt(config uint32, t int, n *model.Node) traces.Kind {
	if n.Op == model.UnlockHeld && p.at(config, p.cellPart(n.A)).Cell().Owner != uint8(t)+1 {
		return 0
	}
	return kinds[n.Op]
}

// operate lets an operation that was called step.
func (x *try) operate(l *local, top *entry, at model.Pos) bool {
	if top == nil || top.kind != opEntry || top.node != at || top.over() {
		return false
	}
	if top.phase == called {
		if !x.may.allows(x.t, top.event) {
			return false
		}
		e := *top
		e.phase = begun
		l.nest = x.replace(l.nest, e)
	}
	return true
}

// point makes the event of a statement that is one.
func (x *try) point(l *local, n *model.Node, at model.Pos) bool {
	switch n.Op {
	case model.Raise, model.Exit:
		return x.raises(l, n, at)
	case model.Assign:
		return x.announced(l, func(e *traces.Event) bool { return x.same(e, n) }, traces.SetMask)
	case model.Throw:
		l.cause = 0
		return x.announced(l, func(e *traces.Event) bool { return e.Kind == traces.Throw && (x.free || x.same(e, n)) }, traces.Throw)
	case model.Point:
		return x.make(x.t, func(e *traces.Event) bool { return e.Kind == traces.Point }, traces.Point)
	case model.Nop:
		if x.free {
			return x.make(x.t, func(e *traces.Event) bool { return e.Kind == traces.Log }, traces.Log)
		}
	}
	return true
}

// raises makes a raise or an exit: one that the history shows, or the body of a
// thunk that is all that a signal is.
func (x *try) raises(l *local, n *model.Node, at model.Pos) bool {
	l.cause = 0
	if x.silent[at] {
		l.nest, _ = x.edit(l.nest, func(f *entry) bool { return f.kind == frameEntry }, func(f *entry) {
			l.cause, f.slot = f.slot, 0
		})
		return true
	}
	k := traces.Exit
	if n.Op == model.Raise {
		k = traces.Raise
	}
	return x.announced(l, func(e *traces.Event) bool {
		if n.Op == model.Exit || e.Kind == traces.Exit {
			return e.Kind == traces.Exit && (n.Op == model.Exit || x.m.Classes[n.A] == model.KillClass)
		}
		return e.Kind == traces.Raise && e.Name == x.m.Classes[n.A]
	}, k)
}

// announced makes the step that an event announced.
func (x *try) announced(l *local, is func(*traces.Event) bool, k traces.Kind) bool {
	if !x.sees(x.t, k) {
		return true
	}
	if l.owed == 0 || !is(x.event(x.t, l.owed-1)) {
		return false
	}
	if !x.may.allows(x.t, l.owed-1) {
		return false
	}
	l.owed = 0
	return true
}

// make makes the step of the next event of thread t before that event's line.
func (x *try) make(t int, is func(*traces.Event) bool, k traces.Kind) bool {
	if !x.sees(t, k) {
		return true
	}
	l := &x.now[t]
	i := x.upcoming(t, l.next)
	if i < 0 && x.goesOn() {
		l.ahead = true // the recording has ended before its line
		return true
	}
	if i < 0 || l.owed != 0 || !is(x.event(t, i)) || t == x.t && !x.kills() && !x.may.allows(t, i) {
		return false
	}
	l.ahead = true
	return true
}

// kills says that the step is a kill without cleanups: it ends its target, which may be
// the thread itself, and needs the permit for the call alone.
func (x *try) kills() bool {
	c := x.core(x.from, x.t)
	return x.move.by == model.Own && c.Status == model.Running && c.Ctl == model.Run && x.m.Nodes[c.At].Op == model.KillNow
}

// goesOn says that the history may be a beginning: more may have happened than its
// lines tell, in each thread up to the line that would be next.
func (p *product) goesOn() bool {
	return p.h.Over != traces.Ended && p.h.Over != traces.Quiescent || p.h.Truncated || p.h.Incomplete
}

// event is the thread's own event i.
func (p *product) event(t int, i int32) *traces.Event { return &p.h.Events[p.own[t][i]] }

// upcoming is the thread's first event from i on that a step of its own makes;
// receipts and unwound frames are recorded when it finds the time. -1: none.
func (p *product) upcoming(t int, i int32) int32 {
	for ; int(i) < len(p.own[t]); i++ {
		if e := p.event(t, i); e.Kind != traces.Recv && !(e.Kind == traces.Leave && e.Result == traces.Unwind) {
			return i
		}
	}
	return -1
}

// events goes through what the step says of itself.
func (x *try) events() bool {
	for i := range x.move.events {
		if !x.take(&x.move.events[i]) {
			return false
		}
	}
	return true
}

func (x *try) take(e *model.Event) bool {
	u := int(e.Thread)
	switch e.Kind {
	case model.Received:
		if !x.reached(u) {
			return false
		}
		x.receive(u, e.Send)
	case model.Withdrawn:
		if x.m.Nodes[e.Send].Op != model.Timeout {
			x.amend(u, withdrawn)
		}
	case model.SendDone:
		x.amend(u, x.sendResult(e))
	case model.Entered:
		return x.enterFrame(u, e)
	case model.Left:
		return x.leaveFrame(u, e)
	case model.Logged:
		return x.logged(u, e)
	case model.Ended:
		return x.ended(u, e)
	}
	return true
}

// sendResult says why a throwTo returned.
func (x *try) sendResult(done *model.Event) phase {
	for i := range x.move.events {
		if e := &x.move.events[i]; e.Kind == model.Dropped && e.Send == done.Send && e.Other == done.Thread {
			return gone
		}
	}
	return received
}

// amend changes the phase of the operation that thread u is in.
func (x *try) amend(u int, to phase) {
	l := &x.now[u]
	if top := x.top(l.nest); top != nil && top.kind == opEntry {
		e := *top
		e.phase = to
		l.nest = x.replace(l.nest, e)
	}
}

// reached says that u, if it is masked and receives because of the operation at
// which it stands, has called that; or that it has recorded all that comes before the
// safe point.
func (x *try) reached(u int) bool {
	c := x.core(x.from, u)
	if c.Status != model.Running || c.Ctl != model.Run || c.At == 0 || c.Mask == model.Open {
		return true
	}
	k := kinds[x.m.Nodes[c.At].Op]
	top := x.top(x.now[u].nest)
	if k == traces.Point {
		return (top == nil || top.kind != opEntry) && x.clean(&x.now[u])
	}
	return k == 0 || !k.IsOperation() || !x.sees(u, k) || top != nil && top.kind == opEntry
}

// receive notes that u received a signal: an unwinding begins, or a thunk, which
// enterFrame will notice.
func (x *try) receive(u int, slot model.Pos) {
	c := x.core(x.to, u)
	l := &x.now[u]
	if c.Ctl == model.Run && !c.Status.Gone() {
		return
	}
	l.owed = 0 // what was announced has not come to pass
	l.cause = 0
	if x.sees(u, traces.Recv) && x.m.Nodes[slot].Op != model.Timeout {
		l.cause = slot // of a timer nobody tells: no one has sent its signal
	}
	x.amend(u, cut)
}

// left is the own event that entered the frame which the event i of u leaves
// normally; -2 if i is something else.
func (x *product) left(u int, i int32) int32 {
	if e := x.event(u, i); e.Kind == traces.Leave && e.Result == traces.Normal {
		return e.Of
	}
	return -2
}

func (x *try) logged(u int, e *model.Event) bool {
	n := &x.m.Nodes[x.core(x.from, u).At]
	word := x.m.Word(e.Arg)
	switch n.Op {
	case model.Held, model.Alive:
		if l := &x.now[u]; x.sees(u, kinds[n.Op]) {
			f := *x.top(l.nest)
			f.value = int16(e.Arg)
			l.nest = x.replace(l.nest, f)
		}
		return true
	case model.GetMask:
		return x.make(u, func(h *traces.Event) bool { return h.Kind == traces.GetMask && h.Result.String() == word }, traces.GetMask)
	}
	valued := n.Op == model.LogValue
	return x.make(u, func(h *traces.Event) bool {
		return h.Kind == traces.Log && h.Name == word && (!h.HasV || !valued || h.V == int64(e.Value))
	}, traces.Log)
}

var ends = map[model.Status]traces.Result{model.Returned: traces.Returned, model.Died: traces.Died, model.Killed: traces.Killed}

func (x *try) ended(u int, e *model.Event) bool {
	l := &x.now[u]
	l.nest, l.owed, l.cause = 0, 0, 0
	c := x.core(x.to, u)
	result := ends[model.Status(e.Arg)]
	return x.make(u, func(h *traces.Event) bool {
		if h.Kind != traces.End {
			return false
		}
		if h.Result == traces.Killed && result == traces.Died && x.m.Classes[c.Arg] == model.KillClass && x.m.Dialect.Kill == model.KillException {
			return true // killed, in the words of a system where a kill is an exception
		}
		return h.Result == result && (result != traces.Died || h.Name == x.m.Classes[c.Arg] || h.Name == litmus.ErrorClass && c.Arg == model.ErrorClass)
	}, traces.End)
}

// operation notes that the step has brought the operation of u to an end.
func (x *try) operation(u int) {
	l := &x.now[u]
	top := x.top(l.nest)
	if top == nil || top.kind != opEntry || top.over() {
		return
	}
	was, is := x.core(x.from, u), x.core(x.to, u)
	e := *top
	switch {
	case is.Status == model.Blocked || is.Status == model.Sending || is.At == e.node:
		return
	case was.At != e.node || was.Ctl != model.Run:
		return
	case is.Ctl == model.Raising:
		e.phase, e.value, l.cause = failed, int16(is.Arg), 0
	case kinds[x.m.Nodes[e.node].Op] == traces.Send && !x.sends():
		e.phase = gone
	case x.m.Nodes[e.node].Op == model.JoinTimeout:
		e.phase, e.value = done, 0
		if u := x.core(x.from, int(x.m.Nodes[e.node].A)); u.Status.Gone() || u.Lost {
			e.value = 1 // in time
		}
	default:
		e.phase = done
		if x.m.Nodes[e.node].Op == model.Take {
			e.value = is.Value
		}
	}
	l.nest = x.replace(l.nest, e)
}

// sends says that the step sent something, or completes a send that did.
func (x *try) sends() bool {
	if x.core(x.from, x.t).Status == model.Sending {
		return true
	}
	return slices.ContainsFunc(x.move.events, func(e model.Event) bool { return e.Kind == model.Sent || e.Kind == model.Ended })
}
