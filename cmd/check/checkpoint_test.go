package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/interject/interject/bench/scenario"
)

// A search that is killed again and again, at random moments, and resumed from the
// last checkpoint each time, prints what one prints that nobody disturbed.
func TestKilledAndResumed(t *testing.T) {
	dir := t.TempDir()
	check := filepath.Join(dir, "check") // the test's own binary, by the name of the command
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, check); err != nil {
		t.Fatal(err)
	}
	test := filepath.Join(dir, "ring-4.litmus")
	if err := os.WriteFile(test, []byte(scenario.Ring(4).Format()), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"model", "-json", "-d", "ghc@doc2010", test}
	start := time.Now()
	whole, err := exec.Command(check, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	seed := uint64(start.UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	kills, resumed, searches := 0, 0, 0
	for searches < 20 && (kills < 6 || resumed < 4) { // some are over before they are killed
		searches++
		saved := filepath.Join(dir, fmt.Sprint("saved-", searches))
		for killed := true; killed; {
			more := []string{"-save", saved, "-save-every", "10ms"}
			if _, err := os.Stat(saved); err == nil {
				more = append(more, "-resume", saved)
				resumed++
			}
			var out []byte
			kill := kills < 8 || resumed < 4 && kills < 100 // those that come before the first checkpoint test little
			out, killed = runAndKill(t, exec.Command(check, append(args, more...)...), kill, time.Duration(rng.Int64N(int64(took))))
			if killed {
				kills++
			} else if string(out) != string(whole) {
				t.Fatalf("killed %d times (seed %d):\n%s\nundisturbed:\n%s", kills, seed, out, whole)
			}
		}
	}
	t.Logf("%d searches killed %d times, resumed %d times, seed %d", searches, kills, resumed, seed)
	if kills < 3 || resumed < 2 {
		t.Error("nothing is tested")
	}
}

// runAndKill runs a command, which is killed after some time, unless it ends before.
func runAndKill(t *testing.T, cmd *exec.Cmd, kill bool, after time.Duration) (out []byte, killed bool) {
	t.Helper()
	var printed, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if kill {
		timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && !exit.Exited() {
		return nil, true
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	return printed.Bytes(), false
}
