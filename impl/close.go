package impl

// ErrClosed is what unwinds the threads of a runtime that is closed. It is a control
// like ErrKilled, and every operation returns it from then on, at any level.
var ErrClosed error = &control{name: "the runtime is closed"}

// Close makes every operation of every thread return ErrClosed, so that threads that
// check end. It does not wait for them. Anyone may call it; under a Scheduler it does
// nothing.
func (rt *Runtime) Close() {
	if rt.sched != nil {
		return
	}
	rt.closed.Store(true)
	for t := rt.threads.Load(); t != nil; t = t.elder {
		t.rouse()
	}
}

// rouse wakes t if it is parked, and makes it take the slow path of its safe points.
func (t *Thread) rouse() {
	x := t.w.Acquire()
	if x&waiting == 0 {
		t.w.Release(t.attention(x | forced))
		return
	}
	t.hand(x, ErrClosed, 0)
}

// closing returns ErrClosed if the runtime is closed.
func (t *Thread) closing() error {
	if t.rt.closed.Load() {
		t.force = ErrClosed
		return ErrClosed
	}
	return nil
}
