package model_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// editions are those that have all forms of a test.
func editions(x *litmus.Test) (all []model.Dialect) {
	for _, d := range model.Editions {
		if len(x.MissingIn(d)) == 0 {
			all = append(all, d)
		}
	}
	return all
}

// On every step of every test under every edition that has its forms: what a thread
// and a cell may never be, and the law of conservation. Every rule fires somewhere.
func TestEveryStepKeepsTheLaws(t *testing.T) {
	var fired model.RuleSet
	for _, x := range litmus.All() {
		for _, d := range editions(x) {
			m, err := x.Machine(d)
			if err != nil {
				t.Fatal(err)
			}
			sys := &watched{System: litmus.System{Machine: m}}
			r, err := explore.Explore(context.Background(), sys, explore.Options{MaxStates: bound})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range r.Violations {
				t.Errorf("%s under %s, state %d: %v", x.Path(), d.Name, v.State, v.Err)
			}
			for _, e := range sys.unlawful {
				t.Errorf("%s under %s: %s", x.Path(), d.Name, e)
			}
			fired = fired.Or(sys.fired)
		}
	}
	for i, r := range model.Rules {
		if !fired.Has(i) {
			t.Errorf("rule %s %s fires in no test of the catalogue under any edition that has its forms", r.ID, r.Name)
		}
	}
}

// bound is on the states of one test under one edition: tests of threads that never
// end are without end under some.
const bound = 20_000

// watched is a system that looks at every step that a search makes.
type watched struct {
	litmus.System
	fired    model.RuleSet
	unlawful []string
}

func (w *watched) Expand(agent int, v *explore.View[model.Part]) {
	w.Machine.Expand(agent, &watching{View: v, w: w})
}

type watching struct {
	*explore.View[model.Part]
	w       *watched
	label   model.Label
	changed int // by how many signals the queues did
}

func (v *watching) Commit(label uint32) {
	v.label = model.Unpack(label)
	is := v.w.Machine.Pending(v.View)
	v.View.Commit(label)
	v.changed = is - v.w.Machine.Pending(v.View)
}

func (v *watching) Events(events []model.Event) {
	v.w.fired = v.w.fired.Or(model.RuleAt(int(v.label.Rule)))
	if told := model.Balance(events); told != v.changed {
		v.w.unlawful = append(v.w.unlawful, fmt.Sprintf("%s: the queues changed by %d signals, its events say %d",
			v.w.Machine.String(v.label), v.changed, told))
	}
}

// A rule depends on nothing but what it looked at.
func TestRulesDependOnWhatTheyLookAt(t *testing.T) {
	const seed = 1
	for _, x := range litmus.All() {
		for _, d := range editions(x) {
			m, err := x.Machine(d)
			if err != nil {
				t.Fatal(err)
			}
			sys := litmus.System{Machine: m}
			r, err := explore.Explore(context.Background(), sys, explore.Options{MaxStates: bound})
			if err != nil {
				t.Fatal(err)
			}
			if err := explore.CheckFootprint(sys, r, 100, seed); err != nil {
				t.Errorf("%s under %s: %v", x.Name, d.Name, err)
			}
		}
	}
}
