package properties

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// No rule can be removed without an answer that a person wrote becoming wrong.
func TestEveryRuleIsNoticed(t *testing.T) {
	questions := Questions(litmus.All())
	fired := make([]model.RuleSet, len(questions))
	for i, q := range questions {
		var err error
		if fired[i], err = q.Fired(); err != nil {
			t.Fatal(err)
		}
	}
	for r, rule := range model.Rules {
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			for i, q := range questions {
				if !fired[i].Has(r) {
					continue
				}
				if why := q.Flips(without(q.Edition, r)); why != "" {
					t.Logf("noticed by %s under %s: %s", q.Test.Path(), q.Edition.Name, firstLine(why))
					return
				}
			}
			t.Errorf("without rule %s %s, every answer in the catalogue is still right: a test is missing", rule.ID, rule.Name)
		})
	}
}

// without makes machines in which rule r is left out.
func without(d model.Dialect, r int) func(*litmus.Test) (*model.Machine, error) {
	return func(test *litmus.Test) (*model.Machine, error) {
		m, err := test.Machine(d)
		if err == nil {
			m.Ablated = model.RuleAt(r)
		}
		return m, err
	}
}

// No choice point can be moved to a value that some edition has without an answer
// of another edition becoming wrong.
func TestEveryChoiceIsNoticed(t *testing.T) {
	questions := Questions(litmus.All())
	for _, c := range model.ChoicePoints() {
		for _, to := range valuesInUse(c) {
			t.Run(c.Name+"="+strings.ReplaceAll(to, " ", "+"), func(t *testing.T) {
				t.Parallel()
				for _, q := range questions {
					if c.Get(q.Edition) == to {
						continue
					}
					if why := q.Flips(moved(q.Edition, c, to)); why != "" {
						t.Logf("noticed by %s under %s: %s", q.Test.Path(), q.Edition.Name, firstLine(why))
						return
					}
				}
				if who := consulted(t, c, to); who != "" {
					t.Errorf("with %s = %s in the editions that have another value, every answer in the catalogue is still right, though %s would differ: a test is missing", c.Name, to, who)
				} else {
					t.Logf("exempt: none of the editions that have another value ever consults it")
				}
			})
		}
	}
}

// consulted names a test and an edition that has another value, and reaches other
// states or takes other steps when it is moved; empty if there is none.
func consulted(t *testing.T, c model.ChoicePoint, to string) string {
	for _, test := range litmus.All() {
		for _, d := range model.Editions {
			if c.Get(d) == to || len(test.MissingIn(d)) > 0 {
				continue
			}
			was, now := explored(t, test, d), explored(t, test, move(t, d, c, to))
			if !slices.Equal(was, now) {
				return test.Path() + " under " + d.Name
			}
		}
	}
	return ""
}

// explored is what there is to a test under a dialect: its outcomes, and how many
// states and steps lead to them.
func explored(t *testing.T, test *litmus.Test, d model.Dialect) []string {
	m, err := test.Machine(d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := explore.Explore(context.Background(), litmus.System{Machine: m}, explore.Options{MaxStates: bound})
	if err != nil {
		t.Fatal(err)
	}
	all := []string{fmt.Sprint(r.States, r.Transitions, r.Layers, r.Exceeded)}
	for _, f := range r.Finals {
		all = append(all, fmt.Sprint(f))
	}
	return all
}

func move(t *testing.T, d model.Dialect, c model.ChoicePoint, to string) model.Dialect {
	if err := c.Set(&d, to); err != nil {
		t.Fatal(err)
	}
	return d
}

// valuesInUse are the values that some edition has, if not all have the same.
func valuesInUse(c model.ChoicePoint) []string {
	var values []string
	seen := map[string]bool{}
	for _, d := range model.Editions {
		if v := c.Get(d); !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	if len(values) == 1 {
		return nil
	}
	return values
}

// moved makes machines of a dialect in which one choice point has another value.
func moved(d model.Dialect, c model.ChoicePoint, to string) func(*litmus.Test) (*model.Machine, error) {
	return func(test *litmus.Test) (*model.Machine, error) {
		e := d
		if err := c.Set(&e, to); err != nil {
			return nil, err
		}
		return test.Machine(e)
	}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
