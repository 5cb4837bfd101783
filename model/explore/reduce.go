package explore

import (
	"fmt"
	"math/bits"
)

// Reducer is a System that knows in which states the steps of some of its agents are
// enough: every state in which a run can end, and that is reached from there at all,
// is reached by way of one of them. With [Options.Reduce] the search then takes no
// other steps in that state. Whether Enough is right is for its author to prove; the
// search only refuses a choice of agents none of which can step.
//
// What Enough is to know of a state is told by facts, each a number. Like a rule, a
// fact depends on few parts and is worked out once for each of their values; Enough
// itself runs in every state, and should be a few operations on bits.
type Reducer[P comparable] interface {
	System[P]
	// Facts is the number of facts.
	Facts() int
	// Fact is fact i of the current state. It only looks, and like Expand it depends
	// on nothing but what v.Get returned.
	Fact(i int, v *View[P]) uint64
	// Enough is a set of agents, a bit each, whose steps are enough; 0 is all. With
	// orAll they are only as long as one of them can step; else all agents' steps are
	// taken. It depends on nothing but the facts. It is called from several goroutines.
	Enough(facts []uint64) (agents uint64, orAll bool)
}

// maxReduced is how many agents a set can name.
const maxReduced = 64

// all agents.
const all = ^uint64(0)

func sensibleReduction[P comparable](sys System[P]) error {
	if _, ok := sys.(Reducer[P]); !ok {
		return fmt.Errorf("explore: Reduce was asked of a system, %T, that is no Reducer", sys)
	}
	if n := sys.Agents(); n > maxReduced {
		return fmt.Errorf("explore: Reduce was asked of a system of %d agents: at most %d are supported", n, maxReduced)
	}
	return nil
}

// fact works out fact i of the current state.
func (v *View[P]) fact(i int) {
	v.reading = true
	x := v.sys.(Reducer[P]).Fact(i, v)
	v.reading = false
	n, ok := v.known[x]
	if !ok {
		n = uint32(len(v.facts))
		v.known[x] = n
		v.facts = append(v.facts, x)
	}
	v.les.effects = append(v.les.effects, outcome{kind: fact, label: n})
}

// told is the fact of that number.
func (v *View[P]) told(n uint32) uint64 { return v.facts[n] }

func (v *View[P]) enough(facts []uint64) (uint64, bool) { return v.sys.(Reducer[P]).Enough(facts) }

// chosen is the set of agents whose steps are taken in a state, whose leaves are given.
func (w *worker[K]) chosen(leaves []int32) uint64 {
	s := w.s
	if s.facts == 0 {
		return all
	}
	for i := range w.facts {
		w.facts[i] = s.know.told(s.memo.effects[^leaves[(s.agents+s.checks+i)*blockSize]].label)
	}
	set, orAll := s.know.enough(w.facts)
	if set == 0 {
		return all
	}
	for rest := set; rest != 0; rest &= rest - 1 {
		if a := bits.TrailingZeros64(rest); a < s.agents && leaves[a*blockSize] != nothing {
			return set
		}
	}
	if orAll {
		return all
	}
	panic(fmt.Sprintf("explore: in state %d the steps of the agents %b were said to be enough, and none of them can step", w.from, set))
}
