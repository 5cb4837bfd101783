package runtimes

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A contained process is in a network namespace of its own.
func TestNoNetwork(t *testing.T) {
	if !canIsolate() {
		t.Skip("this system lets no process into a network namespace of its own (kernel.unprivileged_userns_clone)")
	}
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("readlink", "/proc/self/ns/net")
	contain(cmd)
	theirs, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(theirs)) == ours {
		t.Errorf("a contained process is in %q, %v; we are in %q", theirs, err, ours)
	}
}
