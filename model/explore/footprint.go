package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// CheckFootprint tests that the rules of a system depend on nothing but what they Get.
// For so many pairs of a state and a rule (of an agent, an invariant, or a fact), drawn from
// the seed, it replaces the parts that the rule did not look at by other values these
// parts have taken and compares what the rule does — looks, labels, writes —, and
// compares it with what the search remembers. The error names the part that made the
// difference, if one alone does.
func CheckFootprint[P comparable](sys System[P], r *Report[P], samples int, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 0))
	agents, checks, facts := r.v.rules()
	if agents+checks+facts == 0 || r.Expanded == 0 {
		return nil
	}
	v := &View[P]{}
	*v = *newView(sys)
	v.tables, v.reduce = r.v.tables, r.v.reduce
	v.facts, v.known = r.v.facts, r.v.known
	p := probe[P]{v: v, r: r, rng: rng}
	for range samples {
		if err := p.sample(rng.IntN(r.Expanded), rng.IntN(agents+checks+facts)); err != nil {
			return fmt.Errorf("%w (seed %d)", err, seed)
		}
	}
	return nil
}

type probe[P comparable] struct {
	v   *View[P]
	r   *Report[P]
	rng *rand.Rand
}

// deed is what a rule did in a state.
type deed struct {
	looks   []int
	effects []outcome
	fault   string // of an invariant
	panic   any
}

func (d deed) equal(e deed) bool {
	return d.panic == nil && e.panic == nil && d.fault == e.fault && slices.Equal(d.looks, e.looks) &&
		slices.EqualFunc(d.effects, e.effects, equalOutcomes)
}

func equalOutcomes(a, b outcome) bool {
	return a.kind == b.kind && (a.kind == fault || a.label == b.label) && slices.Equal(a.writes, b.writes)
}

func (d deed) String() string {
	if d.panic != nil {
		return fmt.Sprintf("panic: %v", d.panic)
	}
	s := fmt.Sprintf("looks at parts %v", d.looks)
	for _, o := range d.effects {
		s += fmt.Sprintf("; label %d", o.label)
		for _, w := range o.writes {
			s += fmt.Sprintf(", part %d := value %d", w.part, w.id)
		}
	}
	return s + d.fault
}

// run runs a rule in the state ids.
func (p *probe[P]) run(rule int, ids []uint32) (d deed) {
	defer func() {
		if d.panic = recover(); d.panic != nil {
			p.v.reading = false
		}
	}()
	copy(p.v.ids, ids)
	les := p.v.learn(rule)
	d.looks = slices.Clone(les.looks)
	for _, o := range les.effects {
		if o.kind == fault {
			d.fault = "; " + p.v.faults[o.label].Error()
		}
		d.effects = append(d.effects, o)
	}
	return d
}

func (p *probe[P]) sample(state, rule int) error {
	ids := make([]uint32, len(p.v.ids))
	p.r.s.read(state, ids)
	was := p.run(rule, ids)
	other := slices.Clone(ids)
	for c := range other {
		if !slices.Contains(was.looks, c) {
			other[c] = p.draw(c)
		}
	}
	if is := p.run(rule, other); !was.equal(is) {
		return p.blame(state, rule, ids, other, was, is)
	}
	return p.remembered(state, rule, ids, was)
}

// draw is some value that a part has taken.
func (p *probe[P]) draw(c int) uint32 {
	least := 0
	if c == 0 {
		least = 1
	}
	return uint32(least + p.rng.IntN(len(p.v.tables[c].parts)-least))
}

// remembered compares what a rule does with what the search believes it does.
func (p *probe[P]) remembered(state, rule int, ids []uint32, d deed) error {
	mem := p.r.s.remembered(rule, state)
	same := slices.EqualFunc(mem, d.effects, func(m, o outcome) bool {
		return m.kind == o.kind && (m.kind != successor || m.label == o.label && sameChange(ids, m, o))
	})
	if same && d.panic == nil {
		return nil
	}
	return fmt.Errorf("explore: rule %d in state %d does not do what it did in a state that looked the same to it: it depends on something it did not Get: now %v, remembered %v", rule, state, d, deed{effects: mem})
}

// sameChange ignores writes of the value that a part has already.
func sameChange(ids []uint32, a, b outcome) bool {
	apply := func(o outcome) []uint32 {
		n := slices.Clone(ids)
		for _, w := range o.writes {
			n[w.part] = w.id
		}
		return n
	}
	return slices.Equal(apply(a), apply(b))
}

// blame names a part that alone makes the difference, if one does.
func (p *probe[P]) blame(state, rule int, ids, other []uint32, was, is deed) error {
	for c := range ids {
		one := slices.Clone(ids)
		one[c] = other[c]
		if d := p.run(rule, one); !was.equal(d) {
			parts := p.v.tables[c].parts
			return fmt.Errorf("explore: rule %d in state %d depends on part %d, which it did not Get: with %v there it %v; with %v it %v", rule, state, c, parts[ids[c]], was, parts[other[c]], d)
		}
	}
	return fmt.Errorf("explore: rule %d in state %d depends on parts that it did not Get: it %v; with other values in all of them it %v", rule, state, was, is)
}

// remembered is what the memo says about a rule in a state.
func (s *search[K]) remembered(rule, state int) (outs []outcome) {
	k := s.log.at(state)
	is, will := make([]uint32, len(s.fields)), make([]uint32, len(s.fields))
	unpack(s.fields, k, is)
	for j := ^s.memo.find(rule, k); j > 0; j++ {
		e := &s.memo.effects[j]
		to := add(k, &e.delta)
		unpack(s.fields, &to, will)
		o := outcome{kind: e.kind, label: e.label}
		for c := range is {
			if is[c] != will[c] {
				o.writes = append(o.writes, write{c, will[c]})
			}
		}
		outs = append(outs, o)
		if !e.more {
			break
		}
	}
	return outs
}
