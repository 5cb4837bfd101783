package litmus_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

var update = flag.Bool("update", false, "rewrite the goldens of the catalogue")

// Every answer that a person wrote is what the exploration finds, and what it
// finds is what it found before: a change of the semantics is a readable diff.
func TestCatalogue(t *testing.T) {
	for _, test := range litmus.All() {
		t.Run(test.Path(), func(t *testing.T) {
			t.Parallel()
			var golden strings.Builder
			for _, d := range model.Editions {
				if len(test.MissingIn(d)) > 0 {
					continue
				}
				allowed, err := test.Explore(context.Background(), d, explore.Options{MaxStates: bound})
				if err != nil {
					t.Fatal(err)
				}
				if allowed.Partial {
					t.Errorf("%s has more than %d states under %s: the whole catalogue is to be explored in seconds; give it a form that this edition lacks, or make it smaller", test.Path(), bound, d.Name)
				}
				judgeAnswers(t, test, d, allowed)
				describe(&golden, d, allowed)
			}
			compareGolden(t, test, golden.String())
		})
	}
}

func judgeAnswers(t *testing.T, test *litmus.Test, d model.Dialect, allowed *litmus.Allowed) {
	for i := range test.Answers {
		a := &test.Answers[i]
		if !slices.Contains(a.Editions, d.Name) {
			continue
		}
		if v, why := a.Judge(test.Final, allowed.Set); v != litmus.Conforming {
			t.Errorf("line %d: %s %s: %s\nit allows\n  %s", a.Pos.Line, d.Name, v, why, strings.Join(outcomeTexts(allowed), "\n  "))
		}
		if a.Verdict == litmus.Sometimes {
			checkWitness(t, test, allowed)
		}
	}
}

// checkWitness: what happens sometimes has a run, which the rules take step by step.
func checkWitness(t *testing.T, test *litmus.Test, allowed *litmus.Allowed) {
	i := slices.IndexFunc(allowed.Outcomes, test.Final.Eval)
	if i < 0 {
		return // judgeAnswers has said so
	}
	run, ok := allowed.Witness(allowed.Outcomes[i])
	if _, err := allowed.Machine.Replay(run); err != nil || !ok {
		t.Errorf("under %s there is no witness for %s: %v", allowed.Machine.Name, allowed.Outcomes[i], err)
	}
}

// bound is on the states of one test under one edition.
const bound = 100_000

func describe(b *strings.Builder, d model.Dialect, allowed *litmus.Allowed) {
	fmt.Fprintf(b, "%s: %d outcomes, %d states\n", d.Name, len(allowed.Outcomes), allowed.States)
	for _, o := range outcomeTexts(allowed) {
		fmt.Fprintf(b, "  %s\n", o)
	}
}

func outcomeTexts(allowed *litmus.Allowed) (all []string) {
	for _, o := range allowed.Outcomes {
		all = append(all, o.String())
	}
	return all
}

func compareGolden(t *testing.T, test *litmus.Test, got string) {
	path := filepath.Join("catalogue", test.Family, test.Name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test ./litmus -run TestCatalogue -update writes it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("outcomes differ from the golden (-golden +now); if the change is meant, go test ./litmus -run TestCatalogue -update\n%s", diff)
	}
}

// Every answer names an edition that exists and can express the test; every test
// has an answer; the catalogue is laid out canonically; each names its sources.
func TestCatalogueIsWellFormed(t *testing.T) {
	var names []string
	for _, d := range model.Editions {
		names = append(names, d.Name)
	}
	seen := map[string]string{}
	for _, test := range litmus.All() {
		if err := test.CheckEditions(func(e string) bool { return slices.Contains(names, e) }, names); err != nil {
			t.Error(err)
		}
		if other := seen[test.Name]; other != "" {
			t.Errorf("%s has the name of %s", test.Path(), other)
		}
		seen[test.Name] = test.Path()
		checkAnswers(t, test)
		src, err := os.ReadFile(test.File)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(src), test.Format()); diff != "" {
			t.Errorf("%s is not laid out as check fmt -w would (-is +should be)\n%s", test.File, diff)
		}
	}
}

func checkAnswers(t *testing.T, test *litmus.Test) {
	if len(test.Answers) == 0 || len(test.See) == 0 {
		t.Errorf("%s has %d answers and names %d sources: it needs both", test.Path(), len(test.Answers), len(test.See))
	}
	for _, a := range test.Answers {
		for _, e := range a.Editions {
			d, err := model.Edition(e)
			if err != nil {
				continue // CheckEditions says so
			}
			if missing := test.MissingIn(d); len(missing) > 0 {
				t.Errorf("%s:%d: an answer for %s, which has no %s", test.File, a.Pos.Line, e, strings.Join(missing, ", "))
			}
		}
	}
}

// At least 25 tests are answered differently for two editions of one system.
func TestEditionsOfASystemPart(t *testing.T) {
	part := map[string]bool{}
	for _, test := range litmus.All() {
		for i := range test.Answers {
			for j := range i {
				if a, b := &test.Answers[i], &test.Answers[j]; otherwise(a, b) && sameSystem(a, b) {
					part[test.Path()] = true
				}
			}
		}
	}
	if len(part) < 25 {
		t.Errorf("only %d tests are answered differently for two editions of one system", len(part))
	}
	t.Logf("%d tests are answered differently for two editions of one system", len(part))
}

// otherwise says that two answers of one kind are not the same.
func otherwise(a, b *litmus.Answer) bool {
	if a.Verdict != 0 || b.Verdict != 0 {
		return a.Verdict != 0 && b.Verdict != 0 && a.Verdict != b.Verdict
	}
	text := func(a *litmus.Answer) string { return fmt.Sprint(a.Exactly) }
	return text(a) != text(b)
}

func sameSystem(a, b *litmus.Answer) bool {
	for _, e := range a.Editions {
		system, _, _ := strings.Cut(e, "@")
		if slices.ContainsFunc(b.Editions, func(f string) bool { return strings.HasPrefix(f, system+"@") }) {
			return true
		}
	}
	return false
}
