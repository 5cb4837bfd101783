package impl

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
)

// quiet counts the threads that are neither parked nor spinning. A nil one counts
// nothing.
type quiet struct {
	// The count, and above bit 32 how often it has grown: an unchanged word means
	// that nothing ran in between.
	n     atomic.Uint64
	still chan struct{} // told when the count reaches zero
}

func newQuiet() *quiet { return &quiet{still: make(chan struct{}, 1)} }

// begin counts a thread in: before it is started, and before it is woken.
func (q *quiet) begin() {
	if q != nil {
		q.n.Add(1<<32 + 1)
	}
}

// stop counts the calling thread out.
func (q *quiet) stop() {
	if q == nil {
		return
	}
	if uint32(q.n.Add(^uint64(0))) == 0 {
		select {
		case q.still <- struct{}{}:
		default:
		}
	}
}

// Status describes a thread that has not ended.
type Status struct {
	Thread  *Thread
	Op      Op   // empty if it is running
	On      any  // what it is blocked on
	Pending int  // how many signals it has not received
	Due     bool // one of them could be received where it is
}

func (b Status) String() string {
	in := "runs"
	if b.Op != OpNone {
		in = strings.TrimSpace("is in " + b.Op.String() + " " + name(b.On))
	}
	return fmt.Sprintf("%s: %s, %d pending", b.Thread.Name(), in, b.Pending)
}

// Stuck lists the threads that have not ended, oldest first, and what each is blocked
// in. Only when the runtime is quiet does it describe one moment.
func (rt *Runtime) Stuck() []Status {
	var all []Status
	for _, t := range rt.alive() {
		if b, alive := t.describe(); alive {
			all = append(all, b)
		}
	}
	return all
}

func (t *Thread) describe() (Status, bool) {
	x := t.w.Acquire()
	defer t.w.Release(x)
	b := Status{Thread: t}
	if x&started == 0 || x&finished != 0 {
		return b, false
	}
	if x&(waiting|spinning) != 0 {
		b.Op, b.On = t.op, t.on
	}
	for s := t.head; s != nil; s = s.next {
		b.Pending++
	}
	b.Due = b.Pending > 0 && (x&receptive != 0 || x&waiting == 0 && t.level == Open)
	return b, true
}

// AwaitQuiet returns nil when no thread can run any more without one that is made, or
// something that is done, from outside: each has ended, is parked, or spins in vain. If
// ctx ends before that, it returns the error of ctx. It is for runtimes made with Quiet,
// and must not be called from one of their threads. A thread that sleeps or is in a
// foreign call counts as running.
func (rt *Runtime) AwaitQuiet(ctx context.Context) error {
	q := rt.quiet
	if q == nil {
		panic("impl: AwaitQuiet of a runtime made without Quiet")
	}
	for {
		n := q.n.Load()
		if uint32(n) == 0 && !rt.spinnerRuns() && q.n.Load() == n {
			return nil
		}
		if uint32(n) == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			runtime.Gosched() // for the spinner
			continue
		}
		select {
		case <-q.still:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// spinnerRuns tells whether what some spinning thread waits for has come.
func (rt *Runtime) spinnerRuns() bool {
	for _, t := range rt.alive() {
		if r := t.more.Load(); r != nil {
			if cond := r.spin.Load(); cond != nil && (*cond)() {
				return true
			}
		}
	}
	return false
}
