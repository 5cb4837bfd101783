package properties

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
)

// generatorsDoc has what generated programs do, and what failing ones shrink to.
const generatorsDoc = "../docs/results/generators.md"

// leftOut are rules that an edition is left without, to see what the first program
// that shows it is shrunk to.
var leftOut = []struct{ edition, rule string }{
	{"ghc@doc2010", "X3"}, {"ghc@doc2010", "X5"}, {"ghc@doc2010", "R6"}, {"ghc@doc2010", "X6"}, {"ghc@doc2010", "X11"},
	{"ghc@doc2010", "X2"}, {"sbcl@doc", "X4"}, {"sbcl@doc", "R7"}, {"python@3.11", "R5"}, {"go@context", "B1"},
}

// simplest is how many statements a program has that shows that one rule is missing.
const simplest = 4

// What a failing program shrinks to is what a person would have written: few
// statements, no thread, cell or block without a part in it, names from the first on.
func TestShrinksToWhatAPersonWrites(t *testing.T) {
	text := ""
	for _, x := range leftOut {
		d, rule := edition(t, x.edition), model.RuleByID(x.rule)
		f := Fault{Machine: func(m *model.Machine) { ablate(m, rule) }}
		shows := func(p *litmus.Test) bool { return len(p.MissingIn(d)) == 0 && searchAgrees(d, p, &f) != "" }
		seed, p := uint64(0), (*litmus.Test)(nil)
		for seed < 200 && (p == nil || !shows(p)) {
			seed++
			p = gen.Program(gen.Of(d), programSize, gen.Seeded(seed))
		}
		small := smallest(p, shows)
		if !shows(small) {
			t.Errorf("%s without %s: no program shows it", d.Name, x.rule)
			continue
		}
		if why := unnatural(small); why != "" {
			t.Errorf("%s without %s: %s:\n%s", d.Name, x.rule, why, small.Format())
		}
		text += fmt.Sprintf("%s without rule %s %s, seed %d: %d statements become %d.\n\n```\n%s\n```\n\n```\n%s\n```\n\n", d.Name, x.rule, model.Rules[rule].Name, seed,
			gen.Size(p), gen.Size(small), textOf(p), textOf(small))
	}
	section(t, generatorsDoc, "shrinking", text)
}

// textOf is the text of a generated program without its header, which says nothing.
func textOf(p *litmus.Test) string {
	_, text, _ := strings.Cut(p.Format(), "\n")
	return strings.TrimSpace(text)
}

// unnatural says what a person would not have written.
func unnatural(p *litmus.Test) string {
	if n := gen.Size(p); n > simplest {
		return fmt.Sprint(n, " statements")
	}
	for i, th := range p.Threads {
		if want := string(rune('a' + i)); !th.Later && th.Name != want {
			return "a thread is called " + th.Name + " and not " + want
		}
		named := false
		p.Walk(func(s *litmus.Stmt) { named = named || s.Name == th.Name || s.Other == th.Name })
		if len(th.Body) == 0 && !named {
			return th.Name + " does nothing, and nobody names it"
		}
	}
	for _, c := range p.Cells {
		used := false
		p.Walk(func(s *litmus.Stmt) { used = used || s.Name == c.Name || s.Other == c.Name })
		if !used {
			return c.Name + " is declared and not used"
		}
	}
	return ""
}

// section writes or checks the part of a document between its begin and end marks.
func section(t *testing.T, doc, name, want string) {
	t.Helper()
	src, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->\n"
	before, rest, ok := strings.Cut(string(src), begin)
	got, after, ok2 := strings.Cut(rest, end)
	switch {
	case !ok || !ok2:
		t.Fatalf("%s has no %sand %s", doc, begin, end)
	case *update:
		write(t, doc, []byte(before+begin+want+end+after))
	case !slices.Equal(strings.Fields(got), strings.Fields(want)):
		t.Errorf("%s: what it says of %s is not so any more; -update writes\n%s", doc, name, want)
	}
}

func edition(t *testing.T, name string) model.Dialect {
	d, err := model.Edition(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
