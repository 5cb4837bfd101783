package explore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Report is what a search found. States are addressed by their number in order of
// discovery; the initial state is 0, and nearer states come first.
type Report[P comparable] struct {
	States      int  // discovered
	Transitions int  // out of the expanded states: triples of state, agent and label
	Reduced     int  // states in which the steps of some agents were enough
	Orbits      bool // of each orbit one state was kept
	Expanded    int  // states before this one had all their successors found
	Layers      int  // states at so many distances from the initial state, 0 included, were discovered

	// Complete: all reachable states were expanded, no bound of the system was hit,
	// and Cycles were searched to the end.
	Complete bool
	Stop     Stop     // why states were left, if any were
	Reasons  []string // why the report is not complete, for people; empty if it is
	Exceeded []Exceeded

	// Finals are the states where a run may end: no fair agent can step.
	Finals []int
	// Cycles are the behaviours that never end although no fair agent is passed
	// over. Those of an incomplete report are real, but there may be more.
	Cycles     []Cycle
	Violations []Violation

	Memory   Memory
	RuleRuns int // how often a rule had to run
	Repacks  int // how often keys were laid out anew
	Elapsed  time.Duration

	sys System[P]
	v   *View[P]
	s   searcher
	ids []uint32
}

// Stop is why a search stopped.
type Stop uint8

// The reasons. Exhausted means that no state was left to expand.
const (
	Exhausted Stop = iota
	TooManyStates
	OutOfMemory
	Cancelled
	TooWide // the numbers of the parts do not fit 1024 bits
)

// String is the reason in words.
func (s Stop) String() string {
	return [...]string{"exhausted", "the bound on states was reached", "the bound on memory was reached",
		"cancelled", "a state does not fit 1024 bits: its parts take too many values"}[s]
}

// Exceeded is a bound of the system that was hit.
type Exceeded struct {
	What  string // as given to View.Exceeded
	State int    // the first state where it was hit
	Count int    // successors that are unknown for it
}

// Violation is an invariant that does not hold.
type Violation struct {
	Check int
	Err   error // what Check said in the first state
	State int   // the first state, so Paths(State) is as short as can be
	Count int   // expanded states where the invariant does not hold
}

// Memory is the bytes that a search holds; Parts is an estimate, the rest is exact.
type Memory struct{ Store, Log, Memo, Parts int64 }

// Total is the sum.
func (m Memory) Total() int64 { return m.Store + m.Log + m.Memo + m.Parts }

func newReport[P comparable](sys System[P], v *View[P], s searcher) *Report[P] {
	c := s.about()
	r := &Report[P]{
		Transitions: c.transitions,
		Reduced:     c.reduced,
		Orbits:      v.symmetric(),
		Expanded:    c.next,
		Layers:      len(c.layers),
		Stop:        c.stop,
		Memory:      s.bytes(),
		RuleRuns:    c.lessons.n,
		Repacks:     c.packs,
		sys:         sys, v: v, s: s,
		ids: make([]uint32, sys.Parts()),
	}
	r.States = s.states()
	for _, f := range c.finals {
		r.Finals = append(r.Finals, int(f))
	}
	r.readNotes(c.notes)
	if r.Stop != Exhausted {
		r.Reasons = append(r.Reasons, fmt.Sprintf("%v: %d states discovered, %d expanded, %d left", r.Stop, r.States, r.Expanded, r.States-r.Expanded))
	}
	for _, e := range r.Exceeded {
		r.Reasons = append(r.Reasons, fmt.Sprintf("%s: %d successors unknown", e.What, e.Count))
	}
	r.Complete = len(r.Reasons) == 0
	r.Elapsed = time.Since(c.started)
	return r
}

func (r *Report[P]) readNotes(notes map[note]*noted) {
	for n, at := range notes {
		if n.kind == exceeded {
			r.Exceeded = append(r.Exceeded, Exceeded{r.v.what[n.label], at.first, at.count})
		} else {
			v := Violation{n.rule - r.s.about().agents, r.v.faults[n.label], at.first, at.count}
			r.Violations = append(r.Violations, v)
		}
	}
	slices.SortFunc(r.Exceeded, func(a, b Exceeded) int { return cmp.Compare(a.What, b.What) })
	slices.SortFunc(r.Violations, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.State, b.State))
	})
	r.Violations = mergeByCheck(r.Violations)
}

// mergeByCheck keeps the first of each check's violations, which is the shallowest.
func mergeByCheck(vs []Violation) []Violation {
	var out []Violation
	for _, v := range vs {
		if n := len(out); n > 0 && out[n-1].Check == v.Check {
			out[n-1].Count += v.Count
		} else {
			out = append(out, v)
		}
	}
	return out
}

// findCycles completes the report with its cycles.
func (r *Report[P]) findCycles(ctx context.Context, o Options) {
	var err error
	r.Cycles, err = r.s.cycles(ctx, o.MaxMemory)
	if err == errMemory && r.Stop == OutOfMemory {
		err = nil // for the same reason, which is given
	}
	if err != nil {
		r.Complete = false
		r.Reasons = append(r.Reasons, fmt.Sprintf("cycles were not searched: %v", err))
	}
	r.s.forget()
	r.Elapsed = time.Since(r.s.about().started)
}

// Part is part c of a state.
func (r *Report[P]) Part(state, c int) P {
	r.s.read(state, r.ids)
	return r.v.tables[c].parts[r.ids[c]]
}

// State appends all parts of a state to dst.
func (r *Report[P]) State(state int, dst []P) []P {
	r.s.read(state, r.ids)
	for c, id := range r.ids {
		dst = append(dst, r.v.tables[c].parts[id])
	}
	return dst
}
