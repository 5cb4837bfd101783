package impl

// MVar is a cell that is empty or holds a value. A thread that takes from an empty one
// or puts into a full one blocks, and is interruptible while it does. They are served
// in the order in which they came, and a value goes to the one served in the same step
// [ghc-base Control.Concurrent.MVar].
type MVar[V any] struct {
	q    queue[V] // takers while empty, putters while full
	v    V
	full bool
}

// NewMVar makes an empty MVar.
func NewMVar[V any](rt *Runtime) *MVar[V] {
	m := new(MVar[V])
	m.q.lock.Control(rt.scheduler("NewMVar"))
	return m
}

// NewMVarOf makes an MVar that holds v.
func NewMVarOf[V any](rt *Runtime, v V) *MVar[V] {
	m := NewMVar[V](rt)
	m.v, m.full = v, true
	return m
}

// Take empties m and returns its value; it blocks while m is empty. With an error, nothing was
// taken.
func (m *MVar[V]) Take(t *Thread) (V, error) {
	var none V
	for {
		if err := t.enter(); err != nil {
			return none, err
		}
		m.q.madeFor(t, OpTake, m)
		x := m.q.lock.Acquire()
		if m.full {
			v := m.v
			if w := m.q.first(); w != nil && !fault(faultTakeNotRefilled) {
				m.v = w.v
				m.q.lock.Release(x)
				w.t.parker.Unpark()
				return v, nil
			}
			m.v, m.full = none, false
			m.q.lock.Release(x)
			return v, nil
		}
		v, how := m.q.wait(t, x, none, OpTake, m, t.hears(OpTake), 0)
		if how == byPartner {
			return v, nil
		}
		if err := t.interrupted(how); err != nil || fault(faultWaitNotResumed) {
			return none, err
		}
	}
}

// Put fills m with v; it blocks while m is full. With an error, nothing was put.
func (m *MVar[V]) Put(t *Thread, v V) error {
	for {
		if err := t.enter(); err != nil {
			return err
		}
		m.q.madeFor(t, OpPut, m)
		x := m.q.lock.Acquire()
		if !m.full {
			if w := m.q.first(); w != nil && !fault(faultPutNotHandedOver) {
				w.v = v
				m.q.lock.Release(x)
				w.t.parker.Unpark()
				return nil
			}
			m.v, m.full = v, true
			m.q.lock.Release(x)
			return nil
		}
		_, how := m.q.wait(t, x, v, OpPut, m, t.hears(OpPut), 0)
		if how == byPartner {
			return nil
		}
		if err := t.interrupted(how); err != nil {
			return err
		}
	}
}

// Peek returns the value of m and whether there is one, without being an operation of
// any thread: anyone may call it.
func (m *MVar[V]) Peek() (V, bool) {
	x := m.q.lock.Acquire()
	v, full := m.v, m.full
	m.q.lock.Release(x)
	return v, full
}
