package explore

import "fmt"

// View is how a rule reaches the current state. It notes what was looked at.
type View[P comparable] struct {
	sys    System[P]
	tables []table[P]

	ids     []uint32 // the current state
	looked  []bool   // per part
	written []bool   // per part, of the successor being built
	next    []P      // the written values
	dirty   []int    // the written parts
	les     lesson
	what    []string       // the bounds exceeded, by number
	bounds  map[string]int // and back
	faults  []error        // what invariants found, by number
	facts   []uint64       // told by a Reducer, by number
	known   map[uint64]uint32
	reduce  bool
	sym     *symmetry[P] // of a reduced search; nil if there is none
	reading bool         // an invariant or a fact is being worked out: no writing
}

// A lesson is what one run of a rule taught: which parts it looked at, in order of
// first look, and what it did.
type lesson struct {
	looks   []int
	effects []outcome
}

// An outcome is one successor, or in its place a bound, a fault or a fact.
type outcome struct {
	kind   kind
	label  uint32 // of the successor; else number of the bound, the fault or the fact
	writes []write
}

type write struct {
	part int
	id   uint32
}

type kind uint8

const (
	successor kind = iota
	exceeded
	fault
	fact
)

func newView[P comparable](sys System[P]) *View[P] {
	n := sys.Parts()
	return &View[P]{
		sys:     sys,
		tables:  newTables[P](n),
		ids:     make([]uint32, n),
		looked:  make([]bool, n),
		written: make([]bool, n),
		next:    make([]P, n),
		bounds:  make(map[string]int),
		known:   make(map[uint64]uint32),
	}
}

// Get is part c of the state, or what Set made of it in the successor being built.
func (v *View[P]) Get(c int) P {
	v.look(c)
	if v.written[c] {
		return v.next[c]
	}
	return v.tables[c].parts[v.ids[c]]
}

// Set makes p part c of the successor being built. It counts as a look.
func (v *View[P]) Set(c int, p P) {
	if v.reading {
		panic(fmt.Sprintf("explore: an invariant or a fact wrote part %d: Check and Fact may only look", c))
	}
	v.look(c)
	v.next[c] = p
	if !v.written[c] {
		v.written[c] = true
		v.dirty = append(v.dirty, c)
	}
}

// Commit ends one successor. Its writes are taken back: the next successor starts
// from the state again. The labels of one agent's successors in one state must differ.
func (v *View[P]) Commit(label uint32) {
	if v.reading {
		panic("explore: an invariant or a fact called Commit: Check and Fact may only look")
	}
	for _, o := range v.les.effects {
		if o.kind == successor && o.label == label {
			panic(fmt.Sprintf("explore: two successors of one agent in one state have the label %d: a path could not be replayed", label))
		}
	}
	out := outcome{label: label}
	for _, c := range v.dirty {
		out.writes = append(out.writes, write{c, v.tables[c].intern(v.next[c])})
		v.written[c] = false
	}
	v.dirty = v.dirty[:0]
	v.les.effects = append(v.les.effects, out)
}

// Exceeded says that in place of a successor a bound of the system was hit: what
// is behind it stays unknown, and the report will not be Complete. Writes since the
// last Commit are taken back.
func (v *View[P]) Exceeded(what string) {
	n, ok := v.bounds[what]
	if !ok {
		n = len(v.what)
		v.bounds[what] = n
		v.what = append(v.what, what)
	}
	v.undo()
	v.les.effects = append(v.les.effects, outcome{kind: exceeded, label: uint32(n)})
}

func (v *View[P]) look(c int) {
	if !v.looked[c] {
		v.looked[c] = true
		v.les.looks = append(v.les.looks, c)
	}
}

func (v *View[P]) undo() {
	for _, c := range v.dirty {
		v.written[c] = false
	}
	v.dirty = v.dirty[:0]
}

// begin forgets the last footprint.
func (v *View[P]) begin() {
	for _, c := range v.les.looks {
		v.looked[c] = false
	}
	v.undo()
	v.les.looks = v.les.looks[:0]
	v.les.effects = v.les.effects[:0]
}

// learn runs the rule of an agent, or behind the agents an invariant, or behind
// these a fact, in the current state v.ids. What it returns is good until the next call.
func (v *View[P]) learn(rule int) *lesson {
	v.begin()
	switch agents, checks, _ := v.rules(); {
	case rule >= agents+checks:
		v.fact(rule - agents - checks)
		return &v.les
	case rule >= agents:
		v.check(rule - agents)
		return &v.les
	}
	v.sys.Expand(rule, v)
	if len(v.dirty) > 0 {
		c := v.dirty[0]
		panic(fmt.Sprintf("explore: agent %d wrote part %d (%v) and returned without Commit: a step that is not taken must not write, and one that is taken must be committed", rule, c, v.next[c]))
	}
	return &v.les
}

func (v *View[P]) check(i int) {
	v.reading = true
	err := v.sys.(Checker[P]).Check(i, v)
	v.reading = false
	if err != nil {
		v.les.effects = append(v.les.effects, outcome{kind: fault, label: uint32(len(v.faults))})
		v.faults = append(v.faults, err)
	}
}

// rules is the number of agents, of invariants and of facts.
func (v *View[P]) rules() (agents, checks, facts int) {
	if c, ok := v.sys.(Checker[P]); ok {
		checks = c.Checks()
	}
	if v.reduce {
		facts = v.sys.(Reducer[P]).Facts()
	}
	return v.sys.Agents(), checks, facts
}

// occasional says that no run has infinitely many steps of that label.
func (v *View[P]) occasional(label uint32) bool {
	o, ok := v.sys.(Occasional)
	return ok && o.Occasional(label)
}

// initial interns the initial state.
func (v *View[P]) initial() []uint32 {
	for c := range v.ids {
		v.ids[c] = v.tables[c].intern(v.sys.Initial(c))
	}
	return v.ids
}

// state is where a caller of learn puts the state.
func (v *View[P]) state() []uint32 { return v.ids }

// sizes is how many numbers each part uses.
func (v *View[P]) sizes() []int {
	n := make([]int, len(v.tables))
	for c := range n {
		n[c] = len(v.tables[c].parts)
	}
	return n
}

// fits reports whether every part's numbers fit their fields.
func (v *View[P]) fits(fs []field) bool {
	for c := range v.tables {
		if uint64(len(v.tables[c].parts)) > fs[c].room() {
			return false
		}
	}
	return true
}

// knows reports whether all these numbers have been given out.
func (v *View[P]) knows(ids []uint32) bool {
	for c, id := range ids {
		if int(id) >= len(v.tables[c].parts) {
			return false
		}
	}
	return true
}

func (v *View[P]) bytes() int64 {
	n := tableBytes(v.tables)
	if v.sym != nil {
		n += v.sym.bytes()
	}
	return n
}

// reduced asks the system for what a reduced search needs.
func (v *View[P]) reduced(reduce bool) *View[P] {
	if v.reduce = reduce; reduce {
		v.sym = newSymmetry(v.sys, v.tables)
	}
	return v
}

// symmetric says that of each orbit one state is kept.
func (v *View[P]) symmetric() bool { return v.sym != nil }

func (v *View[P]) members() int { return v.sym.Members }

func (v *View[P]) canon(r *renamer, learn bool) (changed, ok bool) { return v.sym.canon(r, learn) }
