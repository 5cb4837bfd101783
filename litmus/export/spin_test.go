package export_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/interject/interject/bench/scenario"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/export"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

var all = flag.Bool("all", false, "compare the whole catalogue with SPIN, and not every few tests")

// needSpin skips where SPIN cannot run.
func needSpin(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: apt-get install %s", tool, tool)
		}
	}
}

// verified is what SPIN says of a model.
type verified struct {
	litmus.Set
	stored, told int
}

// spin verifies a model with the options that its header asks for.
func spin(t *testing.T, model string) verified {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "m.pml"), []byte(model), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "spin", "-o2", "-a", "m.pml")
	run(t, dir, "gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DPRINTF", "-o", "pan", "pan.c")
	out := run(t, dir, "./pan", "-b", "-m1000000", "-n")
	if !strings.Contains(out, "errors: 0") {
		t.Fatalf("pan found an error:\n%s", out)
	}
	set, err := export.Outcomes(out)
	if err != nil {
		t.Fatal(err)
	}
	return verified{set, number(t, out, `(\d+) states, stored`), strings.Count(out, "outcome: ")}
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "rror:") {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func number(t *testing.T, text, pattern string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no %s in\n%s", pattern, text)
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// disagreement is how the outcomes and states that SPIN finds differ from ours; empty
// if they do not.
func disagreement(t *testing.T, test *litmus.Test, exported, explored model.Dialect) string {
	t.Helper()
	text, err := export.Promela(test, exported)
	if err != nil {
		t.Fatal(err)
	}
	theirs := spin(t, text)
	ours, err := test.Explore(context.Background(), explored, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want, got := fmt.Sprint(ours.Outcomes), fmt.Sprint(theirs.Outcomes); want != got {
		return fmt.Sprintf("we find\n%s\nSPIN finds\n%s", want, got)
	}
	if got := theirs.stored - theirs.told - 1; got != ours.States {
		return fmt.Sprintf("we find %d states, SPIN %d (%d stored, %d outcomes told)", ours.States, got, theirs.stored, theirs.told)
	}
	return ""
}

// core is the tests of the catalogue that can be exported under d.
func core(d model.Dialect) (all []*litmus.Test) {
	for _, test := range litmus.All() {
		if _, err := export.Promela(test, d); err == nil {
			all = append(all, test)
		}
	}
	return all
}

// SPIN, from its own statement of the semantics, finds the same outcomes and as many
// states. Without -all, every few tests are taken, at least 12 of each edition, others under
// others.
func TestSpinAgrees(t *testing.T) {
	needSpin(t)
	for nth, d := range model.Editions {
		tests := core(d)
		if len(tests) == 0 {
			continue
		}
		if len(tests) < 40 {
			t.Errorf("only %d tests of the catalogue are in the core under %s", len(tests), d.Name)
		}
		every := len(tests) / 12
		if *all {
			every = 1
		}
		for i := nth % every; i < len(tests); i += every {
			t.Run(tests[i].Name+"/"+d.Name, func(t *testing.T) {
				t.Parallel()
				if s := disagreement(t, tests[i], d, d); s != "" {
					t.Error(s)
				}
			})
		}
	}
}

// So it does on the scenarios by which explorers are measured.
func TestSpinAgreesOnScenarios(t *testing.T) {
	needSpin(t)
	for _, name := range []string{"kill_2_2", "kill_3_2", "kill_4_2", "ring_3", "ring_4", "fifo_3_2", "fifo_4_2"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test, err := scenario.Named(name)
			if err != nil {
				t.Fatal(err)
			}
			if s := disagreement(t, test, model.GHCDoc2010, model.GHCDoc2010); s != "" {
				t.Error(s)
			}
		})
	}
}

// The same where no edition answers so: what if?
func TestSpinAgreesWhatIf(t *testing.T) {
	needSpin(t)
	for _, c := range whatIf {
		t.Run(c.test+"/"+c.setting, func(t *testing.T) {
			t.Parallel()
			test, d := named(t, c.test), changed(t, c.edition, c.setting)
			if s := disagreement(t, test, d, d); s != "" {
				t.Error(s)
			}
		})
	}
}

// The comparison has teeth: with the answer to one question changed on one side only,
// some test of the catalogue tells.
func TestSpinDisagrees(t *testing.T) {
	needSpin(t)
	for _, c := range whatIf {
		t.Run(c.test+"/"+c.setting, func(t *testing.T) {
			t.Parallel()
			test, d := named(t, c.test), changed(t, c.edition, c.setting)
			was, err := model.Edition(c.edition)
			if err != nil {
				t.Fatal(err)
			}
			if disagreement(t, test, was, d) == "" {
				t.Errorf("SPIN under %s finds what we find under %s", was.Name, d.Name)
			}
		})
	}
}

// whatIf is a test that notices each of the questions that the export answers.
var whatIf = []struct{ test, edition, setting string }{
	{"others-return", "ghc@doc2010", "order=any"},
	{"others-return", "ghc@doc2010", "order=lifo"},
	{"others-return", "ghc@9.0-1cap", "order=fifo"},
	{"send-to-finished", "ghc@doc2010", "points=none"},
	{"send-to-blocked", "ghc@doc2010", "may=no"},
	{"send-to-blocked", "ghc@9.0-1cap", "may=yes"},
	{"send-to-blocked", "ghc@9.0-1cap", "direct=no"},
	{"tail-squeeze", "ghc@doc2010", "squeeze=yes"},
	{"tail-squeeze", "ghc@9.0-1cap", "squeeze=no"},
	{"acquire-thrown", "ghc@doc2010", "wake=none"},
	{"blocked-masked", "ghc@doc2010", "handler-mask=open"},
	{"newborn-masked", "ghc@doc2010", "inherit=no"},
}

func named(t *testing.T, name string) *litmus.Test {
	t.Helper()
	for _, test := range litmus.All() {
		if test.Name == name {
			return test
		}
	}
	t.Fatalf("no test %s in the catalogue", name)
	return nil
}

func changed(t *testing.T, edition, setting string) model.Dialect {
	t.Helper()
	d, err := model.Edition(edition)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.With(setting); err != nil {
		t.Fatal(err)
	}
	return d
}
