package model

import "slices"

// Messages, links and trapped exits [erl-manual s.14]. A message stands in the queue of
// its receiver among the signals, and is taken by a receive only; an exit signal that is
// trapped becomes one where it stands. So the order of one sender is kept among both.

// traps says that s is an exit signal that becomes a message. A kill that was sent is
// not; that somebody was killed is.
func (x *Step) traps(c Core, s Signal) bool {
	return c.Traps && (s.Kind == Exception || s.Linked)
}

// spares says that s has no effect on t, which does not trap exits.
func (x *Step) spares(t Thread, s Signal) bool {
	return x.Graceful && s.Kind == Exception && s.By != t && x.Classes[s.Arg] == NormalClass
}

// unhandled is the first signal in the queue of t that has landed and is neither a message
// nor acts on its receiver as others do; -1 if there is none.
func (x *Step) unhandled(t Thread) int {
	c := x.Core(t)
	return x.Queue(t).Find(func(s Signal) bool {
		return !s.Flying && (s.Kind == Linking || x.traps(c, s) || x.spares(t, s))
	})
}

// handled takes the first unhandled signal of t, if it is such a one.
func (x *Step) handled(t Thread, such func(Core, Signal) bool) (Signal, int, bool) {
	i := x.unhandled(t)
	if i < 0 || !such(x.Core(t), x.Queue(t).At(i)) {
		return Signal{}, i, false
	}
	return x.Queue(t).At(i), i, true
}

// S27 trap. From here on exit signals that come become messages; or no longer do.
//
//	t at trap on
//	─────────────────────
//	t traps    t goes on
//
// Source: [erl-manual erlang:process_flag/2].
func trap(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Trap)
	if !ok {
		return false
	}
	c.Traps = n.N == 1
	return x.goOn(t, c, n)
}

// S28 link. The thread is linked at once, and asks the other to be; from one that is
// gone, or ends before it hears of it, an exit signal of the class Nobody comes back.
//
//	t at link u    u ∉ links(t)    u not gone
//	─────────────────────────────────────────────────────────────────
//	links(t) ← links(t) + u    queue(u) ← queue(u)·link    t goes on
//
// Source: [erl-manual erlang:link/1]; [erl-manual s.14.4, Links].
func link(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Link)
	if !ok {
		return false
	}
	u := Thread(n.A)
	if u == t || c.Links>>u&1 != 0 {
		return x.goOn(t, c, n)
	}
	s := Signal{Kind: Linking, By: t, Send: c.At}
	c.Links |= 1 << u
	x.goOn(t, c, n)
	if x.Core(u).Status.Gone() {
		x.refused(t, t, u)
		return true
	}
	x.deliver(t, u, s)
	return true
}

// S29 unlink. The link is no longer there, and what of it is still on its way or not
// yet handled has no effect. What became a message before stays.
//
//	t at unlink u
//	──────────────────────────────────────────────────────────────────────────────
//	links(t) ← links(t) − u    links(u) ← links(u) − t    t goes on
//	queue(t) without the exit signals of the link to u, queue(u) without t's link
//
// Source: [erl-manual erlang:unlink/1].
func unlink(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Unlink)
	if !ok {
		return false
	}
	u := Thread(n.A)
	c.Links &^= 1 << u
	x.goOn(t, c, n)
	if other := x.Core(u); other.Links>>t&1 != 0 {
		other.Links &^= 1 << t
		x.SetCore(u, other)
	}
	x.forget(t, func(s Signal) bool { return s.Linked && s.By == u })
	x.forget(u, func(s Signal) bool { return s.Kind == Linking && s.By == t })
	return true
}

// forget takes the signals that satisfy such out of the queue of t.
func (x *Step) forget(t Thread, such func(Signal) bool) {
	for i := x.Queue(t).Find(such); i >= 0; i = x.Queue(t).Find(such) {
		s := x.Queue(t).At(i)
		x.SetQueue(t, x.Queue(t).Remove(i))
		x.emit(Event{Kind: Merged, Thread: t, Other: s.By, Send: s.Send})
	}
}

// T13 send-message. The message joins the queue; to a thread that is gone nothing is
// sent, and that is no error.
//
//	t at send u w    u not gone
//	─────────────────────────────────
//	queue(u) ← queue(u)·w    t goes on
//
// Source: [erl-manual s.14.4, Signals].
func sendMessage(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Message)
	if !ok {
		return false
	}
	x.goOn(t, c, n)
	if u := Thread(n.A); !x.Core(u).Status.Gone() {
		x.deliver(t, u, Signal{Kind: Mail, Arg: n.B, By: t, Send: c.At})
	}
	return true
}

// deliver puts into the queue of u what is no interrupt.
func (x *Step) deliver(t, u Thread, s Signal) {
	s.Flying = x.Arrival == AnyTime
	x.sent(t, u, s)
	x.SetQueue(u, x.Queue(u).Append(s))
}

