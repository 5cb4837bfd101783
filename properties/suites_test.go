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
	"strings"
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
	Unseen   int               // targets that nothing has noticed
	Programs int               // that were tried, beside the catalogue
}

// heldPrograms are among how many programs a suite would be derived: all up to a size of
// the core, and random ones.
const heldSize, heldRandom = 2, 300

// What a suite derived for an edition notices, the catalogue notices, but for what the
// document lists: -update finds what the catalogue notices, and looks in programs for more.
// What is recorded is seen again, by day every third answer.
func TestCatalogueHoldsSuites(t *testing.T) {
	known := readHoldings(t)
	if *update {
		updateHoldings(t, known)
	}
	if got, err := os.ReadFile(suitesDoc); err != nil || !bytes.Equal(got, holdingsDocument(known)) {
		t.Errorf("%s is not what is recorded (%v); run with -update", suitesDoc, err)
	}
	stride := 3
	if nightly || *update {
		stride = 1
	}
	tests := map[string]*litmus.Test{}
	for _, x := range litmus.All() {
		tests[x.Path()] = x
	}
	for _, d := range model.Editions {
		h, ok := known[d.Name]
		if !ok {
			continue
		}
		n := &noticer{t.Context(), d, targetsOf(d)}
		for i, g := range n.targets {
			by := h.By[g.name]
			if by == "" || i%stride != 0 {
				continue
			}
			asked := make([]bool, len(n.targets))
			asked[i] = true
			if x := tests[by]; x == nil {
				t.Errorf("%s: there is no test %s, which noticed %s; run with -update -only %s", d.Name, by, g.name, d.Name)
			} else if found, err := n.notices(x, asked); err != nil || len(found) == 0 {
				t.Errorf("%s: %s no longer notices %s (%v); run with -update -only %s", d.Name, by, g.name, err, d.Name)
			}
		}
	}
}

// holdingsDocument is the page of what is recorded.
func holdingsDocument(known map[string]holding) []byte {
	var b, gaps bytes.Buffer
	b.WriteString(suitesHead)
	var none []string
	for _, d := range model.Editions {
		h, ok := known[d.Name]
		if !ok {
			none = append(none, "`"+d.Name+"`")
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %d | %d | %d | %d |\n", d.Name, len(h.By), len(h.Unheld), h.Unseen, h.Programs)
		for _, g := range slices.Sorted(maps.Keys(h.Unheld)) {
			fmt.Fprintf(&gaps, "| `%s` | %s | `%s` |\n", d.Name, g, h.Unheld[g])
		}
	}
	if len(none) > 0 {
		fmt.Fprintf(&b, "\nNot looked into yet: %s.\n", strings.Join(none, ", "))
	}
	b.WriteString(suitesGaps)
	b.Write(gaps.Bytes())
	return b.Bytes()
}

const suitesHead = `# Does the catalogue hold what a derived suite would?

` + "`check gen -suite EDITION`" + ` derives a suite that notices every rule that is left out and every choice point that is moved, as far
as programs show them. The catalogue holds an equivalent of a test of such a suite if one of its own tests notices the same. Here
is, for each edition: how many rules and choices some test of the catalogue notices; how many only programs notice, all of two
statements and 300 at random; and how many nothing has noticed. They are found by
` + "`go test ./properties -run TestCatalogueHoldsSuites -update -only EDITION`" + `, which takes minutes for an edition, and each is seen again by
the tests: all by night, every third by day.

| edition | the catalogue notices | only programs | nothing | programs |
|---|---|---|---|---|
`

const suitesGaps = `
## What the catalogue lacks

What no test of it notices in that edition, and a program that does. A test for it needs an expectation from a document first.

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
	ask := func(x *litmus.Test, name string, into map[string]string) {
		found, err := n.notices(x, open)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range found {
			open[i] = false
			into[n.targets[i].name] = name
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
	h.Unseen = countTrue(open)
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
