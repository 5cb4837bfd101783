package export_test

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/interject/interject/bench/scenario"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/export"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

var update = flag.Bool("update", false, "write the golden files, and what TLC says when INTERJECT_TLC names its tla2tools.jar")

// A question is a test under an edition, one answer of which may be changed.
type question struct{ test, edition, setting string }

// questions have between them every statement, scope and kind of cell of the core, and
// every answer that the export knows.
func questions() (all []question) {
	for _, edition := range []string{"ghc@doc2010", "ghc@9.0-1cap"} {
		for _, name := range []string{"sealed-operations", "finally-sealed", "fork-levels", "cleanup-value-kept", "handler-blocks",
			"aio-item-overtaken", "allow-interrupt", "bracket", "cancel-join", "erl-normal", "foreign-delays", "py-joins-itself",
			"py-self", "kill_2_2", "ring_3", "fifo_2_2"} {
			all = append(all, question{name, edition, ""})
		}
	}
	for _, c := range whatIf {
		all = append(all, question{c.test, c.edition, c.setting})
	}
	return all
}

func (q question) String() string {
	return strings.TrimSpace(q.test + " " + q.edition + " " + q.setting)
}

func (q question) ask(t *testing.T) (*litmus.Test, model.Dialect) {
	t.Helper()
	test, err := scenario.Named(q.test)
	if err != nil {
		test = named(t, q.test)
	}
	if q.setting != "" {
		return test, changed(t, q.edition, q.setting)
	}
	d, err := model.Edition(q.edition)
	if err != nil {
		t.Fatal(err)
	}
	return test, d
}

// A finding is what an explorer says of an exported text.
type finding struct {
	text     string
	states   int
	outcomes litmus.Set
}

// String names the text and the outcomes by hashes: what is written down is held against
// what is found today, and read by nobody.
func (f finding) String() string {
	return fmt.Sprintf("text %s, %d states, %d outcomes %s", digest(f.text), f.states, len(f.outcomes.Outcomes), digest(fmt.Sprint(f.outcomes.Outcomes)))
}

func digest(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:16] }

func ours(t *testing.T, test *litmus.Test, d model.Dialect) finding {
	t.Helper()
	text, err := export.TLA(test, d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := test.Explore(context.Background(), d, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return finding{text, r.States, r.Set}
}

// tlc asks TLC, as the text's head says.
func tlc(t *testing.T, jar string, test *litmus.Test, text string) finding {
	t.Helper()
	dir, file := t.TempDir(), export.Module(test)+".tla"
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out := run(t, dir, "java", "-XX:+UseParallelGC", "-cp", jar, "tlc2.TLC", "-workers", "1", "-deadlock", "-config", file, file)
	if !strings.Contains(out, "Model checking completed. No error has been found.") {
		t.Fatalf("TLC found an error:\n%s", out)
	}
	set, err := export.Outcomes(out)
	if err != nil {
		t.Fatal(err)
	}
	return finding{text, number(t, out, `(\d+) distinct states found, 0 states left`), set}
}

const found = "testdata/tlc.txt"

// TLC, from its own statement of the semantics, finds the same outcomes and as many
// states. It is no package that could be installed everywhere, so what it found of exactly these texts is
// written down; INTERJECT_TLC=/path/to/tla2tools.jar asks it again.
func TestTLCAgrees(t *testing.T) {
	jar := os.Getenv("INTERJECT_TLC")
	was, err := os.ReadFile(found)
	if err != nil && !*update {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(was)), "\n")
	var now []string
	for i, q := range questions() {
		t.Run(strings.ReplaceAll(q.String(), " ", "/"), func(t *testing.T) {
			test, d := q.ask(t)
			f := ours(t, test, d)
			line := fmt.Sprintf("%s: %s", q, f)
			now = append(now, line)
			if jar != "" {
				if theirs := tlc(t, jar, test, f.text); theirs.String() != f.String() {
					t.Errorf("we find %d states and\n%v\nTLC finds %d and\n%v", f.states, f.outcomes.Outcomes, theirs.states, theirs.outcomes.Outcomes)
				}
				return
			}
			if i >= len(lines) || lines[i] != line {
				t.Errorf("TLC has not seen this text, or found something else of it:\n%s\nAsk it again: INTERJECT_TLC=/path/to/tla2tools.jar go test ./litmus/export -run TLC -update", line)
			}
		})
	}
	if *update && jar != "" && !t.Failed() {
		write(t, found, strings.Join(now, "\n")+"\n")
	} else if len(lines) != len(questions()) {
		t.Errorf("%s has %d lines for %d questions", found, len(lines), len(questions()))
	}
}

// What is asked has teeth: with the answer to one question changed, there are other
// states or outcomes.
func TestTLCWouldDisagree(t *testing.T) {
	for _, c := range whatIf {
		test, d := named(t, c.test), changed(t, c.edition, c.setting)
		was, err := model.Edition(c.edition)
		if err != nil {
			t.Fatal(err)
		}
		a, b := ours(t, test, d), ours(t, test, was)
		if a.text == b.text || a.states == b.states && fmt.Sprint(a.outcomes) == fmt.Sprint(b.outcomes) {
			t.Errorf("%s with %s is the same as without", c.test, c.setting)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
