package impl

import "time"

// Join waits until u has ended, in whatever way: see [Thread.End]. It blocks interruptibly, but
// where the edition says that joining is deaf to interrupts. A thread that joins itself waits
// until it is interrupted.
func (t *Thread) Join(u *Thread) error {
	_, err := t.join(u, 0)
	return err
}

// JoinFor is Join that gives up after d; it tells whether u has ended. A d of
// zero or less is the shortest that there is.
func (t *Thread) JoinFor(u *Thread, d time.Duration) (bool, error) { return t.join(u, max(d, 1)) }

func (t *Thread) join(u *Thread, d time.Duration) (bool, error) {
	op := OpJoin
	if d > 0 {
		op = OpJoinFor
	}
	t.aims(op, u)
	for {
		if err := t.enter(); err != nil {
			return false, err
		}
		switch how := t.joinOnce(u, op, t.hears(op), d); how {
		case byPartner:
			return true, nil
		case byTime:
			return false, nil
		default:
			if err := t.interrupted(how); err != nil {
				return false, err
			}
		}
	}
}

// joinOnce blocks until u has ended, or something else ends the wait.
func (t *Thread) joinOnce(u *Thread, op Op, open bool, d time.Duration) wake {
	if u.more.Load() == nil && u.w.Load()&finished != 0 { // nothing is made for one that has ended
		return byPartner
	}
	q := &u.rare().waited // before the look: the end of u tells who is in it
	x := q.lock.Acquire()
	if u.w.Load()&finished != 0 && !fault(faultJoinMissesEnd) {
		q.lock.Release(x)
		return byPartner
	}
	_, how := q.wait(t, x, struct{}{}, op, u, open, d)
	return how
}

// Done returns a channel that is closed when t has ended: for goroutines that are no
// threads. A thread that is interrupted before it has begun ends without running its
// function, so that this cannot tell anybody.
func (t *Thread) Done() <-chan struct{} {
	r := t.rare()
	x := r.waited.lock.Acquire()
	defer func() { r.waited.lock.Release(x) }()
	if r.done == nil {
		r.done = make(chan struct{})
		if t.w.Load()&finished != 0 {
			r.tell()
		}
	}
	return r.done
}

// tellAll tells all who wait for the end of a finished thread: nobody else will.
func (r *rare) tellAll() {
	q := &r.waited
	x := q.lock.Acquire()
	for w := q.first(); w != nil; w = q.first() {
		w.t.parker.Unpark()
		if fault(faultOneJoiner) {
			break
		}
	}
	if r.done != nil {
		r.tell()
	}
	q.lock.Release(x)
}

// tell closes done, once: the end of the thread and who asks for done just then both do.
// The caller holds the lock of waited.
func (r *rare) tell() {
	if !r.told {
		r.told = true
		close(r.done)
	}
}

// Sleep blocks interruptibly for d, and returns nil when it is over. A function that interrupts
// does not prolong it. With a d of zero or less it is a safe point.
func (t *Thread) Sleep(d time.Duration) error {
	t.given()
	if d <= 0 {
		return t.enter()
	}
	until := t.now().Add(d)
	for {
		if err := t.enter(); err != nil {
			return err
		}
		t.ticket++
		how := t.pause(d)
		if how == byTime {
			return nil
		}
		if err := t.interrupted(how); err != nil {
			return err
		}
		if d = until.Sub(t.now()); d <= 0 {
			return nil
		}
	}
}

// pause is block without a queue.
func (t *Thread) pause(d time.Duration) wake {
	open := t.hears(OpSleep)
	for {
		x := t.w.Free()
		if !t.ready(x, open) {
			t.notTwice(x, OpSleep, nil)
			return unparked
		}
		if t.publish(x, listening(open), OpSleep, nil, d) {
			return t.park(OpSleep, nil, d)
		}
	}
}

// now is the time, which stands still under a scheduler.
func (t *Thread) now() time.Time {
	if t.rt.sched != nil {
		return time.Time{}
	}
	return time.Now()
}
