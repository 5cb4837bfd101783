package impl

import "github.com/interject/interject/impl/internal/at"

// Check is a safe point: a thread at level Open receives here. It returns the error
// that was raised, and again at each later call until a handler has taken it.
func (t *Thread) Check() error {
	if !t.w.Attention() {
		return nil
	}
	return t.point()
}

// Beginning tells whether t runs an interrupting function of which nothing has been
// executed yet but masks. The next safe point is its beginning: nothing is received
// there, where the edition says so.
func (t *Thread) Beginning() bool { return t.fresh }

// enter begins an operation, which is a safe point.
func (t *Thread) enter() error {
	if t != nil && !t.w.Attention() {
		return nil
	}
	return t.point()
}

//go:noinline
func (t *Thread) point() error {
	if t == nil {
		noThread()
	}
	t.rt.checkUse(t)
	if err := t.stopping(); err != nil {
		return err
	}
	switch {
	case t.force != nil:
		return t.force
	case t.fresh:
		t.fresh = false
		return nil
	case t.level != Open && !fault(faultIgnoreMask):
		return nil
	case int64(t.w.Load()) >= 0:
		return nil
	}
	return t.receive(Open)
}

// hears tells whether a signal interrupts t when it blocks in op.
func (t *Thread) hears(op Op) bool {
	switch {
	case fault(faultHearsClosed) && t.level == Closed, fault(faultHearsAll):
		return true
	case fault(faultDeafMasked) && t.level == Masked:
		return false
	}
	deaf := t.rt.policy.Deaf
	if t.level == Masked && !fault(faultHearsShut) {
		deaf |= t.rt.policy.Shut
	}
	return t.level != Closed && deaf>>op&1 == 0
}

// interruptible begins an operation that is interrupted even if it does not block.
func (t *Thread) interruptible() error {
	if !t.w.Attention() {
		return nil
	}
	return t.due()
}

//go:noinline
func (t *Thread) due() error {
	t.rt.checkUse(t)
	if err := t.stopping(); err != nil {
		return err
	}
	if t.force != nil {
		return t.force
	}
	if t.level == Closed || int64(t.w.Load()) >= 0 {
		return nil
	}
	return t.receive(Masked)
}

// receive takes pending signals, oldest first, until one raises or none is left, as
// long as the thread's level is at most limit.
func (t *Thread) receive(limit Level) error {
	for t.level <= limit || fault(faultIgnoreMask) {
		if some, err := t.receiveOne(); !some || err != nil {
			return err
		}
	}
	return nil
}

// receiveOne takes the oldest pending signal, if there is one.
func (t *Thread) receiveOne() (some bool, err error) {
	t.fresh = false
	x := t.w.Acquire()
	h := t.head
	if h == nil {
		if t.force == nil {
			x &^= forced
		}
		t.w.Release(t.attention(x))
		return false, nil
	}
	p, from := t.dequeue(h)
	t.w.Release(t.attention(x | forcedIf(p.what)))
	from.acknowledge()
	if fault(faultReadAfterAck) && from != nil {
		p = t.read(h)
	}
	return true, t.take(p)
}

// dequeue takes the oldest signal out of t's queue. It copies what is needed, since
// the signal is its sender's again as soon as that is told.
func (t *Thread) dequeue(h *signal) (payload, *Thread) {
	p, from := t.read(h), h.from
	t.unlink(h)
	if from == nil {
		t.recycle(h)
	}
	return p, from
}

// read copies what is to be received.
func (t *Thread) read(h *signal) payload {
	if h.from != nil {
		h.from.touch(partSelf)
	}
	return payload{h.what, h.id}
}

// take does what a received signal demands.
func (t *Thread) take(p payload) error {
	if p.id != 0 { // else it is no signal: the thread is to end
		t.event(Received, t, p.id, p.what)
	}
	if f, ok := p.what.(function); ok {
		return t.call(f)
	}
	t.force = p.what
	t.cancel(p.what)
	return p.what
}

// call runs a function that interrupts. What is held by an unwinding in force waits
// until it returns, or is dropped if it raises.
func (t *Thread) call(f function) (err error) {
	level, force := t.level, t.force
	t.force = nil
	t.level = max(level, t.rt.policy.Function)
	if fault(faultFunctionOpen) {
		t.level = level
	}
	t.fresh = t.rt.policy.Begins && !fault(faultReversed)
	t.event(Entered, nil, uint64(FrameFunction), nil)
	returned := false
	defer func() {
		t.fresh = false
		if !returned {
			t.level = level
		}
	}()
	err = t.unwound(f(t))
	if fault(faultFunctionTwice) && err == nil {
		err = t.unwound(f(t))
	}
	returned = true
	if t.level = level; fault(faultFunctionLevelStays) {
		t.level = max(level, t.rt.policy.Function)
	}
	t.left(FrameFunction, err)
	if err == nil {
		if !fault(faultFunctionEndsUnwinding) {
			t.hold(force)
		}
		return nil
	}
	if t.force == nil {
		t.hold(err)
	}
	return t.between(err)
}

// between receives what is pending while t unwinds because of err, where the policy
// says so; what is raised there replaces err.
func (t *Thread) between(err error) error {
	if err == nil || !t.rt.policy.Unwinding || t.level != Open || !t.w.Attention() {
		return err
	}
	if x := t.w.Load(); int64(x) >= 0 || t.stops(x) && !fault(faultDoomedReceives) {
		return err
	}
	if e := t.receive(Open); e != nil {
		return e
	}
	return err
}

// hold puts err in force; nil changes nothing.
func (t *Thread) hold(err error) {
	if err == nil {
		return
	}
	t.force = err
	x := t.w.Acquire()
	t.w.Release(x | forced | at.Sign)
}

// raise puts err in force and returns it.
func (t *Thread) raise(err error) error {
	t.hold(err)
	return err
}
