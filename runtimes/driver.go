package runtimes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Driver runs programs in a child process that speaks the driver protocol. It
// starts the process when it is first needed, starts another when that one dies
// or falls silent, and must be closed. It is not for use by two goroutines.
type Driver struct {
	// Trace, if set before the first use, gets every line of the protocol, requests
	// after "> " and replies after "< ".
	Trace io.Writer

	name    string
	edition string
	command func(context.Context) (*exec.Cmd, error)

	child *child
	forms []string
	await string
}

// NewDriver makes a runner of any program that speaks the protocol, for example
// one that is not in this package's table.
func NewDriver(name, edition string, command func(context.Context) (*exec.Cmd, error)) *Driver {
	return &Driver{name: name, edition: edition, command: command}
}

func (d *Driver) Name() string    { return d.name }
func (d *Driver) Edition() string { return d.edition }

// Missing names a form of p that the driver did not list in its hello. Before the
// driver was started nothing is missing.
func (d *Driver) Missing(p Program) string {
	for _, f := range p.Forms {
		if d.forms != nil && !slices.Contains(d.forms, f) {
			return f
		}
	}
	return ""
}

// Await says how the driver knows that a thread is blocked: by state or by timing; empty
// before it was started.
func (d *Driver) Await() string { return d.await }

// Version starts the driver if need be and says what runtime it drives.
func (d *Driver) Version(ctx context.Context) (string, error) {
	if err := d.ready(ctx); err != nil {
		return "", err
	}
	return d.child.hello.Runtime + " " + d.child.hello.Version, nil
}

// Calibrate measures how long a run of a trivial program takes, at the 99th percentile.
func (d *Driver) Calibrate(ctx context.Context) (time.Duration, error) {
	if err := d.ready(ctx); err != nil {
		return 0, err
	}
	d.child.loaded = ""
	r, kind, err := d.ask(ctx, request{Cmd: "calibrate"}, patienceToLoad)
	if err != nil || kind != kindOK || r.P99 == nil {
		return 0, d.fail("", kind, r, err, "p99_us")
	}
	return time.Duration(*r.P99) * time.Microsecond, nil
}

// Close ends the driver's process and all that it started.
func (d *Driver) Close() error {
	if d.child != nil {
		d.child.stop()
		d.child = nil
	}
	return nil
}

// ask sends a request that has one reply, and waits for it as next does.
func (d *Driver) ask(ctx context.Context, r request, patience time.Duration) (reply, string, error) {
	if err := d.child.send(r); err != nil {
		return reply{}, "", err
	}
	return d.next(ctx, patience)
}

// Times in which a healthy driver answers or at least uses the processor. Passing one
// of them is never a verdict about the runtime.
const (
	patienceToStart = 30 * time.Second
	patienceToLoad  = 30 * time.Second
	patienceToDie   = 5 * time.Second
)

// ready sees to it that a process runs and has said hello.
func (d *Driver) ready(ctx context.Context) error {
	if d.child != nil {
		return nil
	}
	cmd, err := d.command(ctx)
	if err != nil {
		return err
	}
	c, err := start(cmd, d.Trace)
	if err != nil {
		return err
	}
	d.child = c
	r, kind, err := d.ask(ctx, request{Cmd: "hello"}, patienceToStart)
	if err == nil && kind == kindOK {
		err = r.hello()
	}
	if err != nil || kind != kindOK {
		err = d.fail("", kind, r, err, "hello")
		d.drop()
		return err
	}
	c.hello, d.forms, d.await = r, r.Forms, r.Await
	return nil
}

// drop kills the process; the next use starts another.
func (d *Driver) drop() {
	d.child.kill()
	d.child = nil
}

// load gives the program to the process, unless it has it.
func (d *Driver) load(ctx context.Context, p Program) error {
	if d.child.loaded == p.Wire {
		return nil
	}
	r, kind, err := d.ask(ctx, request{Cmd: "load", Program: p.Wire, Hash: cmp.Or(p.Hash, "none")}, patienceToLoad)
	switch {
	case err == nil && kind == kindOK:
		d.child.loaded, d.child.unobserved = p.Wire, r.Unobserved
		return nil
	case err == nil && kind == kindSkipped:
		return &Unsupported{Runner: d.name, Program: p.Name, Why: r.Skipped}
	}
	err = d.fail(p.Name, kind, r, err, "ok or skipped")
	var broken *Broken
	if errors.As(err, &broken) && kind != kindError {
		d.drop()
	}
	return err
}

// fail says in one error what came instead of what was wanted.
func (d *Driver) fail(program, kind string, r reply, err error, want string) error {
	var broken *Broken
	switch {
	case errors.As(err, &broken):
		broken.Runner, broken.Program, broken.Stderr = d.name, program, d.logged()
		return broken
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	if errors.Is(err, errEnded) {
		d.child.ended() // it may have logged why
	}
	got := fmt.Sprintf("a reply of kind %q", kind)
	switch {
	case err != nil:
		got = err.Error()
	case kind == kindError:
		got = "error: " + r.Error
	}
	return &Broken{Runner: d.name, Program: program, Got: got, Want: want, Stderr: d.logged()}
}

func (d *Driver) logged() string {
	if d.child == nil {
		return ""
	}
	return strings.TrimSpace(d.child.log.String())
}
