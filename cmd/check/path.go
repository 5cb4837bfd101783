package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/properties"
)

var pathCommand = command{
	name: "path", args: "-d EDITION [-outcome TEXT] [-chart | -svg FILE] TEST", help: "a shortest run to an outcome, step by step or as a picture",
	more: `examples:
  check path -d sbcl@2.2 masked-nest
  check path -d sbcl@2.2 -chart masked-nest            a column for each thread, an arrow for each signal received
  check path -d sbcl@2.2 -svg nest.svg masked-nest     the same as an image
  check path -d sbcl@2.2 -outcome "a=died Kill; b=died Kill" mutual-kill`,
	run: (*app).path,
}

func (a *app) path(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	s := &search{}
	s.flags(f)
	outcome := f.String("outcome", "", "the outcome's canonical `text` (default: each outcome for which the test's condition holds, or all)")
	var show picture
	show.flags(f)
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) != 1 || s.names == "" {
		return exitUsage, usageError{fmt.Errorf("path needs one test, and an edition with -d")}
	}
	if a.json && show.draws() {
		return exitUsage, usageError{fmt.Errorf("-json and a drawing exclude each other")}
	}
	chosen, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	eds, err := editions(s.names, s.settings)
	if err != nil {
		return exitUsage, err
	}
	ctx, cancel := s.context(ctx)
	defer cancel()
	status := exitOK
	if err := show.only(len(eds) * len(chosen)); err != nil {
		return exitUsage, err
	}
	for _, d := range eds {
		for _, t := range chosen {
			one, err := a.pathTest(ctx, s, t, d, *outcome, &show)
			if err != nil {
				return exitUsage, err
			}
			status = worse(status, one)
		}
	}
	return status, nil
}

func (a *app) pathTest(ctx context.Context, s *search, t *litmus.Test, d model.Dialect, text string, show *picture) (int, error) {
	allowed, err := a.explore(ctx, s, t, d)
	if err != nil {
		return exitUsage, err
	}
	wanted, err := wantedOutcomes(t, allowed, text)
	if err != nil {
		return exitUsage, err
	}
	if err := show.only(len(wanted)); err != nil {
		return exitUsage, err
	}
	status := exitOK
	for _, o := range wanted {
		run, ok := allowed.Witness(o)
		switch {
		case ok:
			if err := a.printRun(t, d, allowed.Machine, o, run, show); err != nil {
				return exitBug, err
			}
		case allowed.Partial:
			a.say(map[string]any{"test": t.Name, "edition": d.Name, "outcome": o.String(), "path": nil}, "%s: no run to %s was found under %s\n", t.Name, o, d.Name)
		default:
			a.say(map[string]any{"test": t.Name, "edition": d.Name, "outcome": o.String(), "path": nil}, "%s: %s allows no run to %s\n", t.Name, d.Name, o)
			status = exitViolation
		}
		if ctx.Err() != nil {
			break
		}
	}
	if allowed.Partial {
		a.inconclusive(t, d, allowed)
		status = worse(status, exitInconclusive)
	}
	return status, nil
}

// wantedOutcomes are the one that the text names, or those for which the
// condition of the test holds, or all.
func wantedOutcomes(t *litmus.Test, allowed *litmus.Allowed, text string) ([]litmus.Outcome, error) {
	if text != "" {
		o, err := litmus.ParseOutcome(text)
		if err != nil {
			return nil, usageError{fmt.Errorf("-outcome: %w", err)}
		}
		return []litmus.Outcome{o}, fits(o, allowed)
	}
	var some []litmus.Outcome
	for _, o := range allowed.Outcomes {
		if t.Final != nil && t.Final.Eval(o) {
			some = append(some, o)
		}
	}
	if len(some) == 0 {
		return allowed.Outcomes, nil
	}
	return some, nil
}

// fits says whether an outcome can be one of the test: it names each thread and each
// cell that is observed, and nothing else. Of a misnamed one nothing could be said.
func fits(o litmus.Outcome, allowed *litmus.Allowed) error {
	for _, like := range allowed.Outcomes {
		if o.Crash || like.Crash || slices.Equal(named(o), named(like)) {
			return nil
		}
	}
	if len(allowed.Outcomes) == 0 {
		return nil
	}
	return usageError{fmt.Errorf("-outcome: %q is no outcome of %s; one tells of every thread and cell, such as %q",
		o, allowed.Test.Name, allowed.Outcomes[0])}
}

// named is what an outcome tells of.
func named(o litmus.Outcome) (all []string) {
	for _, t := range o.Threads {
		all = append(all, t.Name)
	}
	for _, c := range o.Cells {
		all = append(all, c.Name)
	}
	return all
}

func (a *app) printRun(t *litmus.Test, d model.Dialect, m *model.Machine, o litmus.Outcome, run []model.Label, show *picture) error {
	if a.json {
		var all []string
		for _, l := range run {
			all = append(all, m.String(l))
		}
		a.record(map[string]any{"test": t.Name, "edition": d.Name, "outcome": o.String(), "path": all})
		return nil
	}
	fmt.Fprintf(a.out, "%s under %s: %s\n", t.Name, d.Name, o)
	if show.draws() {
		return a.draw(show, t, d, run)
	}
	return a.printSteps(m, run)
}

// nowhere is what a thread is said to be at in a statement that an audit added.
var nowhere = fmt.Sprintf(", line %d", properties.Nowhere)

// printSteps prints a run, one step a line.
func (a *app) printSteps(m *model.Machine, run []model.Label) error {
	moves, err := m.Replay(run)
	if err != nil {
		return fmt.Errorf("a witness does not replay, which is a bug in interject: %w", err)
	}
	wide := 8
	for _, l := range run {
		wide = max(wide, len(m.String(l)))
	}
	for i, v := range moves {
		r := model.Rules[v.Label.Rule]
		text := strings.Replace(m.Text(v.Label.Thread, v.To.Read()), nowhere, "", 1)
		fmt.Fprintf(a.out, "  %3d  %-*s %-16s %s\n", i+1, wide, m.String(v.Label), r.Name, text)
	}
	return nil
}
