package properties

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// A program that tells two editions apart is answered so that each edition conforms
// to its own answer and violates the other's; an edition does not part from itself;
// the order in which two are named does not matter.
func TestDistinguish(t *testing.T) {
	ctx := context.Background()
	for i, one := range model.Editions[:2] {
		if p, err := Distinguish(ctx, one, one, 2, 10, 1, nil); err != nil || len(p.All) > 0 {
			t.Errorf("%s parts from itself: %v %v", one.Name, p.All, err)
		}
		for _, two := range model.Editions[i+1:] {
			if d, e := gen.Of(one, two), gen.Of(); len(d) < len(e)/4 {
				continue // they share too little
			}
			p, err := Distinguish(ctx, one, two, 1, 20, 1, litmus.All())
			if err != nil || len(p.All) == 0 {
				t.Errorf("nothing tells %s and %s apart: %v", one.Name, two.Name, err)
				continue
			}
			back, err := Distinguish(ctx, two, one, 1, 20, 1, litmus.All())
			if err != nil || len(back.All) != len(p.All) || back.Size != p.Size {
				t.Errorf("%s and %s: %d programs of %d statements, the other way round %d of %d (%v)", one.Name, two.Name, len(p.All), p.Size, len(back.All), back.Size, err)
			}
			checkParting(t, p.All[0], one, two)
		}
	}
}

func checkParting(t *testing.T, p Parting, one, two model.Dialect) {
	t.Helper()
	if err := p.Test.Check(); err != nil {
		t.Fatal(err)
	}
	for i, d := range []model.Dialect{one, two} {
		a, err := p.Test.Explore(context.Background(), d, explore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for j := range p.Test.Answers {
			v, why := p.Test.Answers[j].Judge(nil, a.Set)
			if own := i == j; own != (v == litmus.Conforming) {
				t.Errorf("%s against answer %d: %v %s\n%s", d.Name, j, v, why, p.Test.Format())
			}
		}
	}
}

// suitePrograms is among how many random programs the suite is looked for.
var suitePrograms = map[bool]int{false: 30, true: 300}[nightly]

// A suite notices, test by test, what it says, and none of its tests can be spared.
func TestSuite(t *testing.T) {
	ctx := context.Background()
	d := model.Editions[0]
	s, err := Derive(ctx, d, 1, suitePrograms, 1, nil, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	n := &noticer{ctx, d, targetsOf(d)}
	noticedBy := make([]int, len(n.targets))
	var sets [][]int
	for _, st := range s.Tests {
		set, err := n.notices(st.Test, slices.Repeat([]bool{true}, len(n.targets)))
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, set)
		for _, g := range set {
			noticedBy[g]++
		}
		for _, name := range st.Notices {
			if !slices.ContainsFunc(set, func(g int) bool { return n.targets[g].name == name }) {
				t.Errorf("%s does not notice %s", st.Test.Wire(), name)
			}
		}
	}
	for i, set := range sets {
		if !slices.ContainsFunc(set, func(g int) bool { return noticedBy[g] == 1 }) {
			t.Errorf("%s can be spared", s.Tests[i].Test.Wire())
		}
	}
	for g, by := range noticedBy {
		if missed := slices.Contains(s.Missed, n.targets[g].name); missed != (by == 0) {
			t.Errorf("%s is noticed by %d tests, and is said to be missed: %v", n.targets[g].name, by, missed)
		}
	}
	if len(s.Tests) < 5 || len(s.Missed) > len(n.targets)*2/3 {
		t.Errorf("%d tests, %d of %d missed", len(s.Tests), len(s.Missed), len(n.targets))
	}
}

func TestFromFailure(t *testing.T) {
	const wire = "(litmus 1 p (thread a (log w)))"
	for _, c := range []struct{ text, want string }{
		{"x " + wire + " y", wire},
		{"(litmus 1 older (thread a (nop))) and " + wire, wire},
		{wire + " (litmus 1 broken (thread a", wire},
		{"(litmus 1 \n p (thread a))", ""},
		{"nothing", ""},
		{"(litmus 1 p (thread a (nonsense)))", ""},
	} {
		got, err := FromFailure(c.text)
		if c.want == "" && err == nil || c.want != "" && (err != nil || got.Wire() != c.want) {
			t.Errorf("%q: %v %v", c.text, got, err)
		}
	}
}

// What a fuzz target says of an input that fails becomes a test of the catalogue that
// tells what was seen, is as small as may be, and is laid out for a person to confirm.
func TestFailureBecomesATest(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "^FuzzSearch$/^receives-under-a-handler$")
	cmd.Env = append(os.Environ(), planted+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("it does not fail, whatever the mistake:\n%s", out)
	}
	x, err := FromFailure(string(out))
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	if got := x.Wire(); got != "(litmus 1 generated (thread a) (thread b (throwTo a X)))" {
		t.Errorf("shrunk to %s", got)
	}
	shown, err := Catalogued(t.Context(), x, []model.Dialect{model.GHCDoc2010})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../docs/properties.md")
	if err != nil {
		t.Fatal(err)
	}
	indented := "    " + strings.ReplaceAll(strings.TrimSpace(shown.Format()), "\n", "\n    ")
	if !strings.Contains(string(doc), strings.ReplaceAll(indented, "    \n", "\n")) {
		t.Errorf("docs/properties.md shows another test than\n%s", indented)
	}
	if x, err = Catalogued(t.Context(), x, model.Editions); err != nil {
		t.Fatal(err)
	}
	if _, err := litmus.Parse("made", []byte(x.Format())); err != nil {
		t.Errorf("the test that is made does not parse: %v", err)
	}
	if len(x.Lead) != 1 || !strings.HasPrefix(x.Lead[0], "found by search under ") || !strings.HasSuffix(x.Lead[0], ": not found: a=died X; b=returned") {
		t.Errorf("its comment says %q", x.Lead)
	}
	for i, a := range x.Answers {
		for _, b := range x.Answers[:i] {
			if slices.Equal(conditions(a), conditions(b)) {
				t.Errorf("%v and %v are answered the same twice", a.Editions, b.Editions)
			}
		}
	}
}

func conditions(a litmus.Answer) (all []string) {
	for _, c := range a.Exactly {
		all = append(all, c.String())
	}
	return all
}
