package sched

import (
	"fmt"
	"iter"
	"runtime"

	"github.com/interject/interject/impl/internal/at"
)

// Program makes what one execution needs. It is called anew for each.
type Program func(x *Exec)

// Exec is one execution under way. It is the Scheduler of package impl.
type Exec struct {
	*search
	threads  []*thread
	cur      *thread // who runs; nil during set-up and judgement
	chosen   *thread // who runs next
	objects  []*object
	made     int // how many of them are in use
	made0    int // by the set-up
	spawning *at.Object
	judge    func() string
	aborting bool
	failure  string
}

// thread is a controlled thread and the step that it wants to make.
type thread struct {
	id    int
	name  string
	body  func()
	w     *worker
	kind  at.Kind
	o, o2 *object
	cond  func() bool
	done  bool
	made  int   // objects it has made
	last  int   // its latest step, -1 for none
	clk   clock // of dependence
	sync  clock // of synchronisation
}

// worker is a coroutine that runs one body after the other.
type worker struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	t     *thread // whose body it runs
}

// aborted unwinds the threads of an execution that is given up.
type aborted struct{}

// Go adds a thread; during set-up only.
func (x *Exec) Go(name string, f func()) { x.add(name, f) }

// Judge says how to describe the execution when it has ended; f may look at anything.
func (x *Exec) Judge(f func() string) { x.judge = f }

func (x *Exec) add(name string, f func()) *thread {
	if len(x.threads) == MaxThreads {
		panic(fmt.Sprintf("sched: more than %d threads in one execution", MaxThreads))
	}
	t := &thread{id: len(x.threads), name: name, body: f, kind: at.Start, last: -1}
	x.threads = append(x.threads, t)
	return t
}

// Spawn adds a thread in the middle of an execution.
func (x *Exec) Spawn(name string, f func()) {
	x.Step(at.Spawn, x.spawning, nil, nil)
	t := x.add(name, f)
	if x.cur != nil {
		t.clk, t.sync = x.cur.clk, x.cur.sync
	}
}

// Object makes a shared object.
func (x *Exec) Object() *at.Object {
	if x.made == len(x.objects) {
		x.objects = append(x.objects, new(object))
	}
	o := x.objects[x.made]
	name := uint64(x.made)
	if t := x.cur; t != nil {
		t.made++
		name = uint64(t.id+1)<<32 | uint64(t.made)
	}
	*o = object{Object: at.Object{Control: x, ID: x.made}, name: name, last: -1}
	x.made++
	return &o.Object
}

// Step lets the scheduler choose, and returns when it has chosen the calling thread.
func (x *Exec) Step(k at.Kind, o, o2 *at.Object, cond func() bool) {
	t := x.cur
	if t == nil {
		return
	}
	if x.aborting {
		panic(aborted{})
	}
	t.kind, t.o, t.o2, t.cond = k, x.object(o), x.object(o2), cond
	if next := x.choose(); next != t {
		x.chosen, x.cur = next, nil
		t.w.yield(struct{}{})
		x.cur = t
		if x.aborting {
			panic(aborted{})
		}
	}
	x.commit(t)
}

func (x *Exec) object(o *at.Object) *object {
	if o == nil {
		return nil
	}
	return x.objects[o.ID]
}

// enabled tells whether t can make its step now.
func (t *thread) enabled() bool {
	switch t.kind {
	case at.Acquire, at.Change:
		return t.o.Value&at.Lock == 0
	case at.Park:
		return t.o.Tokens > 0
	case at.Wait:
		return t.cond == nil || t.cond()
	}
	return true
}

// run makes one execution.
func (x *Exec) run(p Program) {
	x.threads, x.cur, x.made, x.judge = x.threads[:0], nil, 0, nil
	x.aborting, x.failure = false, ""
	x.spawning = x.Object()
	p(x)
	for x.chosen = x.choose(); x.chosen != nil; {
		t := x.chosen
		if t.w == nil {
			t.w = x.worker()
			t.w.t = t
		}
		t.w.next()
	}
}

// abort unwinds what has not ended.
func (x *Exec) abort() {
	x.aborting = true
	for _, t := range x.threads {
		if t.w != nil && !t.done {
			x.cur = t
			t.w.next()
		}
	}
	x.cur = nil
}

// worker returns an idle worker.
func (x *Exec) worker() *worker {
	if n := len(x.idle); n > 0 {
		w := x.idle[n-1]
		x.idle = x.idle[:n-1]
		return w
	}
	w := new(worker)
	w.next, w.stop = iter.Pull(func(yield func(struct{}) bool) {
		w.yield = yield
		for {
			x.work(w)
			x.idle = append(x.idle, w)
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return w
}

// work runs the body of w's thread.
func (x *Exec) work(w *worker) {
	t, returned := w.t, false
	defer func() {
		if returned {
			return
		}
		r := recover()
		x.end(t, r)
		if r == nil {
			// The coroutine is in runtime.Goexit, which cannot be stopped: it stays
			// here until the search is over.
			x.lost = append(x.lost, w)
			w.yield(struct{}{})
		}
	}()
	x.cur = t
	x.commit(t)
	t.body()
	returned = true
	x.end(t, nil)
}

// end notes that t is over and lets the scheduler choose.
func (x *Exec) end(t *thread, panicked any) {
	t.done = true
	_, ours := panicked.(aborted)
	if panicked != nil && !ours {
		x.fail(fmt.Sprintf("%s panicked: %v", t.name, panicked))
	}
	x.cur, x.chosen = nil, nil
	if !x.aborting && x.failure == "" {
		x.chosen = x.choose()
	}
}

// fail ends the execution with a failure of the program.
func (x *Exec) fail(what string) {
	if x.failure == "" {
		x.failure = what
	}
}

// close ends the workers.
func (s *search) close() {
	for _, w := range s.idle {
		w.stop()
	}
	for _, w := range s.lost {
		done := make(chan struct{})
		go func() { // takes the Goexit that stop hands on
			defer close(done)
			w.stop()
		}()
		<-done
	}
	s.idle, s.lost = nil, nil
	runtime.Gosched()
}
