package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/runtimes"
)

var replayCommand = command{
	name: "replay", args: "-d EDITION TEST SCHEDULE", help: "one interleaving of the implementation, step by step",
	more: `A schedule is who makes each step, by the order of creation from 0: "0x3 1" is three steps of the first thread
and one of the second. Where it ends too early, the first thread that can goes on.

examples:
  check replay -d ghc@doc2010 mutual-kill '0x3 1x2'`,
	run: (*app).replay,
}

func (a *app) replay(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	name := f.String("d", "", "the `edition`, one that impl implements")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) < 2 {
		return exitUsage, usageError{fmt.Errorf("replay needs a test and a schedule")}
	}
	chosen, err := tests(args[:1])
	if err != nil {
		return exitUsage, err
	}
	if len(chosen) != 1 {
		return exitUsage, usageError{fmt.Errorf("%q names %d tests; replay needs one", args[0], len(chosen))}
	}
	s, err := sched.ParseSchedule(strings.Join(args[1:], " "))
	if err != nil {
		return exitUsage, usageError{err}
	}
	r, err := runtimes.NewImpl(*name)
	if err != nil {
		return exitUsage, usageError{err}
	}
	return a.replayOn(ctx, r, chosen[0], s)
}

func (a *app) replayOn(ctx context.Context, r *runtimes.Impl, t *litmus.Test, s sched.Schedule) (int, error) {
	o, err := r.Replay(runtimes.ProgramOf(t), s)
	if err != nil {
		return exitUsage, err
	}
	for i, step := range o.Trail {
		fmt.Fprintf(a.out, "%4d  %s\n", i+1, step)
	}
	fmt.Fprintf(a.out, "schedule  %v\n", o.Schedule)
	if o.Failure != "" {
		fmt.Fprintf(a.out, "failure   %s\n", o.Failure)
		return exitViolation, nil
	}
	fmt.Fprintf(a.out, "outcome   %s\n", o.Text)
	d := r.Dialect()
	allowed, err := t.Explore(ctx, d, explore.Options{MaxStates: jobStates})
	if err != nil {
		return exitUsage, err
	}
	j, err := litmus.Conforms(allowed.Set, litmus.Counts{o.Text: 1})
	if err != nil {
		return exitBug, err
	}
	fmt.Fprintf(a.out, "%s  %v\n", d.Name, j.Verdict)
	switch j.Verdict {
	case litmus.Violating:
		return exitViolation, nil
	case litmus.Inconclusive:
		return exitInconclusive, nil
	}
	return exitOK, nil
}
