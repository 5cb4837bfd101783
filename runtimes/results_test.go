package runtimes

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// counting counts how often it was really asked to run.
type counting struct{ asked int }

func (c *counting) Name() string           { return "counting" }
func (c *counting) Edition() string        { return "ghc@doc2010" }
func (c *counting) Missing(Program) string { return "" }
func (c *counting) Run(context.Context, Program, Options) (Tally, error) {
	c.asked++
	return Tally{Counts: map[string]int{"a=returned": 7}, Undecided: map[string]int{Starved: 3}}, nil
}

// What is in the file is not run again; what another version, another number of runs or
// another seed came to, is. A line that was torn off is run again.
func TestResultsAreGoneOnWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results")
	c := &counting{}
	run := func(version, hash string, runs int, seed uint64) Tally {
		t.Helper()
		s, err := OpenResults(path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		tally, err := s.Runner(c, version).Run(t.Context(), Program{Name: "p", Hash: hash}, Options{Runs: runs, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return tally
	}
	for i, step := range []struct {
		version, hash string
		runs          int
		seed          uint64
		asked         int
	}{{"1", "h", 10, 5, 1}, {"1", "h", 10, 5, 1}, {"2", "h", 10, 5, 2}, {"1", "g", 10, 5, 3}, {"1", "h", 20, 5, 4}, {"1", "h", 10, 6, 5}, {"1", "g", 10, 5, 5}} {
		tally := run(step.version, step.hash, step.runs, step.seed)
		if c.asked != step.asked || tally.Runs() != 10 || tally.Undecided[Starved] != 3 {
			t.Errorf("step %d: asked %d times, want %d; %+v", i, c.asked, step.asked, tally)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)-5], 0o644); err != nil {
		t.Fatal(err)
	}
	if run("1", "h", 10, 6); c.asked != 6 {
		t.Errorf("what was torn off was not run again")
	}
	if now, _ := os.ReadFile(path); string(now) != string(text) {
		t.Errorf("the file is\n%s\nand was\n%s", now, text)
	}
}

// A file of something else is left as it is.
func TestResultsRefuseOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other")
	for _, text := range []string{"dear diary\n", `{"Runtime":"x"}` + "\n", `{"Runtime":"x","Hash":"h","Runs":1,"Tally":{"Counts":{}}}` + "\n", `{"colour":"red"}` + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := OpenResults(path)
		if err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v", text, err)
		}
		if now, _ := os.ReadFile(path); string(now) != text {
			t.Errorf("%q was changed to %q", text, now)
		}
	}
}
