package runtimes

import (
	"context"
	"errors"
	"time"
)

// Run runs p o.Runs times. When the process dies in a run, that run's outcome is
// Crash and the rest is done by a new process; when it falls silent, the run is
// undecided and the process is killed. Outcomes of finished runs that a dying
// process had not yet reported are run again.
func (d *Driver) Run(ctx context.Context, p Program, o Options) (Tally, error) {
	return d.run(ctx, p, o, "outcome", func(reply) error { return nil })
}

// run is Run in a mode. Each outcome that is reported is heard.
func (d *Driver) run(ctx context.Context, p Program, o Options, mode string, heard func(reply) error) (Tally, error) {
	o = o.withDefaults()
	var t Tally
	inRow, starts := 0, 0
	for t.Runs() < o.Runs && t.Stopped == "" {
		if d.child == nil {
			starts++
		}
		if err := d.ready(ctx); err != nil {
			return t, err
		}
		if f := d.Missing(p); f != "" {
			return t, &Unsupported{Runner: d.name, Program: p.Name, Why: "no form " + f}
		}
		if err := d.load(ctx, p); err != nil {
			return t, err
		}
		before, c := t.Runs(), d.child // which may be lost
		lost, err := d.runOnce(ctx, p, o, mode, heard, &t)
		t.Processor += c.bill()
		if err != nil {
			return t, err
		}
		inRow = nextInRow(inRow, lost, t.Runs()-before)
		if inRow >= o.Crashes {
			t.Stopped = "the process was lost in every one of the last attempts"
		}
	}
	t.Restarts = max(0, starts-1)
	return t, nil
}

// nextInRow counts the losses that had no finished run before them.
func nextInRow(inRow int, lost bool, counted int) int {
	switch {
	case !lost:
		return 0
	case counted <= 1:
		return inRow + 1
	}
	return 1
}

// runOnce lets one process do what is left. It reports whether the process was lost.
func (d *Driver) runOnce(ctx context.Context, p Program, o Options, mode string, heard func(reply) error, t *Tally) (lost bool, err error) {
	done := t.Runs()
	err = d.child.send(request{
		Cmd: "run", Runs: o.Runs - done, Seed: seedOf(o.Seed, done),
		Mode: mode, LimitMS: max(1, o.Limit.Milliseconds()),
	})
	for err == nil {
		var r reply
		var kind string
		r, kind, err = d.next(ctx, 2*o.Limit+3*time.Second) // a driver reports at least once in each limit
		if err != nil {
			break
		}
		switch kind {
		case kindOutcome:
			t.outcome(r.Outcome, r.Count)
			if err := heard(r); err != nil {
				err = d.stray(p, err)
				d.drop()
				return true, err
			}
		case kindUndecided:
			t.undecided(r.Undecided, r.Count)
		case kindDone:
			return false, d.finished(r, t.Runs()-done, p)
		case kindSkipped:
			return false, &Unsupported{Runner: d.name, Program: p.Name, Why: r.Skipped}
		default:
			err = d.fail(p.Name, kind, r, nil, "outcome, undecided or done")
			d.drop()
			return true, err
		}
		if t.Runs() > o.Runs {
			err = &Broken{Got: "more outcomes than runs", Want: "one outcome for each run"}
			break
		}
		if o.Progress != nil {
			o.Progress(t.Runs())
		}
	}
	return true, d.loss(err, p, t)
}

// seedOf is a positive number that every language can hold, another one for each
// process that goes on where one before it was lost.
func seedOf(seed uint64, done int) uint64 {
	return (seed*1_000_003+uint64(done))%(1<<53-1) + 1
}

// finished checks the books of a run that came to its end.
func (d *Driver) finished(r reply, counted int, p Program) error {
	recycle := r.Recycle != nil && *r.Recycle
	if *r.Runs != counted || counted == 0 {
		err := d.fail(p.Name, kindDone, r, &Broken{Got: "done with runs that do not add up", Want: "as many outcomes as runs, and at least one"}, "")
		d.drop()
		return err
	}
	if recycle {
		d.drop()
	}
	return nil
}

// loss settles what became of a process that did not come to its end: dead is an
// outcome, silent is not, and a broken protocol is an error.
func (d *Driver) loss(err error, p Program, t *Tally) error {
	defer d.drop()
	switch {
	case errors.Is(err, errEnded) && !d.child.ended():
		err = &Broken{Got: "the end of its standard output", Want: "a process that ends as well"}
	case errors.Is(err, errEnded) && byCPULimit(d.child.state):
		t.undecided(CPULimit, 1)
		return nil
	case errors.Is(err, errEnded):
		t.outcome(Crash, 1)
		return nil
	case errors.Is(err, errHung):
		t.undecided(Hung, 1)
		return nil
	case errors.Is(err, errBusy):
		t.undecided(Livelock, 1)
		return nil
	}
	return d.fail(p.Name, "", reply{}, err, "outcome, undecided or done")
}

var (
	errHung = errors.New("the driver fell silent and uses no processor")
	errBusy = errors.New("the driver fell silent and uses the processor")
)

// silences is how many times in a row a driver may say nothing for a whole
// patience while it is starved of processor time.
const silences = 10

// promptly is when most replies have come: only of a driver that is silent for longer is it
// asked what processor time it uses, for which the system's processes are gone through.
const promptly = 300 * time.Millisecond

// next waits for a reply. Whether silence for so long means a hang, a livelock or a
// loaded machine is told by the processor time that the process, and what it started,
// has used.
func (d *Driver) next(ctx context.Context, patience time.Duration) (reply, string, error) {
	r, kind, err := d.child.receive(ctx, promptly)
	if !errors.Is(err, errSilent) {
		return r, kind, err
	}
	patience -= promptly
	before, known := cpuTime(d.child.cmd.Process.Pid)
	for range silences {
		r, kind, err := d.child.receive(ctx, patience)
		if !errors.Is(err, errSilent) {
			return r, kind, err
		}
		after, _ := cpuTime(d.child.cmd.Process.Pid)
		switch used := after - before; {
		case !known || used < patience/100: // in all of the silence
			return r, kind, errHung
		case used > patience/2:
			return r, kind, errBusy
		}
	}
	return reply{}, "", errBusy
}

// stray is the error of who hears outcomes: a driver that is broken is named.
func (d *Driver) stray(p Program, err error) error {
	if errors.As(err, new(*Broken)) {
		return d.fail(p.Name, "", reply{}, err, "")
	}
	return err
}
