package runtimes

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// contain puts the process into a group of its own, which dies with us, and where
// the system lets us into a network of its own, which has no other members.
func contain(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if canIsolate() {
		isolate(cmd.SysProcAttr)
	}
}

// isolate needs a user namespace as well, for users that are not root; in it
// everybody is who he was.
func isolate(attr *syscall.SysProcAttr) {
	uid, gid := os.Getuid(), os.Getgid()
	attr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
}

// canIsolate tries it once, for many systems forbid it.
var canIsolate = sync.OnceValue(func() bool {
	cmd := exec.Command("/bin/sh", "-c", ":")
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	isolate(cmd.SysProcAttr)
	return cmd.Run() == nil
})

func killGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// cpuTime is the processor time that a process group has used: the driver, a compiler
// that it started, and of those that it has waited for, what they used.
func cpuTime(group int) (used time.Duration, known bool) {
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, false
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) < 15 || fields[2] != strconv.Itoa(group) {
			continue
		}
		for _, ticks := range fields[11:15] { // of it and of its children, user and system
			n, err := strconv.Atoi(ticks)
			if err != nil {
				return 0, false
			}
			used += time.Duration(n) * 10 * time.Millisecond // USER_HZ is 100 on Linux
		}
		known = true
	}
	return used, known
}

func byCPULimit(s *os.ProcessState) bool {
	w, ok := s.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && w.Signal() == syscall.SIGXCPU
}
