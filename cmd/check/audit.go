package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/properties"
)

var auditCommand = command{
	name: "audit", args: "-d EDITION [-invariant | -whole] TEST ... | -d EDITION -compose",
	help: "put an interrupt at every point of a program: which lines are safe",
	more: `Every point of every thread is interrupted by another thread, in every interleaving. What is demanded always: what is
given back without an interrupt (mutexes, semaphores, MVars) is given back with one, and once; no other thread gets stuck;
nobody misuses a resource. The test's final says what must not be; with -invariant, or when its answers all say always, what
must hold. Threads that only interrupt others are left out; what they send is sent at every point too.

examples:
  check audit -d ghc@doc2010 compose-unsafe          can the token be lost?
  check audit -d sbcl@2.2 naive-lock with-lock
  check audit -d sbcl@2.2 -whole lost-update         done, or not done, but never half done?
  check audit -d ghc@doc2010 -compose                two safe pieces that are unsafe together, found by search

exit status 1 says that a line is unsafe.`,
	run: (*app).audit,
}

type auditing struct {
	search
	invariant, whole, compose bool
}

func (a *app) audit(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	k := &auditing{}
	k.flags(f)
	f.BoolVar(&k.invariant, "invariant", false, "the test's final says what must hold, not what must not be")
	f.BoolVar(&k.whole, "whole", false, "the cells must be as they were or as they are without an interrupt, not between")
	f.BoolVar(&k.compose, "compose", false, "find two pieces that are safe and whose sequence is not")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if k.compose && (len(args) > 0 || k.invariant || k.whole) {
		return exitUsage, usageError{fmt.Errorf("audit -compose makes its programs itself: it takes no test, no -invariant and no -whole")}
	}
	if k.names == "" || len(args) == 0 && !k.compose {
		return exitUsage, usageError{fmt.Errorf("audit needs a test, and an edition with -d")}
	}
	eds, err := editions(k.names, k.settings)
	if err != nil {
		return exitUsage, err
	}
	ctx, cancel := k.context(ctx)
	defer cancel()
	status := exitOK
	for _, d := range eds {
		one, err := a.auditEdition(ctx, k, d, args)
		if err != nil {
			return exitUsage, err
		}
		status = worse(status, one)
	}
	return status, nil
}

func (a *app) auditEdition(ctx context.Context, k *auditing, d model.Dialect, args []string) (int, error) {
	if k.compose {
		return a.auditCompose(ctx, d)
	}
	chosen, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	status := exitOK
	for _, t := range chosen {
		want := properties.Demands{Never: t.Final, Whole: k.whole}
		if k.invariant || promised(t) {
			want.Never, want.Always = nil, t.Final
		}
		r, err := properties.RunAudit(ctx, t, d, want, explore.Options{MaxStates: k.maxStates, MaxMemory: k.memory()})
		if err != nil {
			return exitUsage, err
		}
		one, err := a.auditReport(r, want)
		if err != nil {
			return exitBug, err
		}
		status = worse(status, one)
	}
	return status, nil
}

// promised says that a test's answers all say that its final always holds.
func promised(t *litmus.Test) bool {
	asked := false
	for i := range t.Answers {
		if v := t.Answers[i].Verdict; v != 0 {
			if v != litmus.Always {
				return false
			}
			asked = true
		}
	}
	return asked
}

