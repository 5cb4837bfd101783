package impl

import "time"

// Join waits until u has ended. It blocks interruptibly, but where the edition says
// that joining is deaf to interrupts.
func (t *Thread) Join(u *Thread) error {
	_, err := t.join(u, 0)
	return err
}

// JoinFor is Join that gives up after d; it tells whether u has ended.
func (t *Thread) JoinFor(u *Thread, d time.Duration) (bool, error) { return t.join(u, max(d, 1)) }

func (t *Thread) join(u *Thread, d time.Duration) (bool, error) {
	for {
		if err := t.enter(); err != nil {
			return false, err
		}
		x := u.waited.lock.Acquire()
		if u.w.Load()&finished != 0 && !fault(FaultJoinMissesEnd) {
			u.waited.lock.Release(x)
			return true, nil
		}
		w := u.waited.join(t, struct{}{})
		op := OpJoin
		if d > 0 {
			op = OpJoinFor
		}
		how := t.block(&u.waited.lock, x, op, u, t.hears(op), d)
		u.waited.end(w)
		switch how {
		case byPartner:
			return true, nil
		case byTime:
			return false, nil
		}
		if err := t.interrupted(how); err != nil {
			return false, err
		}
	}
}

// Done returns a channel that is closed when t has ended: for goroutines that are no
// threads. A thread that is interrupted before it has begun ends without running its
// function, so that this cannot tell anybody.
func (t *Thread) Done() <-chan struct{} {
	x := t.waited.lock.Acquire()
	defer func() { t.waited.lock.Release(x) }()
	if t.done == nil {
		t.done = make(chan struct{})
		if t.w.Load()&finished != 0 {
			close(t.done)
		}
	}
	return t.done
}

// tellAll tells all who wait for the end of t, which is finished: nobody else will.
func (t *Thread) tellAll() {
	q := &t.waited
	x := q.lock.Acquire()
	for w := q.first(); w != nil; w = q.first() {
		w.t.parker.Unpark()
		if fault(FaultOneJoiner) {
			break
		}
	}
	if t.done != nil {
		close(t.done)
	}
	q.lock.Release(x)
}

// Sleep blocks interruptibly for d.
func (t *Thread) Sleep(d time.Duration) error {
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
	x := t.w.Acquire()
	if t.hears(OpSleep) && t.head != nil || t.stops(x) {
		t.w.Release(x)
		return unparked
	}
	t.touch(partPlace)
	t.op, t.on = OpSleep, nil
	t.timed(d, t.rt.quiet.begin)
	t.publish(x, t.hears(OpSleep))
	t.blocked(Blocked, OpSleep, nil)
	t.fresh = false
	w := t.sleep(d)
	t.timed(d, t.rt.quiet.stop)
	t.blocked(Woken, OpSleep, nil)
	return w
}

// now is the time, which stands still under a scheduler.
func (t *Thread) now() time.Time {
	if t.rt.sched != nil {
		return time.Time{}
	}
	return time.Now()
}
