package explore

import (
	"context"
	"fmt"
	"time"
)

// System is a transition system whose state has a fixed number of parts.
//
// A part should be a small value without pointers. What two agents change
// independently should be two parts: a rule runs once per combination of values
// of the parts that it looks at.
type System[P comparable] interface {
	// Parts is the number of parts of a state, at least 1.
	Parts() int
	// Initial is part c of the initial state.
	Initial(c int) P
	// Agents is the number of agents. Each is treated fairly unless Options say not.
	Agents() int
	// Expand gives all successors of the agent in the current state, each ended
	// by v.Commit, or none if the agent is disabled. It must depend on nothing
	// but what v.Get returned, and be deterministic.
	Expand(agent int, v *View[P])
}

// Checker is a System with invariants, each looked at in every expanded state.
type Checker[P comparable] interface {
	// Checks is the number of invariants.
	Checks() int
	// Check says what is wrong with the current state by invariant i. It only
	// looks, and like Expand it depends on nothing but what v.Get returned.
	Check(i int, v *View[P]) error
}

// Occasional is a System some of whose steps no run has infinitely many of: a cycle of
// the report has none with such a label.
type Occasional interface {
	Occasional(label uint32) bool
}

// Options bound and watch a search. The zero value bounds nothing.
type Options struct {
	MaxStates int // at most so many states are kept; 0: no bound
	// MaxMemory bounds the bytes that the search holds; 0: no bound. What it has given
	// up may be held by the Go runtime until the next collection: a process that must
	// stay within the bound sets it with debug.SetMemoryLimit too.
	MaxMemory int64

	// Reduce asks for fewer states, where the system is a [Reducer]: those of the
	// report then miss some, and its Finals none. Paths and Cycles are of the system
	// itself. Invariants are looked at in fewer states too.
	Reduce bool

	// Workers search at the same time; 0: one. The report does not depend on it.
	Workers int

	// Fair says whether a run must not pass over an agent for ever that can step
	// all along (weak fairness). Nil: all agents are fair.
	Fair func(agent int) bool

	// Progress, if not nil, is called about every Every (0: a second) and at the end.
	Progress func(Progress)
	Every    time.Duration

	// Save, if not nil, is called about every SaveEvery (0: a minute) with a checkpoint
	// to write. Identity names the question: a checkpoint of another one is refused.
	Save      func(Checkpoint)
	SaveEvery time.Duration
	Identity  string
}

// Progress is how far a search has come.
type Progress struct {
	States      int // discovered
	Expanded    int // of these, all successors are known
	Transitions int // from the expanded ones
	Depth       int // steps from the initial state to those being expanded
	Frontier    int // discovered and not yet expanded
	Memory      int64
	Elapsed     time.Duration
	// AtLeast is how long it takes, at the rate so far, to expand what is discovered:
	// the search lasts at least so long. How much more is to be discovered nobody knows.
	AtLeast time.Duration
}

// Explore searches the reachable states of sys. An error means that the question
// makes no sense; a bound that was hit, a cancelled ctx included, gives a Report
// that is not Complete.
func Explore[P comparable](ctx context.Context, sys System[P], o Options) (*Report[P], error) {
	if err := sensible(sys, o); err != nil {
		return nil, err
	}
	v := newView(sys).reduced(o.Reduce)
	return finish(ctx, sys, v, newSearch[[1]uint64](v, o), o), nil
}

// finish runs a search to its end.
func finish[P comparable](ctx context.Context, sys System[P], v *View[P], s searcher, o Options) *Report[P] {
	for s.run(ctx) == stale {
		var ok bool
		if s, ok = s.repack(); !ok {
			break
		}
	}
	r := newReport(sys, v, s)
	r.findCycles(ctx, o)
	return r
}

func sensible[P comparable](sys System[P], o Options) error {
	switch {
	case sys.Parts() < 1:
		return fmt.Errorf("explore: a system of %d parts: need at least 1", sys.Parts())
	case sys.Parts() > maxParts:
		return fmt.Errorf("explore: a system of %d parts: at most %d are supported", sys.Parts(), maxParts)
	case sys.Agents() < 0:
		return fmt.Errorf("explore: a system of %d agents", sys.Agents())
	case o.MaxStates < 0 || o.MaxMemory < 0:
		return fmt.Errorf("explore: negative bound: MaxStates %d, MaxMemory %d: use 0 for none", o.MaxStates, o.MaxMemory)
	case o.Workers < 0 || o.Workers > shardCount:
		return fmt.Errorf("explore: %d workers: want 0 to %d", o.Workers, shardCount)
	}
	if o.Reduce {
		return sensibleReduction(sys)
	}
	return nil
}
