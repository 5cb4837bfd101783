package runtimes

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tutorial is the programs of docs/adding-a-runtime.md.
func tutorial(t *testing.T) [][]byte {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed; install it with: " + apt + "python3")
	}
	text, err := os.ReadFile("../docs/adding-a-runtime.md")
	if err != nil {
		t.Fatal(err)
	}
	var programs [][]byte
	for _, m := range regexp.MustCompile("(?s)```python\n(.*?)```").FindAllSubmatch(text, -1) {
		programs = append(programs, m[1])
	}
	if len(programs) != 2 {
		t.Fatalf("%d programs, want 2", len(programs))
	}
	return programs
}

// smoke tries a driver written in Python and returns the report.
func smoke(t *testing.T, program []byte) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "flag.py")
	if err := os.WriteFile(file, program, 0o600); err != nil {
		t.Fatal(err)
	}
	d := NewDriver("python-flag", "", func(context.Context) (*exec.Cmd, error) {
		return exec.Command("python3", "-I", file), nil
	})
	defer d.Close()
	var report bytes.Buffer
	err := Smoke(t.Context(), d, &report)
	if err == nil {
		_, err = d.Calibrate(t.Context())
	}
	return report.String(), err
}

// The programs of docs/adding-a-runtime.md do what the text says they do: the
// first speaks and skips, the second passes the smoke test.
func TestTutorial(t *testing.T) {
	programs := tutorial(t)
	if n := bytes.Count(bytes.TrimSpace(programs[0]), []byte("\n")) + 1; n > 10 {
		t.Errorf("the ten lines are %d", n)
	}
	report, err := smoke(t, programs[0])
	if err == nil || strings.Contains(report, "  ok ") || !strings.Contains(report, "FAILED   (litmus 1 s (thread a): got") {
		t.Errorf("ten lines: %v\n%s", err, report)
	}
	report, err = smoke(t, programs[1])
	if err != nil {
		t.Errorf("the driver: %v\n%s", err, report)
	}
	t.Log(report)
}

// Faults that authors of drivers make, planted in the driver of the tutorial, each
// fail the smoke test.
func TestSmokeFindsFaults(t *testing.T) {
	good := tutorial(t)[1]
	for _, fault := range []struct{ what, from, to string }{
		{"cells are not new in every run", `"cells": dict(cells)`, `"cells": cells`},
		{"a handler takes every class", `if name not in ("any", str(e)):`, `if False:`},
		{"any is a class like others", `("any", str(e))`, `(str(e),)`},
		{"cleanups run only on the way of an exception", `        finally:
            th.at = None
            cleanup(th)`, `        except Raised:
            cleanup(th)
            raise`},
		{"logs are shared", `Thread(name, run) for name in bodies}`, `Thread(name, run) for name in bodies}; common = []; [setattr(t, "log", common) for t in run["threads"].values()]`},
		{"flags are shown", `if kind == "var" else []`, `if kind else []`},
		{"the end is taken for granted", `        if all(th.end or th.at and th.at() for th in ths):
            while`, `        return True
        if all(th.end or th.at and th.at() for th in ths):
            while`},
		{"spinning is taken for being stuck", `parts.append(f"{th.name}={th.end or 'running'}{log}")`, `parts.append(f"{th.name}={th.end or 'blocked spin'}{log}")`},
		{"nothing is received while spinning", `            time.sleep(0)
            step(th)
        th.at = None`, `            time.sleep(0)
            if th.run["over"]: sys.exit()
            th.steps += 1
        th.at = None`},
		{"an exception is received twice", `name, th.pending = th.pending, None`, `name = th.pending`},
		{"what is missing is an error", `reply(request, skipped=str(e))`, `reply(request, error=str(e))`},
		{"runs are miscounted", `reply(request, done=True, runs=request["runs"], hangs=hangs)`, `reply(request, done=True, runs=request["runs"] + 1, hangs=hangs)`},
		{"something is printed", `def run_once(program, rng, limit):
`, `def run_once(program, rng, limit):
    print("here we go")
`},
	} {
		t.Run(fault.what, func(t *testing.T) {
			t.Parallel()
			bad := bytes.Replace(good, []byte(fault.from), []byte(fault.to), 1)
			if bytes.Equal(bad, good) {
				t.Fatalf("the tutorial has no %q", fault.from)
			}
			if report, err := smoke(t, bad); err == nil {
				t.Errorf("not found\n%s", report)
			}
		})
	}
}
