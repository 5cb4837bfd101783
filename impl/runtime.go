package impl

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/interject/interject/impl/internal/at"
)

// Scheduler decides which controlled thread makes the next step; package sched has
// one that goes through all possibilities.
type Scheduler = at.Control

// Config is what a runtime is made of besides its edition. The zero value is a
// runtime on goroutines that nobody watches.
type Config struct {
	// Observe, if not nil, is called by each thread at its own events, and so must
	// be safe for concurrent use. It must not call the runtime.
	Observe func(Event)
	// Scheduler, if not nil, runs the threads in place of the Go scheduler. All threads and
	// cells that the program uses must then be of this runtime.
	Scheduler Scheduler
	// Check makes the runtime look for misuse: a thread's handle that is used from another
	// goroutine or inside of a foreign call, a Restore or Without that is used outside of its
	// scope, a parent that is not the calling thread. It panics then,
	// with a message that names the thread. It costs some microseconds for each safe point,
	// so it is for tests. Without it, only what would break the runtime itself is found.
	Check bool
	// Quiet makes the runtime count its running threads, so that AwaitQuiet works.
	Quiet bool
}

// Runtime is a set of threads under one policy. [New] makes one.
type Runtime struct {
	policy  Policy
	observe func(Event)
	sched   Scheduler
	checks  bool
	spins   int // how often a sender looks for its receipt before it parks
	ids     atomic.Uint64
	posts   atomic.Uint64 // identities of sends from outside: below those of threads
	mu      sync.Mutex
	threads []*Thread // started and not ended, in no order; guarded by mu
	quiet   *quiet    // nil unless asked for
	closed  atomic.Bool
}

// Editions lists the editions that New knows, sorted.
func Editions() []string { return slices.Sorted(maps.Keys(editions)) }

// New makes a runtime that behaves as the edition documents. It is an error, which lists them, if
// there is no such edition, or if c asks for what does not go together.
func New(edition string, c Config) (*Runtime, error) {
	p, err := PolicyOf(edition)
	if err != nil {
		return nil, err
	}
	return NewPolicy(p, c)
}

// NewPolicy makes a runtime with a policy of the caller's own. A combination that
// has no meaning is refused.
func NewPolicy(p Policy, c Config) (*Runtime, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if c.Quiet && c.Scheduler != nil {
		return nil, fmt.Errorf("impl: Quiet with a Scheduler: the scheduler itself knows when nothing can run")
	}
	rt := &Runtime{policy: p, observe: c.Observe, sched: c.Scheduler, checks: c.Check}
	if c.Scheduler == nil && runtime.GOMAXPROCS(0) > 1 {
		rt.spins = 1000
	}
	if c.Quiet {
		rt.quiet = newQuiet()
	}
	return rt, nil
}

func (rt *Runtime) add(t *Thread) {
	rt.mu.Lock()
	t.place = uint32(len(rt.threads))
	rt.threads = append(rt.threads, t)
	rt.mu.Unlock()
}

func (rt *Runtime) remove(t *Thread) {
	rt.mu.Lock()
	last := len(rt.threads) - 1
	moved := rt.threads[last]
	rt.threads[t.place], rt.threads[last] = moved, nil
	moved.place = t.place
	rt.threads = rt.threads[:last]
	rt.mu.Unlock()
}

// alive returns the threads that have started and not ended, oldest first.
func (rt *Runtime) alive() []*Thread {
	rt.mu.Lock()
	all := slices.Clone(rt.threads)
	rt.mu.Unlock()
	slices.SortFunc(all, func(a, b *Thread) int { return cmp.Compare(a.id, b.id) })
	return all
}

// Policy returns what the runtime's edition decides.
func (rt *Runtime) Policy() Policy { return rt.policy }
