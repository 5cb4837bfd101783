package at

import (
	"runtime"
	"time"
)

// Parker parks one goroutine. Whoever changes the state that the parked one waits
// for calls Unpark, exactly once for each Park.
type Parker struct {
	ch chan struct{}
	c  *Object // nil in production
}

// Init prepares p, under c unless that is nil.
func (p *Parker) Init(c Control) {
	if c != nil {
		p.c = c.Object()
		return
	}
	p.ch = make(chan struct{}, 1)
}

// Park waits for a token and takes it. It is inlined: behind a switch of goroutines every
// return from a function is one that the processor has not foreseen.
func (p *Parker) Park() {
	if p.c != nil {
		p.c.park()
		return
	}
	<-p.ch
}

//go:noinline
func (o *Object) park() {
	o.Control.Step(Park, o, nil, nil)
	o.Tokens--
}

// Unpark adds a token. A second one is a bug of the caller: it panics.
func (p *Parker) Unpark() {
	if p.c != nil {
		p.c.Control.Step(Unpark, p.c, nil, nil)
		if p.c.Tokens++; p.c.Tokens > 1 {
			panic("at: parker unparked twice")
		}
		return
	}
	select {
	case p.ch <- struct{}{}:
	default:
		panic("at: parker unparked twice")
	}
}

// ParkFor is Park that gives up after d and then returns false. It makes the timer if
// there is none yet. Under a Control time is not measured: it may end at any moment.
func (p *Parker) ParkFor(d time.Duration, timer **time.Timer) bool {
	if p.c != nil {
		p.c.Control.Step(Timer, p.c, nil, nil)
		if p.c.Tokens == 0 {
			return false
		}
		p.c.Tokens--
		return true
	}
	if *timer == nil {
		*timer = time.NewTimer(d)
	} else {
		(*timer).Reset(d)
	}
	defer (*timer).Stop()
	select {
	case <-p.ch:
		return true
	case <-(*timer).C:
		return false
	}
}

// Await spins until cond holds; cond may look (with Peek) at the words whose objects
// are o and o2. Under a Control it is one step, enabled by cond.
func Await(o, o2 *Object, cond func() bool) {
	if o != nil {
		o.Control.Step(Wait, o, o2, cond)
		return
	}
	for !cond() {
		runtime.Gosched()
	}
}
