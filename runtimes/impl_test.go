package runtimes

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// most is how many executions a program may take before the search is given up.
func most() int {
	if os.Getenv("NIGHTLY") != "" {
		return 2_000_000
	}
	return 4_000
}

// In every interleaving of its steps, impl does only what the edition allows, on
// every test of the catalogue. How much of what is allowed it does is reported: it
// is prompt where an edition promises nothing.
func TestEveryInterleavingIsAllowed(t *testing.T) {
	for _, d := range ImplEditions() {
		t.Run(d.Name, func(t *testing.T) {
			r, err := NewImpl(d.Name)
			if err != nil {
				t.Fatal(err)
			}
			var sum struct{ tests, equal, partial, unsupported, executions, steps int }
			for _, test := range litmus.All() {
				if len(test.MissingIn(d)) > 0 {
					continue
				}
				all, j, ok := interleavings(t, r, test, d)
				if !ok {
					sum.unsupported++
					continue
				}
				if j.Verdict == litmus.Violating {
					t.Errorf("%s: %s is not allowed; nearest allowed: %s", test.Path(), j.Stray[0].Outcome, j.Stray[0].Nearest)
				}
				sum.tests++
				sum.executions, sum.steps = sum.executions+all.Executions, sum.steps+all.Steps
				switch {
				case all.Partial != "":
					sum.partial++
					t.Logf("%s: inconclusive: %s after %d executions", test.Path(), all.Partial, all.Executions)
				case j.Seen == j.Allowed:
					sum.equal++
				}
			}
			t.Logf("%d tests, %d executions, %d steps; all allowed outcomes reached in %d; inconclusive %d; not expressible %d",
				sum.tests, sum.executions, sum.steps, sum.equal, sum.partial, sum.unsupported)
		})
	}
}

func interleavings(t *testing.T, r *Impl, test *litmus.Test, d model.Dialect) (Interleavings, litmus.Judgement, bool) {
	t.Helper()
	allowed, err := test.Explore(context.Background(), d, explore.Options{MaxStates: 200_000})
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.Explore(context.Background(), ProgramOf(test), sched.Options{MaxExecutions: most(), MaxSteps: 600})
	if no := (*Unsupported)(nil); errors.As(err, &no) {
		return all, litmus.Judgement{}, false
	}
	if err != nil {
		t.Fatalf("%s: %v", test.Path(), err)
	}
	j, err := litmus.Conforms(allowed.Set, all.Counts)
	if err != nil {
		t.Fatal(err)
	}
	return all, j, true
}

// On goroutines it does so too.
func TestRealRunsAreAllowed(t *testing.T) {
	o := Options{Runs: 50, Seed: 1}
	if os.Getenv("NIGHTLY") != "" {
		o.Runs = 1_000_000
	}
	for _, d := range ImplEditions() {
		t.Run(d.Name, func(t *testing.T) {
			r, err := NewImpl(d.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, test := range litmus.All() {
				rep, err := Conform(context.Background(), r, test, []model.Dialect{d}, o)
				if err != nil {
					t.Fatalf("%s: %v", test.Path(), err)
				}
				if rep.Skipped == "" && rep.Judged[0].Verdict == litmus.Violating {
					s := rep.Judged[0].Stray[0]
					t.Errorf("%s: %s is not allowed (%d of %d runs, seed %d); nearest allowed: %s", test.Path(), s.Outcome, s.Count, o.Runs, o.Seed, s.Nearest)
				}
			}
		})
	}
}
