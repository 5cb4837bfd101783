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

// madeFor fails if a scheduler runs t, but does not know the cell: what t does there would be
// no step that it could put off.
func (q *queue[V]) madeFor(t *Thread, op Op, on any) {
	if t.w.Object() != nil && q.lock.Object() == nil {
		t.unknown(op, on)
	}
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
	if fault(faultWaitersLIFO) && q.head != w {
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
		if fault(faultTokenLost) && !w.t.claim(w.ticket) {
			return nil
		} else if fault(faultTokenLost) {
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
	for {
		x := t.w.Free()
		if x&waiting == 0 || x&ticketMask>>ticketShift != ticket {
			return fault(faultStaleWaiter)
		}
		if t.w.Change(x, x&^asleep) {
			break
		}
	}
	t.touch(partHand)
	t.woke = byPartner
	t.rt.quiet.begin()
	return true
}

// wait blocks t until a partner serves it, in the order of coming, and frees the lock,
// which the caller holds with the word x. The partner gets v, and its own value is
// returned if it ended the wait. A duration of zero has no end.
func (q *queue[V]) wait(t *Thread, x uint64, v V, op Op, on any, open bool, d time.Duration) (V, wake) {
	y := t.w.Free()
	if !t.ready(y, open) {
		q.lock.Release(x)
		t.notTwice(y, op, on)
		return v, unparked
	}
	w := q.join(t, v)
	for !t.publish(y, listening(open), op, on, d) {
		if y = t.w.Free(); !t.ready(y, open) {
			q.leave(w)
			q.release(w)
			q.lock.Release(x)
			t.notTwice(y, op, on)
			return v, unparked
		}
	}
	q.lock.Release(x)
	if t.unusual(d) {
		how := t.park(op, on, d)
		return q.end(w), how
	}
	t.fresh = false
	t.parker.Park()
	t.touch(partHand)
	return q.end(w), t.woke
}

// unusual tells whether a published thread needs the long form of parking: see park.
func (t *Thread) unusual(d time.Duration) bool {
	return d > 0 || t.watched || t.rt.closed.Load()
}

// end gives up w's place, after its wait has ended in whatever way, and returns its value.
func (q *queue[V]) end(w *waiter[V]) V {
	x := q.lock.Acquire()
	v := w.v
	q.leave(w)
	q.release(w)
	q.lock.Release(x)
	return v
}

// ready tells, of t's word, whether t can block. It cannot if something is to be received first,
// nor if it is blocked already, because two goroutines are one thread: see notTwice.
func (t *Thread) ready(x uint64, open bool) bool {
	return x&standing == started && !(open && x&pending != 0) && !t.stops(x)
}

// listening is the bit of a thread that is open to signals where it waits.
func listening(open bool) uint64 {
	if open {
		return receptive
	}
	return 0
}

// publish makes t, of which x was seen, a parked thread with these bits. It returns false,
// and nothing has happened, if the word has changed since.
func (t *Thread) publish(x, bits uint64, op Op, on any, d time.Duration) bool {
	t.touch(partPlace)
	t.touch(partHand)
	t.op, t.on, t.woke = op, on, 0
	y := x&^ticketMask | t.ticket<<ticketShift&ticketMask | waiting | bits
	if t.force == nil && x&(pending|doomed) == 0 && !t.rt.checks {
		y &^= forced | at.Sign // of an unwinding that is over
	}
	if !t.w.Change(x, y) {
		return false
	}
	if d <= 0 { // else it is as if it ran
		t.rt.quiet.stop()
	}
	return true
}

// park parks the published t until a partner, a signal or time ends the wait. When it was
// not a partner, the caller must leave the queue that t is in.
func (t *Thread) park(op Op, on any, d time.Duration) wake {
	t.blocked(Blocked, op, on)
	t.fresh = false
	w := t.sleep(d)
	if d > 0 {
		t.rt.quiet.stop()
	}
	t.blocked(Woken, op, on)
	return w
}

// sleep parks a published t.
func (t *Thread) sleep(d time.Duration) wake {
	switch {
	case t.rt.closed.Load(): // perhaps just before it was published, and nobody has woken it
		if t.expire() {
			return unparked
		}
	case d <= 0:
		t.parker.Park()
	case !t.parker.ParkFor(d, &t.rare().timer) && t.expire():
		return byTime
	}
	t.touch(partHand)
	return t.woke
}

// expire ends t's own wait because its time is over. If somebody else has ended it
// just before, it takes the token that is on its way.
func (t *Thread) expire() bool {
	for {
		x := t.w.Free()
		if x&waiting == 0 {
			t.parker.Park()
			return false
		}
		y := x
		if !fault(faultTimeout) {
			y &^= asleep
		}
		if t.w.Change(x, y) {
			t.rt.quiet.begin()
			return true
		}
	}
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
	_, err := t.receiveOne() // one, and the operation is begun again: now it may not have to wait
	return err
}
