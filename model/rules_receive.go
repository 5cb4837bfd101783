package model

// A thread is receptive when a signal can be received at it now. In every
// system the level decides between steps, and an operation that blocks lets a
// signal in unless the level is Closed; the dialect says which operations do,
// and whether an unwinding does.
func (x *Step) receptive(t Thread) bool {
	c := x.Core(t)
	switch {
	case c.Fresh && x.ThunkBegins:
		return false
	case c.Status == Blocked:
		return c.Mask < Closed && x.Wake.Has(c.Op)
	case c.Status != Running:
		return false
	case c.Ctl != Run:
		return c.Mask == Open && x.UnwindPoints
	case c.Mask == Interruptible:
		return x.SendPoint && c.At != 0 && x.Nodes[c.At].Op == ThrowTo
	}
	return c.Mask == Open
}

// candidates are the pending signals that may be the next to be received.
func (x *Step) candidates(t Thread) []int {
	q := x.Queue(t)
	var landed []int
	for i := range q.Len() {
		if !q.At(i).Flying {
			landed = append(landed, i)
		}
	}
	switch {
	case len(landed) == 0 || x.Order == AnyOrder:
		return landed
	case x.Order == LIFO:
		return landed[len(landed)-1:]
	}
	return landed[:1]
}

// mustReceive says that D1 applies to t; where receipt may not lag, t then has
// no other step. Steps of other threads in between commute with the receipt.
func (x *Step) mustReceive(t Thread) bool {
	return len(x.candidates(t)) > 0 && x.receptive(t)
}

// D1 receive. The next pending signal leaves the queue, its sender is woken,
// the receiver leaves the operation in which it was blocked (taking back its own
// throwTo), and the signal's block begins: all in one step.
//
//	s next in queue(t)    t receptive
//	─────────────────────────────────────────────────────────────────────────
//	queue(t) ← queue(t) − s    sender of s goes on    t raises E, or calls F
//
// Source: [ghc-throwto-2010 s.2-3]; [pldi01 (Receive), (Interrupt)]; [sbcl-it ¶1, ¶3].
func receive(x *Step, t Thread) bool {
	next := x.candidates(t)
	if len(next) == 0 || !x.receptive(t) {
		return false
	}
	i := next[x.Choose(len(next))]
	q := x.Queue(t)
	x.SetQueue(t, q.Remove(i))
	x.receiveSignal(t, q.At(i))
	return true
}

// receiveSignal is what happens to t, and to the sender that waits, when s is
// received. It is no longer in the queue.
func (x *Step) receiveSignal(t Thread, s Signal) {
	x.emit(Event{Kind: Received, Thread: t, Other: s.By, Send: s.Send})
	x.wakeSender(t, s)
	waits := x.leaveOperation(t, s.Kind)
	c := x.Core(t)
	switch s.Kind {
	case Exception:
		x.raise(t, c, s.Arg)
	case Death:
		c.Ctl, c.Arg, c.At, c.Fresh = Killing, 0, 0, false
		x.SetCore(t, c)
	case Thunk:
		x.call(t, c, s, waits)
	}
}

// call makes t run the thunk of s, on top of the point at which it was. The
// level is raised in the same step: else the next signal would come first.
func (x *Step) call(t Thread, c Core, s Signal, w Waiting) {
	stack := x.Stack(t)
	if x.NestBound > 0 && stack.Count(func(f Frame) bool { return f.Kind == ThunkFrame }) >= x.NestBound {
		x.emit(Event{Kind: Crashed, Thread: t})
		x.crash()
		return
	}
	f := Frame{Kind: ThunkFrame, Mask: c.Mask, Node: s.Send, Ctl: c.Ctl, Arg: c.Arg, At: c.At, Value: c.Value, Env: c.Env, Wait: w}
	x.enter(t, Core{Status: Running, Mask: max(c.Mask, x.ThunkMask), Fresh: true}, f, x.Nodes[s.Send].Body)
}

// wakeSender lets the throwTo that sent s return, if it waits.
func (x *Step) wakeSender(t Thread, s Signal) {
	if !s.Waits {
		return
	}
	c := x.Core(s.By)
	if c.Status != Blocked || c.Op != ThrowTo || c.On != uint8(t) {
		panic("model: a signal waits for a sender that is not blocked in its throwTo")
	}
	x.unblock(s.By, c)
	x.emit(Event{Kind: SendDone, Thread: s.By, Other: t, Send: s.Send})
}

// leaveOperation takes t out of the operation in which it is blocked. Its own
// throwTo is withdrawn. A wait goes on while a thunk runs. Any other operation
// will be executed again, if the thread comes back to it.
func (x *Step) leaveOperation(t Thread, k SignalKind) Waiting {
	c := x.Core(t)
	if c.Status != Blocked {
		return NoWait
	}
	x.unblock(t, c)
	switch {
	case c.Op == ThrowTo:
		x.withdraw(t, Thread(c.On))
	case c.Op == Wait && k == Thunk:
		return StillWaits
	case listed.Has(c.Op):
		x.unlist(t, c.On)
	}
	return NoWait
}

// listed are the operations with a wait list.
var listed = Ops(Take, Put, Lock, Acquire, Wait)

// unlist takes t off the wait list of cell i.
func (x *Step) unlist(t Thread, i uint8) {
	cell := x.Cell(i)
	cell.Waiters = without(cell.Waiters, t)
	x.SetCell(i, cell)
}

// withdraw takes t's own signal back from u.
func (x *Step) withdraw(t, u Thread) {
	q := x.Queue(u)
	i := q.Find(func(s Signal) bool { return s.Waits && s.By == t })
	if i < 0 {
		panic("model: a thread is blocked in a throwTo that is not queued")
	}
	x.SetQueue(u, q.Remove(i))
	x.emit(Event{Kind: Withdrawn, Thread: t, Other: u, Send: q.At(i).Send})
}

// unblock makes a blocked thread run again.
func (x *Step) unblock(t Thread, c Core) {
	c.Status, c.Op, c.On = Running, 0, 0
	x.SetCore(t, c)
}
