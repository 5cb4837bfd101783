package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

var modelCommand = command{
	name: "model", args: "[-d EDITION,...] [-set POINT=ANSWER ...] [TEST ...]",
	help: "what the reference semantics allows, by exhaustive exploration",
	more: `examples:
  check model mutual-kill
  check model -d ghc@doc2010 -set order=lifo fifo-await      what if blocked throwers were served last in, first out?
  check model -d sbcl@doc,sbcl@2.2 nest/
  check model -reduce -d ghc@doc2010 big.litmus              the same outcomes from fewer states
  check model -d ghc@doc2010 -max-memory 4000000000 -save big.ckpt big.litmus
  check model -d ghc@doc2010 -resume big.ckpt -save big.ckpt big.litmus      after Ctrl-C, a kill, or a bound`,
	run: (*app).model,
}

// search is how a test is explored.
type search struct {
	names     string
	settings  listFlag
	maxStates int
	maxMemory int64
	timeout   time.Duration
	reduce    bool
	checkpoints
}

// flagsOf adds the flags of an exploration.
func (s *search) flags(f *flag.FlagSet) {
	f.StringVar(&s.names, "d", "", "the `editions`, separated by commas (default all)")
	f.Var(&s.settings, "set", "change a choice `point=answer` of every edition: what if? (repeatable)")
	f.IntVar(&s.maxStates, "max-states", 0, "end a search after so many `states`, inconclusive (0: no bound)")
	f.Func("max-memory", fmt.Sprintf("end a search before the process holds more `bytes` of memory, at least %d, inconclusive (0: no bound)", leastMemory), s.setMemory)
	f.DurationVar(&s.timeout, "timeout", 0, "end everything after this `time`, inconclusive (0: no bound)")
}

func (s *search) context(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, s.timeout)
}

// explore finds the outcomes of t under d.
func (a *app) explore(ctx context.Context, s *search, t *litmus.Test, d model.Dialect) (*litmus.Allowed, error) {
	o := explore.Options{MaxStates: s.maxStates, MaxMemory: s.memory(), Reduce: s.reduce}
	if a.watched() {
		o.Progress = a.progress(t.Name + " under " + d.Name)
	}
	return s.search(ctx, t, d, o)
}

// What a process holds besides a search's tables, in bytes, measured on Linux.
const (
	// program is its text, of which Go's limit on memory knows nothing.
	program = 8 << 20
	// process is the program, Go's runtime and the catalogue: what there is before a search begins.
	process = 16 << 20
	// leastMemory is the least bound that can be kept: below, the search would have less
	// than the rest of the process.
	leastMemory = 2 * process
)

// setMemory is the value of -max-memory.
func (s *search) setMemory(value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err != nil:
		return errors.New("want a number of bytes")
	case n != 0 && n < leastMemory:
		return fmt.Errorf("the program itself takes some %d: want at least %d bytes (%d MiB), or 0 for no bound", process, leastMemory, leastMemory>>20)
	}
	s.maxMemory = n
	return nil
}

// memory is what a search may hold for the process to keep the bound, the limit of Go's
// runtime being set so that garbage is collected in time; 0: no bound.
func (s *search) memory() int64 {
	if s.maxMemory == 0 {
		return 0
	}
	debug.SetMemoryLimit(s.maxMemory - program)
	all := s.maxMemory - process
	return all - all/20 // for all else on the heap
}

func (a *app) model(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	s := &search{}
	s.flags(f)
	f.BoolVar(&s.reduce, "reduce", false, "take no steps of which the semantics knows that they make no difference: fewer states, the same outcomes")
	s.checkpoints.flags(f)
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	chosen, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	eds, err := editions(s.names, s.settings)
	if err != nil {
		return exitUsage, err
	}
	if s.checkpoints.wanted() && (len(chosen) != 1 || len(eds) != 1) {
		return exitUsage, usageError{fmt.Errorf("a checkpoint is of one test under one edition, not of %d under %d", len(chosen), len(eds))}
	}
	if s.checkpoints.wanted() && s.reduce {
		return exitUsage, usageError{errors.New("-reduce goes with neither -save nor -resume: a search that keeps one of each orbit of states writes no checkpoints")}
	}
	if len(chosen) == 1 && s.names != "" {
		if err := expressible(chosen[0], eds); err != nil {
			return exitUsage, err
		}
	}
	debug.SetGCPercent(25) // most of the heap is tables without pointers, and stays
	ctx, cancel := s.context(ctx)
	defer cancel()
	status := exitOK
	for _, t := range chosen {
		one, err := a.modelTest(ctx, s, t, eds)
		if err != nil {
			return exitUsage, err
		}
		status = worse(status, one)
	}
	return status, nil
}

