package impl

import "github.com/interject/interject/impl/internal/at"

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
	for _, t := range rt.alive() {
		t.rouse()
	}
}

// rouse wakes t if it is parked, and makes it take the slow path of its safe points.
func (t *Thread) rouse() {
	x := t.w.Acquire()
	if x&(waiting|abroad) == waiting {
		t.hand(x, ErrClosed, 0)
		return
	}
	poke := t.poker(x, true)
	t.w.Release(t.attention(x | forced))
	if poke != nil {
		poke()
	}
}

// errDoomed is what unwinds a thread that is killed without its cleanups.
var errDoomed error = &control{name: "killed without cleanups"}

// KillNow ends u without running its cleanups, and returns when it has ended. A thread
// that is parked ends at once, whatever its mask; one that runs, at its next safe point.
// What it holds stays held. Go's own deferred functions do run.
func (t *Thread) KillNow(u *Thread) error {
	if !t.rt.policy.KillNow {
		return t.misuse(OpInterrupt, u, "the edition "+t.rt.policy.Edition+" has no kill without cleanups")
	}
	if err := t.enter(); err != nil {
		return err
	}
	if u == t {
		return t.raise(errDoomed)
	}
	x := u.w.Acquire()
	if x&(waiting|abroad) == waiting {
		u.hand(x|doomed, errDoomed, 0)
	} else {
		poke := u.poker(x, true)
		u.w.Release(x | doomed | at.Sign)
		if poke != nil {
			poke()
		}
	}
	y := t.w.Acquire()
	t.w.Release(y | killing)
	how := t.joinOnce(u, OpJoin, false, 0)
	y = t.w.Acquire()
	t.w.Release(y &^ killing)
	if how != byPartner {
		return t.stopping()
	}
	return nil
}

// stops tells, of the word x of t, whether t must end without being asked.
func (t *Thread) stops(x uint64) bool { return x&doomed != 0 || t.rt.closed.Load() }

// stopping returns what t must end with, if it must.
func (t *Thread) stopping() error {
	switch {
	case t.rt.closed.Load():
		if t.force = ErrClosed; !t.w.Attention() { // Close has not come to t yet
			t.hold(ErrClosed)
		}
	case t.rt.policy.KillNow && t.w.Load()&doomed != 0:
		t.force = errDoomed
	default:
		return nil
	}
	t.cancel(t.force)
	return t.force
}
