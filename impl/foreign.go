package impl

import "context"

// Foreign runs f, during which nothing is received whatever the mask: f is code that
// knows nothing of threads, and must not use t. What came meanwhile is received after
// f has returned [ghc-throwto-2010 s.6-7].
func (t *Thread) Foreign(f func() error) error {
	if err := t.enter(); err != nil {
		return err
	}
	t.goAbroad(OpForeign, nil, nil, true)
	defer t.comeBack(OpForeign, nil)
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
	err := func() error {
		t.goAbroad(OpForeign, nil, cancel, !t.hears(OpForeignInterruptible))
		defer t.comeBack(OpForeign, nil)
		return f(ctx)
	}()
	if e := t.enter(); e != nil {
		return e
	}
	return err
}

// goAbroad publishes that t waits outside of this package: blocked, but not receptive.
// A sender calls poke, if it is not nil, unless t is deaf; who ends t does so anyway. It
// returns whether something was pending already.
func (t *Thread) goAbroad(op Op, on any, poke func(), deaf bool) bool {
	x := t.w.Acquire()
	if x&standing != started {
		t.w.Release(x)
		t.usedTwice(op, on)
	}
	t.touch(partPlace)
	t.ticket++
	t.op, t.on = op, on
	if poke != nil && t.head != nil && fault(faultPokedByPending) {
		poke()
	}
	t.rt.quiet.begin()
	due := t.head != nil || t.stops(x)
	if poke != nil {
		r := t.rare()
		r.poke, r.deaf = poke, deaf
		x |= pokeable
	}
	t.w.Release(x&^ticketMask | t.ticket<<ticketShift&ticketMask | waiting | abroad)
	t.rt.quiet.stop()
	t.blocked(Blocked, op, on)
	return due
}

func (t *Thread) comeBack(op Op, on any) {
	x := t.w.Acquire()
	t.touch(partPlace)
	t.w.Release(x &^ (waiting | abroad | pokeable))
	t.blocked(Woken, op, on)
	t.fresh = false
}

// poker returns what to call, once the lock is free, after something was queued for t, or
// t was ended. The caller holds the lock, and x is the word.
func (t *Thread) poker(x uint64, ended bool) func() {
	if x&pokeable == 0 || fault(faultNotPoked) {
		return nil
	}
	if r := t.rare(); ended || !r.deaf {
		return r.poke
	}
	return nil
}
