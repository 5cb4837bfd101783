package litmus

import (
	"slices"
	"strings"

	"github.com/interject/interject/model"
)

// Why is what stands between a forbidden outcome and the allowed one that is nearest
// to it.
type Why struct {
	Nearest Outcome // the allowed outcome with the fewest components that differ
	Differs []string
	Run     []model.Label // a shortest run to Nearest
	// Turn is the number of the step of Run, from 0, behind which no outcome is left
	// that has a differing component as wished; -1 if none ever was there.
	Turn int
	// Lost is the differing components that some outcome could have until then.
	Lost []string
	// Instead is the steps that could be taken in place of that one and keep them
	// possible, and what they cost: the outcomes behind them that have them.
	Instead []Detour
}

// Detour is a step that keeps a component possible, and the nearest outcome behind it
// that has the component.
type Detour struct {
	Label   model.Label
	Nearest Outcome
	Differs []string // of what was wished
}

// Explain says what stands between the outcome of a verified certificate and the
// allowed outcomes.
func (a *Allowed) Explain(g *Graph) Why {
	w := Why{Turn: -1}
	w.Nearest, w.Differs = a.nearest(g.Outcome)
	w.Run, _ = a.Witness(w.Nearest)
	reach := g.reachable(func(o Outcome) bool { return shares(o, w.Differs) })
	at := 0
	for i, l := range w.Run {
		if !reach[at] {
			break
		}
		k := slices.IndexFunc(g.Steps[at], func(s Step) bool { return s.Label == l })
		to := g.Steps[at][k].To
		if !reach[to] {
			w.Turn, w.Lost = i, g.possible(at, w.Differs)
			w.Instead = g.detours(at, l, w.Differs)
			break
		}
		at = to
	}
	return w
}

func shares(o Outcome, components []string) bool {
	return len(differing(components, o.components())) < len(components)
}

// reachable says from which states a run can show an outcome that is wanted.
func (g *Graph) reachable(want func(Outcome) bool) []bool {
	back := make([][]int, len(g.Steps))
	reach := make([]bool, len(g.Steps))
	var todo []int
	for i, steps := range g.Steps {
		for _, st := range steps {
			back[st.To] = append(back[st.To], i)
		}
		if o, ok := g.shows[i]; ok && want(o) {
			reach[i] = true
			todo = append(todo, i)
		}
	}
	for ; len(todo) > 0; todo = todo[1:] {
		for _, p := range back[todo[0]] {
			if !reach[p] {
				reach[p] = true
				todo = append(todo, p)
			}
		}
	}
	return reach
}

// ends are the outcomes that runs from a state show.
func (g *Graph) ends(from int) Set {
	seen := map[int]bool{from: true}
	var all []Outcome
	for todo := []int{from}; len(todo) > 0; todo = todo[1:] {
		if o, ok := g.shows[todo[0]]; ok {
			all = append(all, o)
		}
		for _, st := range g.Steps[todo[0]] {
			if !seen[st.To] {
				seen[st.To] = true
				todo = append(todo, st.To)
			}
		}
	}
	return NewSet(all...)
}

// possible are those of the components that some run from a state ends with.
func (g *Graph) possible(from int, components []string) (some []string) {
	ends := g.ends(from).Outcomes
	for _, c := range components {
		if slices.ContainsFunc(ends, func(o Outcome) bool { return slices.Contains(o.components(), c) }) {
			some = append(some, c)
		}
	}
	return some
}

func (g *Graph) detours(from int, but model.Label, wished []string) (all []Detour) {
	for _, st := range g.Steps[from] {
		if st.Label == but {
			continue
		}
		ends := g.ends(st.To)
		ends.Outcomes = slices.DeleteFunc(ends.Outcomes, func(o Outcome) bool { return !shares(o, wished) })
		if len(ends.Outcomes) == 0 {
			continue
		}
		d := Detour{Label: st.Label}
		d.Nearest, d.Differs = ends.nearest(g.Outcome)
		all = append(all, d)
	}
	return all
}

// WhatIf is the choice points of a dialect that, changed alone, allow what the dialect
// does not: as settings, order=lifo.
func WhatIf(d model.Dialect, allows func(model.Dialect) bool) (settings []string) {
	for _, p := range model.ChoicePoints() {
		for _, v := range p.Values {
			if v == p.Get(d) {
				continue
			}
			setting := strings.ToLower(p.Name) + "=" + v
			if changed, err := d.With(setting); err == nil && changed.Check() == nil && allows(changed) {
				settings = append(settings, setting)
			}
		}
	}
	return settings
}