// auditReport prints the marked program and a run for each failure.
func (a *app) auditReport(r *properties.Audit, want properties.Demands) (int, error) {
	status := exitOK
	if len(r.Partial) > 0 {
		status = exitInconclusive
	}
	if !r.Safe() {
		status = exitViolation
	}
	if a.json {
		a.auditJSON(r)
		return status, nil
	}
	fmt.Fprintf(a.out, "// %s under %s, interrupted by %s\n", r.Test.Name, r.Edition, r.Signal)
	for _, demand := range demands(want) {
		fmt.Fprintf(a.out, "// demanded: %s\n", demand)
	}
	if len(r.Left) > 0 {
		fmt.Fprintf(a.out, "// left out, since they only interrupt, and what they send comes anywhere: %s\n", commas(r.Left))
	}
	fmt.Fprintf(a.out, "%s", r.Marked().Format())
	for i, u := range r.Failures() {
		fmt.Fprintf(a.out, "\n%d. %s, %s\n   %s\n", i+1, where(r, u.At), u.Why, u.Outcome)
		if err := a.printSteps(u.Machine, u.Run); err != nil {
			return exitBug, err
		}
	}
	for _, why := range r.Partial {
		fmt.Fprintf(a.out, "\ninconclusive: %s\n", why)
	}
	fmt.Fprintf(a.out, "\n// %s under %s: %s\n\n", r.Test.Name, r.Edition, verdictOf(r))
	return status, nil
}

// verdictOf says how many points are unsafe.
func verdictOf(r *properties.Audit) string {
	bad := 0
	for _, p := range r.Points {
		if len(p.Unsafe) > 0 {
			bad++
		}
	}
	all := plural(len(r.Points), "point", "points")
	switch {
	case bad > 0:
		return fmt.Sprintf("UNSAFE at %d of %s at which it can be interrupted", bad, all)
	case len(r.Partial) > 0:
		return "inconclusive"
	case len(r.Points) == 0:
		return "it cannot be interrupted at all"
	}
	return "safe at all " + all + " at which it can be interrupted"
}

func demands(want properties.Demands) (all []string) {
	if want.Never != nil {
		all = append(all, "never "+want.Never.String())
	}
	if want.Always != nil {
		all = append(all, "always "+want.Always.String())
	}
	if want.Whole {
		all = append(all, "the cells are as before, or as without an interrupt")
	}
	return append(all, "what is given back without an interrupt is given back, once")
}

// where is a point for people.
func where(r *properties.Audit, p properties.Point) string {
	text := "the end of the thread"
	r.Test.Walk(func(s *litmus.Stmt) {
		if p.Stmt != s.Pos.Line {
			return
		}
		text = "at " + statement(s)
		switch {
		case p.Block == len(s.Blocks)-1 && p.Block >= 0:
			text = "at the end of " + statement(s)
		case p.Block >= 0:
			text = "before " + s.Form.Blocks[p.Block+1] + " of " + statement(s)
		}
	})
	return "interrupt " + p.Thread + " " + text
}

// statement is a statement without its blocks.
func statement(s *litmus.Stmt) string {
	out := s.Form.Word
	for _, n := range []string{s.Name, s.Other} {
		if n != "" {
			out += " " + n
		}
	}
	if s.Form.Number != litmus.NoNumber && s.N != s.Form.Default {
		out += fmt.Sprint(" ", s.N)
	}
	return out
}

func (a *app) auditJSON(r *properties.Audit) {
	for _, p := range r.Points {
		var all []map[string]any
		for _, f := range p.Unsafe {
			all = append(all, map[string]any{"why": f.Why, "outcome": f.Outcome.String(), "path": f.Machine.Path(f.Run)})
		}
		a.record(map[string]any{"test": r.Test.Name, "edition": r.Edition, "thread": p.Thread, "at": where(r, p), "safe": len(all) == 0, "failures": all})
	}
}

// auditCompose prints two safe pieces whose sequence is unsafe, and what makes it
// safe again, if a mask does.
func (a *app) auditCompose(ctx context.Context, d model.Dialect) (int, error) {
	forms := gen.Of(d).Only("set", "put", "take", "mask", "without", "breaks off")
	c, err := properties.Compose(ctx, d, forms, 4)
	if err != nil {
		return exitUsage, err
	}
	want := properties.Demands{Whole: true}
	for _, r := range []*properties.Audit{c.First, c.Second, c.Both} {
		if _, err := a.auditReport(r, want); err != nil {
			return exitBug, err
		}
	}
	if !a.json {
		fmt.Fprintf(a.out, "Each is left undone or done, wherever it is interrupted; one behind the other they are not. Found among %s.\n", plural(c.Tried, "pair", "pairs"))
	}
	return exitViolation, nil
}
