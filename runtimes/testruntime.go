package runtimes

import (
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// TestRuntime tries a library of this process on the catalogue, in the manner of
// testing/fstest: each test that its edition has, and that the runner can express, is a
// subtest, which fails when it comes to an outcome that the edition does not allow. The
// log says what may be claimed.
//
//	func TestMine(t *testing.T) {
//		runtimes.TestRuntime(t, func(t *testing.T) runtimes.Runner {
//			return runtimes.Contexts(t, "mine", mine.Go)
//		})
//	}
func TestRuntime(t *testing.T, factory func(*testing.T) Runner) {
	r := factory(t)
	d, err := model.Edition(r.Edition())
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Runs: 100, Seed: 1}
	if testing.Short() {
		o.Runs = 10
	}
	claim := Claim{Runner: r.Name(), Edition: d.Name, Await: "state", Seed: o.Seed, Of: len(litmus.All()), Whole: true}
	for _, test := range litmus.All() {
		if len(test.MissingIn(d)) > 0 {
			continue
		}
		t.Run(test.Path(), func(t *testing.T) { claim.Add(tryTest(t, factory(t), test, d, o)) })
	}
	t.Log(claim.String())
	if claim.Tests == 0 {
		t.Errorf("%s can express none of the tests of %s", r.Name(), d.Name)
	}
}

func tryTest(t *testing.T, r Runner, test *litmus.Test, d model.Dialect, o Options) Report {
	rep, err := Conform(t.Context(), r, test, []model.Dialect{d}, o)
	if err != nil {
		t.Error(err)
		return rep
	}
	if rep.Skipped != "" {
		t.Logf("not run: %s", rep.Skipped) // no failure, and no skip: the claim counts it
		return rep
	}
	for _, s := range rep.Judged[0].Stray {
		t.Errorf("%s does not allow %s (%d of %d runs, seed %d)\nnearest allowed: %s\n%s", d.Name, s.Outcome, s.Count, rep.Tally.Runs(), o.Seed, s.Nearest, test.Format())
	}
	return rep
}

// Try runs a runner on the catalogue as TestRuntime does, and answers the tests that came
// to an outcome that its edition does not allow.
func Try(t *testing.T, r Runner) (forbidden []string) {
	d, err := model.Edition(r.Edition())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range litmus.All() {
		if len(test.MissingIn(d)) > 0 {
			continue
		}
		rep, err := Conform(t.Context(), r, test, []model.Dialect{d}, Options{Runs: 10, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if rep.Skipped == "" && rep.Judged[0].Verdict == litmus.Violating {
			forbidden = append(forbidden, test.Path())
		}
	}
	return forbidden
}
