package impl

import "github.com/interject/interject/impl/internal/at"

// signal is one send: an element of its target's queue. A sender that waits uses the
// one inside its Thread; the others come from the target's list of free ones.
type signal struct {
	next, prev *signal
	to, from   *Thread // from is nil unless it waits
	what       error   // an exception, a function or a control
	id         uint64
	queued     bool // guarded by the lock of to
}

// payload is what is left of a signal when it is received.
type payload struct {
	what error
	id   uint64
}

// function is what makes an interrupt of a function: it travels as an error.
type function func(*Thread) error

func (function) Error() string { return "impl: a function to be run" }

// raises tells whether receiving what begins an unwinding.
func raises(what error) bool {
	_, ok := what.(function)
	return !ok
}

// push appends s to t's queue. The caller holds t's lock, as for all below.
func (t *Thread) push(s *signal) {
	t.touch(partQueue)
	s.queued, s.next, s.prev = true, nil, t.tail
	if fault(faultLIFO) {
		t.pushFront(s)
		return
	}
	if t.tail == nil {
		t.head = s
	} else {
		t.tail.next = s
	}
	t.tail = s
}

func (t *Thread) pushFront(s *signal) {
	s.prev, s.next = nil, t.head
	if t.head == nil {
		t.tail = s
	} else {
		t.head.prev = s
	}
	t.head = s
}

// unlink takes s out of t's queue.
func (t *Thread) unlink(s *signal) {
	t.touch(partQueue)
	if s.prev == nil {
		t.head = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		t.tail = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.queued, s.next, s.prev = false, nil, nil
}

// attention returns x with its sign as t's queue and x demand. A runtime that checks
// always wants it.
func (t *Thread) attention(x uint64) uint64 {
	x &^= pending | at.Sign
	if t.head != nil && !fault(faultAttentionLost) {
		x |= pending
	}
	if x&(pending|forced|doomed) != 0 || t.rt.checks {
		x |= at.Sign
	}
	return x
}

// hand gives what to the parked thread t, whose lock the caller holds, frees the lock
// and wakes t.
func (t *Thread) hand(x uint64, what error, id uint64) {
	if raises(what) {
		x |= forced | at.Sign
	}
	t.w.Release(x &^ asleep)
	t.touch(partHand)
	t.got, t.woke = payload{what, id}, bySignal
	t.rt.quiet.begin()
	if !fault(faultNoUnpark) {
		t.parker.Unpark()
	}
}

// fill takes a free signal of t for a sender that does not wait; nil when none is left.
func (t *Thread) fill(what error, id uint64) *signal {
	s := t.free
	if s == nil {
		return nil
	}
	t.touch(partQueue)
	t.free = s.next
	s.to, s.what, s.id = t, what, id
	return s
}

// recycle gives a received signal that nobody waits for back to the free ones.
func (t *Thread) recycle(s *signal) {
	s.what = nil
	s.next, t.free = t.free, s
}

// lacking returns how many free signals t shall get: as many as it has, within bounds.
// They stay until t is collected, so that t keeps at most twice the peak of what was
// pending (64 bytes each). The caller holds t's lock.
func (t *Thread) lacking() int {
	const least, most = 4, 1024
	n := max(t.slab, least)
	t.slab = min(2*n, most)
	return int(n)
}

// grow adds n free signals to t.
func (t *Thread) grow(n int) {
	block := make([]signal, n)
	for i := range block[:n-1] {
		block[i].next = &block[i+1]
	}
	x := t.w.Acquire()
	t.touch(partQueue)
	block[n-1].next, t.free = t.free, &block[0]
	t.w.Release(x)
}

// lockBoth takes the locks of two threads, in the order of their numbers.
func lockBoth(a, b *Thread) (xa, xb uint64) {
	if a.id < b.id || fault(faultNoOrder) {
		xa = a.w.Acquire()
		return xa, b.w.Acquire()
	}
	xb = b.w.Acquire()
	return a.w.Acquire(), xb
}
