package properties

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Suite is a set of programs that notices every rule and every choice point of an
// edition that any program tried notices: each would have other outcomes if the
// rule were left out or the choice moved. None of them can be spared.
type Suite struct {
	Edition string
	Tests   []SuiteTest
	Missed  []string // what no program noticed: it cannot be seen in this edition, or only in larger programs
	Tried   int      // programs looked at
}

// SuiteTest is a program of a suite.
type SuiteTest struct {
	Test       *litmus.Test
	Notices    []string       // what it notices and no test before it in the suite does
	Equivalent []*litmus.Test // tests of the catalogue that together notice all of that: one, if one does
	Missing    []string       // what of that no test of the catalogue notices
}

// target is something that a suite is to notice.
type target struct {
	name string
	make func(*litmus.Test) (*model.Machine, error)
}

// targetsOf are the rules and the choices of an edition: each answer that another
// edition gives.
func targetsOf(d model.Dialect) []target {
	var all []target
	for r, rule := range model.Rules {
		f := Fault{Machine: func(m *model.Machine) { ablate(m, r) }}
		all = append(all, target{rule.ID + " " + rule.Name, func(t *litmus.Test) (*model.Machine, error) { return f.machine(t, d) }})
	}
	for _, c := range model.ChoicePoints() {
		var seen []string
		for _, e := range model.Editions {
			to := c.Get(e)
			if to == c.Get(d) || slices.Contains(seen, to) {
				continue
			}
			seen = append(seen, to)
			all = append(all, target{c.Name + "=" + to, func(t *litmus.Test) (*model.Machine, error) {
				moved := d
				if err := c.Set(&moved, to); err != nil {
					return nil, err
				}
				return t.Machine(moved)
			}})
		}
	}
	return all
}

// suiteBound ends searches of semantics that were made wrong on purpose.
const suiteBound = 20_000

// noticer asks one edition's tests what they notice.
type noticer struct {
	ctx     context.Context
	d       model.Dialect
	targets []target
}

// notices says which of the targets a test notices, as far as they are asked for.
func (n *noticer) notices(t *litmus.Test, asked []bool) ([]int, error) {
	found, _, err := n.looks(t, asked)
	return found, err
}

// looks says which of the targets that are asked for a test notices, and for which of
// the others some step that a run reaches would be another.
func (n *noticer) looks(t *litmus.Test, asked []bool) (noticed, met []int, err error) {
	m, err := t.Machine(n.d)
	if err != nil {
		return nil, nil, err
	}
	others := make([]*model.Machine, len(n.targets))
	for i, g := range n.targets {
		if asked[i] {
			others[i], _ = g.make(t) // nil where the target's semantics cannot express the test
		}
	}
	a, twins, err := exploreBeside(n.ctx, t, m, others, explore.Options{MaxStates: suiteBound})
	if err != nil || a.Partial {
		return nil, nil, err
	}
	differs := map[*twin]bool{}
	for i, o := range twins {
		if o == nil || !o.parts {
			continue
		}
		if _, ok := differs[o]; !ok {
			differs[o] = n.differs(t, o.Machine, a)
		}
		if differs[o] {
			noticed = append(noticed, i)
		} else {
			met = append(met, i)
		}
	}
	return noticed, met, n.ctx.Err()
}

// differs says that a test has other outcomes under another semantics, or that this
// finds itself broken.
func (n *noticer) differs(t *litmus.Test, m *model.Machine, a *litmus.Allowed) (yes bool) {
	defer func() {
		if p := recover(); p != nil {
			yes = true
		}
	}()
	b, err := t.ExploreMachine(n.ctx, m, explore.Options{MaxStates: suiteBound})
	return err == nil && !b.Partial && difference(a.Set, b.Set, "", "") != ""
}

// Derive finds a suite for an edition among all programs of up to size statements
// of its core, so many random ones, and the given tests, each shrunk as far as it
// still notices what it was taken for. Progress is told what is being looked at.
func Derive(ctx context.Context, d model.Dialect, size, random int, seed uint64, catalogue []*litmus.Test, progress func(tried, open int)) (Suite, error) {
	n := &noticer{ctx, d, targetsOf(d)}
	s := Suite{Edition: d.Name}
	open := make([]bool, len(n.targets))
	for i := range open {
		open[i] = true
	}
	var chosen []*litmus.Test
	for t := range candidates(d, size, random, seed, catalogue) {
		s.Tried++
		found, err := n.notices(t, open)
		if err != nil {
			return s, err
		}
		for _, i := range found {
			open[i] = false
			chosen = append(chosen, n.shrunk(t, i))
		}
		progress(s.Tried, countTrue(open))
	}
	for i, o := range open {
		if o {
			s.Missed = append(s.Missed, n.targets[i].name)
		}
	}
	err := s.cover(n, chosen)
	if err == nil {
		err = s.compare(n, catalogue)
	}
	return s, err
}

