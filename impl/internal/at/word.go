package at

import (
	"runtime"
	"sync/atomic"
)

// The two bits of a word that this package knows.
const (
	Sign uint64 = 1 << 63 // what Attention looks at
	Lock uint64 = 1 << 62 // held between Acquire and Release
)

// Word is 64 bits, one of which is a lock. The rest may be written by who holds the
// lock, or by Change while nobody does, and read by anyone.
type Word struct {
	v atomic.Uint64
	c *Object // nil in production
}

// Control puts a fresh word under c; with a nil c it does nothing. What is stored has both bits from
// then on, so that Attention, Acquire and Free need not ask whether there is a Control: that is
// known where they go on if a bit is set. The word itself is in its object.
func (w *Word) Control(c Control) {
	if c == nil {
		return
	}
	w.c = c.Object()
	w.v.Store(Sign | Lock)
}

// Object is the word's object, nil in production.
func (w *Word) Object() *Object { return w.c }

// Attention tells whether the sign is set. Under a Control it says yes always:
// ask Load then.
func (w *Word) Attention() bool { return int64(w.v.Load()) < 0 }

// Load reads the word; the lock bit of the result means nothing.
func (w *Word) Load() uint64 {
	if w.c != nil {
		return w.c.load()
	}
	return w.v.Load()
}

// Peek reads the word without being a step: for conditions of waiting steps and for
// reports. The lock bit of the result means nothing.
func (w *Word) Peek() uint64 {
	if w.c != nil {
		return w.c.Value
	}
	return w.v.Load()
}

// Acquire takes the lock and returns the word without the lock bit.
func (w *Word) Acquire() uint64 {
	if x := w.v.Or(Lock); x&Lock == 0 {
		return x
	}
	return w.contend()
}

// Release writes x, which must not have the lock bit, and frees the lock.
func (w *Word) Release(x uint64) {
	if w.c != nil {
		w.c.release(x)
		return
	}
	w.v.Store(x)
}

// Free returns the word when nobody holds the lock.
func (w *Word) Free() uint64 {
	if x := w.v.Load(); x&Lock == 0 {
		return x
	}
	return w.free()
}

// Change makes y of x, which Free has just returned, in one step: it fails if the word
// has been written since, or locked.
func (w *Word) Change(x, y uint64) bool {
	if w.c == nil {
		return w.v.CompareAndSwap(x, y)
	}
	return w.c.change(x, y)
}

// tries is how often Acquire looks at a held lock before it gives up the processor.
// Holders do not park, hence a lock held for long is one whose holder was preempted.
const tries = 30

func (w *Word) contend() uint64 {
	if w.c != nil {
		return w.c.acquire()
	}
	for n := 0; ; n++ {
		x := w.v.Load()
		if x&Lock == 0 && w.v.CompareAndSwap(x, x|Lock) {
			return x
		}
		if n >= tries {
			n = 0
			runtime.Gosched()
		}
	}
}

func (w *Word) free() uint64 {
	if w.c != nil {
		w.c.Control.Step(Change, w.c, nil, nil)
		return w.c.Value
	}
	for n := 0; ; n++ {
		if x := w.v.Load(); x&Lock == 0 {
			return x
		}
		if n >= tries {
			n = 0
			runtime.Gosched()
		}
	}
}

// change is part of the step of free: under a Control nothing comes in between.
//
//go:noinline
func (o *Object) change(x, y uint64) bool {
	if o.Value != x {
		panic("at: a step between Free and Change")
	}
	o.Value = y
	o.Control.Changed(o)
	return true
}

//go:noinline
func (o *Object) load() uint64 {
	o.Control.Step(Load, o, nil, nil)
	return o.Value
}

//go:noinline
func (o *Object) acquire() uint64 {
	o.Control.Step(Acquire, o, nil, nil)
	x := o.Value
	o.Value |= Lock
	return x
}

//go:noinline
func (o *Object) release(x uint64) {
	o.Control.Step(Release, o, nil, nil)
	o.Value = x
}
