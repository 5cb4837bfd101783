package impl

import "fmt"

// Semaphore is a counter that a thread waits to be positive. A post goes to the thread
// that has waited longest, in the same step: it is never lost with an interrupted one.
type Semaphore struct {
	q queue[struct{}]
	n int
}

// NewSemaphore makes a semaphore with n units, which must not be negative.
func NewSemaphore(rt *Runtime, n int) *Semaphore {
	if n < 0 {
		panic(fmt.Sprintf("impl: NewSemaphore: %d units: there can be none, not less", n))
	}
	s := &Semaphore{n: n}
	s.q.lock.Control(rt.scheduler("NewSemaphore"))
	return s
}

// Acquire takes a unit, and blocks interruptibly while there is none. With an error, none was
// taken.
func (s *Semaphore) Acquire(t *Thread) error {
	for {
		if err := t.enter(); err != nil {
			return err
		}
		s.q.madeFor(t, OpAcquire, s)
		x := s.q.lock.Acquire()
		if s.n > 0 {
			s.n--
			s.q.lock.Release(x)
			return nil
		}
		_, how := s.q.wait(t, x, struct{}{}, OpAcquire, s, t.hears(OpAcquire), 0)
		if how == byPartner {
			return nil
		}
		if err := t.interrupted(how); err != nil {
			return err
		}
	}
}

// Post adds a unit. Anyone may call it.
func (s *Semaphore) Post() {
	x := s.q.lock.Acquire()
	w := s.q.first()
	if w == nil || fault(faultPostTwice) {
		s.n++
	}
	s.q.lock.Release(x)
	if w != nil {
		w.t.parker.Unpark()
	}
}

// Value returns how many units are left. Anyone may call it.
func (s *Semaphore) Value() int {
	x := s.q.lock.Acquire()
	n := s.n
	s.q.lock.Release(x)
	return n
}
