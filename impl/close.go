package impl

import (
	"context"
	"runtime"

	"github.com/interject/interject/impl/internal/at"
)

// ErrClosed is what unwinds the threads of a runtime that is closed. It is a control
// like ErrKilled, and every operation returns it from then on, at any level.
var ErrClosed error = &control{name: "the runtime is closed"}

// Close makes every operation of every thread return ErrClosed, so that threads that
// check end. That is so in their cleanups too: what must be given back even then is not to be
// given back by way of a cell. One that is started later ends without running its function. It does not
// wait for them: see [Runtime.Wait]. Anyone may call it, and again to no effect; under a
// Scheduler it does nothing.
func (rt *Runtime) Close() {
	if rt.sched != nil {
		return
	}
	rt.closed.Store(true)
	for _, t := range rt.alive() {
		t.rouse()
	}
}

// Wait waits until all threads have ended, those too that are started meanwhile. If ctx ends
// before, it returns the error of ctx. It does not ask them to end: see [Runtime.Close]. It
// is for goroutines that are no threads; a thread would wait for itself.
func (rt *Runtime) Wait(ctx context.Context) error {
	for all := rt.alive(); len(all) > 0; all = rt.alive() {
		select {
		case <-all[0].Done():
			runtime.Gosched() // it is about to leave the list
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
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
// What it holds stays held. Go's own deferred functions do run. It is an [*Error] if the edition
// has no such kill: of the four, lcl@doc has.
func (t *Thread) KillNow(u *Thread) error {
	t.given()
	if !t.rt.policy.KillNow {
		return t.misuse(OpInterrupt, u, "the edition "+t.rt.policy.Edition+" has no kill without cleanups")
	}
	t.aims(OpInterrupt, u)
	if err := t.enter(); err != nil {
		return err
	}
	if u == t {
		if fault(faultDoomedReceives) {
			return t.raise(errDoomed)
		}
		x := t.w.Acquire()
		t.w.Release(x | doomed | at.Sign)
		return t.stopping()
	}
	if !t.doom(u) {
		return t.stopping()
	}
	t.joinOnce(u, OpJoin, false, 0) // comes back early if the runtime is closed
	x := t.w.Acquire()
	t.w.Release(x &^ killing)
	return t.stopping()
}

// doom makes u end without its cleanups, and t one that sees to that, unless t itself is
// to end so: of two who do this to each other one is ended. Until u has ended, t is not,
// lest it be seen to be gone before what it did is done. That ends: who is to end dooms
// nobody any more, so nobody waits for itself.
func (t *Thread) doom(u *Thread) bool {
	x, y := lockBoth(t, u)
	if x&doomed != 0 && !fault(faultBothDoomed) {
		u.w.Release(y)
		t.w.Release(x)
		return false
	}
	t.w.Release(x | killing)
	if y&(waiting|abroad|killing) == waiting {
		u.hand(y|doomed, errDoomed, 0)
		return true
	}
	poke := u.poker(y, true)
	u.w.Release(y | doomed | at.Sign)
	if poke != nil {
		poke()
	}
	return true
}

// stops tells, of the word x of t, whether t must end without being asked.
func (t *Thread) stops(x uint64) bool { return x&(doomed|killing) == doomed || t.rt.closed.Load() }

// stopping returns what t must end with, if it must.
func (t *Thread) stopping() error {
	switch {
	case t.rt.closed.Load():
		if t.force = ErrClosed; t.w.Load()&forced == 0 { // Close has not come to t yet
			t.hold(ErrClosed) // what is pending gives a sign too, but it can be withdrawn
		}
	case t.rt.policy.KillNow && t.w.Load()&doomed != 0:
		t.force = errDoomed
	default:
		return nil
	}
	t.cancel(t.force)
	return t.force
}
