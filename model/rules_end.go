package model

// finish ends thread t, at once or by way of a window in which it still accepts
// signals.
func (x *Step) finish(t Thread, c Core, s Status) {
	if x.TwoStepExit {
		x.SetCore(t, Core{Status: Exiting, On: uint8(s), Arg: c.Arg})
		return
	}
	x.end(t, s, c.Arg)
}

// E1 gone. The window closes; what was accepted in it is never run.
//
//	t exiting
//	──────────────────────────────────
//	t gone    queue(t) dropped
//
// Source: [sbcl-src %exit-other-threads, run].
func gone(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.Status != Exiting {
		return false
	}
	x.end(t, Status(c.On), c.Arg)
	return true
}

// E2 late-kill. A kill that comes in the window unwinds a stack that is no longer
// there, and the process may die of it.
//
//	t exiting    kill ∈ queue(t), come in the window    LateKill
//	────────────────────────────────────────────────────────────
//	the process dies
//
// Source: [ecl-src mp_exit_process, thread_entry_point]; [ecl-obs].
func lateKill(x *Step, t Thread) bool {
	if c := x.Core(t); !x.LateKill || c.Status != Exiting || !c.Armed || x.Queue(t).Find(x.exits) < 0 {
		return false
	}
	x.emit(Event{Kind: Crashed, Thread: t})
	x.crash()
	return true
}

// exits says that s kills its receiver, by itself or by what it makes it do.
func (x *Step) exits(s Signal) bool {
	return s.Kind == Death || s.Kind == Thunk && x.Nodes[x.Nodes[s.Send].Body].Op == Exit
}

// end makes t bare: those who throw at it are woken, what is pending is dropped.
func (x *Step) end(t Thread, s Status, arg uint8) {
	x.leaveOperation(t, Death)
	x.leaveFrames(t)
	q := x.Queue(t)
	for i := range q.Len() {
		p := q.At(i)
		x.emit(Event{Kind: Dropped, Thread: t, Other: p.By, Send: p.Send})
		x.wakeSender(t, p)
		x.refuseLink(t, p)
	}
	if q != "" {
		x.SetQueue(t, "")
	}
	if x.Stack(t) != "" {
		x.SetStack(t, "")
	}
	if s != Died {
		arg = 0
	}
	if x.DeathFrees {
		x.freeAll(t)
	}
	links := x.Core(t).Links
	x.SetCore(t, Core{Status: s, Arg: arg})
	x.tellLinked(t, links, s, arg)
	x.emit(Event{Kind: Ended, Thread: t, Arg: uint8(s)})
}

// leaveFrames undoes what the frames of a thread that ends without unwinding mean
// to others: it no longer waits, and no longer computes a lazy cell.
func (x *Step) leaveFrames(t Thread) {
	stack := x.Stack(t)
	for i := range stack.Len() {
		switch f := stack.At(i); f.Kind {
		case ThunkFrame:
			x.leaveWait(t, f)
		case UpdateFrame:
			x.delay(f)
		}
	}
}

// freeAll releases every mutex that t holds.
func (x *Step) freeAll(t Thread) {
	for i := range x.Cells {
		if x.Cells[i].Kind == Mutex && x.Cell(uint8(i)).Owner == byte(t)+1 {
			x.release(uint8(i))
		}
	}
}
