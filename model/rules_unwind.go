package model

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
	c = x.level(t, c, f.Mask, OnUnwind)
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
	after := Frame{Kind: AfterFrame, Mask: f.Mask, Node: f.Node, Env: c.Env}
	if c.Mask = max(f.Mask, x.HandlerMask); c.Mask != f.Mask {
		after.Kind, after.Env = ScopeFrame, 0
	}
	c.Ctl, c.Arg, c.At = Run, 0, 0
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
	c.Ctl, c.Arg, c.At = Run, 0, 0
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
	held := Frame{Kind: CleaningFrame, Mask: f.Mask, Node: f.Node, Ctl: c.Ctl, Arg: c.Arg, At: c.At, Value: c.Value}
	c.Ctl, c.Arg, c.Mask = Run, 0, max(f.Mask, x.CleanupMask)
	x.enter(t, c, held, x.Nodes[f.Node].Alt)
	if c, n, ok := x.at(t, Scope); ok && x.FirstForm {
		x.enterScope(t, c, n)
	}
	return true
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
// what is pending can be received here, before the next frame is unwound. Where
// thunks are counted, it is received while this one still counts: the frame goes in
// a step of its own. A wait that the thunk interrupted is left; where it takes its
// mutex again before anything else, the unwinding is held up until it has (B11).
//
//	t unwinds into interrupted(point, l)
//	────────────────────────────────────
//	mask(t) ← l    t unwinds on
//
// Source: [sbcl-it ¶6]; [sbcl-src invoke-interruption, nlx-protect]; [py-src Condition.wait].
func unwindThunk(x *Step, t Thread) bool {
	c, f, ok := x.into(t, ThunkFrame)
	if !ok {
		return false
	}
	if f.Done {
		return x.unwindPast(t, c, f)
	}
	c.Mask, c.Env = f.Mask, f.Env
	x.leaveWait(t, f)
	if f.Wait != NoWait && x.Relocks {
		c.Status, c.Op, c.On = Blocked, Relock, x.Nodes[f.At].B
	}
	if x.NestBound == 0 {
		return x.unwindPast(t, c, f)
	}
	x.SetStack(t, x.Stack(t).Pop().Push(Frame{Kind: ThunkFrame, Node: f.Node, Done: true}))
	x.SetCore(t, c)
	return true
}

// leaveWait gives up the wait that a thunk interrupted. Whoever leaves a wait may
// have got a notification, and where that is not to be lost passes one on, whether
// it has or not.
func (x *Step) leaveWait(t Thread, f Frame) {
	if f.Wait == NoWait {
		return
	}
	i := x.Nodes[f.At].A
	if f.Wait == StillWaits {
		x.unlist(t, i)
	}
	if x.PassOn {
		x.notifyFirst(i)
	}
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
