package linearizability

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

var update = flag.Bool("update", false, "write the page about the histories")

// Every history that is kept as data has the verdict that people wrote beside it,
// by both judges.
func TestData(t *testing.T) {
	src, err := os.ReadFile("../traces/data/verdicts")
	if err != nil {
		t.Fatal(err)
	}
	judged := map[string]bool{}
	table := "# Histories\n\nWhat [docs/traces.md](../../docs/traces.md) says of them; made from `verdicts` by\n`go test ./linearizability -run TestData -update`.\n"
	for line := range strings.Lines(string(src)) {
		f := strings.Fields(line)
		if title, ok := strings.CutPrefix(line, "# "); ok {
			table += "\n## " + title + "\n| history | under | is | |\n|---|---|---|---|\n"
			continue
		}
		table += fmt.Sprintf("| `%s` | `%s` | %s | %s |\n", f[0], f[1], f[2], strings.Join(f[3:], " "))
		judged[f[0]] = true
		t.Run(f[0]+" "+f[1], func(t *testing.T) { judgeFile(t, f[0], f[1], f[2]) })
	}
	const page = "../traces/data/README.md"
	if *update {
		if err := os.WriteFile(page, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if was, _ := os.ReadFile(page); string(was) != table {
		t.Errorf("%s is not what the verdicts are: write it with -update", page)
	}
	files, _ := filepath.Glob("../traces/data/*.ndjson*")
	for _, file := range files {
		if name, _, _ := strings.Cut(filepath.Base(file), "."); !judged[name] {
			t.Errorf("%s has no verdict", file)
		}
	}
}

func readFile(t *testing.T, name string) *traces.History {
	in, err := traces.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	h, err := traces.ReadHistory(in, traces.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return h
}

// subjectOf is by what a history is judged.
func subjectOf(t *testing.T, h *traces.History, edition string) (d model.Dialect, test *litmus.Test) {
	d, err := model.Edition(edition)
	if err != nil {
		t.Fatal(err)
	}
	if h.Test != traces.Free {
		if test, err = litmus.ReadWire(h.Program); err != nil {
			t.Fatal(err)
		}
	}
	return d, test
}

func judgeFile(t *testing.T, name, edition, want string) {
	files, _ := filepath.Glob("../traces/data/" + name + ".ndjson*")
	if len(files) != 1 {
		t.Fatalf("there are %d files of that name", len(files))
	}
	h := readFile(t, files[0])
	d, test := subjectOf(t, h, edition)
	v, err := Validate(context.Background(), h, d, test, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Linearize(context.Background(), h, d, test, How{Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if v.Verdict.String() != want || l.Verdict.String() != want {
		t.Errorf("validation: %s, porcupine: %s, expected %s: after %d: %s %q", v.Verdict, l.Verdict, want, v.Explained, v.Why, v.Could)
	}
	near, how := Nearest(context.Background(), h, d, test, v)
	if (near == nil) == (v.Verdict == Forbidden) && v.Explained > 0 { // what begins wrong may be like nothing
		t.Errorf("%s, nearest allowed: %v", v.Verdict, how)
	}
}
