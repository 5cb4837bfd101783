package properties

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

const (
	suitesGolden = "testdata/suites.jsonl"
	suitesDoc    = "../docs/results/suites.md"
)

// holding is what the catalogue notices of an edition: for each rule that could be left
// out and each choice point that could be moved, the first test that would have other
// outcomes. Unheld is what only programs notice that a suite could be derived from.
type holding struct {
	Edition  string
	By       map[string]string // target: test
	Unheld   map[string]string // target: program
	Hidden   []string          // targets under which some run takes other steps, and none ends otherwise
	Never    []string          // targets under which no run takes another step
	Programs int               // that were tried, beside the catalogue
}

// heldPrograms are among how many programs a suite would be derived: all up to a size of
// the core, and random ones.
const heldSize, heldRandom = 2, 300

// What a suite derived for an edition notices, the catalogue notices, but for what the
// document lists: -update finds what the catalogue notices, and looks in programs for more.
// What is recorded is seen again, by day every tenth answer; that each rule and choice of
// each edition is recorded is seen always.
func TestCatalogueHoldsSuites(t *testing.T) {
	known := readHoldings(t)
	if *update {
		updateHoldings(t, known)
	}
	if got, err := os.ReadFile(suitesDoc); err != nil || !bytes.Equal(got, holdingsDocument(known)) {
		t.Errorf("%s is not what is recorded (%v); run with -update", suitesDoc, err)
	}
	stride := 10
	if nightly || *update {
		stride = 1
	}
	tests := map[string]*litmus.Test{}
	for _, x := range litmus.All() {
		tests[x.Path()] = x
	}
	for _, d := range model.Editions {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			n := &noticer{t.Context(), d, targetsOf(d)}
			h := known[d.Name]
			asked := map[string][]bool{}
			for i, g := range n.targets {
				by, ok := h.By[g.name]
				switch {
				case !ok && !h.knows(g.name):
					t.Errorf("nothing is recorded of %s; run with -update -only %s", g.name, d.Name)
				case ok && tests[by] == nil:
					t.Errorf("there is no test %s, which noticed %s; run with -update -only %s", by, g.name, d.Name)
				case ok && i%stride == 0:
					if asked[by] == nil {
						asked[by] = make([]bool, len(n.targets))
					}
					asked[by][i] = true
				}
			}
			for by, targets := range asked {
				found, err := n.notices(tests[by], targets)
				for i, g := range n.targets {
					if targets[i] && !slices.Contains(found, i) {
						t.Errorf("%s no longer notices %s (%v); run with -update -only %s", by, g.name, err, d.Name)
					}
				}
			}
		})
	}
}

// knows says that something is recorded of a target that no test of the catalogue notices.
func (h holding) knows(target string) bool {
	return h.Unheld[target] != "" || slices.Contains(h.Hidden, target) || slices.Contains(h.Never, target)
}

// holdingsDocument is the page of what is recorded.
func holdingsDocument(known map[string]holding) []byte {
	var b, gaps bytes.Buffer
	b.WriteString(suitesHead)
	for _, d := range model.Editions {
		h := known[d.Name]
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %d | %d |\n", d.Name, len(h.By), len(h.Unheld), len(h.Hidden), len(h.Never), h.Programs)
		for _, g := range slices.Sorted(maps.Keys(h.Unheld)) {
			fmt.Fprintf(&gaps, "| `%s` | %s | `%s` |\n", d.Name, g, h.Unheld[g])
		}
	}
	b.WriteString(suitesGaps)
	b.Write(gaps.Bytes())
	return b.Bytes()
}

const suitesHead = `# Does the catalogue hold what a derived suite would?

` + "`check gen -suite EDITION`" + ` derives a suite that notices every rule that is left out and every choice point that is moved, as far
as programs show them. The catalogue holds an equivalent of a test of such a suite if one of its own tests notices the same. Here
is, for each edition: how many rules and choices some test of the catalogue notices; how many only programs notice, all of two
statements and 300 at random; and of what nothing has noticed, under how many a step of some test or program would be another, and all
outcomes the same, and under how many no step of any would be: the edition lacks the forms of the rule, or has an answer beside which
the moved one is never asked. They are found by ` + "`go test ./properties -run TestCatalogueHoldsSuites -update -only EDITION`" + `, in about ten
seconds of processor time for an edition: every step of a test is compared with those of all other semantics while it is explored once, and
only one that takes another step is explored itself. Each answer is seen again by the tests: all by night, every tenth by day.

| edition | the catalogue notices | only programs | steps, no outcomes | no step | programs |
|---|---|---|---|---|---|
`

const suitesGaps = `
## What the catalogue lacks

What no test of it notices in that edition, and a program that does. A test for it needs an expectation from a document first, and none
has been written for these; of a thread that joins itself, POSIX says nothing.

| edition | rule or choice | program |
|---|---|---|
`

func updateHoldings(t *testing.T, known map[string]holding) {
	for _, d := range model.Editions {
		if regexp.MustCompile(*only).MatchString(d.Name) {
			known[d.Name] = heldBy(t, d)
		}
	}
	var b bytes.Buffer
	for _, d := range model.Editions {
		if h, ok := known[d.Name]; ok {
			line, err := json.Marshal(h)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
	}
	write(t, suitesGolden, b.Bytes())
	write(t, suitesDoc, holdingsDocument(known))
}

func heldBy(t *testing.T, d model.Dialect) holding {
	n := &noticer{context.Background(), d, targetsOf(d)}
	h := holding{Edition: d.Name, By: map[string]string{}, Unheld: map[string]string{}}
	open := make([]bool, len(n.targets))
	for i := range open {
		open[i] = true
	}
	met := make([]bool, len(n.targets))
	ask := func(x *litmus.Test, name string, into map[string]string) {
		found, other, err := n.looks(x, open)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range found {
			open[i] = false
			into[n.targets[i].name] = name
		}
		for _, i := range other {
			met[i] = true
		}
	}
	for _, x := range litmus.All() {
		if len(x.MissingIn(d)) == 0 {
			ask(x, x.Path(), h.By)
		}
	}
	for x := range candidates(d, heldSize, heldRandom, 1, nil) {
		h.Programs++
		ask(x, x.Wire(), h.Unheld)
	}
	for i, g := range n.targets {
		switch {
		case open[i] && met[i]:
			h.Hidden = append(h.Hidden, g.name)
		case open[i]:
			h.Never = append(h.Never, g.name)
		}
	}
	return h
}

func readHoldings(t *testing.T) map[string]holding {
	src, err := os.ReadFile(suitesGolden)
	if err != nil && !*update {
		t.Fatal(err)
	}
	known := map[string]holding{}
	lines := bufio.NewScanner(bytes.NewReader(src))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var h holding
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			t.Fatal(err)
		}
		known[h.Edition] = h
	}
	return known
}
