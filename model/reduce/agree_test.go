package reduce_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/model/reduce"
)

// limit is how many states a program may have to be compared.
const limit = 30000

// number is how many random programs are tried: so many, a fifteenth of them where each is
// dear, and twenty times as many by night.
func number(t *testing.T, modest int) int {
	switch {
	case raced || testing.Short():
		return modest / 15
	case os.Getenv("NIGHTLY") != "":
		return 20 * modest
	}
	return modest
}

// found is what a search found of a program.
type found struct {
	*litmus.Allowed
	finals []string // final states, those in which the process has died as one
}

func search(t *litmus.Test, m *model.Machine, s explore.Reducer[model.Part]) (found, error) {
	a, err := t.ExploreReduced(context.Background(), m, s, explore.Options{MaxStates: limit})
	if err != nil {
		return found{}, err
	}
	f := found{Allowed: a}
	all := map[string]bool{}
	for _, c := range a.Finals() {
		if m.Dead(c.Read()) {
			all["crash"] = true
		} else {
			all[c.Key()] = true
		}
	}
	f.finals = slices.Sorted(maps.Keys(all))
	return f, nil
}

// agree compares a plain search with a reduced one, and replays its witnesses.
func agree(t *litmus.Test, m *model.Machine, plain found, s explore.Reducer[model.Part]) (states int, err error) {
	r, err := same(t, m, plain, s)
	if err == nil {
		err = replays(m, r)
	}
	return r.states(), err
}

// same compares a plain search with a reduced one: outcomes, and final states.
func same(t *litmus.Test, m *model.Machine, plain found, s explore.Reducer[model.Part]) (found, error) {
	r, err := search(t, m, s)
	switch {
	case err != nil:
		return r, err
	case r.Partial:
		return r, fmt.Errorf("the reduced search is not complete, the plain one is: %v", r.Reasons)
	case r.States > plain.States:
		return r, fmt.Errorf("%d states instead of %d", r.States, plain.States)
	}
	if was, is := texts(plain.Allowed), texts(r.Allowed); !slices.Equal(was, is) {
		return r, fmt.Errorf("outcomes lost %q, gained %q", minus(was, is), minus(is, was))
	}
	if !slices.Equal(plain.finals, r.finals) {
		return r, fmt.Errorf("final states: %d instead of %d, though the outcomes agree", len(r.finals), len(plain.finals))
	}
	return r, nil
}

// replays runs the witness of each outcome by the rules alone.
func replays(m *model.Machine, r found) error {
	for _, o := range r.Outcomes {
		if path, ok := r.Witness(o); !ok {
			return fmt.Errorf("no witness for %s", o)
		} else if _, err := m.Replay(path); err != nil {
			return fmt.Errorf("the witness for %s: %v", o, err)
		}
	}
	return nil
}

func (f found) states() int {
	if f.Allowed == nil {
		return 0
	}
	return f.States
}

func texts(a *litmus.Allowed) (all []string) {
	for _, o := range a.Outcomes {
		all = append(all, o.String())
	}
	return all
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// subsets are the kinds by themselves and all together.
func subsets(d model.Dialect) (all []reduce.Kinds) {
	permitted := reduce.Permitted(d)
	for k := reduce.Kind(0); reduce.All.Has(k); k++ {
		if permitted.Has(k) && permitted != reduce.KindsOf(k) {
			all = append(all, reduce.KindsOf(k))
		}
	}
	return append(all, permitted)
}

func TestReducedAgreesOnRandomPrograms(t *testing.T)       { random(t, 300, false) }
func TestReducedAgreesOnRandomLoopedPrograms(t *testing.T) { random(t, 150, true) }

func random(t *testing.T, modest int, loops bool) {
	n, first := number(t, modest), uint64(0)
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		first, n = s, 1
	}
	saved := map[string][2]int{}
	compared := 0
	for seed := first; seed < first+uint64(n); seed++ {
		d := dialect(seed)
		test, src := write(seed, d, 9, loops)
		m, err := test.Machine(d)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := search(test, m, reduce.New(m, 0))
		if err != nil {
			t.Fatal(err)
		}
		if plain.Partial {
			continue
		}
		compared++
		for _, kinds := range subsets(d) {
			states, err := agree(test, m, plain, reduce.New(m, kinds))
			if err != nil {
				t.Fatalf("seed %d, %s, %v: %v\n%s\nSEED=%d go test ./model/reduce -run %s", seed, d.Name, kinds, err, src, seed, t.Name())
			}
			if _, err := agree(test, m, plain, &reduce.Shuffled{System: reduce.New(m, kinds), Seed: seed}); err != nil {
				t.Fatalf("seed %d, %s, %v, shuffled: %v\n%s", seed, d.Name, kinds, err, src)
			}
			s := saved[kinds.String()]
			saved[kinds.String()] = [2]int{s[0] + plain.States, s[1] + states}
		}
	}
	t.Logf("%d of %d programs compared", compared, n)
	for _, k := range slices.Sorted(maps.Keys(saved)) {
		t.Logf("%-30s %8d states become %8d (%.2fx)", k, saved[k][0], saved[k][1], float64(saved[k][0])/float64(saved[k][1]))
	}
}

// dialect is an edition, or one with some choice points changed: premises are about
// these.
func dialect(seed uint64) model.Dialect {
	return changed(model.Editions[seed%uint64(len(model.Editions))], seed)
}

// lazyDialect is such an edition in which throws may be lazy, or one with some choice
// points changed, in which they may no longer be.
func lazyDialect(seed uint64) model.Dialect {
	d := model.GHCDoc2010
	if seed%2 == 0 {
		d = model.GHCBase415
	}
	return changed(d, seed)
}

func changed(d model.Dialect, seed uint64) model.Dialect {
	r := rand.New(rand.NewPCG(seed, 4))
	points := model.ChoicePoints()
	for range []int{0, 0, 1, 1, 2, 3}[r.IntN(6)] {
		p := points[r.IntN(len(points))]
		if r.IntN(3) == 0 {
			p = points[slices.IndexFunc(points, func(p model.ChoicePoint) bool { return p.Name == "May" })]
		}
		if len(p.Values) > 0 {
			changed, err := d.With(p.Name + "=" + p.Values[r.IntN(len(p.Values))])
			if err == nil && changed.Check() == nil {
				d = changed
			}
		}
	}
	return d
}

// All tests under all editions; with the race detector on, one in thirty.
func TestReducedAgreesOnCatalogue(t *testing.T) {
	plainStates, reducedStates, pairs := 0, 0, 0
	for _, test := range litmus.All() {
		for _, d := range model.Editions {
			if len(test.MissingIn(d)) > 0 {
				continue
			}
			if pairs++; raced && pairs%30 != 0 {
				continue
			}
			m, err := test.Machine(d)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := search(test, m, reduce.New(m, 0))
			if err != nil {
				t.Fatal(err)
			}
			if plain.Partial {
				t.Logf("%s under %s: more than %d states, not compared", test.Name, d.Name, limit)
				continue
			}
			states, err := agree(test, m, plain, reduce.New(m, reduce.All))
			if err != nil {
				t.Errorf("%s under %s: %v", test.Name, d.Name, err)
			}
			plainStates += plain.States
			reducedStates += states
		}
	}
	t.Logf("%d pairs: %d states become %d (%.2fx)", pairs, plainStates, reducedStates, float64(plainStates)/float64(reducedStates))
}
