package runtimes

import (
	"context"
	"os/exec"
)

// Command is a runner of a driver that a shell command line starts.
func Command(line, edition string) *Driver {
	return NewDriver(line, edition, func(context.Context) (*exec.Cmd, error) {
		return limited([]string{"/bin/sh", "-c", line}, 0), nil
	})
}
