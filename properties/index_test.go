package properties

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/interject/interject/litmus"
)

const indexDoc = "../docs/catalogue.md"

const indexHead = `# The catalogue

Every test, by family: what it asks, where that is from, and a mistake of its own. The mistake is an edition with one
thing changed (by ` + "`check model -d EDITION -set SETTING TEST`" + `, or a rule left out) under which an answer that a person
wrote in the test becomes wrong; no two tests have the same. So each test can fail, and none is there twice.

This page is generated: ` + "`go test ./properties -run TestCatalogueIndex -update`" + ` looks for the mistake of every test
that has none yet. The test itself makes each mistake again.
`

// The index has a row for every test; the mistake in it is noticed by that test and
// stands in no other row.
func TestCatalogueIndex(t *testing.T) {
	text, err := os.ReadFile(indexDoc)
	if err != nil && !*update {
		t.Fatal(err)
	}
	own := mistakesIn(string(text))
	if *update {
		own = completed(t, own)
	}
	want := indexText(own)
	if *update {
		if err := os.WriteFile(indexDoc, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(text) != want {
		t.Errorf("%s is not the index of the catalogue; run go test ./properties -run TestCatalogueIndex -update", indexDoc)
	}
	checkMistakes(t, own)
}

func checkMistakes(t *testing.T, own map[string]mutant) {
	taken := map[mutant]string{}
	for _, test := range litmus.All() {
		m, ok := own[test.Name]
		if !ok {
			t.Errorf("%s has no mistake of its own: what is it there for? go test ./properties -run TestCatalogueIndex -update looks for one", test.Path())
			continue
		}
		if other := taken[m]; other != "" {
			t.Errorf("%s and %s have the same mistake %s", test.Path(), other, m)
		}
		taken[m] = test.Path()
	}
	_, err := each(context.Background(), slices.Values(litmus.All()), func(_ int, test *litmus.Test) error {
		if m, ok := own[test.Name]; ok && !notices(test, m) {
			t.Errorf("%s does not notice %s", test.Path(), m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// notices says that an answer of the test becomes wrong by a mistake.
func notices(test *litmus.Test, m mutant) bool {
	for _, q := range Questions([]*litmus.Test{test}) {
		if q.Edition.Name == m.edition && q.Flips(m.machine) != "" {
			return true
		}
	}
	return false
}

var indexRow = regexp.MustCompile("(?m)^\\| \\[([^]]+)\\]\\(.*\\| `([^`]+)` `([^`]+)` \\|$")

func mistakesIn(text string) map[string]mutant {
	own := map[string]mutant{}
	for _, m := range indexRow.FindAllStringSubmatch(text, -1) {
		own[m[1]] = mutant{m[2], m[3]}
	}
	return own
}

func indexText(own map[string]mutant) string {
	var b strings.Builder
	b.WriteString(indexHead)
	family := ""
	for _, test := range litmus.All() {
		if test.Family != family {
			family = test.Family
			fmt.Fprintf(&b, "\n## %s\n\n| test | asks | from | a mistake of its own |\n|---|---|---|---|\n", family)
		}
		fmt.Fprintf(&b, "| [%s](../litmus/catalogue/%s.litmus) | %s | %s | %s |\n",
			test.Name, test.Path(), strings.ReplaceAll(test.Title, "|", "\\|"), strings.Join(test.See, "; "), own[test.Name])
	}
	return b.String()
}

// completed gives a mistake of its own to each test that has none, or one that it does
// not notice: what is noticed by fewest tests first, and others give way if need be.
func completed(t *testing.T, known map[string]mutant) map[string]mutant {
	noticed := map[string][]mutant{}
	count := map[mutant]int{}
	var mu sync.Mutex
	_, err := each(context.Background(), slices.Values(litmus.All()), func(i int, test *litmus.Test) error {
		var all []mutant
		if m, ok := known[test.Name]; ok && notices(test, m) {
			all = []mutant{m}
		} else {
			all = allNoticed(test)
		}
		mu.Lock()
		defer mu.Unlock()
		noticed[test.Name] = all
		for _, m := range all {
			count[m]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, all := range noticed {
		slices.SortStableFunc(all, func(a, b mutant) int { return cmp.Compare(count[a], count[b]) })
	}
	return matched(noticed)
}

// allNoticed are the mistakes that a test notices: changed answers, or else rules left
// out and statements taken for others.
func allNoticed(test *litmus.Test) (all []mutant) {
	for _, q := range Questions([]*litmus.Test{test}) {
		rules, err := removals(q)
		if err != nil {
			continue
		}
		for _, m := range slices.Concat(settings(q), rules, confused(q)) {
			if q.Flips(m.machine) != "" {
				all = append(all, m)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mutant) int { return cmp.Compare(a.kind(), b.kind()) })
	return all
}

// matched gives as many tests as can be a mistake that no other has.
func matched(noticed map[string][]mutant) map[string]mutant {
	holder := map[mutant]string{}
	var give func(name string, tried map[mutant]bool) bool
	give = func(name string, tried map[mutant]bool) bool {
		for _, m := range noticed[name] {
			if tried[m] {
				continue
			}
			tried[m] = true
			if other, held := holder[m]; !held || give(other, tried) {
				holder[m] = name
				return true
			}
		}
		return false
	}
	for _, test := range litmus.All() {
		give(test.Name, map[mutant]bool{})
	}
	own := map[string]mutant{}
	for m, name := range holder {
		own[name] = m
	}
	return own
}
