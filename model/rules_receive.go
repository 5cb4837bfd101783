package model

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
	c := x.Core(t)
	bare := c.Bare
	if c.Armed {
		c.Armed, c.Bare = false, false
		x.SetCore(t, c)
	}
	x.receiveSignal(t, q.At(i))
	if f, ok := x.Stack(t).Top(); ok && bare && f.Kind == ThunkFrame {
		f.Bare = true
		x.SetStack(t, x.Stack(t).Pop().Push(f))
	}
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
	c.Armed, c.Bare = false, false
	x.SetCore(t, c)
	return true
}

// D3 kill-again. A kill has no effect on a thread that is being killed.
//
//	kill next in queue(t)    t being killed    Doomed = NoKill, NeverAgain
//	──────────────────────────────────────────────────────────────────────
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
	if x.Doomed != NoKill && x.Doomed != NeverAgain {
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
