package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/runtimes"
)

// mainJob is the catalogue against the model's expectations, the implementation,
// and the histories recorded of it.
type mainJob struct {
	*app
	seed uint64
	runs int

	mu       sync.Mutex
	failures []string
	open     []string // what a bound kept from being known

	tests, questions, answers, states   int
	programs, executions, complete, all int
	realRuns, unsupported               int
	recorded, events, unclear           int
	spent                               [3]time.Duration
}

// jobStates bounds the search of one question.
const jobStates = 200_000

func runMain(a *app, ctx context.Context, args []string) (int, error) {
	f := flag.NewFlagSet("check", flag.ContinueOnError)
	f.SetOutput(a.err)
	f.Usage = func() { fmt.Fprint(a.err, overview) }
	f.BoolVar(&a.json, "json", false, "print one JSON object a line instead of text")
	pattern := f.String("run", "", "only the tests that match the `pattern`")
	j := &mainJob{app: a}
	f.Uint64Var(&j.seed, "seed", 0, "the `seed` of the jitter (default: a new one, printed)")
	f.IntVar(&j.runs, "runs", 20, "real runs of each test on impl")
	rest, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if *pattern != "" {
		rest = append(rest, *pattern)
	}
	chosen, err := tests(rest)
	if err != nil {
		return exitUsage, err
	}
	for j.seed == 0 {
		j.seed = newSeed()
	}
	return j.run(ctx, chosen)
}

func (j *mainJob) run(ctx context.Context, chosen []*litmus.Test) (int, error) {
	work := make(chan *litmus.Test)
	errs := make(chan error, len(chosen))
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for t := range work {
				if err := j.test(ctx, t); err != nil {
					errs <- err
				}
			}
		})
	}
	for i, t := range chosen {
		j.count(i, len(chosen), t.Path())
		if ctx.Err() != nil {
			j.fail(&j.open, "interrupted: %d of %d tests were not looked at", len(chosen)-i, len(chosen))
			break
		}
		work <- t
	}
	close(work)
	wg.Wait()
	j.count(len(chosen), len(chosen), "")
	select {
	case err := <-errs:
		return exitUsage, err
	default:
	}
	return j.report(ctx), nil
}

// test asks everything of one test.
func (j *mainJob) test(ctx context.Context, t *litmus.Test) error {
	for _, d := range model.Editions {
		if len(t.MissingIn(d)) > 0 || !j.concerns(t, d) {
			continue
		}
		from := time.Now()
		allowed, err := t.Explore(ctx, d, explore.Options{MaxStates: jobStates})
		if err != nil {
			return err
		}
		j.judge(t, d, allowed, time.Since(from))
		if err := j.implement(ctx, t, d, allowed); err != nil {
			return err
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tests++
	return nil
}

// concerns says whether there is anything to hold t under d against.
func (j *mainJob) concerns(t *litmus.Test, d model.Dialect) bool {
	return implements(d) || slices.ContainsFunc(t.Answers, func(a litmus.Answer) bool { return slices.Contains(a.Editions, d.Name) })
}

func implements(d model.Dialect) bool {
	return slices.ContainsFunc(runtimes.ImplEditions(), func(e model.Dialect) bool { return e.Name == d.Name })
}

func (j *mainJob) judge(t *litmus.Test, d model.Dialect, allowed *litmus.Allowed, spent time.Duration) {
	n := 0
	for _, a := range t.Answers {
		if slices.Contains(a.Editions, d.Name) {
			n++
		}
	}
	verdict, why := judge(t, d, allowed)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.answers, j.states = j.answers+n, j.states+allowed.States
	j.spent[0] += spent
	if n > 0 {
		j.questions++
	}
	if a := j.app; a.json && n > 0 {
		a.record(map[string]any{"job": "model", "test": t.Name, "edition": d.Name, "verdict": verdict.String(), "why": why, "states": allowed.States})
	}
	switch verdict {
	case litmus.Violating:
		j.note(&j.failures, "model: %s under %s is not as expected: %s", t.Path(), d.Name, why)
	case litmus.Inconclusive:
		j.note(&j.open, "model: %s under %s: %s", t.Path(), d.Name, why)
	}
}

// implement holds impl against what is allowed: in every interleaving, and for real.
func (j *mainJob) implement(ctx context.Context, t *litmus.Test, d model.Dialect, allowed *litmus.Allowed) error {
	if !implements(d) {
		return nil
	}
	from := time.Now()
	r, err := runtimes.NewImpl(d.Name)
	if err != nil {
		return err
	}
	p := runtimes.ProgramOf(t)
	all, err := r.Explore(ctx, p, runtimes.Bounds(p))
	if no := (*runtimes.Unsupported)(nil); errors.As(err, &no) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.unsupported++
		return nil
	}
	if err != nil {
		return err
	}
	real, err := r.Run(ctx, p, runtimes.Options{Runs: j.runs, Seed: j.seed})
	if err != nil && ctx.Err() == nil {
		return err
	}
	every, err := litmus.Conforms(allowed.Set, all.Counts)
	if err != nil {
		return err
	}
	some, err := litmus.Conforms(allowed.Set, real.Counts)
	if err != nil {
		return err
	}
	if err := j.histories(ctx, r, p, t, d); err != nil {
		return err
	}
	j.implemented(r, t, d, time.Since(from), all, real, every, some)
	return nil
}

// implemented takes down what impl did.
func (j *mainJob) implemented(r *runtimes.Impl, t *litmus.Test, d model.Dialect, spent time.Duration, all runtimes.Interleavings, real runtimes.Tally, every, some litmus.Judgement) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.spent[1] += spent
	j.programs++
	j.executions += all.Executions
	j.realRuns += real.Runs()
	if all.Partial == "" {
		j.complete++
		if every.Seen == every.Allowed {
			j.all++
		}
	}
	if a := j.app; a.json {
		a.record(map[string]any{"job": "impl", "test": t.Name, "edition": d.Name, "executions": all.Executions, "complete": all.Partial == "",
			"seen": every.Seen, "allowed": every.Allowed, "verdict": every.Verdict.String(), "runs": real.Runs(), "runsVerdict": some.Verdict.String(), "seed": j.seed})
	}
	if every.Verdict == litmus.Violating {
		j.stray(t, d, "in some interleaving", every.Stray[0], r.HowTo(context.Background(), t, every.Stray[0].Outcome.String()))
	}
	if some.Verdict == litmus.Violating {
		j.stray(t, d, fmt.Sprintf("in real runs, seed %d", j.seed), some.Stray[0],
			fmt.Sprintf("replay: check -run '^%s$' -seed %d -runs %d", t.Path(), j.seed, j.runs))
	}
}

