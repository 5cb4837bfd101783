package export

import (
	"os"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// What is written for a test, but for the rules, which are the same for all.
func TestTLAGolden(t *testing.T) {
	const file = "testdata/fork_levels.tla"
	for _, test := range litmus.All() {
		if test.Name != "fork-levels" {
			continue
		}
		text, err := TLA(test, model.GHCDoc2010)
		if err != nil {
			t.Fatal(err)
		}
		before, after, found := strings.Cut(text, tlaRules)
		if !found {
			t.Fatal("the module lacks the rules")
		}
		got := before + `\* (the rules: rules.tla)` + "\n" + after
		if want, err := os.ReadFile(file); err != nil || string(want) != got {
			t.Errorf("%s does not hold what is written today (%v):\n%s", file, err, got)
		}
	}
}

// Both exports know the same statements, and the rules have each by its name.
func TestTLAHasEveryStatement(t *testing.T) {
	_, steps, _ := strings.Cut(tlaRules, "\nStatement(s, t, p) ==")
	steps, _, _ = strings.Cut(steps, "\\* Nothing need be received")
	for op := model.Op(1); op < model.Relock; op++ {
		s, known := statements[op]
		if known != has.Has(op) {
			t.Errorf("statement %d is in one export only", op)
		}
		if known && !strings.Contains(steps, `"`+s.op+`"`) {
			t.Errorf("no rule for %q", s.op)
		}
	}
}

// A module reads back as the program: every statement on a line of its own, in order,
// with brackets that match, and going nowhere but to a statement.
func TestTLAReadsBack(t *testing.T) {
	for _, test := range litmus.All() {
		for _, d := range model.Editions {
			c, err := newCore(test, d)
			if err != nil {
				continue
			}
			text, err := TLA(test, d)
			if err != nil {
				t.Fatal(err)
			}
			if again, _ := TLA(test, d); again != text {
				t.Errorf("%s under %s: two exports differ", test.Name, d.Name)
			}
			for i, line := range nodeLines(text) {
				n := &c.p.Nodes[i+1]
				want := statements[n.Op]
				w := &tla{core: c}
				if !strings.HasPrefix(line, `  [op |-> "`+want.op+`", next |-> `) || !strings.Contains(line, w.fields(n)+"]") {
					t.Errorf("%s: statement %d is written as %s", test.Name, i+1, line)
				}
			}
			if n := len(nodeLines(text)); n != len(c.p.Nodes)-1 {
				t.Errorf("%s: %d statements of %d", test.Name, n, len(c.p.Nodes)-1)
			}
		}
	}
}

func nodeLines(text string) []string {
	_, text, _ = strings.Cut(text, "\nNode == <<\n")
	text, _, _ = strings.Cut(text, "\n>>")
	return strings.Split(text, "\n")
}
