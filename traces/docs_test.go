package traces

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocs keeps docs/traces.md and the format together: every word of the
// format is in it, and its example is a history with the chart that it shows.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../docs/traces.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	var all []string
	for _, ws := range []words{signalWords, frameWords, cellWords, overWords} {
		all = append(all, ws[1:]...)
	}
	for k := range keys {
		all = append(all, k)
	}
	for _, w := range all {
		if !strings.Contains(doc, "`"+w+"`") {
			t.Errorf("docs/traces.md has no `%s`", w)
		}
	}
	for _, k := range Kinds() {
		row := kindRow(doc, k)
		if row == "" {
			t.Errorf("docs/traces.md has no row for kind %s", k)
		}
		for i, name := range fieldNames[:12] {
			bit := field(1) << i
			if s := shapes[k]; bit != fRes && (s.must|s.may)&bit != 0 && !strings.Contains(row, "`"+name+"`") {
				t.Errorf("the row of %s does not say that it has `%s`", k, name)
			}
		}
		for _, r := range k.Results() {
			if !strings.Contains(row, r.String()) && !strings.Contains(row, "| + |") && k != Leave {
				t.Errorf("the row of %s has no result %s", k, r)
			}
		}
	}
	blocks := strings.Split(doc, "```\n")
	h, err := ReadHistory(strings.NewReader(blocks[1]), Limits{})
	if err != nil {
		t.Fatalf("the example: %v", err)
	}
	if got := (Chart{}).String(h); got != blocks[3] {
		t.Errorf("the example's chart is\n%s\nthe document has\n%s", got, blocks[3])
	}
}

// kindRow is the row of a table whose first cell names k.
func kindRow(doc string, k Kind) string {
	for line := range strings.Lines(doc) {
		if cells := strings.SplitN(line, "|", 3); len(cells) == 3 && strings.Contains(cells[1], "`"+k.String()+"`") {
			return line
		}
	}
	return ""
}

// TestData: every history kept as data can be read and has a verdict, and every
// verdict has its history.
func TestData(t *testing.T) {
	text, err := os.ReadFile("data/verdicts")
	if err != nil {
		t.Fatal(err)
	}
	judged := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 4 || f[2] != "allowed" && f[2] != "forbidden" {
			t.Errorf("verdicts: %q, expected name, edition, allowed or forbidden, and why", line)
			continue
		}
		judged[f[0]] = true
	}
	for _, name := range files(t, "data/*.ndjson*") {
		h := readFile(t, name)
		base, _, _ := strings.Cut(filepath.Base(name), ".ndjson")
		if !judged[base] {
			t.Errorf("%s (%s) has no verdict in data/verdicts", name, h.Name)
		}
		delete(judged, base)
	}
	for name := range judged {
		t.Errorf("verdicts judges %s, which is not there", name)
	}
}
