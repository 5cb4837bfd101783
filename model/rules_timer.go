package model

// S23 timeout. A timer runs for a block. When it fires, the thread leaves the block
// as an exception would and runs the other one.
//
//	t at timeout B expired C
//	────────────────────────
//	t runs B in timer(C)
//
// Source: [ghc-base System.Timeout]; [sbcl-src with-timeout].
func timeout(x *Step, t Thread) bool { return x.install(t, Timeout, TimerFrame) }

// T11 fire. Time is up whenever it likes, once: the thread is sent an exception
// like any other, to be received when its mask lets it in.
//
//	t in timer(C)    the timer has not fired
//	────────────────────────────────────────
//	queue(t) ← queue(t)·Timeout
//
// Source: [ghc-base System.Timeout]; [sbcl-src run-timer].
func fire(x *Step, t Thread) bool {
	c, stack := x.Core(t), x.Stack(t)
	if c.Status.Gone() || c.Status == Exiting {
		return false
	}
	var running []int
	for i := range stack.Len() {
		if f := stack.At(i); f.Kind == TimerFrame && !f.Done {
			running = append(running, i)
		}
	}
	if len(running) == 0 {
		return false
	}
	i := running[x.Choose(len(running))]
	f := stack.At(i)
	f.Done = true
	x.SetStack(t, stack.Replace(i, f))
	x.queue(t, t, Signal{Kind: Exception, Arg: x.Nodes[f.Node].B, By: t, Send: f.Node})
	return true
}

// R11 return-timer. The timer is stopped; a signal of it that is pending is taken
// back.
//
//	t returns into timer(C)
//	────────────────────────────────────────
//	queue(t) ← queue(t) − its signal    t goes on
//
// Source: [ghc-base System.Timeout]; [sbcl-src unschedule-timer].
func returnTimer(x *Step, t Thread) bool {
	c, f, ok := x.on(t, TimerFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	x.stopTimer(t, f)
	return x.resume(t, c, f)
}

// X11 expire. The exception of this timer ends here and its other block runs. Any
// other unwinding stops the timer and passes by.
//
//	t raises Timeout of this timer into timer(C, l)
//	───────────────────────────────────────────────
//	mask(t) ← l    t runs C
//
// Source: [ghc-base System.Timeout].
func expire(x *Step, t Thread) bool {
	c, f, ok := x.into(t, TimerFrame)
	if !ok {
		return false
	}
	c.Mask = f.Mask
	x.stopTimer(t, f)
	if c.Ctl != Raising || c.At != f.Node {
		return x.unwindPast(t, c, f)
	}
	x.pop(t, f, true)
	c.Ctl, c.Arg = Run, 0
	return x.enter(t, c, Frame{Kind: AfterFrame, Mask: f.Mask, Node: f.Node, Env: c.Env}, x.Nodes[f.Node].Alt)
}

// stopTimer takes the signal of a timer back, if it is pending.
func (x *Step) stopTimer(t Thread, f Frame) {
	q := x.Queue(t)
	if i := q.Find(func(s Signal) bool { return s.By == t && s.Send == f.Node }); i >= 0 {
		x.SetQueue(t, q.Remove(i))
		x.emit(Event{Kind: Withdrawn, Thread: t, Other: t, Send: f.Node})
	}
}