// worse is the graver of two exit statuses: violation, then inconclusive, then ok.
func worse(x, y int) int {
	for _, s := range []int{exitBug, exitUsage, exitViolation, exitInconclusive} {
		if x == s || y == s {
			return s
		}
	}
	return exitOK
}

// expressible is an error, with its place, if an edition that was asked for by name lacks
// a form of the one test.
func expressible(t *litmus.Test, eds []model.Dialect) error {
	for _, d := range eds {
		if _, err := t.Machine(d); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) modelTest(ctx context.Context, s *search, t *litmus.Test, eds []model.Dialect) (int, error) {
	if !a.json {
		fmt.Fprintf(a.out, "%s: %s\n", t.Name, t.Title)
		if t.Final != nil {
			fmt.Fprintf(a.out, "  final %s\n", t.Final)
		}
	}
	status, lacking := exitOK, 0
	for _, d := range eds {
		if len(t.MissingIn(d)) > 0 {
			lacking++
			continue
		}
		allowed, err := a.explore(ctx, s, t, d)
		if err != nil {
			return exitUsage, err
		}
		status = worse(status, a.modelRecord(t, d, allowed))
	}
	if lacking > 0 && !a.json {
		fmt.Fprintf(a.out, "  (%s without a form that the test uses)\n", plural(lacking, "edition", "editions"))
	}
	return status, nil
}

// modelRecord prints what d allows of t, and says whether that is as expected.
func (a *app) modelRecord(t *litmus.Test, d model.Dialect, allowed *litmus.Allowed) int {
	verdict, why := judge(t, d, allowed)
	if a.json {
		a.record(modelJSON(t, d, allowed, verdict, why))
		return searchStatus(verdict, allowed)
	}
	holds := ""
	if t.Final != nil {
		holds = allowed.Frequency(t.Final).String() + ", "
	}
	fmt.Fprintf(a.out, "\n  %s: %s%s, %s", d.Name, holds, plural(len(allowed.Outcomes), "outcome", "outcomes"), plural(allowed.States, "state", "states"))
	if verdict != 0 {
		fmt.Fprintf(a.out, ", %s", expectation(verdict, why))
	}
	fmt.Fprintln(a.out)
	for _, r := range allowed.Reasons {
		fmt.Fprintf(a.out, "    inconclusive: %s\n", r)
	}
	for _, o := range allowed.Outcomes {
		mark := " "
		if t.Final != nil && t.Final.Eval(o) {
			mark = "*"
		}
		fmt.Fprintf(a.out, "  %s %s\n", mark, o)
	}
	return searchStatus(verdict, allowed)
}

func modelJSON(t *litmus.Test, d model.Dialect, allowed *litmus.Allowed, v litmus.Verdict, why string) map[string]any {
	r := map[string]any{"test": t.Name, "hash": t.Hash(), "edition": d.Name, "states": allowed.States, "outcomes": texts(allowed.Outcomes), "complete": !allowed.Partial}
	if t.Final != nil {
		r["final"] = allowed.Frequency(t.Final).String()
	}
	if v != 0 {
		r["verdict"] = v.String()
	}
	if why != "" {
		r["why"] = why
	}
	if allowed.Partial {
		r["reasons"] = allowed.Reasons
	}
	return r
}

// judge holds what d allows of t against what the file expects; 0 if it expects nothing.
func judge(t *litmus.Test, d model.Dialect, allowed *litmus.Allowed) (worst litmus.Verdict, why string) {
	for i := range t.Answers {
		an := &t.Answers[i]
		if !slices.Contains(an.Editions, d.Name) {
			continue
		}
		v, reason := an.Judge(t.Final, allowed.Set)
		if worst == 0 || v == litmus.Violating || v == litmus.Inconclusive && worst == litmus.Conforming {
			worst, why = v, reason
		}
	}
	return worst, why
}

func expectation(v litmus.Verdict, why string) string {
	switch v {
	case litmus.Conforming:
		return "as expected"
	case litmus.Inconclusive:
		return "inconclusive: " + why
	}
	return "NOT AS EXPECTED: " + why
}

func statusOf(v litmus.Verdict) int {
	switch v {
	case litmus.Violating:
		return exitViolation
	case litmus.Inconclusive:
		return exitInconclusive
	}
	return exitOK
}

// searchStatus is the status of a search and of what its test expects; where that expects
// nothing, the search must have come to its end.
func searchStatus(v litmus.Verdict, allowed *litmus.Allowed) int {
	if v == 0 && allowed.Partial {
		return exitInconclusive
	}
	return statusOf(v)
}

func texts(outcomes []litmus.Outcome) []string {
	all := []string{}
	for _, o := range outcomes {
		all = append(all, o.String())
	}
	return all
}
