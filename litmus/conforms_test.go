package litmus

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func set(t *testing.T, texts ...string) Set {
	t.Helper()
	var all []Outcome
	for _, s := range texts {
		all = append(all, outcome(t, s))
	}
	return NewSet(all...)
}

func TestConforms(t *testing.T) {
	allowed := set(t, "a=returned [w]; b=returned; x=1", "a=died X; b=returned; x=0", "a=died X; b=died X; x=1")
	partial := allowed
	partial.Partial = true
	stray := Counts{"a=died X; b=returned; x=0": 90, "a=returned; b=returned; x=1": 3, "a=died X; b=died X; x=2": 7, "a=died X; b=died X; x=1": 0}
	cases := []struct {
		name     string
		allowed  Set
		observed Counts
		want     Verdict
		seen     int
		strays   int
	}{
		{"all allowed", allowed, Counts{"a=died X; b=returned; x=0": 2, " a=returned  [w]; b=returned; x=1": 1}, Conforming, 2, 0},
		{"none observed", allowed, Counts{"a=died X; b=returned; x=0": 0}, Inconclusive, 0, 0},
		{"none allowed", Set{}, Counts{"a=returned": 1}, Inconclusive, 0, 1},
		{"strays", allowed, stray, Violating, 1, 2},
		{"strays of a partial set", partial, stray, Inconclusive, 1, 2},
		{"in a partial set", partial, Counts{"a=died X; b=returned; x=0": 2}, Conforming, 1, 0},
	}
	for _, c := range cases {
		j, err := Conforms(c.allowed, c.observed)
		if err != nil || j.Verdict != c.want || j.Seen != c.seen || len(j.Stray) != c.strays || j.Runs != c.observed.Total() {
			t.Errorf("%s: found %+v, %v", c.name, j, err)
		}
	}
	j, _ := Conforms(allowed, stray)
	want := []Stray{
		{outcome(t, "a=died X; b=died X; x=2"), 7, outcome(t, "a=died X; b=died X; x=1"), []string{"x=2"}},
		{outcome(t, "a=returned; b=returned; x=1"), 3, outcome(t, "a=returned [w]; b=returned; x=1"), []string{"a=returned"}},
	}
	if diff := cmp.Diff(want, j.Stray); diff != "" {
		t.Error(diff)
	}
	j, _ = Conforms(set(t, "a=returned; b=returned", "a=died X; b=killed"), Counts{"a=returned; b=killed": 1})
	if got := j.Stray[0].Nearest.String(); got != "a=died X; b=killed" {
		t.Errorf("the first of two equally near outcomes is not %s", got)
	}
	if _, err := Conforms(allowed, Counts{"nonsense": 1}); err == nil {
		t.Error("nonsense was taken for an outcome")
	}
}

func TestJudge(t *testing.T) {
	both, one := set(t, "a=returned", "a=died X"), set(t, "a=died X")
	partial := one
	partial.Partial = true
	final := "a = died"
	cases := []struct {
		answer   string
		outcomes Set
		want     Verdict
		text     string
	}{
		{"e@1 sometimes", both, Conforming, ""},
		{"e@1 never", both, Violating, "expected never, found it in 1 of 2 outcomes"},
		{"e@1 always", both, Violating, "expected always, found it in 1 of 2 outcomes"},
		{"e@1 always", one, Conforming, ""},
		{"e@1 sometimes", one, Violating, "expected sometimes, found it in 1 of 1 outcomes"},
		{"e@1 always", partial, Inconclusive, "a bound ended the search"},
		{"e@1 sometimes", partial, Inconclusive, "a bound ended the search"},
		{"e@1 never", partial, Violating, "expected never, found it in 1 of 1 outcomes"},
		{"e@1 never", Set{}, Inconclusive, "no outcome is known"},
		{"exactly e@1 { a = died X | a = returned }", both, Conforming, ""},
		{"exactly e@1 { a: }", both, Conforming, ""},
		{"exactly e@1 { a = died X }", both, Violating, "found also a=returned"},
		{"exactly e@1 { a = died X | a = killed }", one, Violating, "did not find a = killed"},
		{"exactly e@1 { a = died X }", partial, Inconclusive, "a bound ended the search"},
		{"exactly e@1 { a = killed }", partial, Violating, "found also a=died X"},
	}
	for _, c := range cases {
		x, err := Parse("file", []byte("litmus t\nthread a { raise X }\nfinal "+final+"\n"+c.answer+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, text := x.Answers[0].Judge(x.Final, c.outcomes)
		if got != c.want || text != c.text {
			t.Errorf("%s of %v: found %v %q, expected %v %q", c.answer, c.outcomes, got, text, c.want, c.text)
		}
	}
}

func TestSet(t *testing.T) {
	s := set(t, "b=returned", "a=returned", "b=returned")
	if len(s.Outcomes) != 2 || s.Outcomes[0].String() != "a=returned" || !s.Has(outcome(t, "b=returned")) || s.Has(outcome(t, "c=returned")) {
		t.Errorf("found %v", s)
	}
}
