package explore

import (
	"fmt"
	"slices"
)

// The naive search: a map of whole states, rules run in every state, components by
// mutual reachability. It shares the View with the real one and nothing else.

type naive struct {
	states      []string // in order of discovery
	depth       map[string]int
	edges       map[string][]naiveEdge
	transitions int
	finals      []string
	cycles      []naiveCycle
}

type naiveEdge struct {
	agent int
	label uint32
	to    string
}

type naiveCycle struct {
	states []string // sorted
	movers []int
}

// search runs sys without a memo. A state is named by its parts.
func naively[P comparable](sys System[P], fair func(int) bool) *naive {
	n := &naive{depth: map[string]int{}, edges: map[string][]naiveEdge{}}
	parts := make([]P, sys.Parts())
	for c := range parts {
		parts[c] = sys.Initial(c)
	}
	queue := [][]P{parts}
	n.discover(name(parts), 0)
	for ; len(queue) > 0; queue = queue[1:] {
		from, ends := name(queue[0]), true
		for a := range sys.Agents() {
			for _, s := range naiveSteps(sys, queue[0], a) {
				ends = ends && !fair(a)
				to := name(s.parts)
				n.transitions++
				n.edges[from] = append(n.edges[from], naiveEdge{a, s.label, to})
				if n.discover(to, n.depth[from]+1) {
					queue = append(queue, s.parts)
				}
			}
		}
		if ends {
			n.finals = append(n.finals, from)
		}
	}
	n.findCycles(sys.Agents(), fair)
	return n
}

func name[P comparable](parts []P) string { return fmt.Sprint(parts) }

func (n *naive) discover(s string, depth int) bool {
	if _, ok := n.depth[s]; ok {
		return false
	}
	n.depth[s] = depth
	n.states = append(n.states, s)
	return true
}

type naiveStep[P comparable] struct {
	label uint32
	parts []P
}

func naiveSteps[P comparable](sys System[P], parts []P, agent int) (steps []naiveStep[P]) {
	v := newView(sys)
	for c, p := range parts {
		v.ids[c] = v.tables[c].intern(p)
	}
	for _, o := range v.learn(agent).effects {
		if o.kind != successor {
			continue
		}
		to := slices.Clone(parts)
		for _, w := range o.writes {
			to[w.part] = v.tables[w.part].parts[w.id]
		}
		steps = append(steps, naiveStep[P]{o.label, to})
	}
	return steps
}

// findCycles compares the reachable sets of all pairs: for small graphs only.
func (n *naive) findCycles(agents int, fair func(int) bool) {
	reach := map[string]map[string]bool{}
	for _, s := range n.states {
		reach[s] = n.reachable(s)
	}
	seen := map[string]bool{}
	for _, s := range n.states {
		if seen[s] || !reach[s][s] {
			continue
		}
		var members []string
		for _, t := range n.states {
			if reach[s][t] && reach[t][s] {
				members = append(members, t)
				seen[t] = true
			}
		}
		n.judge(members, agents, fair)
	}
}

// reachable is what at least one step leads to.
func (n *naive) reachable(s string) map[string]bool {
	got := map[string]bool{}
	for todo := []string{s}; len(todo) > 0; {
		at := todo[0]
		todo = todo[1:]
		for _, e := range n.edges[at] {
			if !got[e.to] {
				got[e.to] = true
				todo = append(todo, e.to)
			}
		}
	}
	return got
}

func (n *naive) judge(members []string, agents int, fair func(int) bool) {
	c := naiveCycle{states: slices.Sorted(slices.Values(members))}
	for a := range agents {
		moves, always := false, true
		for _, s := range members {
			enabled := false
			for _, e := range n.edges[s] {
				if e.agent == a {
					enabled = true
					moves = moves || slices.Contains(members, e.to)
				}
			}
			always = always && enabled
		}
		if moves {
			c.movers = append(c.movers, a)
		} else if always && fair(a) {
			return
		}
	}
	n.cycles = append(n.cycles, c)
}
