package impl

import (
	"reflect"

	"github.com/interject/interject/impl/internal/at"
)

// fate is what became of an offered signal.
type fate uint8

const (
	queued   fate = iota + 1 // it is pending
	received                 // the target was parked, and has it
	gone                     // the target has ended
)

// offer gives a signal to u: at once when u is parked and receptive, else it takes
// its place in the queue. The caller holds no lock. s is nil for senders that do not
// wait.
func (u *Thread) offer(s *signal, what error, id uint64) fate {
	for {
		x := u.w.Acquire()
		switch {
		case x&finished != 0 && !fault(faultGoneAccepts):
			u.w.Release(x)
			return gone
		case x&asleep == asleep:
			v := u.self.to
			u.w.Release(x)
			if u.withdrawFor(x, v, what, id) {
				return received
			}
		case x&asleep == waiting|receptive:
			u.hand(x, what, id)
			return received
		case u.enqueue(x, s, what, id):
			return queued
		}
	}
}

// enqueue appends to u's queue and frees u's lock, which the caller holds. It returns
// false when there was no free signal to append; now there are some.
func (u *Thread) enqueue(x uint64, s *signal, what error, id uint64) bool {
	if u.rt.policy.Keep != KeepAll && !fault(faultKeepsAll) {
		if old, ok := u.keep(what, id); ok {
			u.w.Release(x)
			u.unkept(old)
			return true
		}
	}
	if s == nil {
		if s = u.fill(what, id); s == nil {
			n := u.lacking()
			u.w.Release(x)
			u.grow(n)
			return false
		}
	}
	u.push(s)
	poke := u.poker(x, false)
	u.w.Release(x | pending | at.Sign)
	if poke != nil {
		poke()
	}
	return true
}

// keep is for policies that do not keep all. It returns, if there is one, the signal
// that is not kept: the pending one that this has replaced, or this, since an equal
// one is pending.
func (u *Thread) keep(what error, id uint64) (lost payload, ok bool) {
	if !raises(what) {
		return lost, false
	}
	u.touch(partQueue)
	for s := u.head; s != nil; s = s.next {
		switch {
		case !raises(s.what):
		case u.rt.policy.Keep == KeepLast:
			lost = payload{s.what, s.id}
			s.what, s.id = what, id
			return lost, true
		case same(s.what, what):
			return payload{what, id}, true
		}
	}
	return lost, false
}

// same tells whether two errors are one.
func same(a, b error) bool { return reflect.TypeOf(a).Comparable() && a == b }

// unkept reports what became of a signal that is not kept.
func (u *Thread) unkept(p payload) {
	kind := Merged
	if u.rt.policy.Keep == KeepLast {
		kind = Replaced
	}
	u.event(kind, u, p.id, p.what)
}

// withdrawFor hands what to u, which was seen (as x, then unlocked) blocked in its own
// throw at v. Receiving and withdrawing that throw are one step, so that of two
// threads that throw at each other one only is hit [ghc-throwto-2010 s.4]. It returns
// false when u has moved on in between; then u has made progress, so that trying again
// ends.
func (u *Thread) withdrawFor(x uint64, v *Thread, what error, id uint64) bool {
	now, xv := lockBoth(u, v)
	still := now&ticketMask == x&ticketMask && now&(waiting|receptive) == waiting|receptive
	if fault(faultNoTicket) {
		still = now&(waiting|receptive) == waiting|receptive
	}
	switch {
	case !still:
		v.w.Release(xv)
		u.w.Release(now)
		return false
	case !u.self.queued:
		// Received, and its receiver is about to wake u: too late to withdraw.
		v.w.Release(xv)
		u.w.Release(now &^ receptive)
		return false
	}
	if !fault(faultNoWithdraw) {
		v.unlink(&u.self)
	}
	v.w.Release(v.attention(xv))
	u.hand(now, what, id)
	return true
}

// ThrowTo raises err in u. Where the policy waits, it returns nil once u has received
// it or if u has ended; senders to one thread are served in the order in which they
// came. Where it does not, it returns at once.
//
// Any error it returns is one raised in t itself: ThrowTo receives what is pending for
// t first, even if it would not block, and is interrupted while it waits, which
// withdraws err [ghc-throwto-2010 s.11-12]. Only at level Closed is it not. To throw to
// oneself is to raise.
func (t *Thread) ThrowTo(u *Thread, err error) error {
	return t.throw(u, err)
}

// Interrupt makes u run f, at its next safe point or in its blocking operation, at
// level Masked in most editions, and returns at once. If f returns nil, u goes on
// where it was; a blocking operation is begun again. An error that f returns is raised
// in u. Functions are received in the order in which they were sent. It is an [*Error] if the edition
// has no such interrupts, or if u has ended and the edition says so.
func (t *Thread) Interrupt(u *Thread, f func(*Thread) error) error {
	t.given()
	if !t.rt.policy.Functions {
		return t.misuse(OpInterrupt, u, "the edition "+t.rt.policy.Edition+" has no such interrupt")
	}
	t.aims(OpInterrupt, u)
	if f == nil {
		panic("impl: " + t.Name() + ": interrupt " + u.Name() + ": the function is nil")
	}
	if err := t.enter(); err != nil {
		return err
	}
	return t.post(u, function(f))
}

// Kill makes u unwind and end: its cleanups run, no handler stops it. Otherwise it is
// as ThrowTo.
func (t *Thread) Kill(u *Thread) error { return t.throw(u, ErrKilled) }

// send is throw where nothing is to be waited for.
func (t *Thread) send(u *Thread, what error) error {
	if what == nil {
		panic("impl: ThrowTo of a nil error to " + u.Name())
	}
	if u == t {
		return t.throwToSelf(what)
	}
	if err := t.enter(); err != nil {
		return err
	}
	return t.post(u, what)
}

func (t *Thread) throwToSelf(what error) error {
	if t.rt.policy.SelfNow && !fault(faultSelfPends) {
		if err := t.interruptible(); err != nil {
			return err
		}
		id := t.nextID()
		t.event(Invoked, t, id, what)
		t.event(Received, t, id, what)
		t.cancel(what)
		return t.raise(what)
	}
	if err := t.enter(); err != nil {
		return err
	}
	return t.post(t, what)
}

// post sends without waiting.
func (t *Thread) post(u *Thread, what error) error {
	id := t.nextID()
	t.event(Invoked, u, id, what)
	f := u.offer(nil, what, id)
	t.event(Sent, u, id, what)
	switch {
	case f == gone:
		t.event(Dropped, u, id, what)
		if t.rt.policy.Gone && !fault(faultGoneSilent) {
			return t.misuse(OpInterrupt, u, "it has ended")
		}
	case u == t:
		return t.Check()
	}
	return nil
}

// nextID returns the identity of t's next send.
func (t *Thread) nextID() uint64 {
	t.sent++
	return t.id<<32 | uint64(t.sent)
}
