//go:build !faults

package impl_test

import (
	"os/exec"
	"testing"
)

// TestFaults builds the runtime with its seeded faults and lets the exhaustive programs
// find them: a judge that has never condemned anything is no judge.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the package a second time")
	}
	out, err := exec.CommandContext(t.Context(), "go", "test", "-tags", "faults", "-run", "TestFaultsAreSeen", "-count", "1", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
