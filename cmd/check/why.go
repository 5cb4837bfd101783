package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

var whyCommand = command{
	name: "why", args: "-d EDITION -outcome TEXT TEST", help: "why an outcome is forbidden: a certificate, and what stands between",
	more: `examples:
  check why -d ghc@doc2010 -outcome "a=died Kill; b=died Kill" mutual-kill

The certificate is a set of states that holds the initial one, that no step leaves,
and that is free of the outcome. A checker that uses nothing but the rules goes
through it once more. exit status 1 says that the outcome is allowed.`,
	run: (*app).why,
}

func (a *app) why(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	s := &search{}
	s.flags(f)
	text := f.String("outcome", "", "the outcome's canonical `text`")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) != 1 || s.names == "" || *text == "" {
		return exitUsage, usageError{fmt.Errorf("why needs one test, an edition with -d, and an outcome with -outcome")}
	}
	chosen, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	eds, err := editions(s.names, s.settings)
	if err != nil {
		return exitUsage, err
	}
	o, err := litmus.ParseOutcome(*text)
	if err != nil {
		return exitUsage, usageError{fmt.Errorf("-outcome: %w", err)}
	}
	ctx, cancel := s.context(ctx)
	defer cancel()
	status := exitOK
	for _, t := range chosen {
		for _, d := range eds {
			one, err := a.whyTest(ctx, s, t, d, o)
			if err != nil {
				return exitUsage, err
			}
			status = worse(status, one)
		}
	}
	return status, nil
}

func (a *app) whyTest(ctx context.Context, s *search, t *litmus.Test, d model.Dialect, o litmus.Outcome) (int, error) {
	if err := t.Fits(o); err != nil {
		return exitUsage, usageError{fmt.Errorf("-outcome: %w", err)}
	}
	allowed, err := a.explore(ctx, s, t, d)
	if err != nil {
		return exitUsage, err
	}
	if allowed.Has(o) {
		fmt.Fprintf(a.out, "%s: %s allows %s\n  check path -d %s -outcome %q %s shows a run\n", t.Name, d.Name, o, d.Name, o, t.Name)
		return exitViolation, nil
	}
	if allowed.Partial {
		fmt.Fprintf(a.out, "%s under %s: it is not known whether %s is allowed\n", t.Name, d.Name, o)
		for _, r := range allowed.Reasons {
			fmt.Fprintf(a.out, "  inconclusive: %s\n", r)
		}
		return exitInconclusive, nil
	}
	g, err := a.certificate(ctx, allowed, o)
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		fmt.Fprintf(a.out, "%s under %s: a search of %s found no run with %s\n  inconclusive: its certificate was not finished: %v\n",
			t.Name, d.Name, plural(allowed.States, "state", "states"), o, err)
		return exitInconclusive, nil
	case err != nil:
		return exitBug, fmt.Errorf("a certificate does not hold, which is a bug in interject: %w", err)
	}
	w := allowed.Explain(g)
	points := litmus.WhatIf(d, func(changed model.Dialect) bool { return allows(ctx, s, t, changed, o) })
	if a.json {
		r := whyJSON(t, d, g, w, points)
		if ctx.Err() != nil {
			r["note"] = "interrupted: whatif is not complete"
		}
		a.record(r)
		return exitOK, nil
	}
	if err := a.printWhy(ctx, t, d, allowed.Machine, g, w, points); err != nil || ctx.Err() == nil {
		return exitOK, err
	}
	fmt.Fprintf(a.out, "  interrupted: not all choice points were tried: %v\n", context.Cause(ctx))
	return exitOK, nil
}

// certificate shows that the outcome is forbidden, checked by the rules alone.
func (a *app) certificate(ctx context.Context, allowed *litmus.Allowed, o litmus.Outcome) (*litmus.Graph, error) {
	cert, err := allowed.Certify(ctx, o)
	if err != nil {
		return nil, err
	}
	return cert.Verify(ctx)
}

// allows says whether a changed dialect is known to allow the outcome.
func allows(ctx context.Context, s *search, t *litmus.Test, d model.Dialect, o litmus.Outcome) bool {
	if ctx.Err() != nil || len(t.MissingIn(d)) > 0 {
		return false
	}
	most := 200_000 // what if is a hint, and must not take long
	if s.maxStates > 0 {
		most = min(most, s.maxStates)
	}
	a, err := t.Explore(ctx, d, explore.Options{MaxStates: most, MaxMemory: s.memory(), Reduce: true})
	return err == nil && a.Has(o)
}

func (a *app) printWhy(ctx context.Context, t *litmus.Test, d model.Dialect, m *model.Machine, g *litmus.Graph, w litmus.Why, points []string) error {
	steps := 0
	for _, s := range g.Steps {
		steps += len(s)
	}
	fmt.Fprintf(a.out, "%s under %s: never %s\n", t.Name, d.Name, g.Outcome)
	fmt.Fprintf(a.out, "  certificate: %s, closed under the rules (%s), free of the outcome; checked again\n",
		plural(len(g.States), "state", "states"), plural(steps, "step", "steps"))
	fmt.Fprintf(a.out, "  nearest allowed: %s\n  differs in: %s\n", w.Nearest, commas(w.Differs))
	moves, err := m.Replay(w.Run)
	if err != nil {
		return fmt.Errorf("a witness does not replay, which is a bug in interject: %w", err)
	}
	for i, v := range moves {
		r, mark := model.Rules[v.Label.Rule], " "
		if i == w.Turn {
			mark = ">"
		}
		fmt.Fprintf(a.out, "  %s%3d  %-8s %-16s %s\n", mark, i+1, m.String(v.Label), r.Name, m.Text(v.Label.Thread, v.To.Read()))
	}
	a.printTurn(m, w)
	if len(points) > 0 {
		fmt.Fprintf(a.out, "  allowed if one choice were another: %s\n", commas(points))
	} else if ctx.Err() == nil {
		fmt.Fprintln(a.out, "  no choice point, changed alone, is known to allow it")
	}
	return nil
}

// printTurn prints where the run to the nearest outcome parts from the wish.
func (a *app) printTurn(m *model.Machine, w litmus.Why) {
	if w.Turn < 0 {
		fmt.Fprintf(a.out, "  no run of any kind ends with %s\n", commas(w.Differs))
		return
	}
	fmt.Fprintf(a.out, "  decided at step %d, by %s: until then a run could end with %s\n",
		w.Turn+1, m.String(w.Run[w.Turn]), commas(w.Lost))
	for _, d := range w.Instead {
		fmt.Fprintf(a.out, "    with %s instead: %s\n", m.String(d.Label), d.Nearest)
	}
}

func whyJSON(t *litmus.Test, d model.Dialect, g *litmus.Graph, w litmus.Why, points []string) map[string]any {
	run, instead := []string{}, []map[string]any{}
	for _, l := range w.Run {
		run = append(run, g.Machine.String(l))
	}
	for _, d := range w.Instead {
		instead = append(instead, map[string]any{"step": g.Machine.String(d.Label), "nearest": d.Nearest.String(), "differs": d.Differs})
	}
	return map[string]any{
		"test": t.Name, "hash": t.Hash(), "edition": d.Name, "outcome": g.Outcome.String(), "certificate": len(g.States),
		"nearest": w.Nearest.String(), "differs": w.Differs, "path": run, "turn": w.Turn + 1, "lost": w.Lost,
		"instead": instead, "whatif": points,
	}
}
