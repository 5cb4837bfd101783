package litmus_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
)

var claim = regexp.MustCompile("^\\| `([^`]+)` \\| ([^|]*) \\|[^|]*\\|$")

// Every claim of the documents is asked by a test that names its place.
func TestClaims(t *testing.T) {
	const path = "../docs/claims.md"
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string][]string{}
	for _, test := range litmus.All() {
		for _, s := range test.See {
			asked[s] = append(asked[s], "`"+test.Name+"`")
		}
	}
	lines, claims := strings.Split(string(src), "\n"), 0
	for i, line := range lines {
		m := claim.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		claims++
		tests := asked[m[1]]
		if len(tests) == 0 {
			t.Errorf("no test names %s: %s", m[1], m[2])
		}
		slices.Sort(tests)
		lines[i] = "| `" + m[1] + "` | " + m[2] + " | " + strings.Join(tests, ", ") + " |"
	}
	if claims < 30 {
		t.Errorf("%s has %d claims: is it still a table?", path, claims)
	}
	now := strings.Join(lines, "\n")
	if *update {
		if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if now != string(src) {
		t.Errorf("%s is not what the see lines say: go test ./litmus -run TestClaims -update", path)
	}
}
