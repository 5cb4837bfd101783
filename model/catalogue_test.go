package model_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// catalogue is every test of the catalogue.
func catalogue(t testing.TB) []*litmus.Test {
	files, err := filepath.Glob("../litmus/catalogue/*/*.litmus")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d files, %v", len(files), err)
	}
	var all []*litmus.Test
	for _, f := range files {
		x, err := litmus.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	return all
}

// editions are those that have all forms of a test.
func editions(x *litmus.Test) (all []model.Dialect) {
	for _, d := range model.Editions {
		if len(x.Lacks(d)) == 0 {
			all = append(all, d)
		}
	}
	return all
}

// What people expect, is what the rules say.
func TestCatalogueIsAsExpected(t *testing.T) {
	for _, x := range catalogue(t) {
		t.Run(x.Name, func(t *testing.T) {
			t.Parallel()
			for i := range x.Answers {
				for _, name := range x.Answers[i].Editions {
					expect(t, x, &x.Answers[i], name)
				}
			}
		})
	}
}

func expect(t *testing.T, x *litmus.Test, a *litmus.Answer, name string) {
	d, err := model.Edition(name)
	if err != nil {
		t.Errorf("%s: %v", x.Name, err)
		return
	}
	allowed, err := x.Explore(context.Background(), d, explore.Options{})
	if err != nil {
		t.Error(err)
		return
	}
	if v, why := a.Judge(x.Final, allowed.Set); v != litmus.Conforming {
		t.Errorf("%s:%d: %s %v: %s; all outcomes:", x.File, a.Pos.Line, name, v, why)
		for _, o := range allowed.Outcomes {
			t.Errorf("    %v", o)
		}
	}
}

// fired counts how often each rule fired.
type fired [256]int

// walked bounds how many configurations of one test and edition are looked at step
// by step; the explorer goes through all of them elsewhere.
const walked = 300

// On every step: what a thread and a cell may never be, the law of conservation,
// and that replaying the labels leads where the step led.
func TestEveryStepKeepsTheLaws(t *testing.T) {
	var all fired
	for _, x := range catalogue(t) {
		for _, d := range editions(x) {
			m, err := x.Machine(d)
			if err != nil {
				t.Fatal(err)
			}
			walk(t, x, m, &all)
		}
	}
	for i, r := range model.Rules {
		if all[i] == 0 {
			t.Errorf("rule %s %s fires in no test of the catalogue under any edition that has its forms", r.ID, r.Name)
		}
	}
}

func walk(t *testing.T, x *litmus.Test, m *model.Machine, all *fired) {
	queue := []model.Config{m.Start()}
	seen := map[string]bool{queue[0].Key(): true}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		moves, exceeded := m.Moves(c)
		if len(exceeded) > 0 {
			t.Errorf("%s under %s exceeds %v", x.Name, m.Dialect.Name, exceeded)
		}
		for _, v := range moves {
			all[v.Label.Rule]++
			if err := lawful(m, c, v); err != nil {
				t.Fatalf("%s under %s: %v", x.Name, m.Dialect.Name, err)
			}
			if k := v.To.Key(); !seen[k] && len(seen) < walked {
				seen[k] = true
				queue = append(queue, v.To)
			}
		}
	}
}

func lawful(m *model.Machine, before model.Config, v model.Move) error {
	for i := range m.Checks() {
		if err := m.Check(i, v.To.Read()); err != nil {
			return err
		}
	}
	return m.Conserved(before, v)
}

// A rule depends on nothing but what it looked at.
func TestRulesDependOnWhatTheyLookAt(t *testing.T) {
	const seed = 1
	for _, x := range catalogue(t) {
		for _, d := range editions(x) {
			m, err := x.Machine(d)
			if err != nil {
				t.Fatal(err)
			}
			sys := litmus.System{Machine: m}
			r, err := explore.Explore(context.Background(), sys, explore.Options{MaxStates: 20000})
			if err != nil {
				t.Fatal(err)
			}
			if err := explore.CheckFootprint(sys, r, 100, seed); err != nil {
				t.Errorf("%s under %s: %v", x.Name, d.Name, err)
			}
		}
	}
}
