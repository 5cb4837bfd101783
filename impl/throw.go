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
		x := t.w.Free()
		switch {
		case x&acked != 0:
			if !t.w.Change(x, x&^acked) {
				continue
			}
			t.event(Sent, s.to, s.id, s.what)
			return false, nil
		case x&(waiting|spinning|finished) != 0:
			t.usedTwice(OpThrowTo, s.to)
		case t.stops(x):
			return false, t.stopping()
		case x&pending != 0 && t.level != Closed:
			switch p, how := t.exchange(s); how {
			case bySignal:
				t.event(Withdrawn, s.to, s.id, s.what)
				err := t.take(p)
				return err == nil, err
			case byPartner:
				t.event(Sent, s.to, s.id, s.what)
				return false, nil
			}
			continue
		}
		if fault(FaultLatePark) {
			x = t.w.Free()
		}
		t.ticket++
		if !t.publish(x, throwing|listening(t.level != Closed), OpThrowTo, s.to, 0) {
			continue
		}
		switch p, how := t.parkThrow(s); how {
		case bySignal:
			err := t.take(p)
			return err == nil, err
		case byPartner:
			t.event(Sent, s.to, s.id, s.what)
			return false, nil
		}
	}
}

// parkThrow parks t, published, in its throw s, until a partner acknowledges s or a signal
// was handed over, in which case s has been withdrawn.
func (t *Thread) parkThrow(s *signal) (payload, wake) {
	t.event(Blocked, s.to, s.id, s.what)
	how := t.sleep(0)
	t.event(Woken, s.to, s.id, s.what)
	if how != bySignal {
		return payload{}, how
	}
	p := t.got
	t.got = payload{}
	if p.what != ErrClosed { // which leaves s where it is, for its target to drop
		t.event(Withdrawn, s.to, s.id, s.what)
	}
	return p, bySignal
}

// exchange takes t's own queued throw s out of its target's queue and the oldest
// pending signal out of t's, in one step: bySignal. Otherwise that was too late: s was
// received, and is now acknowledged (byPartner), or what was pending has been withdrawn
// (unparked).
func (t *Thread) exchange(s *signal) (payload, wake) {
	u := s.to
	x, y := lockBoth(t, u)
	if !s.queued && !fault(FaultNoRecheck) && !fault(FaultReceiptTooLate) {
		u.w.Release(y)
		// Its receiver acknowledges under t's lock. Until then nothing may be received
		// here, since the throw has succeeded.
		t.w.Release(x)
		return payload{}, t.acknowledgement()
	}
	h := t.head
	if h == nil && !fault(FaultOwnQueueUnchecked) {
		u.w.Release(y)
		t.w.Release(x)
		return payload{}, unparked
	}
	if s.queued {
		u.unlink(s)
	}
	p, from := t.dequeue(h)
	u.w.Release(u.attention(y))
	t.w.Release(t.attention(x | forcedIf(p.what)))
	from.acknowledge()
	return p, bySignal
}

// acknowledgement waits until the own throw, which was received, is acknowledged. If it
// is interrupted it is because t must end, which is for the caller to see.
func (t *Thread) acknowledgement() wake {
	for {
		x := t.w.Free()
		if x&acked != 0 {
			if t.w.Change(x, x&^acked) {
				return byPartner
			}
			continue
		}
		t.ticket++
		if t.publish(x, throwing, OpThrowTo, t.self.to, 0) {
			break
		}
	}
	how := t.sleep(0)
	if how == bySignal {
		t.got = payload{}
		return unparked
	}
	return how
}

// acknowledge tells t that its throw was received, or that its target has ended. The
// caller may not look at the signal afterwards: it may be in use again.
func (t *Thread) acknowledge() {
	if t == nil { // a sender that does not wait
		return
	}
	for {
		x := t.w.Free()
		if x&(waiting|throwing) != waiting|throwing {
			if t.w.Change(x, x|acked) {
				return
			}
			continue
		}
		if t.w.Change(x, x&^asleep) {
			break
		}
	}
	t.touch(partHand)
	t.woke = byPartner
	t.rt.quiet.begin()
	t.parker.Unpark()
}

func forcedIf(what error) uint64 {
	if raises(what) {
		return forced | at.Sign
	}
	return 0
}
