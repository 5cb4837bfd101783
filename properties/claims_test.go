package properties

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
)

const claimsDoc = "../docs/claims.md"

// A row: place, claim, edition, denial, tests.
var claimRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\| `([^`]+)` \\| `([^`]+)` \\|([^|]*)\\|$")

// Every claim of the documents is asked: there are tests that name its place and have
// an answer for the edition of which it is made that becomes wrong when it is denied.
func TestDocumentClaims(t *testing.T) {
	src, err := os.ReadFile(claimsDoc)
	if err != nil {
		t.Fatal(err)
	}
	claims, decisive := 0, map[string]bool{}
	now := claimRow.ReplaceAllStringFunc(string(src), func(row string) string {
		claims++
		m := claimRow.FindStringSubmatch(row)
		asked := askedBy(t, m[1], mutant{m[3], m[4]})
		if len(asked) == 0 {
			t.Errorf("no test that names %s has an answer for %s that becomes wrong by %q: %s", m[1], m[3], m[4], m[2])
		}
		for _, name := range asked {
			decisive[m[1]+" "+name] = true
		}
		return "| `" + m[1] + "` | " + m[2] + " | `" + m[3] + "` | `" + m[4] + "` | " + strings.Join(asked, ", ") + " |"
	})
	if claims < 50 {
		t.Errorf("%s has %d claims: is it still a table?", claimsDoc, claims)
	}
	if *update {
		if err := os.WriteFile(claimsDoc, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if now != string(src) {
		t.Errorf("%s does not name the tests that ask its claims: go test ./properties -run TestDocumentClaims -update", claimsDoc)
	}
	for _, test := range litmus.All() {
		for _, s := range test.See {
			if strings.Contains(now, "`"+s+"`") && !decisive[s+" `"+test.Name+"`"] {
				t.Logf("%s names %s, and asks no claim of it", test.Path(), s)
			}
		}
	}
}

// askedBy are the tests that name a place and notice a denial.
func askedBy(t *testing.T, place string, denial mutant) (names []string) {
	for _, test := range litmus.All() {
		if !slices.Contains(test.See, place) {
			continue
		}
		if _, err := denial.machine(test); err != nil {
			if d, known := denial.dialect(); known != nil || len(test.MissingIn(d)) == 0 {
				t.Errorf("%s: %v", denial, err)
			}
			continue
		}
		if notices(test, denial) {
			names = append(names, "`"+test.Name+"`")
		}
	}
	return names
}
