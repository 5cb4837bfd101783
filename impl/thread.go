package impl

import (
	"fmt"
	"sync/atomic"

	"github.com/interject/interject/impl/internal/at"
)

// Thread is an interruptible thread.
type Thread struct {
	// The word, and what its lock guards.
	w          at.Word
	head, tail *signal // pending, oldest first
	free       *signal // for senders that do not wait
	slab       int     // how many of those were made
	out        *signal // the own throw, while blocked in it
	got        payload // what was handed over to the parked thread
	woke       wake
	op         Op     // what the thread is blocked in
	on         any    // and on what
	poke       func() // cancels its foreign call

	// The owner's alone.
	level   Level
	watched bool // the runtime has an observer
	fresh   bool // an interrupting function has not begun yet
	force   error
	ticket  uint64
	tags    []any
	parker  at.Parker
	self    signal // the own throw
	sent    uint64

	spin atomic.Pointer[func() bool] // what it spins for, if the runtime counts

	rt     *Runtime
	place  int // in the list of the runtime
	id     uint64
	name   string
	end    end
	body   func(*Thread) error
	waited queue[struct{}] // threads that join
	done   chan struct{}   // made if asked for; guarded by the lock of waited
}

// The bits of a thread's word, beside at.Sign: something is pending or in force.
const (
	waiting     uint64 = 1 << iota // parked, or just about to
	receptive                      // with waiting: a signal may be handed over
	forced                         // an unwinding may be in force
	acked                          // the own throw was received, or its target has ended
	finished                       // gone
	doomed                         // to end without its cleanups, as soon as it can
	started                        // by Start
	spinning                       // not parked, but waiting for a condition
	abroad                         // with waiting: in a foreign call, not parked
	ticketShift = 16
	ticketMask  = (at.Lock - 1) &^ (1<<ticketShift - 1)
)

// wake says who ended a wait.
type wake uint8

const (
	byPartner wake = iota + 1 // the operation is complete
	bySignal                  // a signal was handed over
	byTime                    // nobody did within the time
	unparked                  // it was not begun: a signal is pending
)

// End says how a thread ended.
type End uint8

// The ends of a thread.
const (
	Unstarted End = iota
	Alive
	Returned
	Died   // of an error that no handler took
	Killed // by Kill, KillNow or its own Exit
	Exited // by panic or runtime.Goexit
)

func (e End) String() string {
	return [...]string{"unstarted", "alive", "returned", "died", "killed", "exited"}[e]
}

// end is written by the thread before it is finished and read by others after.
type end struct {
	how End
	err error
}

// NewThread makes a thread that runs f once it is started. The name is for reports.
func (rt *Runtime) NewThread(name string, f func(*Thread) error) *Thread {
	t := &Thread{rt: rt, id: rt.ids.Add(1), name: name, body: f}
	if name == "" {
		t.name = fmt.Sprintf("thread %d", t.id)
	}
	t.watched = rt.observe != nil
	t.w.Control(rt.sched)
	t.parker.Init(rt.sched)
	t.waited.lock.Control(rt.sched)
	t.self.from = t
	if rt.sched != nil {
		t.grow(t.more()) // here rather than in the middle of what is explored
	}
	return t
}

// Start starts a thread made by NewThread. The parent, if it is not nil, is the calling
// thread; it hands down its mask where the policy says so. To start a thread twice is
// an error.
func (t *Thread) Start(parent *Thread) error {
	x := t.w.Acquire()
	t.w.Release(x | started)
	if x&started != 0 {
		return t.misuse(OpStart, t, "it is started already")
	}
	if parent != nil && t.rt.policy.Inherits && !fault(FaultNoInherit) {
		t.level = parent.level
	}
	t.rt.add(t)
	t.rt.quiet.begin()
	if t.rt.sched != nil {
		t.rt.sched.Spawn(t.name, t.run)
		return nil
	}
	go t.run()
	return nil
}

// Go makes a thread and starts it.
func (rt *Runtime) Go(parent *Thread, f func(*Thread) error) *Thread {
	t := rt.NewThread("", f)
	_ = t.Start(parent) // it is new
	return t
}

func (t *Thread) run() {
	how, err := Exited, error(nil)
	defer func() { t.finish(how, err) }()
	t.event(Started, nil, 0, nil)
	if err = t.Check(); err == nil {
		err = t.body(t)
	}
	how, err = verdict(t.unwound(err))
}

// finish makes t gone: what is pending is dropped, and its senders and those who
// join are woken.
func (t *Thread) finish(how End, err error) {
	x := t.w.Acquire()
	t.end = end{how, err}
	t.w.Release(x | finished)
	for t.dropOne() {
	}
	t.tellAll()
	t.rt.remove(t)
	t.event(Ended, nil, uint64(how), err)
	t.rt.quiet.stop()
}

// dropOne takes the oldest pending signal of a finished thread away and tells its
// sender. One at a time: a sender may be interrupted meanwhile and withdraw its own.
func (t *Thread) dropOne() bool {
	x := t.w.Acquire()
	h := t.head
	if h == nil {
		t.w.Release(x)
		return false
	}
	p, from := t.dequeue(h)
	t.w.Release(t.attention(x))
	t.event(Dropped, from, p.id, p.what)
	if !fault(FaultSendersForgotten) {
		t.pass(h, from)
	}
	return true
}

// The parts of what a thread's word guards, for the race check.
const (
	partQueue = iota // head, tail, free, and the signals in the queue
	partOut          // out
	partHand         // got and woke: written under the lock, read by the woken owner
	partPlace        // op and on
	partSelf         // self: the sender's until it is queued, and after it is acknowledged
)

// touch says to the race check of a controlled run that a part of what t's word guards
// is about to be read or written.
func (t *Thread) touch(part int) {
	if o := t.w.Object(); o != nil {
		o.Control.Touch(o, part)
	}
}

// Name returns the thread's name. Any thread may call it.
func (t *Thread) Name() string { return t.name }

// ID returns a number unique in the runtime, from 1. Any thread may call it.
func (t *Thread) ID() uint64 { return t.id }

// End returns how t ended and, when it died, of what. Any thread may call it.
func (t *Thread) End() (End, error) {
	switch x := t.w.Load(); {
	case x&finished != 0:
		return t.end.how, t.end.err
	case x&started != 0:
		return Alive, nil
	}
	return Unstarted, nil
}
