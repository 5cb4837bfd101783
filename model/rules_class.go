package model

// R10 return-handle. The levels of single classes are restored. Leaving is a time
// to look for signals.
//
//	t returns into handle(own)
//	──────────────────────────
//	own(t) ← own    t goes on
//
// Source: [ruby-doc Thread.handle_interrupt]; [ruby-obs].
func returnHandle(x *Step, t Thread) bool {
	c, f, ok := x.on(t, HandleFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	c.Own = f.Own
	return x.resume(t, x.arm(t, c, OnLeave), f)
}

// X10 unwind-handle. They are restored, and where an unwinding can be interrupted
// at this place, what is received takes its place in the same step.
//
//	t unwinds into handle(own)    UnwindPoints = AtMasks    s next in queue(t)
//	──────────────────────────────────────────────────────────────────────────
//	own(t) ← own    t receives s instead
//
// Source: [ruby-obs].
func unwindHandle(x *Step, t Thread) bool {
	c, f, ok := x.into(t, HandleFrame)
	if !ok {
		return false
	}
	c.Own = f.Own
	x.unwindPast(t, c, f)
	if x.UnwindPoints != AtMasks {
		return true
	}
	was := c
	c.Ctl, c.Arg, c.At = Run, 0, 0 // as it would stand here had it returned
	x.SetCore(t, c)
	if next := x.candidates(t); len(next) > 0 {
		x.receiveAt(t, next[0])
	} else {
		x.SetCore(t, was)
	}
	return true
}
