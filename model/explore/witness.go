package explore

import "slices"

// Step is one step of a witness.
type Step struct {
	Agent int
	Label uint32
	State int // behind the step
	// Renamed says what each member was renamed to behind the step, where one state of
	// each orbit is kept; nil if nothing was.
	Renamed []uint8
}

// Paths gives for each state a shortest way to it from the initial state. No parent
// pointers are kept: one sweep backward over the layers finds a predecessor for all
// of them at once, at a cost of at most one more generation of all successors.
func (r *Report[P]) Paths(states ...int) [][]Step { return r.s.sweep(states) }

// Lasso is a run into a cycle and once around it: through the loop every fair agent
// moves or is disabled somewhere, and its last step ends where the stem does.
func (r *Report[P]) Lasso(c *Cycle) (stem, loop []Step) { return r.s.lasso(c) }

// layerOf is the distance of a state from the initial state.
func (c *course) layerOf(state int) int {
	d, found := slices.BinarySearch(c.layers, state)
	if !found {
		d--
	}
	return d
}

// visit calls f for the successors of a state until it is false.
func (s *search[K]) visit(state int, f func(agent int, label uint32, k *K) bool) bool {
	k := s.log.at(state)
	for a := range s.agents {
		leaf := s.memo.find(a, k)
		for j := ^leaf; j > 0; j++ {
			e := &s.memo.effects[j]
			if e.kind == successor {
				to := add(k, &e.delta)
				if s.orbits != nil {
					s.rename(&to)
				}
				if !f(a, e.label, &to) {
					return false
				}
			}
			if !e.more {
				break
			}
		}
	}
	return true
}

// rename makes of a successor the one of its orbit that is kept. All that there is to be
// learned of the orbits of successors that were inserted, is; others need not be found.
func (s *search[K]) rename(k *K) {
	unpack(s.fields, k, s.orbits.ids)
	switch changed, ok := s.know.canon(s.orbits, false); {
	case !ok:
		s.orbits.keep()
	case changed:
		*k = pack[K](s.fields, s.orbits.ids)
	}
}

// renamed is by what the last successor was renamed; nil if by nothing.
func (s *search[K]) renamed() []uint8 {
	if s.orbits == nil {
		return nil
	}
	for m, to := range s.orbits.to {
		if int(to) != m {
			return slices.Clone(s.orbits.to[:s.know.members()])
		}
	}
	return nil
}

// from is how a state was reached from an earlier one.
type from struct {
	state int
	step  Step
}

func (s *search[K]) sweep(targets []int) [][]Step {
	wanted := make([][]int, len(s.layers))
	for _, t := range targets {
		d := s.layerOf(t)
		wanted[d] = append(wanted[d], t)
	}
	before := make(map[int]from)
	for d := len(s.layers) - 1; d > 0; d-- {
		for _, p := range s.predecessors(d, wanted[d]) {
			before[p.step.State] = p
			wanted[d-1] = append(wanted[d-1], p.state)
		}
	}
	paths := make([][]Step, len(targets))
	for i, t := range targets {
		for t != 0 {
			paths[i] = append(paths[i], before[t].step)
			t = before[t].state
		}
		slices.Reverse(paths[i])
	}
	return paths
}

// predecessors finds for each of the states in layer d the first one in the layer
// before that has it as a successor.
func (s *search[K]) predecessors(d int, states []int) []from {
	wanted := make(map[K]int, len(states))
	var sieve [1 << 12]uint64 // saves most of the looks into the map
	for _, t := range states {
		k := s.log.at(t)
		wanted[*k] = t
		h := hash(k)
		sieve[h>>52] |= 1 << (h >> 46 & 63)
	}
	var out []from
	for i := s.layers[d-1]; i < s.layers[d] && len(wanted) > 0; i++ {
		s.visit(i, func(agent int, label uint32, k *K) bool {
			if h := hash(k); sieve[h>>52]>>(h>>46&63)&1 == 0 {
				return true
			}
			if t, ok := wanted[*k]; ok {
				delete(wanted, *k)
				out = append(out, from{i, Step{agent, label, t, s.renamed()}})
			}
			return true
		})
	}
	return out
}
