//go:build !linux

package runtimes

import (
	"os"
	"os/exec"
	"time"
)

func contain(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { cmd.Process.Kill() }

func cpuTime(int) (time.Duration, bool) { return 0, false }

func byCPULimit(*os.ProcessState) bool { return false }
