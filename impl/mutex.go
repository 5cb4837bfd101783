package impl

// Mutex is a lock that knows its holder. Lock blocks interruptibly; Unlock hands the
// mutex to the oldest thread that waits. It is not recursive. A thread that ends does not
// free what it holds: [Mutex.With] does.
type Mutex struct {
	q     queue[struct{}]
	owner *Thread
	name  string
}

// NewMutex makes a free mutex. The name is for messages, and may be empty.
func NewMutex(rt *Runtime, name string) *Mutex {
	m := &Mutex{name: name}
	m.q.lock.Control(rt.scheduler("NewMutex"))
	return m
}

// String returns the mutex's name.
func (m *Mutex) String() string {
	if m.name == "" {
		return "a mutex"
	}
	return m.name
}

// Lock takes m, and blocks interruptibly while another thread holds it. It is an [*Error] if t
// holds it.
func (m *Mutex) Lock(t *Thread) error {
	for {
		if err := t.enter(); err != nil {
			return err
		}
		m.q.madeFor(t, OpLock, m)
		x := m.q.lock.Acquire()
		switch m.owner {
		case nil:
			m.owner = t
			m.q.lock.Release(x)
			return nil
		case t:
			m.q.lock.Release(x)
			return t.misuse(OpLock, m, "the thread holds it already")
		}
		_, how := m.q.wait(t, x, struct{}{}, OpLock, m, t.hears(OpLock), 0)
		if how == byPartner {
			return nil
		}
		if err := t.interrupted(how); err != nil {
			return err
		}
	}
}

// relock takes m whatever is pending, for the rest of a wait for c.
func (m *Mutex) relock(t *Thread, c *Cond) {
	x := m.q.lock.Acquire()
	if m.owner == nil {
		m.owner = t
		m.q.lock.Release(x)
		return
	}
	m.q.wait(t, x, struct{}{}, OpWait, c, false, 0)
}

// Unlock frees m, at any level and without being a safe point. It is an [*Error] if t does not hold it.
func (m *Mutex) Unlock(t *Thread) error {
	t.given()
	if !m.UnlockHeld(t) {
		return t.misuse(OpUnlock, m, "the thread does not hold it")
	}
	return nil
}

// UnlockHeld frees m if t holds it, and tells whether it did.
func (m *Mutex) UnlockHeld(t *Thread) bool {
	t.own()
	x := m.q.lock.Acquire()
	if m.owner != t && !fault(faultFreesOthers) {
		m.q.lock.Release(x)
		return false
	}
	w := m.q.first()
	m.owner = nil
	if w != nil && !fault(faultMutexForgotten) {
		m.owner = w.t
	}
	m.q.lock.Release(x)
	if w != nil {
		w.t.parker.Unpark()
	}
	return true
}

// With runs body with m held. The mutex is taken in a mask, and body runs at the level
// of the call; m is freed if body has not freed it [sbcl-src with-mutex].
func (m *Mutex) With(t *Thread, body func() error) error {
	return t.Mask(func(r Restore) error {
		if err := m.Lock(t); err != nil {
			return err
		}
		return t.UnwindProtect(
			func() error { return r.Do(body) },
			func() error { m.UnlockHeld(t); return nil })
	})
}

// HeldBy tells whether t holds m. Only t may ask: as nobody else can change the answer,
// it is no step under a Scheduler.
func (m *Mutex) HeldBy(t *Thread) bool {
	t.own()
	if t.rt.sched != nil {
		return m.owner == t
	}
	return m.Holder() == t
}

// Holder returns which thread holds m, or nil. Anyone may call it.
func (m *Mutex) Holder() *Thread {
	x := m.q.lock.Acquire()
	t := m.owner
	m.q.lock.Release(x)
	return t
}
