package impl

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/interject/interject/impl/internal/at"
)

// Thread is an interruptible thread. [Runtime.Go] makes one; its zero value is of no use.
type Thread struct {
	// The fields are in the order of the lines of memory (64 bytes) that they share: who
	// receives a blocked throw looks at two lines of the sender.

	// The word, and what its lock guards, or the step that ends a wait.
	w          at.Word
	head, tail *signal // pending, oldest first
	parker     at.Parker
	op         Op // what the thread is blocked in
	woke       wake
	slab       uint16 // how many free signals were made, up to the most at a time

	// The owner's alone.
	level   Level
	watched bool // the runtime has an observer, or checks
	careful bool // that, or cleanups have a level of their own
	fresh   bool // an interrupting function has not begun yet

	how  End    // written before the thread is finished, and read by others after
	sent uint32 // the owner's

	got   payload // what was handed over to the parked thread; guarded, as are these two
	on    any     // what the thread is blocked on
	free  *signal // for senders that do not wait
	force error   // the owner's: what is in force, with the sign set; and of a finished thread what it died of

	self signal // the own throw

	ticket uint64 // the owner's
	place  uint32 // in the list of the runtime; guarded by that
	rt     *Runtime
	more   atomic.Pointer[rare]
	id     uint64
	name   string
	body   func(*Thread) error
}

// rare is what few threads need, made when one does.
type rare struct {
	waited queue[struct{}]             // threads that join
	done   chan struct{}               // made if asked for; guarded by the lock of waited
	told   bool                        // done is closed
	tags   []any                       // of the catches in progress; the owner's
	timer  *time.Timer                 // the owner's
	bell   chan struct{}               // rung at a thread that blocks outside of impl
	ring   func()                      // which this does
	poke   func()                      // what a sender calls if the thread is abroad; guarded by its lock, as is
	deaf   bool                        // whether only the end of the thread does
	spin   atomic.Pointer[func() bool] // what it spins for, if the runtime counts
	ctx    *interruptContext           // the owner's
	owner  *owner                      // if the runtime checks
}

// rare returns t's, which it makes if there is none. Any thread may call it.
func (t *Thread) rare() *rare {
	if r := t.more.Load(); r != nil {
		return r
	}
	t.more.CompareAndSwap(nil, new(rare))
	return t.more.Load()
}

// The bits of a thread's word, beside at.Sign: something is pending or in force.
const (
	waiting     uint64 = 1 << iota // parked, or just about to
	pending                        // the queue is not empty
	receptive                      // with waiting: a signal may be handed over
	throwing                       // with waiting: in its own throw, which is self
	forced                         // an unwinding may be in force
	acked                          // the own throw was received, or its target has ended
	finished                       // gone
	doomed                         // to end without its cleanups, as soon as it can
	started                        // by Start
	spinning                       // not parked, but waiting for a condition
	abroad                         // with waiting: in a foreign call or at a Go channel, not parked
	pokeable                       // with abroad: a sender can make it come back
	killing                        // in KillNow, which waits but is no blocking operation
	ticketShift = 16
	ticketMask  = (at.Lock - 1) &^ (1<<ticketShift - 1)
	asleep      = waiting | receptive | throwing
	standing    = waiting | spinning | finished | started // only started: it can block
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
	Returned // its function returned nil
	Died     // of an error that no handler took
	Killed   // by Kill, KillNow, its own Exit, or because its runtime was closed
	Exited   // by panic or runtime.Goexit
)

func (e End) String() string {
	return [...]string{"unstarted", "alive", "returned", "died", "killed", "exited"}[e]
}

