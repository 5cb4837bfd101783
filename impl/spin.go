package impl

import "github.com/interject/interject/impl/internal/at"

// spinFor runs until cond, which looks at o, and receives at level Open meanwhile.
// Receipt comes first when both are due.
func (t *Thread) spinFor(op Op, on any, o *at.Object, cond func() bool) error {
	for {
		if err := t.enter(); err != nil {
			return err
		}
		t.fresh = false
		open := t.level == Open && !fault(faultSpinDeaf) // AwaitQuiet calls either too, and may not read the level
		due := func() bool { return open && t.w.Peek()&(pending|forced) != 0 }
		either := func() bool { return due() || t.stops(t.w.Peek()) || cond() }
		t.spinUntil(op, on, o, either)
		if !due() {
			return t.stopping()
		}
	}
}

// spinUntil waits for cond.
func (t *Thread) spinUntil(op Op, on any, o *at.Object, cond func() bool) {
	if own := t.w.Object(); own != nil {
		own.Control.Step(at.Wait, own, o, cond)
		return
	}
	if cond() {
		return
	}
	t.mark(spinning, op, on)
	if t.rt.quiet == nil {
		at.Await(nil, nil, cond)
	} else {
		r := t.rare()
		r.spin.Store(&cond)
		t.rt.quiet.stop()
		at.Await(nil, nil, cond)
		t.rt.quiet.begin()
		r.spin.Store(nil)
	}
	t.mark(0, op, on)
}

// mark publishes that t spins, or not any more.
func (t *Thread) mark(bit uint64, op Op, on any) {
	x := t.w.Acquire()
	t.op, t.on = op, on
	t.w.Release(x&^spinning | bit)
}

// Await runs until u is blocked or has ended. It is for tests, which cannot know
// otherwise that a sender has taken its place.
func (t *Thread) Await(u *Thread) error {
	t.aims(OpAwait, u)
	return t.spinFor(OpAwait, u, u.w.Object(), func() bool {
		x := u.w.Peek()
		return x&finished != 0 || x&(waiting|killing) == waiting
	})
}
