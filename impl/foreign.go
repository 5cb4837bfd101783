package impl

import "context"

// Foreign runs f, during which nothing is received whatever the mask: f is code that
// knows nothing of threads, and must not use t. What came meanwhile is received after
// f has returned [ghc-throwto-2010 s.6-7].
func (t *Thread) Foreign(f func() error) error {
	if err := t.enter(); err != nil {
		return err
	}
	t.goAbroad(nil)
	defer t.comeBack()
	return f()
}

// ForeignInterruptible is Foreign that asks f to return early when something is sent to
// t meanwhile, by cancelling the context; at level Closed it does not ask, nor for what
// was pending before under a mask [ghc-throwto-2010 s.8].
// An error that wraps context.Canceled because of that is not returned if a signal is
// received in its place.
func (t *Thread) ForeignInterruptible(f func(context.Context) error) error {
	if err := t.enter(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	poke := cancel
	if !t.hears(OpForeignInterruptible) {
		poke = nil
	}
	err := func() error {
		t.goAbroad(poke)
		defer t.comeBack()
		return f(ctx)
	}()
	if e := t.enter(); e != nil {
		return e
	}
	return err
}

// goAbroad publishes that t is in a foreign call: parked, but not receptive.
func (t *Thread) goAbroad(poke func()) {
	x := t.w.Acquire()
	t.touch(partPlace)
	t.ticket++
	t.op, t.on, t.poke = OpForeign, nil, poke
	t.rt.quiet.begin()
	t.publish(x|abroad, false)
	t.blocked(Blocked, OpForeign, nil)
}

func (t *Thread) comeBack() {
	x := t.w.Acquire()
	t.touch(partPlace)
	t.poke = nil
	t.w.Release(x &^ (waiting | abroad))
	t.blocked(Woken, OpForeign, nil)
	t.fresh = false
}