func countTrue(all []bool) (n int) {
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}

// candidates are the programs that a suite is chosen from, the simple ones first.
func candidates(d model.Dialect, size, random int, seed uint64, catalogue []*litmus.Test) iter.Seq[*litmus.Test] {
	return func(yield func(*litmus.Test) bool) {
		for n := 1; n <= size; n++ {
			for t := range gen.CoreOf(d).Programs(n) {
				if !yield(t) {
					return
				}
			}
		}
		for i := range uint64(random) {
			if !yield(gen.Program(gen.Of(d), 6, gen.Seeded(seed+i))) {
				return
			}
		}
		for _, t := range catalogue {
			if len(t.MissingIn(d)) == 0 && !yield(bare(t)) {
				return
			}
		}
	}
}

// bare is a test without its question.
func bare(t *litmus.Test) *litmus.Test {
	c := gen.Clone(t)
	c.Name, c.Title, c.See, c.Final, c.Answers, c.Comments = "generated", "", nil, nil, nil, litmus.Comments{}
	return c
}

// shrunk is the test as small as it still notices target i.
func (n *noticer) shrunk(t *litmus.Test, i int) *litmus.Test {
	asked := make([]bool, len(n.targets))
	asked[i] = true
	return gen.Shrink(t, func(t *litmus.Test) bool {
		found, err := n.notices(t, asked)
		return err == nil && len(found) > 0
	})
}

// cover chooses tests: always the one that notices most of what is left, the
// smaller of two; then those go that the others make superfluous.
func (s *Suite) cover(n *noticer, chosen []*litmus.Test) error {
	all := slices.Repeat([]bool{true}, len(n.targets))
	sets := make([][]int, len(chosen))
	for i, t := range chosen {
		var err error
		if sets[i], err = n.notices(t, all); err != nil {
			return err
		}
	}
	picks := spare(greedy(chosen, sets), sets)
	seen := map[int]bool{}
	for _, i := range picks {
		st := SuiteTest{Test: chosen[i]}
		for _, g := range sets[i] {
			if !seen[g] {
				seen[g] = true
				st.Notices = append(st.Notices, n.targets[g].name)
			}
		}
		st.Test.Name = fmt.Sprintf("suite-%s", st.Test.Hash())
		s.Tests = append(s.Tests, st)
	}
	return nil
}

func greedy(tests []*litmus.Test, sets [][]int) (picks []int) {
	seen := map[int]bool{}
	for {
		best, gain := -1, 0
		for i, set := range sets {
			g := 0
			for _, x := range set {
				if !seen[x] {
					g++
				}
			}
			if g > gain || g == gain && g > 0 && gen.Size(tests[i]) < gen.Size(tests[best]) {
				best, gain = i, g
			}
		}
		if best < 0 {
			return picks
		}
		picks = append(picks, best)
		for _, x := range sets[best] {
			seen[x] = true
		}
	}
}

// spare takes out what the other picks make superfluous.
func spare(picks []int, sets [][]int) []int {
	for k := len(picks) - 1; k >= 0; k-- {
		others := map[int]bool{}
		for j, i := range picks {
			for _, x := range sets[i] {
				others[x] = others[x] || j != k
			}
		}
		if !slices.ContainsFunc(sets[picks[k]], func(x int) bool { return !others[x] }) {
			picks = slices.Delete(picks, k, k+1)
		}
	}
	return picks
}

// compare looks in the catalogue for equivalents of the tests.
func (s *Suite) compare(n *noticer, catalogue []*litmus.Test) error {
	for i := range s.Tests {
		if err := s.Tests[i].compare(n, catalogue); err != nil {
			return err
		}
	}
	return nil
}

func (st *SuiteTest) compare(n *noticer, catalogue []*litmus.Test) error {
	asked := make([]bool, len(n.targets))
	for j, g := range n.targets {
		asked[j] = slices.Contains(st.Notices, g.name)
	}
	var tests []*litmus.Test
	var sets [][]int
	for _, t := range catalogue {
		if len(t.MissingIn(n.d)) > 0 {
			continue
		}
		found, err := n.notices(t, asked)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			tests, sets = append(tests, t), append(sets, found)
		}
	}
	together := map[string]bool{}
	for _, i := range spare(greedy(tests, sets), sets) {
		st.Equivalent = append(st.Equivalent, tests[i])
		for _, g := range sets[i] {
			together[n.targets[g].name] = true
		}
	}
	st.Missing = slices.DeleteFunc(slices.Clone(st.Notices), func(g string) bool { return together[g] })
	return nil
}
