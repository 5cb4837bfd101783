package impl

// Var is a shared variable that threads can wait for.
type Var[V any] struct {
	q queue[func(V) bool]
	v V
}

// NewVar makes a variable.
func NewVar[V any](rt *Runtime, v V) *Var[V] {
	x := &Var[V]{v: v}
	x.q.lock.Control(rt.scheduler("NewVar"))
	return x
}

// Set changes the variable, which is no safe point, and wakes the threads that waited for this. Anyone may call it.
func (v *Var[V]) Set(to V) {
	x := v.q.lock.Acquire()
	v.v = to
	woken := v.satisfied()
	v.q.lock.Release(x)
	for woken != nil {
		w := woken
		woken = w.next // w is its thread's again once that is woken
		w.t.parker.Unpark()
	}
}

// satisfied takes out the waiters whose condition holds and returns them in a chain.
func (v *Var[V]) satisfied() (chain *waiter[func(V) bool]) {
	var last *waiter[func(V) bool]
	for w := v.q.head; w != nil; {
		next := w.next
		if w.v(v.v) {
			v.q.leave(w)
			if w.t.claim(w.ticket) {
				if last == nil {
					chain = w
				} else {
					last.next = w
				}
				last = w
			}
		}
		w = next
	}
	return chain
}

// Get reads the variable. Anyone may call it.
func (v *Var[V]) Get() V {
	x := v.q.lock.Acquire()
	now := v.v
	v.q.lock.Release(x)
	return now
}

// WaitUntil blocks interruptibly until the variable fulfils cond, which must be a pure
// function of its argument.
func (v *Var[V]) WaitUntil(t *Thread, cond func(V) bool) error {
	for {
		if err := t.enter(); err != nil {
			return err
		}
		v.q.madeFor(t, OpWaitUntil, v)
		x := v.q.lock.Acquire()
		if cond(v.v) {
			v.q.lock.Release(x)
			return nil
		}
		_, how := v.q.wait(t, x, cond, OpWaitUntil, v, t.hears(OpWaitUntil), 0)
		if how == byPartner {
			return nil
		}
		if err := t.interrupted(how); err != nil {
			return err
		}
	}
}

// Spin runs until the variable fulfils cond. The thread is running, not blocked: at
// level Open it receives at any time, at the others not at all.
func (v *Var[V]) Spin(t *Thread, cond func(V) bool) error {
	return t.spinFor(OpSpin, v, v.q.lock.Object(), func() bool {
		if t.rt.sched != nil {
			return cond(v.v) // nobody else runs
		}
		return cond(v.Get())
	})
}
