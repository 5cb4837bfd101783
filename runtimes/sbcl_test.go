package runtimes

import (
	"maps"
	"slices"
	"testing"
)

// driver is the runner of an installed runtime; the test is skipped by the name of
// what is missing otherwise.
func driver(t *testing.T, name string) *Driver {
	t.Helper()
	r, ok := Find(name)
	if !ok {
		t.Fatalf("no runtime %s", name)
	}
	if err := r.Installed(); err != nil {
		t.Skip(err)
	}
	d := r.Driver()
	t.Cleanup(func() { d.Close() })
	return d
}

const seed = 20260101

// histogram runs a program and prints what it came to.
func histogram(t *testing.T, d *Driver, wire string, runs int) map[string]int {
	t.Helper()
	p := Program{Name: t.Name(), Wire: wire, Hash: "0"}
	tally, err := d.Run(t.Context(), p, Options{Runs: runs, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range tally.Outcomes() {
		t.Logf("%6d %s", tally.Counts[o], o)
	}
	if len(tally.Undecided) > 0 || tally.Stopped != "" {
		t.Errorf("undecided %v, stopped %q (seed %d)", tally.Undecided, tally.Stopped, seed)
	}
	return tally.Counts
}

// wantOutcomes demands that a program comes to these outcomes, to each of them,
// and to no other.
func wantOutcomes(t *testing.T, d *Driver, wire string, runs int, want ...string) {
	t.Helper()
	got := slices.Sorted(maps.Keys(histogram(t, d, wire, runs)))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("outcomes %q, want %q (seed %d)", got, want, seed)
	}
}

func TestSBCLMutualKill(t *testing.T) {
	d := driver(t, "sbcl")
	got := histogram(t, d, "(litmus 1 mutual-kill (thread a (throwTo b Kill)) (thread b (throwTo a Kill)))", 1000)
	for o := range got {
		if o != "a=died Kill; b=returned" && o != "a=returned; b=died Kill" && o != "a=died Kill; b=died Kill" {
			t.Errorf("outcome %q", o)
		}
	}
}