// NewThread makes a thread that runs f once it is started ([Thread.Start]). What is sent to it
// before that is pending when it begins. The name is for reports, and need not be unique.
func (rt *Runtime) NewThread(name string, f func(*Thread) error) *Thread {
	rt.scheduler("NewThread")
	if f == nil {
		panic("impl: NewThread " + name + ": the function is nil")
	}
	t := &Thread{rt: rt, id: rt.ids.Add(1), name: name, body: f}
	t.watched = rt.observe != nil || rt.checks
	t.careful = t.watched || rt.policy.Cleanup > Open
	t.w.Control(rt.sched)
	t.parker.Init(rt.sched)
	t.self.from = t
	if rt.checks {
		t.w.Release(t.attention(t.w.Acquire()))
	}
	if rt.sched != nil { // here rather than in the middle of what is explored
		t.rare().waited.lock.Control(rt.sched)
		t.grow(t.lacking())
	}
	return t
}

// Start starts a thread made by NewThread. The parent, if it is not nil, is the calling
// thread; it hands down its mask where the policy says so. To start a thread twice is
// an [*Error].
func (t *Thread) Start(parent *Thread) error {
	t.given()
	t.checkParent(parent)
	x := t.w.Acquire()
	t.w.Release(x | started)
	if x&started != 0 {
		return t.misuse(OpStart, t, "it is started already")
	}
	if parent != nil && t.rt.policy.Inherits && !fault(faultNoInherit) {
		t.level = parent.level
	}
	t.rt.add(t)
	if t.rt.closed.Load() { // Close may have come before t was in the list
		t.rouse()
	}
	t.rt.quiet.begin()
	if t.rt.sched != nil {
		t.rt.sched.Spawn(t.Name(), t.run)
		return nil
	}
	go t.run()
	return nil
}

// Go makes a thread and starts it; parent is as for [Thread.Start]. With a nil one, which is what
// goroutines that are no threads have, the thread begins at level Open. What a thread starts in a
// mask, such as a worker that its supervisor replaces, begins masked where the policy inherits
// masks: start it with a nil parent, or let it begin with [Thread.Unmask].
func (rt *Runtime) Go(parent *Thread, f func(*Thread) error) *Thread {
	t := rt.NewThread("", f)
	_ = t.Start(parent) // it is new
	return t
}

func (t *Thread) run() {
	how, err := Exited, error(nil)
	t.owned()
	defer func() { t.finish(how, err) }()
	t.event(Started, nil, 0, nil)
	body := t.body
	t.body = nil // what it refers to may be collected before t is
	if err = t.Check(); err == nil {
		err = body(t)
	}
	how, err = verdict(t.unwound(err))
}

// finish makes t gone: what is pending is dropped, and its senders and those who
// join are woken.
func (t *Thread) finish(how End, err error) {
	x := t.w.Acquire()
	t.how, t.force = how, err
	more := t.head != nil // nothing is queued any more once it is finished
	t.w.Release(x | finished)
	for more {
		more = t.dropOne()
	}
	if r := t.more.Load(); r != nil {
		r.tellAll()
		t.cancel(errEnded)
	}
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
	if !fault(faultSendersForgotten) {
		from.acknowledge()
	}
	return true
}

// The parts of what a thread's word guards, for the race check.
const (
	partQueue = iota // head, tail, free, and the signals in the queue
	partHand         // got and woke: written by who ends a wait, read by the woken owner
	partPlace        // op and on: written by the owner before it waits
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
func (t *Thread) Name() string {
	if t.name == "" {
		return fmt.Sprintf("thread %d", t.id)
	}
	return t.name
}

// Runtime returns the runtime that t is of: for t.Runtime().Go(t, f). Any thread may call it.
func (t *Thread) Runtime() *Runtime { return t.rt }

// ID returns a number unique in the runtime, from 1. Any thread may call it.
func (t *Thread) ID() uint64 { return t.id }

// End returns how t ended and, when it died, of what: the error that its function returned, or
// that was in force when it did. Any thread may call it, and any goroutine.
func (t *Thread) End() (End, error) {
	switch x := t.w.Load(); {
	case x&finished != 0:
		return t.how, t.force
	case x&started != 0:
		return Alive, nil
	}
	return Unstarted, nil
}