func (j *mainJob) stray(t *litmus.Test, d model.Dialect, where string, s litmus.Stray, again string) {
	j.note(&j.failures, "impl: %s under %s, %s: %s is not allowed; nearest allowed: %s\n      %s",
		t.Path(), d.Name, where, s.Outcome, s.Nearest, again)
}

func (j *mainJob) fail(list *[]string, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.note(list, format, args...)
}

func (j *mainJob) note(list *[]string, format string, args ...any) {
	*list = append(*list, fmt.Sprintf(format, args...))
}

// some prints the first of a list.
func (j *mainJob) some(what string, list []string) {
	const most = 20
	for i, text := range list {
		if i == most {
			fmt.Fprintf(j.out, "\n… and %d more; -json lists them all\n", len(list)-i)
			return
		}
		fmt.Fprintf(j.out, "\n%s  %s\n", what, text)
	}
}

func (j *mainJob) report(ctx context.Context) int {
	slices.Sort(j.failures)
	slices.Sort(j.open)
	status := exitOK
	switch {
	case len(j.failures) > 0:
		status = exitViolation
	case len(j.open) > 0:
		status = exitInconclusive
	}
	if j.json {
		j.record(map[string]any{"job": "summary", "failures": j.failures, "inconclusive": j.open, "status": status})
		return status
	}
	fmt.Fprintf(j.out, "%s, %s, seed %d\n\n", plural(j.tests, "litmus test", "litmus tests"), plural(len(model.Editions), "edition", "editions"), j.seed)
	fmt.Fprintf(j.out, "model      %s that people wrote to %s, against %d states explored (%.1f s)\n",
		plural(j.answers, "answer", "answers"), plural(j.questions, "question", "questions"), j.states, j.spent[0].Seconds())
	fmt.Fprintf(j.out, "impl       %s of %s under %d editions; complete for %d,\n           and all that is allowed is reached in %d; %s; %d programs it cannot express (%.1f s)\n",
		plural(j.executions, "interleaving", "interleavings"), plural(j.programs, "program", "programs"), len(runtimes.ImplEditions()),
		j.complete, j.all, plural(j.realRuns, "real run", "real runs"), j.unsupported, (j.spent[1] - j.spent[2]).Seconds())
	fmt.Fprintf(j.out, "histories  %s of real runs with %d events, each linearizable and a view of a run of the model; %d unclear (%.1f s)\n",
		plural(j.recorded, "history", "histories"), j.events, j.unclear, j.spent[2].Seconds())
	j.some("VIOLATION", j.failures)
	j.some("inconclusive", j.open)
	if status == exitOK {
		fmt.Fprintf(j.out, "\nok: nothing that any judge saw is forbidden, and every answer is as expected\n")
	}
	return status
}
