package model

// receptive says whether s, pending for t, can be received now. In every system
// the level decides between steps. Of a blocked thread the dialect says which
// operations a signal interrupts where the mask is open, and which of them let one
// into a masked thread; of one that is about to do an operation, whether it looks
// for signals first; and of one that unwinds, where it can be interrupted in that.
func (x *Step) receptive(t Thread, s Signal) bool {
	c := x.Core(t)
	level := c.Mask
	if s.Kind == Exception {
		level = max(level, c.class(s.Arg))
	}
	switch {
	case level == Closed, c.Fresh && x.ThunkBegins, x.ignores(t, c, s):
		return false
	case c.Status == Blocked && level == Open:
		return x.Wake.Has(c.Op)
	case c.Status == Blocked:
		return x.Opens.Has(c.Op)
	case c.Status != Running:
		return false
	case c.Ctl != Run:
		return level == Open && x.UnwindPoints == Anywhere
	case level == Open:
		return true
	}
	return x.atPoint(c)
}

// atPoint says that a thread is about to do an operation at which it looks for
// signals first.
func (x *Step) atPoint(c Core) bool {
	return c.steps() && c.At != 0 && x.Points.Has(x.Nodes[c.At].Op)
}

// ignores says that s does not reach t because t is being killed.
func (x *Step) ignores(t Thread, c Core, s Signal) bool {
	return (x.Doomed == Nothing || x.Doomed == NoKill && s.Kind == Death) && x.doomed(t, c)
}

// doomed says that t unwinds to its end, or will once a cleanup is done.
func (x *Step) doomed(t Thread, c Core) bool {
	return c.Ctl == Killing || x.Stack(t).Has(func(f Frame) bool { return f.Kind == CleaningFrame && f.Ctl == Killing })
}

// candidates are the pending signals that may be the next to be received.
func (x *Step) candidates(t Thread) []int {
	q := x.Queue(t)
	var can []int
	for i := range q.Len() {
		if s := q.At(i); !s.Flying && x.receptive(t, s) {
			can = append(can, i)
		}
	}
	switch {
	case len(can) == 0 || x.Order == AnyOrder:
		return can
	case x.Order == LIFO:
		return can[len(can)-1:]
	}
	return can[:1]
}

// looks says that t looks for signals now: always, after a cue, or, where receipt
// may lag, whenever it likes.
func (x *Step) looks(t Thread) bool { return x.Arm == 0 || x.May || x.Core(t).Armed }

// mustReceive says that t has no other step: where receipt may not lag, and after a
// cue where there are any, it comes first. Steps of other threads in between commute with it.
func (x *Step) mustReceive(t Thread) bool {
	c := x.Core(t)
	switch {
	case !x.May && x.emptyKill(t) >= 0:
		return true
	case x.Arm != 0:
		return c.Armed && x.checks(c) || x.Arm&OnPoint != 0 && x.atPoint(c) && len(x.candidates(t)) > 0
	case x.May || x.Chance && c.steps() && c.At != 0 && x.Nodes[c.At].Op != Point:
		return false
	}
	return len(x.candidates(t)) > 0 || x.again(t, c)
}

// checks says that a thread that was given a cue would heed it here.
func (x *Step) checks(c Core) bool {
	return c.Status == Blocked || c.Status == Running && (c.Ctl == Run || x.UnwindPoints == Anywhere)
}

// arm gives t a cue, if there is something to look for.
func (x *Step) arm(t Thread, c Core, cue Cues) Core {
	if x.Arm&cue != 0 && (c.Status == Running || c.Status == Blocked || c.Status == Sending) && x.Queue(t) != "" {
		c.Armed = true
	}
	return c
}

