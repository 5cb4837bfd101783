package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/interject/interject/model"
	"github.com/interject/interject/runtimes"
)

var fuzzCommand = command{
	name: "fuzz", args: "-r RUNTIME | -driver COMMAND [-d EDITION] [-programs N]",
	help: "run made programs on a real runtime until one does what is not allowed, and make that small",
	more: `examples:
  check fuzz -r sbcl
  check fuzz -r ghc -d ghc@base4.15 -programs 500
  check fuzz -driver 'python3 mine.py' -d python@seed2018 -statements 5

Programs are made of the forms that both the runtime and the edition have. The first that comes to an outcome
that the edition does not allow is shrunk, by running smaller ones, to what a person would write. Each program
has a seed of its own: -seed N -programs 1 makes, runs and shrinks it again.`,
	run: (*app).fuzz,
}

func (a *app) fuzz(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	var tr trial
	var o runtimes.FuzzOptions
	f.StringVar(&tr.runtime, "r", "", "the `runtime`, or impl")
	f.StringVar(&tr.driver, "driver", "", "the `command` that starts a driver of your own")
	f.StringVar(&tr.names, "d", "", "the `edition` by which to judge (default: what was seen of the runtime)")
	f.IntVar(&o.Programs, "programs", 100, "make so `many` programs")
	f.IntVar(&o.Statements, "statements", 8, "programs have about so `many` statements at most")
	f.Uint64Var(&o.Seed, "seed", 0, "the `seed` of the first program; the next has the next (default: a new one, printed)")
	f.IntVar(&o.Run.Runs, "runs", 100, "run each program so `many` times")
	f.DurationVar(&o.Run.Limit, "limit", 2*time.Second, "a run that takes longer has no outcome")
	timeout := f.Duration("timeout", 0, "stop after this `time` (0: no bound)")
	if rest, err := parse(f, args); err != nil || len(rest) > 0 {
		return exitUsage, cmp.Or(err, error(usageError{fmt.Errorf("fuzz makes its own programs: what is %v for?", rest)}))
	}
	if err := aboveZero(f, "programs", "statements", "runs", "limit"); err != nil {
		return exitUsage, err
	}
	if tr.runtime == "all" {
		return exitUsage, usageError{fmt.Errorf("fuzz takes one runtime at a time")}
	}
	subjects, err := a.subjects(tr)
	if err != nil {
		return exitUsage, err
	}
	if *timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *timeout)
		defer cancel()
	}
	for o.Seed == 0 {
		o.Seed = newSeed() >> 20 // short enough to be typed
	}
	o.Run.Seed = o.Seed
	o.Progress = func(i int) { a.count(i, o.Programs, fmt.Sprint("seed ", o.Seed+uint64(i))) }
	return a.fuzzOn(ctx, tr, subjects[0], o)
}

func (a *app) fuzzOn(ctx context.Context, tr trial, sub subject, o runtimes.FuzzOptions) (int, error) {
	r := sub.start()
	if d, ok := r.(*runtimes.Driver); ok {
		defer d.Close()
		if _, err := d.Version(ctx); err != nil {
			return exitUsage, err
		}
	}
	d, err := model.Edition(sub.deciding[0])
	if err != nil {
		return exitUsage, err
	}
	if !a.json {
		fmt.Fprintf(a.out, "%s under %s: %d programs of about %d statements, %d runs each, seed %d\n", r.Name(), d.Name, o.Programs, o.Statements, o.Run.Runs, o.Seed)
	}
	sum, err := runtimes.Fuzz(ctx, r, d, o)
	a.count(o.Programs, o.Programs, "")
	if err != nil {
		return exitUsage, err
	}
	return a.fuzzed(tr, d, o, sum), nil
}

// fuzzed reports what was found.
func (a *app) fuzzed(tr trial, d model.Dialect, o runtimes.FuzzOptions, sum runtimes.Fuzzed) int {
	status := exitOK
	if sum.Programs < o.Programs || sum.Undecided > 0 {
		status = exitInconclusive
	}
	if sum.Found != nil {
		status = exitViolation
	}
	if a.json {
		m := map[string]any{"edition": d.Name, "programs": sum.Programs, "skipped": sum.Skipped, "undecided": sum.Undecided, "seen": sum.Seen, "allowed": sum.Allowed}
		if f := sum.Found; f != nil {
			m["seed"], m["made"], m["program"] = f.Seed, f.Made.Wire(), f.Program.Wire()
			m["outcome"], m["count"], m["runs"] = f.Stray.Outcome.String(), f.Stray.Count, f.Runs
		}
		a.record(m)
		return status
	}
	fmt.Fprintf(a.out, "%s, %d not judged; %d of %d allowed outcomes seen; %s without an outcome\n", plural(sum.Programs, "program", "programs"),
		sum.Skipped, sum.Seen, sum.Allowed, plural(sum.Undecided, "run", "runs"))
	f := sum.Found
	if f == nil {
		if sum.Programs == o.Programs {
			fmt.Fprintf(a.out, "nothing that %s does not allow\n", d.Name)
		}
		return status
	}
	who := "-r " + tr.runtime
	if tr.driver != "" {
		who = "-driver '" + tr.driver + "'"
	}
	fmt.Fprintf(a.out, "\n%s\n%s does not allow %s (%d of %s)\n  nearest allowed: %s\nto see it again: check fuzz %s -d %s -seed %d -programs 1 -statements %d -runs %d\n",
		f.Program.Format(), d.Name, f.Stray.Outcome, f.Stray.Count, plural(f.Runs, "run", "runs"), f.Stray.Nearest, who, d.Name, f.Seed, o.Statements, o.Run.Runs)
	return status
}
