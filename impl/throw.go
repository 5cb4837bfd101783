package impl

import (
	"runtime"

	"github.com/interject/interject/impl/internal/at"
)

// throw sends and waits for receipt. It is one function down to where it parks: behind a
// switch of goroutines every return is one that the processor has not foreseen.
func (t *Thread) throw(u *Thread, what error) error {
	t.aims(OpThrowTo, u)
	if what == nil || u == t || !t.rt.policy.Waits {
		return t.send(u, what)
	}
	id := t.nextID()
	t.event(Invoked, u, id, what)
anew:
	if err := t.interruptible(); err != nil && !fault(faultOwnNotFirst) {
		t.event(Withdrawn, u, id, what)
		return err
	}
	t.touch(partSelf)
	s := &t.self
	s.to, s.what, s.id = u, what, id
	switch u.offer(s, what, id) {
	case gone:
		t.event(Dropped, u, id, what)
		return nil
	case received:
		t.event(Sent, u, id, what)
		return nil
	}
	t.event(Queued, u, id, what)
	for range t.rt.spins {
		if t.w.Peek()&acked != 0 {
			break
		}
	}
	if t.rt.sched == nil && t.w.Peek()&acked == 0 {
		runtime.Gosched() // to a target that waits for this processor: cheaper than to park
	}
	for {
		how, err := unparked, error(nil)
		x := t.w.Free()
		if t.unsettled(x) {
			how, err = t.settle(x, s)
			goto woken
		}
		if fault(faultLatePark) {
			x = t.w.Free()
		}
		if t.ticket++; !t.publish(x, throwing|listening(t.level != Closed), OpThrowTo, u, 0) {
			continue
		}
		if t.unusual(0) {
			how = t.parkThrow(s)
		} else {
			t.parker.Park()
			t.touch(partHand)
			how = t.woke
		}
		if how == bySignal {
			err = t.withdrawn(s)
		}
	woken:
		switch {
		case err != nil:
			return err
		case how == byPartner:
			t.event(Sent, u, id, what)
			return nil
		case how == bySignal:
			goto anew // a function has run, for which s was withdrawn
		}
	}
}

// unsettled tells, of t's word, whether there is something else to do than to park in the
// own throw.
func (t *Thread) unsettled(x uint64) bool {
	return x&(acked|standing) != started || x&pending != 0 && t.level != Closed || t.stops(x)
}

// settle does what there is to do, in place of parking in the throw s, of which byPartner
// says that it is received, and bySignal that it was withdrawn for what has been received.
func (t *Thread) settle(x uint64, s *signal) (wake, error) {
	switch {
	case x&acked != 0:
		if !t.w.Change(x, x&^acked) {
			return unparked, nil
		}
		return byPartner, nil
	case x&standing != started:
		t.usedTwice(OpThrowTo, s.to)
	case t.stops(x):
		return unparked, t.stopping()
	}
	p, how := t.exchange(s)
	if how != bySignal {
		return how, nil
	}
	t.event(Withdrawn, s.to, s.id, s.what)
	return bySignal, t.take(p)
}

// parkThrow parks t, published, in its throw s.
func (t *Thread) parkThrow(s *signal) wake {
	t.event(Blocked, s.to, s.id, s.what)
	how := t.sleep(0)
	t.event(Woken, s.to, s.id, s.what)
	return how
}

// withdrawn receives what was handed over while t was parked in its throw s, which has been
// withdrawn for it.
func (t *Thread) withdrawn(s *signal) error {
	p := t.got
	t.got = payload{}
	if p.what != ErrClosed { // which leaves s where it is, for its target to drop
		t.event(Withdrawn, s.to, s.id, s.what)
	}
	return t.take(p)
}

// exchange takes t's own queued throw s out of its target's queue and the oldest
// pending signal out of t's, in one step: bySignal. Otherwise that was too late: s was
// received, and is now acknowledged (byPartner), or what was pending has been withdrawn
// (unparked).
func (t *Thread) exchange(s *signal) (payload, wake) {
	u := s.to
	x, y := lockBoth(t, u)
	if !s.queued && !fault(faultNoRecheck) && !fault(faultReceiptTooLate) {
		u.w.Release(y)
		// Its receiver acknowledges under t's lock. Until then nothing may be received
		// here, since the throw has succeeded.
		t.w.Release(x)
		return payload{}, t.acknowledgement()
	}
	h := t.head
	if h == nil && !fault(faultOwnQueueUnchecked) {
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
