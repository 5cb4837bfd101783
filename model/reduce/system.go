package reduce

import (
	"fmt"
	"slices"

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

	texts    texts
	symmetry explore.Symmetry
}

// The most threads and cells that fit the facts.
const (
	maxThreads = 16
	maxCells   = 48
)

// New is the machine with those of the kinds that its dialect permits. Only what the
// whole program is, can still forbid them all; Off then says what it is.
func New(m *model.Machine, kinds Kinds) *System {
	s := &System{Machine: m, Kinds: kinds & Permitted(m.Dialect), takes: byIndex()}
	if s.Off = s.misfit(); s.Off != "" {
		s.Kinds = 0
	}
	if !mayBeLazy(m.Program, 0) {
		s.Kinds &^= KindsOf(Lazy)
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
	if s.loops { // who is passed over for ever, must keep its name
		s.Kinds &^= KindsOf(Alike)
	}
	if s.Kinds.Has(Alike) {
		s.symmetry, s.texts = symmetryOf(m.Program)
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
	if slices.ContainsFunc(s.Nodes, func(n model.Node) bool { return unreduced.Has(n.Op) }) {
		return "the program has messages, links or trapped exits: what a thread does to others is not told by its text"
	}
	if s.Graceful && slices.Contains(s.Classes, model.NormalClass) {
		return "the program has exit signals that are without effect"
	}
	return ""
}

// unreduced are the statements of programs that are not reduced: a linked thread sends
// when it ends, and a message waits among the signals for as long as its receiver likes.
var unreduced = model.Ops(model.Message, model.Receive, model.Trap, model.Link, model.Unlink)

// Expand makes every step of an agent.
func (s *System) Expand(agent int, v *explore.View[model.Part]) { s.Machine.Expand(agent, v) }

// Check is invariant i of the machine.
func (s *System) Check(i int, v *explore.View[model.Part]) error { return s.Machine.Check(i, v) }

// The facts of a thread.
const (
	doing      = iota // its future: throws, thunks, ends, sees, 16 bits each
	touching          // its future: awaits, 16 bits, and cells above them
	pending           // its queue: flags
	stepping          // its step if nothing were pending: flags, 16 bits, and cells above them
	receiving         // its receipt: flags, and above them the senders that it wakes
	waits             // 1 if it is about to throw at who is not receptive
	delivering        // 1 if something is delivered to it
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
		tr := s.step(st, t)
		return uint64(tr.flags) | tr.cells<<16
	case receiving:
		return s.receipt(st, t)
	case pending:
		return uint64(s.pending(st, t))
	case waits:
		return s.ifLazy(s.throwing, st, t)
	case delivering:
		return s.ifLazy(s.delivers, st, t)
	}
	f := s.future(s.Look(st), t)
	if i == doing {
		return uint64(f.throws) | uint64(f.thunks)<<16 | uint64(f.ends)<<32 | uint64(f.sees)<<48
	}
	return uint64(f.awaits) | f.cells<<16
}

// futureOf is the future of a thread by its facts.
func futureOf(facts []uint64, t int) future {
	d, u := facts[t*factsOf+doing], facts[t*factsOf+touching]
	return future{throws: uint16(d), thunks: uint16(d >> 16), ends: uint16(d >> 32), sees: uint16(d >> 48), awaits: uint16(u), cells: u >> 16}
}

// Enough is a set of agents whose steps are enough: an agent for which the first of
// the kinds holds that holds for any; else all that are not lazy, as long as one of
// them can step.
func (s *System) Enough(facts []uint64) (agents uint64, orAll bool) {
	lazy := s.Kinds.Has(Lazy)
	if lazy {
		if agent := s.received(facts); agent >= 0 {
			return 1 << agent, false
		}
	}
	var others [maxThreads]future
	s.others(facts, &others)
	for _, k := range order {
		if !s.Kinds.Has(k) {
			continue
		}
		for t := range s.Threads {
			if agent := s.enough(k, facts, t, &others[t]); agent >= 0 {
				return 1 << agent, false
			}
		}
	}
	if lazy {
		return s.eager(facts), true
	}
	return 0, false
}

// order is the kinds as they are tried. Any order is as good for the outcomes; in
// this one fewer states are left.
var order = [...]Kind{Unseen, Due, Masked, Merged}

// others is for each thread what all other threads may still do.
func (s *System) others(facts []uint64, others *[maxThreads]future) {
	var before, behind future
	n := len(s.Threads)
	for t := range n {
		others[t] = before
		before.join(futureOf(facts, t))
	}
	for t := n - 1; t >= 0; t-- {
		others[t].join(behind)
		behind.join(futureOf(facts, t))
	}
}

// enough is the agent of thread t whose steps are enough by kind k, -1 if none is; o
// is what others may do.
func (s *System) enough(k Kind, facts []uint64, t int, o *future) (agent int) {
	if k == Due {
		if mine := facts[t*factsOf+receiving]; flags(mine)&can != 0 && s.due(facts, t, o, uint16(mine>>16)) {
			return t + len(s.Threads)
		}
		return -1
	}
	mine := facts[t*factsOf+stepping]
	f := flags(mine) | flags(facts[t*factsOf+pending])
	if f&can != 0 && o.allow(k, f, mine>>16, 1<<t, s.Dialect) {
		return t
	}
	return -1
}

// allow says that a step with these flags, which touches these cells, of the thread
// whose bit is me, is enough by kind k if that is all that others may do.
func (o *future) allow(k Kind, f flags, cells uint64, me uint16, d model.Dialect) bool {
	switch {
	case o.cells&cells != 0 || o.ends&me != 0:
		return false
	case f&ending != 0 && (o.sees|o.awaits)&me != 0, f&blocking != 0 && o.awaits&me != 0:
		return false
	}
	switch k {
	case Unseen:
		return f&alone != 0 && f&holds == 0 && (o.throws|o.thunks)&me == 0
	case Masked:
		return f&deaf != 0 && f&(ending|blocking|looking) == 0 && (!d.Direct || f&deafAfter != 0)
	case Merged:
		return f&absorbed != 0 && f&looking == 0 && o.thunks&me == 0 && (f&holds == 0 || f&holdsThunk == 0 && d.May && !d.Chance)
	}
	return false
}

// due says that nobody can prevent the receipt of thread t or disturb those whom it
// wakes; o is what threads but t may do.
func (s *System) due(facts []uint64, t int, o *future, wakes uint16) bool {
	if o.ends>>t&1 != 0 {
		return false
	}
	for w := range s.Threads {
		if w == t || wakes == 0 {
			continue
		}
		f := futureOf(facts, w)
		if (f.throws|f.thunks|f.ends|f.awaits)&wakes&^(1<<w) != 0 {
			return false
		}
	}
	return true
}
