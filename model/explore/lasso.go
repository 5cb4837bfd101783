package explore

import "slices"

// A tour walks within a cycle.
type tour[K words] struct {
	s     *search[K]
	state map[K]int // the cycle
	owed  map[int]bool
}

func (s *search[K]) lasso(c *Cycle) (stem, loop []Step) {
	start := c.States[0]
	t := &tour[K]{s: s, state: make(map[K]int, len(c.States)), owed: make(map[int]bool)}
	for _, i := range c.States {
		t.state[*s.log.at(i)] = i
	}
	for a := range s.agents {
		t.owed[a] = s.fair[a]
	}
	t.pay(Step{Agent: -1, State: start})
	at := start
	for t.owes() {
		loop = append(loop, t.walk(at, t.useful)...)
		for _, st := range loop {
			t.pay(st)
		}
		at = loop[len(loop)-1].State
	}
	if at != start || len(loop) == 0 {
		loop = append(loop, t.walk(at, func(st Step) bool { return st.State == start })...)
	}
	return s.sweep([]int{start})[0], loop
}

// owes reports whether an agent has neither moved nor been disabled yet.
func (t *tour[K]) owes() bool {
	for _, o := range t.owed {
		if o {
			return true
		}
	}
	return false
}

// pay notes who moved in a step and who is disabled behind it.
func (t *tour[K]) pay(st Step) {
	for a, owed := range t.owed {
		if owed && (a == st.Agent || t.idle(a, st.State)) {
			t.owed[a] = false
		}
	}
}

// useful reports whether a step pays something.
func (t *tour[K]) useful(st Step) bool {
	for a, owed := range t.owed {
		if owed && (a == st.Agent || t.idle(a, st.State)) {
			return true
		}
	}
	return false
}

func (t *tour[K]) idle(agent, state int) bool {
	return t.s.memo.find(agent, t.s.log.at(state)) == nothing
}

// walk is a shortest walk within the cycle whose last step is good. It has at least
// one step.
func (t *tour[K]) walk(start int, good func(Step) bool) []Step {
	before := make(map[int]from)
	queue := []int{start}
	var last *from
	for i := 0; last == nil; i++ {
		if i == len(queue) {
			panic("explore: a cycle that is not strongly connected: a bug of this package")
		}
		at := queue[i]
		t.s.visit(at, func(agent int, label uint32, k *K) bool {
			w, ok := t.state[*k]
			if !ok || t.s.know.occasional(label) {
				return true
			}
			p := from{at, Step{Agent: agent, Label: label, State: w}}
			if good(p.step) {
				last = &p
				return false
			}
			if _, seen := before[w]; !seen && w != start {
				before[w] = p
				queue = append(queue, w)
			}
			return true
		})
	}
	return t.back(*last, before, start)
}

func (t *tour[K]) back(last from, before map[int]from, start int) []Step {
	steps := []Step{last.step}
	for at := last.state; at != start; at = before[at].state {
		steps = append(steps, before[at].step)
	}
	slices.Reverse(steps)
	return steps
}
