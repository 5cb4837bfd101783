package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/interject/interject/bench/scenario"
	"github.com/interject/interject/litmus"
)

// A bound on memory holds for the process as the system sees it: its greatest resident
// set is within a tenth of the bound, which is made use of, and what was covered is said.
// The command is built anew, since what the race detector holds is not the program's.
func TestMemoryBoundOfTheProcess(t *testing.T) {
	dir := t.TempDir()
	check, peak := filepath.Join(dir, "check"), filepath.Join(dir, "peak")
	for binary, source := range map[string]string{check: ".", peak: "./testdata/peak"} {
		if out, err := exec.Command("go", "build", "-o", binary, source).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, c := range []struct {
		test *litmus.Test
		mib  int64
	}{{scenario.Ring(7), 32}, {scenario.Kill(6, 3), 64}, {scenario.Ring(7), 128}, {scenario.Ring(7), 256}} {
		if c.mib > 64 && os.Getenv("NIGHTLY") == "" {
			continue // nothing that the others would not show, in several times the time
		}
		t.Run(fmt.Sprint(c.test.Name, "/", c.mib), func(t *testing.T) {
			file := filepath.Join(dir, c.test.Name+".litmus")
			if err := os.WriteFile(file, []byte(c.test.Format()), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(peak, check, "model", "-d", "ghc@doc2010", "-max-memory", fmt.Sprint(c.mib<<20), file)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != exitInconclusive {
				t.Fatalf("%v, want exit status %d\n%s", err, exitInconclusive, out)
			}
			if !strings.Contains(string(out), "inconclusive: the bound on memory was reached: ") || !strings.Contains(string(out), " states discovered, ") {
				t.Errorf("it is not said what was covered:\n%s", out)
			}
			_, told, _ := strings.Cut(string(out), "\npeak ")
			held, err := strconv.ParseInt(strings.TrimSpace(told), 10, 64)
			if err != nil {
				t.Fatalf("%v in\n%s", err, out)
			}
			bound := c.mib << 20
			t.Logf("%.1f MiB of %d held", float64(held)/(1<<20), c.mib)
			if held > bound+bound/10 || held < bound-bound/4 {
				t.Errorf("%.1f MiB held, the bound is %d MiB", float64(held)/(1<<20), c.mib)
			}
		})
	}
}