// D1 receive. The next pending signal leaves the queue, its sender is woken,
// the receiver leaves the operation in which it was blocked (taking back its own
// throwTo), and the signal's block begins: all in one step. Where receiving needs
// a cue, the cue is used up.
//
//	s next in queue(t)    t receptive for s    t looks
//	─────────────────────────────────────────────────────────────────────────
//	queue(t) ← queue(t) − s    sender of s goes on    t raises E, or calls F
//
// Source: [ghc-throwto-2010 s.2-3]; [pldi01 (Receive), (Interrupt)]; [sbcl-it ¶1, ¶3].
func receive(x *Step, t Thread) bool {
	if !x.looks(t) {
		return false
	}
	next := x.candidates(t)
	if len(next) == 0 {
		return false
	}
	x.receiveAt(t, next[x.Choose(len(next))])
	return true
}

// receiveAt takes signal i out of the queue of t and receives it.
func (x *Step) receiveAt(t Thread, i int) {
	q := x.Queue(t)
	x.SetQueue(t, q.Remove(i))
	if c := x.Core(t); c.Armed {
		c.Armed = false
		x.SetCore(t, c)
	}
	x.receiveSignal(t, q.At(i))
}

// D2 discard-cue. A thread that looks for signals and finds none that it can
// receive, does not look again before the next cue.
//
//	t looks    no s in queue(t) for which t is receptive
//	────────────────────────────────────────────────────
//	t does not look
//
// Source: [ecl-src handle_all_queued]; [ruby-obs].
func discardCue(x *Step, t Thread) bool {
	c := x.Core(t)
	if !c.Armed || !x.checks(c) || len(x.candidates(t)) > 0 {
		return false
	}
	c.Armed = false
	x.SetCore(t, c)
	return true
}

// D3 kill-again. A kill has no effect on a thread that is being killed.
//
//	kill next in queue(t)    t being killed    Doomed = NoKill
//	──────────────────────────────────────────────────────────
//	queue(t) ← queue(t) − kill
//
// Source: [lw-manual current-process-kill]; [ruby-obs].
func killAgain(x *Step, t Thread) bool {
	i := x.emptyKill(t)
	if i < 0 {
		return false
	}
	q := x.Queue(t)
	x.SetQueue(t, q.Remove(i))
	x.emit(Event{Kind: Merged, Thread: t, Other: q.At(i).By, Send: q.At(i).Send})
	return true
}

// emptyKill is a kill in the queue of t that has no effect; -1 if there is none.
func (x *Step) emptyKill(t Thread) int {
	if x.Doomed != NoKill {
		return -1
	}
	i := x.Queue(t).Find(func(s Signal) bool { return s.Kind == Death && !s.Flying })
	if i >= 0 && !x.doomed(t, x.Core(t)) {
		return -1
	}
	return i
}

// D4 receive-done. The operation in which t is blocked is done, and t is
// interrupted all the same: what it got is lost, unless somebody looks.
//
//	t blocked in op ∈ Both    op can be done    s next in queue(t)    t receptive for s
//	───────────────────────────────────────────────────────────────────────────────────
//	op is done    t receives s
//
// Source: [ecl-src ecl_wait_on]; [glibc-12683].
func receiveDone(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.Status != Blocked || !x.Both.Has(c.Op) || !x.looks(t) {
		return false
	}
	next := x.candidates(t)
	if len(next) == 0 || !(take(x, t) || lock(x, t) || acquire(x, t)) {
		return false
	}
	x.receiveAt(t, next[x.Choose(len(next))])
	return true
}

// D5 receive-again. Where cancelling is a state and not an event, what was
// received once is raised at every later point.
//
//	Sticky    t has received E    t receptive for E
//	───────────────────────────────────────────────
//	t raises E
//
// Source: [go-context Done, Err].
func receiveAgain(x *Step, t Thread) bool {
	c := x.Core(t)
	if !x.again(t, c) {
		return false
	}
	x.leaveOperation(t, Exception)
	return x.raise(t, x.Core(t), c.Again-1)
}

func (x *Step) again(t Thread, c Core) bool {
	return c.Again != 0 && c.Ctl == Run && x.receptive(t, Signal{Kind: Exception, Arg: c.Again - 1})
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
		x.freeze(t, c)
		x.raiseSignal(t, c, s)
	case Death:
		c.Ctl, c.Arg, c.At, c.Fresh = Killing, 0, 0, false
		x.SetCore(t, c)
	case Thunk:
		x.call(t, c, s, waits)
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
