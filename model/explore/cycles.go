package explore

import (
	"context"
	"errors"
	"slices"
)

// Cycle is a way to run for ever that is weakly fair: a maximal set of states, each
// of which can reach each other, in which every fair agent moves or is disabled in
// some state. A run that visits all of it again and again passes over nobody. Occasional
// steps count for none.
type Cycle struct {
	States []int // ascending
	Movers []int // agents with a step from a state of the cycle to a state of the cycle
}

var errMemory = errors.New("the bound on memory was reached")

// cycles finds the fair cycles among the expanded states, within a number of bytes.
func (s *search[K]) cycles(ctx context.Context, budget int64) ([]Cycle, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if budget == 0 {
		budget = 1 << 62
	}
	budget -= s.bytes().Total()
	alive, some, ok := s.suspects(budget)
	switch {
	case !ok:
		return nil, errMemory
	case !some:
		return nil, nil
	}
	budget -= 4*int64(s.store.slots()) + 12*int64(s.next)
	if budget < 0 {
		return nil, errMemory
	}
	h := &hunt[K]{s: s, alive: alive, index: s.indexStates(), in: make([]uint32, s.next)}
	full := visitComponents(s.next, h.next, func(used int64) bool {
		return ctx.Err() == nil && used+8*h.kept < budget
	}, h.judge)
	slices.SortFunc(h.found, func(a, b Cycle) int { return a.States[0] - b.States[0] })
	switch {
	case full:
		return h.found, nil
	case ctx.Err() != nil:
		return h.found, context.Cause(ctx)
	}
	return h.found, errMemory
}

// indexStates gives for each slot of each shard the number of its state.
func (s *search[K]) indexStates() (index [shardCount][]uint32) {
	for i := range index {
		index[i] = make([]uint32, len(s.store.shards[i].slots))
	}
	for i := range s.log.n {
		k := s.log.at(i)
		h := hash(k)
		index[shardOf(h)][s.store.shards[shardOf(h)].find(h, k)] = uint32(i)
	}
	return index
}

// A hunt looks for fair cycles. Its graph has the edges that may lie on a cycle.
type hunt[K words] struct {
	s     *search[K]
	alive []bool               // per effect: may lie on a cycle
	index [shardCount][]uint32 // per slot of the store: the state
	in    []uint32             // per state: the set it was last put in
	sets  uint32
	found []Cycle
	kept  int64 // states in found
}

// next is the edge of v at the cursor.
func (h *hunt[K]) next(v uint32, at *edge) (uint32, bool) {
	k := h.s.log.at(int(v))
	for ; int(at.agent) < h.s.agents; at.agent++ {
		if at.effect == 0 {
			at.effect = ^h.s.memo.find(int(at.agent), k)
		}
		for at.effect > 0 {
			e := &h.s.memo.effects[at.effect]
			suspect := h.alive[at.effect]
			at.effect++
			if !e.more {
				at.effect = -1
			}
			if suspect {
				if w, ok := h.state(add(k, &e.delta)); ok {
					return w, true
				}
			}
		}
		at.effect = 0
	}
	return 0, false
}

// state is the number of an expanded state.
func (h *hunt[K]) state(k K) (uint32, bool) {
	x := hash(&k)
	slot := h.s.store.shards[shardOf(x)].find(x, &k)
	if slot < 0 {
		return 0, false
	}
	i := h.index[shardOf(x)][slot]
	return i, int(i) < h.s.next
}

// judge keeps a component if it is a fair cycle.
func (h *hunt[K]) judge(members []uint32) {
	h.sets++
	for _, v := range members {
		h.in[v] = h.sets
	}
	moves := make([]bool, h.s.agents)
	idle := make([]bool, h.s.agents)
	for _, v := range members {
		h.look(v, moves, idle)
	}
	if !slices.Contains(moves, true) {
		return
	}
	c := Cycle{}
	for a := range moves {
		if moves[a] {
			c.Movers = append(c.Movers, a)
		} else if h.s.fair[a] && !idle[a] {
			return
		}
	}
	for _, v := range members {
		c.States = append(c.States, int(v))
	}
	slices.Sort(c.States)
	h.kept += int64(len(members))
	h.found = append(h.found, c)
}

// look notes who moves within the last set from v, and who is disabled in v.
func (h *hunt[K]) look(v uint32, moves, idle []bool) {
	k := h.s.log.at(int(v))
	for a := range h.s.agents {
		leaf := h.s.memo.find(a, k)
		if leaf == nothing {
			idle[a] = true
			continue
		}
		for j := ^leaf; !moves[a]; j++ {
			e := &h.s.memo.effects[j]
			if h.alive[j] {
				w, ok := h.state(add(k, &e.delta))
				moves[a] = ok && h.in[w] == h.sets
			}
			if !e.more {
				break
			}
		}
	}
}
