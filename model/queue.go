package model

// accepts says whether u takes t's signal into its queue at all.
func (x *Step) accepts(t, u Thread, s Signal) bool {
	return (u != t || !x.SelfNow || s.Kind != Exception) && !x.Core(u).Status.Gone()
}

func (x *Step) sent(t, u Thread, s Signal) {
	x.emit(Event{Kind: Sent, Thread: t, Other: u, Send: s.Send, Arg: uint8(s.Kind)})
}

// queue puts s into the queue of u: with the others, in the place of one that is
// there, or not at all if an equal one is.
func (x *Step) queue(t, u Thread, s Signal) {
	x.sent(t, u, s)
	if s.Kind == Exception {
		x.ask(u)
	}
	q := x.Queue(u)
	switch i := q.Find(func(p Signal) bool { return p.Kind == s.Kind && (x.Keep == Last || x.equal(p, s)) }); {
	case i >= 0 && x.Keep == Last:
		p := q.At(i)
		x.SetQueue(u, q.Replace(i, s))
		x.emit(Event{Kind: Replaced, Thread: u, Other: p.By, Send: p.Send})
	case i >= 0 && x.Keep == Once:
		x.emit(Event{Kind: Merged, Thread: u, Other: t, Send: s.Send})
		return
	default:
		x.join(u, q, s)
	}
	if !s.Flying {
		x.noticed(u)
	}
}

// equal says that two signals of a kind are the same to their receiver.
func (x *Step) equal(p, s Signal) bool {
	return p.Arg == s.Arg && (s.Kind != Thunk || p.Send == s.Send)
}

// join adds s to a queue of u.
func (x *Step) join(u Thread, q Queue, s Signal) {
	if x.Order == AnyOrder {
		x.SetQueue(u, q.Insert(s))
		return
	}
	x.SetQueue(u, q.Append(s))
}

// noticed is what a signal does to u when it lands, though it is not yet received:
// it makes u look for it, or ends an operation early.
func (x *Step) noticed(u Thread) {
	c := x.Core(u)
	switch {
	case c.Status != Blocked || !x.Poke.Has(c.Op) || c.Mask == Closed:
	case c.Op == Wait:
		if len(x.candidates(u)) == 0 {
			x.wakeWaiter(u, c)
		}
	default:
		c.Value, c.At = 1, x.Nodes[c.At].Next
		x.unblock(u, c)
	}
	if c = x.arm(u, x.Core(u), OnSend); c.Armed {
		x.SetCore(u, c)
	}
}

func (x *Step) sendAndWait(t, u Thread, n *Node, s Signal) bool {
	x.queue(t, u, s)
	c := x.Core(t)
	c.Status, c.Op, c.On, c.At, c.Fresh = Blocked, ThrowTo, uint8(u), n.Next, false
	x.SetCore(t, c)
	x.emit(Event{Kind: BlockedOn, Thread: t, Send: s.Send})
	return true
}
