package litmus

import (
	"context"
	"fmt"

	"github.com/interject/interject/model"
)

// Certificate shows that an outcome is forbidden: a set of configurations that holds
// the one in which every run begins, that no step leaves, and in which the outcome
// cannot be seen. Whoever believes the rules need not believe the search.
type Certificate struct {
	Machine *model.Machine
	Outcome Outcome
	States  []model.Config
}

// Certify is a certificate that the outcome is forbidden. It is an error if it is
// allowed, or if a bound kept us from knowing. When ctx ends, the error wraps its cause.
func (a *Allowed) Certify(ctx context.Context, o Outcome) (*Certificate, error) {
	switch {
	case a.Has(o):
		return nil, fmt.Errorf("%s allows %s of %s", a.Machine.Name, o, a.Test.Name)
	case a.Partial:
		return nil, fmt.Errorf("%s under %s: the search is not complete: %v", a.Test.Name, a.Machine.Name, a.Reasons)
	case a.report.Reduced > 0 || a.report.Orbits:
		return nil, fmt.Errorf("%s under %s: a reduced search leaves states out that a certificate needs", a.Test.Name, a.Machine.Name)
	}
	c := &Certificate{Machine: a.Machine, Outcome: o}
	for s := range a.report.States {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%d of %d states collected: %w", s, a.report.States, context.Cause(ctx))
		}
		c.States = append(c.States, model.Config(a.report.State(s, nil)))
	}
	return c, nil
}

// A Graph is the states of a certificate with the steps between them.
type Graph struct {
	*Certificate
	Steps [][]Step // of each state
	shows map[int]Outcome
}

// Step is a step to state To.
type Step struct {
	Label model.Label
	To    int
}

// Verify checks the certificate. It uses the rules and nothing of the search, and
// what it finds is the graph. The error says which claim does not hold, where. When ctx
// ends, the error wraps its cause and says how many states were checked.
func (c *Certificate) Verify(ctx context.Context) (*Graph, error) {
	ids := identities{}
	index := make(map[string]int, len(c.States))
	for i, s := range c.States {
		index[ids.name(s)] = i
	}
	if _, ok := index[ids.name(c.Machine.Start())]; !ok {
		return nil, fmt.Errorf("certificate of %s: the configuration in which runs begin is not in it", c.Outcome)
	}
	g := &Graph{Certificate: c, Steps: make([][]Step, len(c.States))}
	for i, s := range c.States {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%d of %d states checked again: %w", i, len(c.States), context.Cause(ctx))
		}
		moves, exceeded := c.Machine.Moves(s)
		if len(exceeded) > 0 {
			return nil, fmt.Errorf("certificate of %s: behind state %d nothing is known: %s", c.Outcome, i, exceeded[0])
		}
		for _, v := range moves {
			to, ok := index[ids.name(v.To)]
			if !ok {
				return nil, fmt.Errorf("certificate of %s: step %s leaves it from state %d", c.Outcome, c.Machine.String(v.Label), i)
			}
			g.Steps[i] = append(g.Steps[i], Step{v.Label, to})
		}
	}
	g.look()
	for i := range g.States {
		if o, ok := g.shows[i]; ok && o.String() == c.Outcome.String() {
			return nil, fmt.Errorf("certificate of %s: a run shows it in state %d", c.Outcome, i)
		}
	}
	return g, nil
}

// look notes what can be seen in the end of each run, be it because it ends or because
// it stays among some states for ever.
func (g *Graph) look() {
	g.shows = make(map[int]Outcome)
	for i, s := range g.States {
		if len(g.Steps[i]) == 0 {
			g.shows[i] = OutcomeOf(g.Machine, s)
		}
	}
	for _, c := range g.components() {
		if !g.fair(c) {
			continue
		}
		var seen []Outcome
		for _, s := range c {
			seen = append(seen, OutcomeOf(g.Machine, g.States[s]))
		}
		for i, o := range endless(seen) {
			g.shows[c[i]] = o
		}
	}
}

// fair says that a run can stay in these states for ever although every agent that
// could step all along does.
func (g *Graph) fair(states []int) bool {
	in := map[int]bool{}
	for _, s := range states {
		in[s] = true
	}
	owes := make([]bool, g.Machine.Agents())
	for a := range owes {
		owes[a] = true
	}
	for _, s := range states {
		can := make([]bool, len(owes))
		for _, st := range g.Steps[s] {
			a := g.Machine.AgentOf(st.Label)
			can[a] = true
			owes[a] = owes[a] && !in[st.To]
		}
		for a := range owes {
			owes[a] = owes[a] && can[a]
		}
	}
	for _, o := range owes {
		if o {
			return false
		}
	}
	return true
}

// components are the sets of states each of which can be reached from each, by at
// least one step: Kosaraju's algorithm, on what is left when states that lie on no
// cycle for want of a successor are struck out.
func (g *Graph) components() (all [][]int) {
	alive := g.trimmed()
	back := make([][]int, len(g.Steps))
	order := g.finishing(alive, back)
	of := make([]bool, len(g.Steps))
	for i := len(order) - 1; i >= 0; i-- {
		if of[order[i]] {
			continue
		}
		c, loop := []int{order[i]}, false
		of[order[i]] = true
		for j := 0; j < len(c); j++ {
			for _, p := range back[c[j]] {
				loop = loop || p == c[j]
				if !of[p] {
					of[p] = true
					c = append(c, p)
				}
			}
		}
		if loop || len(c) > 1 {
			all = append(all, c)
		}
	}
	return all
}

// trimmed says which states have runs without end.
func (g *Graph) trimmed() []bool {
	alive, left := make([]bool, len(g.Steps)), make([]int, len(g.Steps))
	back := make([][]int, len(g.Steps))
	var dead []int
	for i, steps := range g.Steps {
		alive[i], left[i] = true, len(steps)
		for _, st := range steps {
			back[st.To] = append(back[st.To], i)
		}
		if len(steps) == 0 {
			dead = append(dead, i)
		}
	}
	for ; len(dead) > 0; dead = dead[1:] {
		alive[dead[0]] = false
		for _, p := range back[dead[0]] {
			if left[p]--; left[p] == 0 {
				dead = append(dead, p)
			}
		}
	}
	return alive
}

// finishing is the states that are alive in the order in which a depth-first search
// leaves them; back becomes their predecessors.
func (g *Graph) finishing(alive []bool, back [][]int) (order []int) {
	seen := make([]bool, len(g.Steps))
	type at struct{ state, next int }
	for root := range g.Steps {
		if !alive[root] || seen[root] {
			continue
		}
		seen[root] = true
		for stack := []at{{root, 0}}; len(stack) > 0; {
			top := &stack[len(stack)-1]
			if top.next == len(g.Steps[top.state]) {
				order = append(order, top.state)
				stack = stack[:len(stack)-1]
				continue
			}
			to := g.Steps[top.state][top.next].To
			top.next++
			if !alive[to] {
				continue
			}
			back[to] = append(back[to], top.state)
			if !seen[to] {
				seen[to] = true
				stack = append(stack, at{to, 0})
			}
		}
	}
	return order
}

// identities number the parts, so that a configuration has an exact name.
type identities map[model.Part]uint32

func (ids identities) name(c model.Config) string {
	b := make([]byte, 0, 4*len(c))
	for _, p := range c {
		n, ok := ids[p]
		if !ok {
			n = uint32(len(ids))
			ids[p] = n
		}
		b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return string(b)
}
