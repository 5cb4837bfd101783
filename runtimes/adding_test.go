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

// The programs of docs/adding-a-runtime.md do what the text says they do: the
// first speaks and skips, the second passes the smoke test.
func TestTutorial(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed; install it with: " + apt + "python3")
	}
	text, err := os.ReadFile("../docs/adding-a-runtime.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllSubmatch(text, -1)
	if len(programs) != 2 {
		t.Fatalf("%d programs, want 2", len(programs))
	}
	if n := bytes.Count(bytes.TrimSpace(programs[0][1]), []byte("\n")) + 1; n > 10 {
		t.Errorf("the ten lines are %d", n)
	}
	smoke := func(program []byte) (string, error) {
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
	report, err := smoke(programs[0][1])
	if err == nil || strings.Contains(report, "  ok ") || !strings.Contains(report, "FAILED   (litmus 1 s (thread a): got") {
		t.Errorf("ten lines: %v\n%s", err, report)
	}
	report, err = smoke(programs[1][1])
	if err != nil {
		t.Errorf("the driver: %v\n%s", err, report)
	}
	t.Log(report)
}
