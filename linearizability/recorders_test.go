package linearizability

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// recorders make the histories of real runtimes that are kept as data.
var recorders = []struct {
	tool, debian string
	args         []string
}{
	{"runghc", "ghc", []string{"record.hs"}},
	{"sbcl", "sbcl", []string{"--script", "record.lisp"}},
	{"python3", "python3", []string{"record.py"}},
}

// What the recorders write now is well-formed, of the same names as what is kept, and can be
// judged; what it says depends on the version of the runtime.
func TestRecorders(t *testing.T) {
	for _, r := range recorders {
		t.Run(r.tool, func(t *testing.T) {
			path, err := exec.LookPath(r.tool)
			if err != nil {
				t.Skipf("%s is not installed: apt-get install %s", r.tool, r.debian)
			}
			dir := t.TempDir()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, path, append(r.args, dir)...)
			cmd.Dir = "../traces/data/recorders"
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			made, _ := filepath.Glob(filepath.Join(dir, "*.ndjson"))
			if len(made) == 0 {
				t.Fatal("it wrote nothing")
			}
			for _, name := range made {
				h := readFile(t, name)
				readFile(t, "../traces/data/"+filepath.Base(name))
				d, test := subjectOf(t, h, h.Edition)
				v, err := Validate(ctx, h, d, test, Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Log(filepath.Base(name), v.Verdict)
			}
		})
	}
}
