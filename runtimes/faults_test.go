//go:build !faults

package runtimes

import (
	"os/exec"
	"testing"
)

// TestFaults builds impl with its seeded faults and lets the judges of the catalogue
// find them: a judge that has never condemned anything is no judge.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the package a second time")
	}
	out, err := exec.CommandContext(t.Context(), "go", "test", "-tags", "faults", "-run", "^TestFaultsAreCaught$", "-count", "1", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
