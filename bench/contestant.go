package main

import (
	"context"
	"fmt"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/interject/interject/bench/scenario"
	"github.com/interject/interject/litmus/export"
	"github.com/interject/interject/model"
)

// A contestant is an explorer. What it can do ahead, such as compiling, is not timed.
// It gives nothing to run where it has no part in an instance.
type contestant struct {
	name    string
	prepare func(ctx context.Context, instance string, states int) (run func(context.Context) (sample, error), err error)
}

// A sample is one run.
type sample struct {
	states   int
	seconds  float64 // of all processors
	wall     float64 // seconds by the clock
	resident int64   // bytes
	counted  int64   // bytes by its own count; 0 unknown
}

// contestants are ours and all peers that are installed. Who is not is told.
func contestants(ctx context.Context, dir string, workers int) (ours contestant, peers []contestant, err error) {
	axi := filepath.Join(dir, "axi.test")
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", axi, "./model/explore").CombinedOutput(); err != nil {
		return ours, nil, fmt.Errorf("the tests of model/explore do not compile (is this the module's root?): %v\n%s", err, out)
	}
	ours = contestant{"interject", func(_ context.Context, instance string, _ int) (func(context.Context) (sample, error), error) {
		return oursOn(axi, instance, workers)
	}}
	if installed("spin", "gcc") {
		peers = append(peers, contestant{"spin", func(ctx context.Context, instance string, states int) (func(context.Context) (sample, error), error) {
			return spinOn(ctx, dir, axi, instance, states)
		}})
	} else {
		fmt.Fprintln(os.Stderr, "bench: without SPIN: apt-get install spin gcc")
	}
	if jar := os.Getenv("INTERJECT_TLC"); jar != "" {
		peers = append(peers, contestant{"tlc", func(_ context.Context, instance string, _ int) (func(context.Context) (sample, error), error) {
			return tlcOn(dir, jar, instance, workers)
		}})
	}
	for _, p := range strings.Fields(os.Getenv("INTERJECT_PEERS")) {
		name, command, ok := strings.Cut(p, "=")
		if !ok {
			return ours, nil, fmt.Errorf("INTERJECT_PEERS has %q: want NAME=COMMAND", p)
		}
		peers = append(peers, contestant{name, func(_ context.Context, instance string, _ int) (func(context.Context) (sample, error), error) {
			return timed(command, 0, statesLine, instance), nil
		}})
	}
	return ours, peers, nil
}

var (
	statesLine   = regexp.MustCompile(`states (\d+)(?: bytes (\d+))?`)
	distinctLine = regexp.MustCompile(`(\d+) distinct states found, 0 states left()`)
	storedLine   = regexp.MustCompile(`(\d+) states, stored()`)
)

func oursOn(axi, instance string, workers int) (func(context.Context) (sample, error), error) {
	if name, ok := strings.CutPrefix(instance, "axi/"); ok {
		os.Setenv("AXI_INSTANCE", name)
		return timed(axi, 0, statesLine, "-test.run=^TestAXIOnce$", fmt.Sprint("-workers=", workers)), nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return timed(self, 0, statesLine, fmt.Sprint("-workers=", workers), "-once", instance), nil
}

// spinOn compiles SPIN's verifier in the mode that is its fastest exact one on these
// models: one process, depth first, states uncompressed, arrays unchecked, a hash table
// of two to four slots a state. It has one state more than we have, that before the first.
func spinOn(ctx context.Context, dir, axi, instance string, states int) (func(context.Context) (sample, error), error) {
	dir = filepath.Join(dir, filepath.Base(instance))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	text, err := promela(ctx, axi, instance)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "m.pml"), []byte(text), 0o644); err != nil {
		return nil, err
	}
	for _, line := range []string{"spin -o2 -a m.pml", "gcc -O3 -march=native -w -DSAFETY -DNOREDUCE -DNOBOUNDCHECK -o pan pan.c"} {
		args := strings.Fields(line)
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %v\n%s", line, err, out)
		}
	}
	return timed(filepath.Join(dir, "pan"), 1, storedLine, "-b", "-m1000000", fmt.Sprint("-w", 1+bits.Len(uint(states))), "-n"), nil
}

// tlcOn writes the module for TLC, which tells no outcomes here. The small language is
// not exported for it.
func tlcOn(dir, jar, instance string, workers int) (func(context.Context) (sample, error), error) {
	name, ok := strings.CutPrefix(instance, "ghc/")
	if !ok {
		return nil, nil
	}
	test, err := scenario.Named(name)
	if err != nil {
		return nil, err
	}
	text, err := export.TLA(test, model.GHCDoc2010)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, export.Module(test))
	for suffix, text := range map[string]string{".tla": text, ".cfg": "INIT Init\nNEXT Next\n"} {
		if err := os.WriteFile(file+suffix, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return timed("java", 0, distinctLine, "-XX:+UseParallelGC", "-cp", jar, "tlc2.TLC",
		"-workers", fmt.Sprint(workers), "-deadlock", "-metadir", dir, file), nil
}

// promela is the instance for SPIN.
func promela(ctx context.Context, axi, instance string) (string, error) {
	if name, ok := strings.CutPrefix(instance, "axi/"); ok {
		out, err := exec.CommandContext(ctx, axi, "-test.run=^TestAXIInSpin$", "-promela="+name).Output()
		text, _, found := strings.Cut(string(out), "PASS\n")
		if err != nil || !found || text == "" {
			return "", fmt.Errorf("no AXI instance %s: %v", name, err)
		}
		return text, nil
	}
	test, err := scenario.Named(strings.TrimPrefix(instance, "ghc/"))
	if err != nil {
		return "", err
	}
	text, err := export.Promela(test, model.GHCDoc2010)
	return quiet(text), err
}

// quiet is the model without its telling of outcomes: a final state is one.
func quiet(text string) string {
	before, _, _ := strings.Cut(text, "  /* Nothing can happen any more")
	return before + "  od\n}\n"
}

// timed runs a command and reads its states, less those that are not ours.
func timed(command string, less int, pattern *regexp.Regexp, args ...string) func(context.Context) (sample, error) {
	return func(ctx context.Context) (sample, error) {
		cmd := exec.CommandContext(ctx, command, args...)
		cmd.Dir = filepath.Dir(command)
		start := time.Now()
		out, err := cmd.CombinedOutput()
		wall := time.Since(start)
		m := pattern.FindSubmatch(out)
		if err != nil || m == nil {
			return sample{}, fmt.Errorf("%s %s: %v\n%s", command, strings.Join(args, " "), err, out)
		}
		s := sample{wall: wall.Seconds()}
		fmt.Sscan(string(m[1]), &s.states)
		fmt.Sscan(string(m[2]), &s.counted)
		s.states -= less
		s.seconds = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			s.resident = u.Maxrss << 10
		}
		return s, nil
	}
}
