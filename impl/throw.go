package impl

import "github.com/interject/interject/impl/internal/at"

// await waits until t's own queued throw s is received. It returns again when s was
// withdrawn for a function that has run since and returned: s must be sent anew.
func (t *Thread) await(s *signal) (again bool, err error) {
	for range t.rt.spins {
		if t.w.Peek()&acked != 0 {
			break
		}
	}
	for {
		x := t.w.Acquire()
		switch {
		case x&acked != 0:
			t.w.Release(x &^ acked)
			t.event(Sent, s.to, s.id, s.what)
			return false, nil
		case t.stops(x):
			t.w.Release(x)
			return false, t.stopping()
		case t.head != nil && t.level != Closed:
			t.w.Release(x)
			p, ok := t.exchange(s)
			if !ok {
				continue
			}
			t.event(Withdrawn, s.to, s.id, s.what)
			err := t.take(p)
			return err == nil, err
		}
		if fault(FaultLatePark) {
			t.w.Release(x)
			x = t.w.Acquire()
		}
		if p, woken := t.parkThrow(x, s); woken {
			err := t.take(p)
			return err == nil, err
		}
	}
}

// parkThrow parks t, whose lock it frees, in its throw s. It returns true when a signal was
// handed over, in which case s has been withdrawn.
func (t *Thread) parkThrow(x uint64, s *signal) (payload, bool) {
	t.touch(partOut)
	t.touch(partPlace)
	t.ticket++
	t.out, t.op, t.on = s, OpThrowTo, s.to
	t.publish(x, t.level != Closed)
	t.event(Blocked, s.to, s.id, s.what)
	t.parker.Park()
	t.touch(partHand)
	t.event(Woken, s.to, s.id, s.what)
	if t.woke != bySignal {
		return payload{}, false
	}
	p := t.got
	t.got = payload{}
	if p.what != ErrClosed { // which leaves s where it is, for its target to drop
		t.event(Withdrawn, s.to, s.id, s.what)
	}
	return p, true
}

// publish frees t's lock and makes t a parked thread.
func (t *Thread) publish(x uint64, open bool) {
	x = x&^(ticketMask|receptive) | t.ticket<<ticketShift&ticketMask | waiting
	if open {
		x |= receptive
	}
	t.touch(partHand)
	t.woke = 0
	t.w.Release(x)
	t.rt.quiet.stop()
}

// exchange takes t's own queued throw s out of its target's queue and the oldest
// pending signal out of t's, in one step. It returns false when that was too late:
// s was received, or what was pending has been withdrawn.
func (t *Thread) exchange(s *signal) (payload, bool) {
	u := s.to
	x, y := lockBoth(t, u)
	if !s.queued && !fault(FaultNoRecheck) && !fault(FaultReceiptTooLate) {
		u.w.Release(y)
		// Its receiver sets acked under t's lock. Until then nothing may be received
		// here, since the throw has succeeded.
		t.w.Release(x)
		t.acknowledgement()
		return payload{}, false
	}
	h := t.head
	if h == nil {
		u.w.Release(y)
		t.w.Release(x)
		return payload{}, false
	}
	if s.queued {
		u.unlink(s)
	}
	p, from := t.dequeue(h)
	u.w.Release(u.attention(y))
	t.w.Release(t.attention(x | forcedIf(p.what)))
	t.pass(h, from)
	return p, true
}

// acknowledgement waits until the own throw, which was received, is acknowledged.
func (t *Thread) acknowledgement() {
	x := t.w.Acquire()
	if x&acked != 0 {
		t.w.Release(x)
		return
	}
	t.touch(partOut)
	t.touch(partPlace)
	t.ticket++
	t.out, t.op, t.on = &t.self, OpThrowTo, t.self.to
	t.publish(x, false)
	t.parker.Park()
}

// acknowledge tells t that its throw s was received, or that its target has ended. The
// caller may not look at s afterwards: it may be in use again.
func (t *Thread) acknowledge(s *signal) {
	x := t.w.Acquire()
	t.touch(partOut)
	if x&waiting == 0 || t.out != s {
		t.w.Release(x | acked)
		return
	}
	t.touch(partHand)
	t.out, t.woke = nil, byPartner
	t.w.Release(x&^(waiting|receptive) | acked)
	t.rt.quiet.begin()
	t.parker.Unpark()
}

func forcedIf(what error) uint64 {
	if raises(what) {
		return forced | at.Sign
	}
	return 0
}
