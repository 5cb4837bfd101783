package sched

import "github.com/interject/interject/impl/internal/at"

// Uint64 is an atomic number of a controlled program.
type Uint64 struct{ o *at.Object }

// NewUint64 makes a number.
func (x *Exec) NewUint64(v uint64) *Uint64 {
	u := &Uint64{x.Object()}
	u.o.Value = v
	return u
}

// Load returns the number.
func (u *Uint64) Load() uint64 {
	u.o.Control.Step(at.Load, u.o, nil, nil)
	return u.o.Value
}

// Store sets the number.
func (u *Uint64) Store(v uint64) {
	u.o.Control.Step(at.Store, u.o, nil, nil)
	u.o.Value = v
}

// Add adds v and returns the sum.
func (u *Uint64) Add(v uint64) uint64 {
	u.o.Control.Step(at.Update, u.o, nil, nil)
	u.o.Value += v
	return u.o.Value
}

// CompareAndSwap sets the number to b if it is a.
func (u *Uint64) CompareAndSwap(a, b uint64) bool {
	u.o.Control.Step(at.Update, u.o, nil, nil)
	if u.o.Value != a {
		return false
	}
	u.o.Value = b
	return true
}

// Await waits until the number is v: one step, enabled while it is.
func (u *Uint64) Await(v uint64) {
	u.o.Control.Step(at.Wait, u.o, nil, func() bool { return u.o.Value == v })
}

// Touch is an access to plain data that the number is meant to guard.
func (u *Uint64) Touch() { u.o.Control.Touch(u.o, 0) }

// Mutex is a lock of a controlled program.
type Mutex struct{ o *at.Object }

// NewMutex makes a free lock.
func (x *Exec) NewMutex() *Mutex { return &Mutex{x.Object()} }

// Lock takes the lock: one step, enabled while it is free.
func (m *Mutex) Lock() {
	m.o.Control.Step(at.Acquire, m.o, nil, nil)
	m.o.Value |= at.Lock
}

// Unlock frees the lock.
func (m *Mutex) Unlock() {
	m.o.Control.Step(at.Release, m.o, nil, nil)
	m.o.Value = 0
}

// Touch is an access to plain data that the lock is meant to guard.
func (m *Mutex) Touch() { m.o.Control.Touch(m.o, 0) }

// Event is a counter of tokens.
type Event struct{ o *at.Object }

// NewEvent makes a counter without tokens.
func (x *Exec) NewEvent() *Event { return &Event{x.Object()} }

// Set adds a token.
func (e *Event) Set() {
	e.o.Control.Step(at.Unpark, e.o, nil, nil)
	e.o.Tokens++
}

// Wait takes a token, and waits for one if there is none.
func (e *Event) Wait() {
	e.o.Control.Step(at.Park, e.o, nil, nil)
	e.o.Tokens--
}
