package impl

// Cond is a condition variable. A thread that is interrupted out of Wait by an error
// does not hold the mutex then [sbcl-src condition-wait]; a function that interrupts
// and returns leaves it waiting, and a notification that comes meanwhile is not lost.
type Cond struct {
	q queue[*notice]
}

// notice outlives the parking of its waiter.
type notice struct {
	given bool // guarded by the lock of the condition
}

// NewCond makes a condition variable.
func NewCond(rt *Runtime) *Cond {
	c := new(Cond)
	c.q.lock.Control(rt.scheduler("NewCond"))
	return c
}

// Wait frees m, which t must hold, waits until t is notified, and takes m again, the
// latter not interruptibly. Freeing and beginning to wait are one step. It is an [*Error] if t does
// not hold m; with any other error m is free, or held by another thread.
func (c *Cond) Wait(t *Thread, m *Mutex) error {
	if err := t.enter(); err != nil {
		return err
	}
	c.q.madeFor(t, OpWait, c)
	if !m.HeldBy(t) {
		return t.misuse(OpWait, m, "the thread does not hold the mutex")
	}
	n := new(notice)
	x := c.q.lock.Acquire()
	w := c.q.join(t, n)
	m.UnlockHeld(t)
	for {
		how := c.block(t, x)
		if how == byPartner {
			break
		}
		if err := t.interrupted(how); err != nil {
			c.forget(t, w, n)
			if fault(faultRelocks) {
				m.relock(t, c)
			}
			return err
		}
		x = c.q.lock.Acquire()
		if n.given {
			c.q.lock.Release(x)
			break
		}
		t.ticket++
		w.ticket = t.ticket
	}
	c.q.end(w)
	if !fault(faultNoRelock) {
		m.relock(t, c)
	}
	return nil
}

// block blocks t, which has joined the queue and whose lock is held with the word x.
func (c *Cond) block(t *Thread, x uint64) wake {
	open := t.hears(OpWait)
	for {
		y := t.w.Free()
		if !t.ready(y, open) {
			c.q.lock.Release(x)
			t.notTwice(y, OpWait, c)
			return unparked
		}
		if t.publish(y, listening(open), OpWait, c, 0) {
			c.q.lock.Release(x)
			return t.park(OpWait, c, 0)
		}
	}
}

// forget ends a wait that an error has ended. A notification that it got is passed on.
func (c *Cond) forget(t *Thread, w *waiter[*notice], n *notice) {
	x := c.q.lock.Acquire()
	given := n.given
	c.q.leave(w)
	c.q.release(w)
	c.q.lock.Release(x)
	if (given || t.rt.policy.PassesOn && !fault(faultNotPassedOn)) && !fault(faultNotificationLost) {
		c.Notify()
	}
}

// Notify ends the wait of the thread that has waited longest, if there is one. Anyone
// may call it.
func (c *Cond) Notify() { c.notify(1) }

// NotifyAll ends the wait of all threads that wait now. Anyone may call it.
func (c *Cond) NotifyAll() { c.notify(-1) }

func (c *Cond) notify(n int) {
	if fault(faultNotifiesAll) {
		n = -1
	}
	x := c.q.lock.Acquire()
	for ; c.q.head != nil && n != 0; n-- {
		w := c.q.head
		c.q.leave(w)
		w.v.given = true
		if w.t.claim(w.ticket) {
			w.t.parker.Unpark()
		}
	}
	c.q.lock.Release(x)
}
