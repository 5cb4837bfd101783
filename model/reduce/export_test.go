package reduce

import (
	"slices"
	"strings"

	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// A Fault is one thing wrong with the reductions: a premise or a condition left out,
// a rule that takes part and must not.
type Fault struct {
	Name    string
	Needs   Kinds                    // the kinds that it is about
	without *premise                 // of each of them that is left out; nil if the fault is another
	only    func(model.Dialect) bool // under which it makes a difference; nil: under all
	plant   func(s *System) func(i int, x uint64, st model.Store) uint64
	allows  model.OpSet // statements that make no difference to lazy throws, it says
	orNone  bool        // lazy throws are never made, it says
	alone   bool        // what was renamed away is not made again
	keeps   bool        // who sent what is pending keeps its name
}

// faulty is a System with a fault.
type faulty struct {
	*System
	tamper func(i int, x uint64, st model.Store) uint64
	fault  Fault
	asked  bool
}

func (f *faulty) Symmetry() explore.Symmetry {
	g := f.System.Symmetry()
	if f.fault.alone && f.asked {
		g.Classes, g.Group = nil, nil
	}
	f.asked = true
	return g
}

func (f *faulty) Rename(c int, p model.Part, to []uint8) model.Part {
	if role, _ := f.RoleOf(c); f.fault.keeps && role == model.IsQueue {
		return p
	}
	return f.System.Rename(c, p, to)
}

func (f *faulty) Enough(facts []uint64) (uint64, bool) {
	set, orAll := f.System.Enough(facts)
	return set, orAll && !f.fault.orNone
}

func (f *faulty) Fact(i int, v *explore.View[model.Part]) uint64 {
	x := f.System.Fact(i, v)
	if f.tamper != nil {
		x = f.tamper(i, x, v)
	}
	return x
}

// Applies says whether the fault makes a difference under the dialect.
func (f Fault) Applies(d model.Dialect) bool {
	switch {
	case f.only != nil && !f.only(d):
		return false
	case f.without == nil:
		return Permitted(d)&f.Needs == f.Needs
	}
	for k := range kinds {
		for i := range premises[k] {
			if p := &premises[k][i]; f.Needs.Has(k) && p.holds(d) == (p.says == f.without.says) {
				return false
			}
		}
	}
	return true
}

// Plant is the system of m with the fault, and what other kinds the dialect permits.
func (f Fault) Plant(m *model.Machine) explore.Reducer[model.Part] {
	s := New(m, All)
	if s.Off != "" {
		return s
	}
	if s.Kinds == 0 {
		s = forced(m)
	}
	if s.Kinds |= f.Needs; !mayBeLazy(m.Program, f.allows) {
		s.Kinds &^= KindsOf(Lazy)
	}
	var tamper func(i int, x uint64, st model.Store) uint64
	if f.plant != nil {
		tamper = f.plant(s)
	}
	return &faulty{s, tamper, f, false}
}

// forced is a system as if its dialect permitted something.
func forced(m *model.Machine) *System {
	d := m.Dialect
	n := *m
	n.Dialect = model.GHCDoc2010
	s := New(&n, All)
	s.Dialect = d
	s.Kinds = 0
	return s
}

// factBits is a fault that changes facts of one sort.
func factBits(sort int, change func(uint64) uint64) func(*System) func(int, uint64, model.Store) uint64 {
	return func(*System) func(int, uint64, model.Store) uint64 {
		return func(i int, x uint64, _ model.Store) uint64 {
			if i%factsOf == sort {
				return change(x)
			}
			return x
		}
	}
}

func without(f flags) func(uint64) uint64 { return func(x uint64) uint64 { return x &^ uint64(f) } }

func with(f flags) func(uint64) uint64 {
	return func(x uint64) uint64 {
		if flags(x)&can != 0 {
			x |= uint64(f)
		}
		return x
	}
}

// ruleTakes is a fault in the table of rules.
func ruleTakes(p part, ids ...string) func(*System) func(int, uint64, model.Store) uint64 {
	return func(s *System) func(int, uint64, model.Store) uint64 {
		for _, id := range ids {
			s.takes[model.RuleByID(id)] = p
		}
		return nil
	}
}

// absorbs is the fault that a step with one of these statements next to it is merged
// though more than the point changes.
func absorbs(which func(s *System, x *model.Step, t model.Thread, c model.Core) bool) func(*System) func(int, uint64, model.Store) uint64 {
	return func(s *System) func(int, uint64, model.Store) uint64 {
		return func(i int, x uint64, st model.Store) uint64 {
			t := model.Thread(i / factsOf)
			if i%factsOf != stepping || flags(x)&can == 0 {
				return x
			}
			look := s.Look(st)
			if c := look.Core(t); c.Status == model.Running && c.Ctl == model.Run && c.Mask == model.Open && which(s, look, t, c) {
				x |= uint64(absorbed)
			}
			return x
		}
	}
}

func standsAt(ops ...model.Op) func(*System, *model.Step, model.Thread, model.Core) bool {
	return func(s *System, _ *model.Step, _ model.Thread, c model.Core) bool {
		return c.At != 0 && model.Ops(ops...).Has(s.Nodes[c.At].Op)
	}
}

func returns(k model.FrameKind) func(*System, *model.Step, model.Thread, model.Core) bool {
	return func(_ *System, x *model.Step, t model.Thread, c model.Core) bool {
		f, ok := x.Stack(t).Top()
		return c.At == 0 && ok && f.Kind == k
	}
}

// text is a fault in what the program may come to do.
func text(change func(s *System)) func(*System) func(int, uint64, model.Store) uint64 {
	return func(s *System) func(int, uint64, model.Store) uint64 {
		change(s)
		return nil
	}
}

// alikeBut is the fault that threads are taken for alike though their texts differ.
func alikeBut(change func(n *model.Node)) func(*System) func(int, uint64, model.Store) uint64 {
	return text(func(s *System) {
		p := *s.Program
		p.Nodes = append([]model.Node(nil), p.Nodes...)
		for i := range p.Nodes {
			change(&p.Nodes[i])
		}
		if s.Kinds.Has(Alike) {
			s.symmetry, _ = symmetryOf(&p)
		}
	})
}

// lesser is futures without some of what follows a statement.
func lesser(cut func(n *model.Node)) func(*System) {
	return func(s *System) {
		p := *s.Program
		p.Nodes = append([]model.Node(nil), p.Nodes...)
		for i := range p.Nodes {
			cut(&p.Nodes[i])
		}
		s.from = futures(&p)
	}
}

// Faults are all faults: those below, and for each kind and each of its premises that
// it is left out.
var Faults = slices.Concat(planted, leftOut(), told())

// told are the faults that throws are lazy though somebody could tell.
func told() (all []Fault) {
	for name, ops := range map[string]model.OpSet{
		"await": model.Ops(model.Await), "settle": model.Ops(model.Settle), "timeout": model.Ops(model.Timeout), "foreign": model.Ops(model.Foreign),
		"foreign interruptible": model.Ops(model.ForeignInt), "lazy": model.Ops(model.Lazy, model.Force), "while": model.Ops(model.While),
	} {
		all = append(all, Fault{Name: "lazy throws and " + name, Needs: KindsOf(Lazy), allows: ops})
	}
	slices.SortFunc(all, func(f, g Fault) int { return strings.Compare(f.Name, g.Name) })
	return all
}

func leftOut() (all []Fault) {
	for k := range kinds {
		for i := range premises[k] {
			p := &premises[k][i]
			all = append(all, Fault{Name: k.String() + " though not: " + p.says, Needs: KindsOf(k), without: p})
		}
	}
	return all
}

var planted = []Fault{
	{Name: "throws of others are not seen", Needs: KindsOf(Unseen), plant: factBits(doing, func(x uint64) uint64 { return x &^ 0xffff })},
	{Name: "thunks of others are not seen", Needs: KindsOf(Unseen), plant: factBits(doing, func(x uint64) uint64 { return x &^ (0xffff << 16) })},
	{Name: "kill! is not seen", Needs: KindsOf(Unseen), plant: factBits(doing, func(x uint64) uint64 { return x &^ (0xffff << 32) })},
	{Name: "join and alive? are not seen", Needs: KindsOf(Unseen), plant: factBits(doing, func(x uint64) uint64 { return x &^ (0xffff << 48) })},
	{Name: "await is not seen", Needs: KindsOf(Unseen), plant: factBits(touching, func(x uint64) uint64 { return x &^ 0xffff })},
	{Name: "cells of others are not seen", Needs: KindsOf(Unseen), plant: factBits(touching, func(x uint64) uint64 { return x & 0xffff })},
	{Name: "own cells are not seen", Needs: KindsOf(Unseen), plant: factBits(stepping, func(x uint64) uint64 { return x & 0xffff })},
	{Name: "future without handlers and cleanups", Needs: KindsOf(Unseen), plant: text(lesser(func(n *model.Node) {
		if n.Op == model.Try || n.Op == model.Protect || n.Op == model.Timeout {
			n.Alt = 0
		}
	}))},
	{Name: "future without what follows in the block", Needs: KindsOf(Unseen), plant: text(lesser(func(n *model.Node) { n.Next = 0 }))},
	{Name: "future without forked threads", Needs: KindsOf(Unseen), plant: text(lesser(func(n *model.Node) {
		if n.Op == model.Fork {
			n.Op = model.Nop
		}
	}))},
	{Name: "future without lazy work", Needs: KindsOf(Unseen), plant: text(lesser(func(n *model.Node) {
		if n.Op == model.Lazy {
			n.Body = 0
		}
	}))},
	{Name: "future without thunks that are queued", Needs: KindsOf(Unseen), plant: text(func(s *System) { s.thunks = false })},
	{Name: "pending signals do not count", Needs: KindsOf(Unseen), plant: factBits(pending, func(uint64) uint64 { return 0 })},
	{Name: "timers and other deliveries do not count", Needs: KindsOf(Unseen), plant: factBits(stepping, with(alone))},
	{Name: "a thread that ends is not seen", Needs: KindsOf(Unseen), plant: factBits(stepping, without(ending))},
	{Name: "a thread that blocks is not seen", Needs: KindsOf(Unseen), plant: factBits(stepping, without(blocking))},
	{Name: "open threads as masked", Needs: KindsOf(Masked), plant: factBits(stepping, with(deaf))},
	{Name: "masked steps may open where a receptive target receives at once", Needs: KindsOf(Masked),
		only: func(d model.Dialect) bool { return d.Direct }, plant: factBits(stepping, with(deafAfter))},
	{Name: "masked steps may look at the queue", Needs: KindsOf(Masked), plant: factBits(stepping, without(looking))},
	{Name: "end of a masked thread", Needs: KindsOf(Masked), plant: factBits(stepping, func(x uint64) uint64 { return without(ending)(x) })},
	{Name: "merged: log", Needs: KindsOf(Merged), plant: absorbs(standsAt(model.Log))},
	{Name: "merged: value", Needs: KindsOf(Merged), plant: absorbs(standsAt(model.Value))},
	{Name: "merged: try", Needs: KindsOf(Merged), plant: absorbs(standsAt(model.Try))},
	{Name: "merged: mask", Needs: KindsOf(Merged), plant: absorbs(standsAt(model.Scope))},
	{Name: "merged: return into handler", Needs: KindsOf(Merged), plant: absorbs(returns(model.HandlerFrame))},
	{Name: "merged: return into cleanup", Needs: KindsOf(Merged), plant: absorbs(returns(model.CleanupFrame))},
	{Name: "merged: set", Needs: KindsOf(Merged), plant: absorbs(standsAt(model.Set))},
	{Name: "merged: to where there is no safe point", Needs: KindsOf(Merged), plant: absorbs(func(s *System, x *model.Step, t model.Thread, c model.Core) bool {
		return standsAt(model.Nop)(s, x, t, c) && !x.Stack(t).Has(isUpdate)
	})},
	{Name: "merged where thunks may come", Needs: KindsOf(Merged), plant: factBits(doing, func(x uint64) uint64 { return x &^ (0xffff << 16) })},
	{Name: "merged within lazy work and where thunks are pending", Needs: KindsOf(Merged), plant: absorbs(standsAt(model.Nop))},
	{Name: "a waiting sender may be thrown at", Needs: KindsOf(Due), plant: factBits(receiving, func(x uint64) uint64 { return x & 0xffff })},
	{Name: "steps back are reduced", Needs: KindsOf(Unseen, Masked), plant: ruleTakes(silent, "R8")},
	{Name: "visible steps of looped programs are reduced", Needs: KindsOf(Unseen, Masked), plant: text(func(s *System) { s.loops = false })},
	{Name: "lazy throws are never made", Needs: KindsOf(Lazy), orNone: true},
	{Name: "lazy throws at any mask", Needs: KindsOf(Lazy), plant: func(s *System) func(int, uint64, model.Store) uint64 {
		return func(i int, x uint64, st model.Store) uint64 {
			c := s.Look(st).Core(model.Thread(i / factsOf))
			if i%factsOf == waits && c.Status == model.Running && c.At != 0 && s.Nodes[c.At].Op == model.ThrowTo {
				return 1
			}
			return x
		}
	}},
	{Name: "orbits are not expanded", Needs: KindsOf(Alike), alone: true},
	{Name: "who sent what is pending is not renamed", Needs: KindsOf(Alike), keeps: true},
	{Name: "threads are alike whomever they name", Needs: KindsOf(Alike), plant: alikeBut(func(n *model.Node) {
		if n.AboutThread() {
			n.A = 0
		}
	})},
	{Name: "threads are alike whatever the number", Needs: KindsOf(Alike), plant: alikeBut(func(n *model.Node) { n.N = 0 })},
	{Name: "threads are alike whatever the class", Needs: KindsOf(Alike), plant: alikeBut(func(n *model.Node) {
		if n.Op == model.ThrowTo {
			n.B = 0
		}
	})},
	{Name: "sends take part", Needs: KindsOf(Unseen, Masked), plant: ruleTakes(silent, "T3", "T4", "T5", "T6", "T9", "T10")},
	{Name: "fork takes part", Needs: KindsOf(Unseen, Masked), plant: ruleTakes(silent, "S15", "S21")},
}

// Shuffled is a System that takes any of the agents whose steps are enough, by what
// the state is: none of them may be wrong.
type Shuffled struct {
	*System
	Seed uint64
}

// Enough is some agent whose steps are enough.
func (s *Shuffled) Enough(facts []uint64) (uint64, bool) {
	if agent := s.received(facts); agent >= 0 {
		return 1 << agent, false
	}
	h := s.Seed
	var all []int
	for _, x := range facts {
		h = (h ^ x) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	var others [maxThreads]future
	s.others(facts, &others)
	for _, k := range order {
		for t := range s.Threads {
			if agent := s.enough(k, facts, t, &others[t]); s.Kinds.Has(k) && agent >= 0 {
				all = append(all, agent)
			}
		}
	}
	switch {
	case len(all) > 0:
		return 1 << all[h%uint64(len(all))], false
	case s.Kinds.Has(Lazy):
		return s.eager(facts), true
	}
	return 0, false
}

// Classified says what a rule may take part in, and whether anybody said so.
func Classified(id string) bool { _, ok := takes[id]; return ok }

// Rules is how many rules are classified.
func Rules() int { return len(takes) }

// Known says that somebody said what a statement does to others.
func Known(o model.Op) bool { return known(o) }
