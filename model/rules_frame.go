package model

// Every frame kind has one rule for returning into it (R) and one for unwinding
// into it (X). Unwinding is data: it travels down the stack one frame a step,
// because interrupts can land between those steps.

// R1 return. A thread whose last statement is done has returned.
//
//	t returns into nothing
//	──────────────────────
//	t returned
func returnThread(x *Step, t Thread) bool {
	c := x.Core(t)
	if !c.steps() || c.At != 0 || x.Stack(t).Len() > 0 {
		return false
	}
	x.finish(t, c, Returned)
	return true
}

// R2 return-scope. The level is restored; what is received then, is received
// before the next statement, and the value of the scope is lost.
//
//	t returns into scope(l)
//	───────────────────────
//	mask(t) ← l    t goes on
//
// Source: [ghc-rts stg_unmaskAsyncExceptionszh_ret]; [sbcl-src without-interrupts].
func returnScope(x *Step, t Thread) bool {
	c, f, ok := x.on(t, ScopeFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	c.Mask = f.Mask
	return x.resume(t, c, f)
}

// R3 return-handler. The handler is no longer needed.
//
//	t returns into handler(E, l, H)
//	───────────────────────────────
//	t goes on
func returnHandler(x *Step, t Thread) bool { return x.returnPast(t, HandlerFrame) }

// R4 return-tag. The tag is no longer there.
//
//	t returns into tag(a, l)
//	────────────────────────
//	t goes on
func returnTag(x *Step, t Thread) bool { return x.returnPast(t, TagFrame) }

// R5 return-cleanup. The protected block has ended; its cleanup runs.
//
//	t returns into cleanup(C)
//	─────────────────────────
//	t runs C, then goes on
//
// Source: [clhs unwind-protect]; [ghc-base finally].
func returnCleanup(x *Step, t Thread) bool {
	c, f, ok := x.on(t, CleanupFrame)
	return ok && x.clean(t, c, f)
}

// R6 return-cleaning. The cleanup has ended; what it held goes on: the next
// statement, or the unwinding.
//
//	t returns into cleaning(held)
//	─────────────────────────────
//	t resumes held
//
// Source: [clhs unwind-protect]; [ghc-base onException].
func returnCleaning(x *Step, t Thread) bool {
	c, f, ok := x.on(t, CleaningFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	c.Mask, c.Value = f.Mask, f.Value
	if f.Ctl == Run {
		return x.resume(t, c, f)
	}
	c.Ctl, c.Arg = f.Ctl, f.Arg
	x.SetCore(t, c)
	return true
}

// R7 return-thunk. The interrupted point goes on; an operation that was blocked
// is executed again, and a wait goes on.
//
//	t returns into interrupted(point)
//	─────────────────────────────────
//	t at point
//
// Source: [sbcl-it ¶1]; [lcl50-aug ¶4].
func returnThunk(x *Step, t Thread) bool {
	_, f, ok := x.on(t, ThunkFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	c := Core{Status: Running, Ctl: f.Ctl, Mask: f.Mask, Arg: f.Arg, At: f.At, Value: f.Value, Env: f.Env}
	switch f.Wait {
	case StillWaits:
		c.Status, c.Op, c.On = Blocked, Wait, x.Nodes[f.At].A
	case Notified:
		c.Status, c.Op, c.On = Blocked, Relock, x.Nodes[f.At].B
	}
	x.SetCore(t, c)
	return true
}

// R8 return-loop. The condition is tested again.
//
//	t returns into loop
//	───────────────────
//	t at its while
func returnLoop(x *Step, t Thread) bool {
	c, f, ok := x.on(t, LoopFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	c.At = f.Node
	x.SetCore(t, c)
	return true
}

// R9 return-after. A handler's block is not the block that its try is in.
//
//	t returns into after
//	────────────────────
//	t goes on
func returnAfter(x *Step, t Thread) bool { return x.returnPast(t, AfterFrame) }

// returnPast pops a frame that has nothing to do on a return.
func (x *Step) returnPast(t Thread, k FrameKind) bool {
	c, f, ok := x.on(t, k)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	return x.resume(t, c, f)
}

// resume goes on after the statement that pushed f.
func (x *Step) resume(t Thread, c Core, f Frame) bool {
	n := &x.Nodes[f.Node]
	if n.binds() {
		c.forget(n.Slot)
	}
	c.At = n.Next
	x.SetCore(t, c)
	return true
}

// X1 die. An unwinding that nothing stopped ends the thread.
//
//	t unwinds into nothing
//	────────────────────────
//	t died of E, or is killed
func die(x *Step, t Thread) bool {
	c := x.Core(t)
	if !c.unwinds() || x.Stack(t).Len() > 0 {
		return false
	}
	if c.Ctl == Throwing {
		panic("model: a throw found no tag on its way, though it had looked")
	}
	s := Died
	if c.Ctl == Killing {
		s = Killed
	}
	x.finish(t, c, s)
	return true
}

// X2 unwind-scope. The level is restored. Where an unwinding has points at which
// it can be interrupted, this is what makes them receptive.
//
//	t unwinds into scope(l)
//	─────────────────────────────
//	mask(t) ← l    t unwinds on
//
// Source: [ghc-rts raiseAsync]; [sbcl-src unwind].
func unwindScope(x *Step, t Thread) bool {
	c, f, ok := x.into(t, ScopeFrame)
	if !ok {
		return false
	}
	c.Mask = f.Mask
	if n := &x.Nodes[f.Node]; n.binds() {
		c.forget(n.Slot)
	}
	return x.unwindPast(t, c, f)
}

// X3 catch. The handler of the class runs, and the level rises in the same step:
// else what is pending would kill the handler before it is closed. Any other
// unwinding passes by.
//
//	t raises E into handler(E, l, H)
//	──────────────────────────────────────────────────────────────
//	mask(t) ← max(l, HandlerMask)    t runs H, then restores l
//
// Source: [ghc-rts raiseAsync, catch frames]; [ghc-base Control.Exception, "handlers run masked"].
func catch(x *Step, t Thread) bool {
	c, f, ok := x.into(t, HandlerFrame)
	if !ok {
		return false
	}
	n := &x.Nodes[f.Node]
	c.Mask = f.Mask
	if c.Ctl != Raising || n.A != Any && n.A != c.Arg {
		return x.unwindPast(t, c, f)
	}
	x.pop(t, f, true)
	after := Frame{Kind: AfterFrame, Mask: f.Mask, Node: f.Node}
	if c.Mask = max(f.Mask, x.HandlerMask); c.Mask != f.Mask {
		after.Kind = ScopeFrame
	}
	c.Ctl, c.Arg = Run, 0
	return x.enter(t, c, after, n.Alt)
}

// X4 arrive. A throw has reached its tag; the value is that of the block.
//
//	t throws a with v into tag(a, l)
//	────────────────────────────────────────
//	mask(t) ← l    value(t) ← v    t goes on
//
// Source: [clhs catch]; [lcl50-aug ¶3].
func arrive(x *Step, t Thread) bool {
	c, f, ok := x.into(t, TagFrame)
	if !ok {
		return false
	}
	c.Mask = f.Mask
	if c.Ctl != Throwing || x.Nodes[f.Node].A != c.Arg {
		return x.unwindPast(t, c, f)
	}
	x.pop(t, f, true)
	c.Ctl, c.Arg = Run, 0
	return x.resume(t, c, f)
}

// X5 unwind-cleanup. The cleanup runs and holds the unwinding meanwhile. Its
// first statement is a step of its own: what is received before it, is received
// when the frame is already unlinked, and nothing of the cleanup runs.
//
//	t unwinds into cleanup(C, l)
//	─────────────────────────────────────────────────────────────
//	mask(t) ← max(l, CleanupMask)    t runs C, then unwinds on
//
// Source: [sbcl-it ¶6-7]; [lcl50-aug ¶5].
func unwindCleanup(x *Step, t Thread) bool {
	c, f, ok := x.into(t, CleanupFrame)
	return ok && x.clean(t, c, f)
}

// clean is R5 and X5: they are the same but for what is held.
func (x *Step) clean(t Thread, c Core, f Frame) bool {
	x.pop(t, f, c.Ctl != Run)
	held := Frame{Kind: CleaningFrame, Mask: f.Mask, Node: f.Node, Ctl: c.Ctl, Arg: c.Arg, Value: c.Value}
	c.Ctl, c.Arg, c.Mask = Run, 0, max(f.Mask, x.CleanupMask)
	return x.enter(t, c, held, x.Nodes[f.Node].Alt)
}

// X6 replace. An unwinding that leaves a cleanup takes the place of the one that
// the cleanup held; the rest of the cleanup does not run.
//
//	t unwinds into cleaning(held)
//	─────────────────────────────
//	t unwinds on
//
// Source: [sbcl-it ¶7]; [lcl50-aug ¶5].
func replace(x *Step, t Thread) bool {
	c, f, ok := x.into(t, CleaningFrame)
	if !ok {
		return false
	}
	c.Mask = f.Mask
	return x.unwindPast(t, c, f)
}

// X7 unwind-thunk. The interrupted point is dropped and its level restored; so
// what is pending can be received here, before the next frame is unwound.
//
//	t unwinds into interrupted(point, l)
//	────────────────────────────────────
//	mask(t) ← l    t unwinds on
//
// Source: [sbcl-it ¶6]; [sbcl-src nlx-protect].
func unwindThunk(x *Step, t Thread) bool {
	c, f, ok := x.into(t, ThunkFrame)
	if !ok {
		return false
	}
	c.Mask, c.Env = f.Mask, f.Env
	if f.Wait == StillWaits {
		x.unlist(t, x.Nodes[f.At].A)
	}
	return x.unwindPast(t, c, f)
}

// X8 unwind-loop. The loop is left.
//
//	t unwinds into loop
//	───────────────────
//	t unwinds on
func unwindLoop(x *Step, t Thread) bool {
	c, f, ok := x.into(t, LoopFrame)
	return ok && x.unwindPast(t, c, f)
}

// X9 unwind-after. The handler is left.
//
//	t unwinds into after
//	────────────────────
//	t unwinds on
func unwindAfter(x *Step, t Thread) bool {
	c, f, ok := x.into(t, AfterFrame)
	return ok && x.unwindPast(t, c, f)
}

// unwindPast pops f and lets the unwinding travel on.
func (x *Step) unwindPast(t Thread, c Core, f Frame) bool {
	x.pop(t, f, true)
	x.SetCore(t, c)
	return true
}

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

// end makes t bare: those who throw at it are woken, what is pending is dropped.
func (x *Step) end(t Thread, s Status, arg uint8) {
	x.leaveOperation(t, Death)
	q := x.Queue(t)
	for i := range q.Len() {
		p := q.At(i)
		x.emit(Event{Kind: Dropped, Thread: t, Other: p.By, Send: p.Send})
		x.wakeSender(t, p)
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
	x.SetCore(t, Core{Status: s, Arg: arg})
	x.emit(Event{Kind: Ended, Thread: t, Arg: uint8(s)})
}
