package impl

import (
	"time"

	"github.com/interject/interject/impl/internal/at"
)

// queue is the lock of a cell and the threads that wait there, oldest first. V is what
// the cell and a waiting thread pass to each other.
//
// A cell's lock is taken before a thread's and never held while parked. A thread
// becomes a parked one while it holds the lock of the cell in which it is listed; so
// whoever finds it listed under that lock finds it parked, or interrupted since.
type queue[V any] struct {
	lock       at.Word
	head, tail *waiter[V]
	free       *waiter[V]
}

// waiter is a thread's place in a queue.
type waiter[V any] struct {
	next, prev *waiter[V]
	t          *Thread
	ticket     uint64 // which of its waits
	listed     bool
	v          V
}

// join puts t at the end. The caller holds the lock, as for all below.
func (q *queue[V]) join(t *Thread, v V) *waiter[V] {
	w := q.free
	if w == nil {
		w = new(waiter[V])
	} else {
		q.free = w.next
	}
	t.ticket++
	*w = waiter[V]{prev: q.tail, t: t, ticket: t.ticket, listed: true, v: v}
	if q.tail == nil {
		q.head = w
	} else {
		q.tail.next = w
	}
	q.tail = w
	if fault(FaultWaitersLIFO) && q.head != w {
		q.tail, w.prev.next = w.prev, nil
		w.prev, w.next, q.head.prev = nil, q.head, w
		q.head = w
	}
	return w
}

// leave takes w out, if it is still listed.
func (q *queue[V]) leave(w *waiter[V]) {
	if !w.listed {
		return
	}
	if w.prev == nil {
		q.head = w.next
	} else {
		w.prev.next = w.next
	}
	if w.next == nil {
		q.tail = w.prev
	} else {
		w.next.prev = w.prev
	}
	w.listed, w.next, w.prev = false, nil, nil
}

// first returns the oldest waiter whose wait is now over, and takes it out; nil when
// there is none. The caller completes the operation and then wakes the waiter.
func (q *queue[V]) first() *waiter[V] {
	for w := q.head; w != nil; w = q.head {
		q.leave(w)
		if fault(FaultTokenLost) && !w.t.claim(w.ticket) {
			return nil
		} else if fault(FaultTokenLost) {
			return w
		}
		if w.t.claim(w.ticket) {
			return w
		}
	}
	return nil
}

// release gives the place of a wait back; the operation is over.
func (q *queue[V]) release(w *waiter[V]) {
	*w = waiter[V]{next: q.free}
	q.free = w
}

// claim ends t's wait of that ticket, in favour of the caller, unless a signal or time
// has ended it. The caller must wake t.
func (t *Thread) claim(ticket uint64) bool {
	x := t.w.Acquire()
	if x&waiting == 0 || x&ticketMask>>ticketShift != ticket {
		t.w.Release(x)
		return fault(FaultStaleWaiter)
	}
	t.touch(partHand)
	t.woke = byPartner
	t.w.Release(x &^ (waiting | receptive))
	t.rt.quiet.begin()
	return true
}

// block parks t, which has just joined the queue, and frees the queue's lock. A
// duration of zero has no end. When the wait was not ended by a partner, the caller
// must take the lock and leave the queue.
func (t *Thread) block(lock *at.Word, x uint64, op Op, on any, open bool, d time.Duration) wake {
	y := t.w.Acquire()
	if open && t.head != nil || t.stops(y) {
		t.w.Release(y)
		lock.Release(x)
		return unparked
	}
	t.touch(partPlace)
	t.op, t.on = op, on
	t.timed(d, t.rt.quiet.begin)
	t.publish(y, open)
	lock.Release(x)
	t.blocked(Blocked, op, on)
	t.fresh = false
	w := t.sleep(d)
	t.timed(d, t.rt.quiet.stop)
	t.blocked(Woken, op, on)
	return w
}

// timed keeps a thread that waits for a time counted as running.
func (t *Thread) timed(d time.Duration, count func()) {
	if d > 0 {
		count()
	}
}

// sleep parks a published t.
func (t *Thread) sleep(d time.Duration) wake {
	if d > 0 && !t.parker.ParkFor(d) && t.expire() {
		return byTime
	} else if d <= 0 {
		t.parker.Park()
	}
	t.touch(partHand)
	return t.woke
}

// expire ends t's own wait because its time is over. If somebody else has ended it
// just before, it takes the token that is on its way.
func (t *Thread) expire() bool {
	x := t.w.Acquire()
	if x&waiting == 0 {
		t.w.Release(x)
		t.parker.Park()
		return false
	}
	if !fault(FaultTimeout) {
		x &^= waiting | receptive
	}
	t.w.Release(x)
	t.rt.quiet.begin()
	return true
}

// interrupted receives what ended a wait, or kept it from being begun. It returns nil
// when a function was run and the operation is to be begun again.
func (t *Thread) interrupted(w wake) error {
	if w == bySignal {
		p := t.got
		t.got = payload{}
		if err := t.take(p); err != nil {
			return err
		}
	}
	if err := t.stopping(); err != nil || w == bySignal {
		return err
	}
	return t.receive(Masked)
}