// D7 trapped. An exit signal that comes to a thread that traps exits becomes a message,
// in its place. So does the news that a linked thread was killed; a kill does not.
//
//	s ∈ queue(t), landed    s no kill    t traps
//	────────────────────────────────────────────
//	s is a message
//
// Source: [erl-manual s.14.5, Receiving Exit Signals].
func trapped(x *Step, t Thread) bool {
	s, i, ok := x.handled(t, x.traps)
	if !ok {
		return false
	}
	if s.Kind == Death {
		s.Arg = x.class(KilledClass)
	}
	s.Kind, s.Linked = Notice, false
	x.SetQueue(t, x.Queue(t).Replace(i, s))
	x.unlinked(t, s.By)
	return true
}

// D8 ignore-normal. An exit signal of the class Normal has no effect on a thread that
// does not trap exits, unless it sent it to itself.
//
//	Normal of u ∈ queue(t), landed    u ≠ t    t does not trap    Graceful
//	──────────────────────────────────────────────────────────────────────
//	queue(t) ← queue(t) − Normal
//
// Source: [erl-manual s.14.5, Receiving Exit Signals].
func ignoreNormal(x *Step, t Thread) bool {
	s, i, ok := x.handled(t, func(c Core, s Signal) bool { return !x.traps(c, s) && x.spares(t, s) })
	if !ok {
		return false
	}
	x.SetQueue(t, x.Queue(t).Remove(i))
	x.unlinked(t, s.By)
	x.emit(Event{Kind: Merged, Thread: t, Other: s.By, Send: s.Send})
	x.wakeSender(t, s)
	return true
}

// D9 linked. Who was asked to be linked is, once it has heard of it.
//
//	link of u ∈ queue(t), landed
//	───────────────────────────────────────────────────────
//	links(t) ← links(t) + u    queue(t) ← queue(t) − link
//
// Source: [erl-manual s.14.4, Links].
func linked(x *Step, t Thread) bool {
	s, i, ok := x.handled(t, func(_ Core, s Signal) bool { return s.Kind == Linking })
	if !ok {
		return false
	}
	x.SetQueue(t, x.Queue(t).Remove(i))
	c := x.Core(t)
	c.Links |= 1 << s.By
	x.SetCore(t, c)
	x.emit(Event{Kind: Received, Thread: t, Other: s.By, Send: s.Send})
	return true
}

// B17 receive-message. The first message is taken and logged: its word, or the class of
// the exit signal that it was.
//
//	t at or blocked in receive    w first in queue(t) of what has landed
//	────────────────────────────────────────────────────────────────────
//	queue(t) ← queue(t) − w    log(t) ← log(t)·w    t goes on
//
// Source: [erl-manual s.14.4, Signals]; [erl-manual s.9.9, Receive].
func receiveMessage(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.At == 0 || c.Ctl != Run || x.Nodes[c.At].Op != Receive || c.Status != Running && (c.Status != Blocked || c.Op != Receive) {
		return false
	}
	i := x.mail(t)
	if i < 0 {
		return false
	}
	s := x.Queue(t).At(i)
	x.SetQueue(t, x.Queue(t).Remove(i))
	word := s.Arg
	if s.Kind == Notice {
		word = uint8(slices.Index(x.Words, x.Classes[s.Arg]))
	}
	x.write(t, word, 0, false)
	x.emit(Event{Kind: Received, Thread: t, Other: s.By, Send: s.Send})
	c.Status, c.Op, c.On = Running, 0, 0
	return x.goOn(t, c, &x.Nodes[c.At])
}

// mail is the message that t can take now: what landed before it was handled before it.
// -1 if there is none.
func (x *Step) mail(t Thread) int {
	q := x.Queue(t)
	i := q.Find(func(s Signal) bool { return !s.Flying })
	if i >= 0 && q.At(i).Kind != Mail && q.At(i).Kind != Notice {
		return -1
	}
	return i
}

// class is the index of a class that the semantics itself knows, in a program with links.
func (x *Step) class(name string) uint8 { return uint8(slices.Index(x.Classes, name)) }

// unlinked takes u from the links of t.
func (x *Step) unlinked(t, u Thread) {
	if c := x.Core(t); c.Links>>u&1 != 0 {
		c.Links &^= 1 << u
		x.SetCore(t, c)
	}
}

// tellLinked sends those that t was linked to the exit signal of its end.
func (x *Step) tellLinked(t Thread, links uint16, s Status, arg uint8) {
	for u := Thread(0); links != 0; u, links = u+1, links>>1 {
		if links&1 == 0 || x.Core(u).Status.Gone() {
			continue
		}
		p := Signal{Kind: Exception, Arg: arg, By: t, Linked: true}
		switch s {
		case Returned:
			p.Arg = x.class(NormalClass)
		case Killed:
			p.Kind = Death
		}
		x.deliver(t, u, p)
	}
}

// refuseLink tells who asked t to be linked that t is gone.
func (x *Step) refuseLink(t Thread, s Signal) {
	if s.Kind == Linking && !x.Core(s.By).Status.Gone() {
		x.refused(t, s.By, t)
	}
}

// refused sends to t, in the name of u, that there is nobody to be linked to; by is who
// does it: one that is gone does nothing any more.
func (x *Step) refused(by, t, u Thread) {
	x.deliver(by, t, Signal{Kind: Exception, Arg: x.class(NobodyClass), By: u, Linked: true})
}
