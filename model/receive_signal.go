package model

// receiveSignal is what happens to t, and to the sender that waits, when s is
// received. It is no longer in the queue.
func (x *Step) receiveSignal(t Thread, s Signal) {
	x.emit(Event{Kind: Received, Thread: t, Other: s.By, Send: s.Send})
	x.wakeSender(t, s)
	waits := x.leaveOperation(t, s.Kind)
	c := x.Core(t)
	if x.Fatal {
		x.end(t, x.fate(s), s.Arg)
		return
	}
	switch s.Kind {
	case Exception:
		x.freeze(t, c)
		x.raiseSignal(t, c, s)
	case Death:
		x.strike(t, c)
	case Thunk:
		x.call(t, c, s, waits)
	}
}

// fate is how a thread ends that a signal ends at once.
func (x *Step) fate(s Signal) Status {
	switch {
	case s.Kind == Death:
		return Killed
	case s.Kind == Exception && !(x.Graceful && x.Classes[s.Arg] == NormalClass):
		return Died
	}
	return Returned
}

// strike makes t unwind to its end.
func (x *Step) strike(t Thread, c Core) {
	c.Ctl, c.Arg, c.At, c.Fresh = Killing, 0, 0, false
	c.Struck = x.Doomed == NeverAgain
	x.SetCore(t, c)
	if !x.Voids {
		return
	}
	q := x.Queue(t)
	x.SetQueue(t, "")
	for i := range q.Len() {
		x.wakeSender(t, q.At(i))
		x.emit(Event{Kind: Merged, Thread: t, Other: q.At(i).By, Send: q.At(i).Send})
	}
}

// raiseSignal makes t raise the exception s. That of a timer knows its timer.
func (x *Step) raiseSignal(t Thread, c Core, s Signal) {
	if x.Sticky {
		c.Again = s.Arg + 1
	}
	x.raise(t, c, s.Arg)
	if x.Nodes[s.Send].Op == Timeout {
		c = x.Core(t)
		c.At = s.Send
		x.SetCore(t, c)
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
	x.enter(t, c.elsewhere(Core{Status: Running, Mask: max(c.Mask, x.ThunkMask), Fresh: x.ThunkBegins}), f, x.Nodes[s.Send].Body)
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
	switch {
	case c.Op == Wait && x.Relocks:
		c.Status, c.Op, c.On = Blocked, Relock, x.Nodes[c.At].B
		x.SetCore(t, c)
	case (c.Op == Join || c.Op == JoinTimeout) && x.FalseDeath:
		x.presumeDead(Thread(c.On))
	}
	return NoWait
}

// presumeDead makes others take u for dead.
func (x *Step) presumeDead(u Thread) {
	if c := x.Core(u); !c.Status.Gone() {
		c.Lost = true
		x.SetCore(u, c)
	}
}

// listed are the operations with a wait list.
var listed = inLine | Ops(Wait)

// unlist takes t off the wait list of cell i.
func (x *Step) unlist(t Thread, i uint8) {
	cell := x.Cell(i)
	cell.Waiters = strike(cell.Waiters, t)
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
