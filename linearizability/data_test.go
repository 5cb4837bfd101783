package linearizability

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Every history that is kept as data has the verdict that people wrote beside it,
// by both judges.
func TestData(t *testing.T) {
	src, err := os.ReadFile("../traces/data/verdicts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "#") || len(f) == 0 {
			continue
		}
		t.Run(f[0], func(t *testing.T) { judgeFile(t, f[0], f[1], f[2]) })
	}
}

func judgeFile(t *testing.T, name, edition, want string) {
	files, _ := filepath.Glob("../traces/data/" + name + ".ndjson*")
	if len(files) != 1 {
		t.Fatalf("there are %d files of that name", len(files))
	}
	in, err := traces.OpenFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	h, err := traces.ReadHistory(in, traces.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := model.Edition(edition)
	if err != nil {
		t.Fatal(err)
	}
	var test *litmus.Test
	if h.Test != traces.Free {
		if test, err = litmus.ReadWire(h.Program); err != nil {
			t.Fatal(err)
		}
	}
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
	if (near == nil) == (v.Verdict == Forbidden) {
		t.Logf("nearest: %v", how)
	}
}
