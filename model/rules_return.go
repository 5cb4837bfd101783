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
	return x.resume(t, x.level(t, c, f.Mask, OnLeave), f)
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
	c.Ctl, c.Arg, c.At = f.Ctl, f.Arg, f.At
	x.SetCore(t, c)
	return true
}

// R7 return-thunk. The interrupted point goes on; an operation that was blocked
// is executed again, and a wait goes on, unless it was notified meanwhile, or ends
// spuriously: where others may end it, if one has waited on the condition since, or
// notified one that did.
//
//	t returns into interrupted(point)
//	─────────────────────────────────
//	t at point
//
// Source: [sbcl-it ¶1]; [lcl50-aug ¶4].
func returnThunk(x *Step, t Thread) bool {
	c, f, ok := x.on(t, ThunkFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	c = c.elsewhere(Core{Status: Running, Ctl: f.Ctl, Mask: f.Mask, Arg: f.Arg, At: f.At, Value: f.Value, Env: f.Env})
	if f.Wait != NoWait {
		c = x.resumeWait(t, c, f)
	}
	c = x.arm(t, c, OnThunk)
	c.Bare = f.Bare && c.Armed
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
func returnAfter(x *Step, t Thread) bool {
	c, f, ok := x.on(t, AfterFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	c.Env = f.Env // of a scope that was squeezed nothing else is left to drop it
	return x.resume(t, c, f)
}

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
