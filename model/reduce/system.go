package reduce

import (
	"fmt"

	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// System is a machine that knows which steps are enough.
type System struct {
	*model.Machine
	Kinds Kinds
	// Off says why no kind is on though the dialect permits some; empty if one is.
	Off string

	from    []future // by statement
	takes   []part   // by rule
	mutexes uint64
	thunks  bool // some statement sends one
	loops   bool // some statement may be executed again and again
}

// The most threads and cells that fit the facts.
const (
	maxThreads = 31
	maxCells   = 64
)

// New is the machine with those of the kinds that its dialect permits. Only what the
// whole program is, can still forbid them all; Off then says what it is.
func New(m *model.Machine, kinds Kinds) *System {
	s := &System{Machine: m, Kinds: kinds & Permitted(m.Dialect), takes: byIndex()}
	if s.Off = s.misfit(); s.Off != "" {
		s.Kinds = 0
	}
	if s.Kinds == 0 {
		return s
	}
	s.from = futures(m.Program)
	for _, n := range m.Nodes {
		s.thunks = s.thunks || n.Op == model.Interrupt
		s.loops = s.loops || n.Op == model.While
	}
	for i, c := range m.Cells {
		if c.Kind == model.Mutex {
			s.mutexes |= 1 << i
		}
	}
	return s
}

// misfit says what of the program does not fit.
func (s *System) misfit() string {
	switch {
	case len(s.Threads) > maxThreads:
		return fmt.Sprintf("the program has %d threads, at most %d can be reduced", len(s.Threads), maxThreads)
	case len(s.Cells) > maxCells:
		return fmt.Sprintf("the program has %d cells, at most %d can be reduced", len(s.Cells), maxCells)
	}
	for _, n := range s.Nodes[1:] {
		if !known(n.Op) {
			return fmt.Sprintf("the program has a statement, number %d of the primitive ones, of which nobody said what it does to others", n.Op)
		}
	}
	return ""
}

// Expand makes every step of an agent.
func (s *System) Expand(agent int, v *explore.View[model.Part]) { s.Machine.Expand(agent, v) }

// Check is invariant i of the machine.
func (s *System) Check(i int, v *explore.View[model.Part]) error { return s.Machine.Check(i, v) }

// The facts of a thread.
const (
	sending   = iota // future: throws, and above them thunks
	probing          // future: ends, and above them sees
	waiting          // future: awaits
	sharing          // future: cells
	stepping         // its step: flags
	touching         // its step: cells
	receiving        // its receipt: flags, and above them the senders that it wakes
	factsOf
)

// Facts is how many facts there are.
func (s *System) Facts() int {
	if s.Kinds == 0 {
		return 0
	}
	return factsOf * len(s.Threads)
}

// Fact is fact i.
func (s *System) Fact(i int, v *explore.View[model.Part]) uint64 { return s.fact(i, v) }

func (s *System) fact(i int, st model.Store) uint64 {
	t := model.Thread(i / factsOf)
	switch i %= factsOf; i {
	case stepping:
		return uint64(s.step(st, t).flags)
	case touching:
		return s.step(st, t).cells
	case receiving:
		return s.receipt(st, t)
	default:
		f := s.future(s.Look(st), t)
		return [...]uint64{
			sending: uint64(f.throws) | uint64(f.thunks)<<32,
			probing: uint64(f.ends) | uint64(f.sees)<<32,
			waiting: uint64(f.awaits),
			sharing: f.cells,
		}[i]
	}
}

// Enough is a set of agents whose steps are enough: an agent for which the first of
// the kinds holds that holds for any.
func (s *System) Enough(facts []uint64) uint64 {
	for _, k := range order {
		if !s.Kinds.Has(k) {
			continue
		}
		for t := range s.Threads {
			if agent := s.enough(k, facts, t); agent >= 0 {
				return 1 << agent
			}
		}
	}
	return 0
}

// order is the kinds as they are tried. Any order is as good for the outcomes; in
// this one fewer states are left.
var order = [kinds]Kind{Unseen, Due, Masked, Merged}

// enough is the agent of thread t whose steps are enough by kind k, -1 if none is.
func (s *System) enough(k Kind, facts []uint64, t int) (agent int) {
	mine := facts[t*factsOf:]
	if k == Due {
		if flags(mine[receiving])&can != 0 && s.due(facts, t, uint32(mine[receiving]>>32)) {
			return t + len(s.Threads)
		}
		return -1
	}
	if f := flags(mine[stepping]); f&can != 0 {
		o := s.others(facts, 1<<t)
		if o.allow(k, f, mine[touching], 1<<t, s.Direct) {
			return t
		}
	}
	return -1
}

// others is what all threads but some may still do.
func (s *System) others(facts []uint64, but uint32) (o future) {
	for u := range s.Threads {
		if but>>u&1 != 0 {
			continue
		}
		f := facts[u*factsOf:]
		o.join(future{
			throws: uint32(f[sending]), thunks: uint32(f[sending] >> 32),
			ends: uint32(f[probing]), sees: uint32(f[probing] >> 32),
			awaits: uint32(f[waiting]), cells: f[sharing],
		})
	}
	return o
}

// allow says that a step with these flags, which touches these cells, of the thread
// whose bit is me, is enough by kind k if that is all that others may do.
func (o *future) allow(k Kind, f flags, cells uint64, me uint32, direct bool) bool {
	switch {
	case o.cells&cells != 0 || o.ends&me != 0:
		return false
	case f&ending != 0 && (o.sees|o.awaits)&me != 0, f&blocking != 0 && o.awaits&me != 0:
		return false
	}
	switch k {
	case Unseen:
		return f&alone != 0 && (o.throws|o.thunks)&me == 0
	case Masked:
		return f&deaf != 0 && f&(ending|blocking|looking) == 0 && (!direct || f&deafAfter != 0)
	case Merged:
		return f&absorbed != 0 && f&looking == 0 && o.thunks&me == 0
	}
	return false
}

// due says that nobody can prevent the receipt of thread t or disturb those whom it
// wakes.
func (s *System) due(facts []uint64, t int, wakes uint32) bool {
	if s.others(facts, 1<<t).ends>>t&1 != 0 {
		return false
	}
	for u := range s.Threads {
		if wakes>>u&1 == 0 {
			continue
		}
		o := s.others(facts, 1<<t|1<<u)
		if (o.throws|o.thunks|o.ends|o.awaits)>>u&1 != 0 {
			return false
		}
	}
	return true
}
