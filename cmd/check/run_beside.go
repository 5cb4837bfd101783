package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/runtimes"
)

// worker is a runner that does tests beside others of its kind.
type worker struct {
	runtimes.Runner
	driver *runtimes.Driver // nil: there is no process
	rec    *recording       // nil: nothing is recorded
}

// tested is what a worker hands over.
type tested struct {
	report    runtimes.Report
	histories []heard
}

// runOn lets the workers of a subject do the tests, and reports them in their order.
func (a *app) runOn(ctx context.Context, sub subject, tr trial, chosen []*litmus.Test) (*summary, error) {
	workers := sub.workers(tr.jobs, len(chosen))
	for _, w := range workers {
		if w.driver != nil {
			defer w.driver.Close()
		}
	}
	name, await, version := workers[0].Name(), "state", ""
	if driver := workers[0].driver; driver != nil {
		v, err := driver.Version(ctx)
		if err != nil {
			return nil, err
		}
		version, await = " "+strings.TrimPrefix(v, name+" "), driver.Await()
	}
	for _, w := range workers {
		if err := w.keep(tr, name, version); err != nil {
			return nil, err
		}
	}
	s := newSummary(a, name, sub.deciding)
	s.verbose = tr.verbose
	for _, edition := range sub.deciding {
		s.claims = append(s.claims, runtimes.Claim{Runner: name + version, Edition: edition, Await: await, Seed: tr.options.Seed, Of: len(chosen), Whole: tr.whole})
	}
	if !a.json {
		fmt.Fprintf(a.out, "%s%s, judged by %s; %d runs a test, seed %d\n", name, version, commas(sub.deciding), tr.options.Runs, tr.options.Seed)
	}
	if err := s.listen(ctx, sub, workers, tr, chosen); err != nil {
		return nil, err
	}
	s.print()
	return s, nil
}

// workers are as many as were asked for, or suit, but no more than there are tests.
func (sub subject) workers(jobs, tests int) (all []*worker) {
	for range max(1, min(cmp.Or(jobs, sub.jobs), tests)) {
		r := sub.start()
		driver, _ := r.(*runtimes.Driver)
		all = append(all, &worker{Runner: r, driver: driver})
	}
	return all
}

// keep has the worker keep what the flags say: its results, or histories.
func (w *worker) keep(tr trial, name, version string) (err error) {
	if tr.stored != nil {
		w.Runner = tr.stored.Runner(w.Runner, version)
	}
	if tr.records != "" {
		if w.rec, err = newRecording(w.Runner, filepath.Join(tr.records, name)); err == nil {
			w.Runner = w.rec
		}
	}
	return err
}

// listen reports what the workers come to.
func (s *summary) listen(ctx context.Context, sub subject, workers []*worker, tr trial, chosen []*litmus.Test) error {
	began, ran := time.Now(), 0
	do := func(ctx context.Context, w *worker, i int) (tested, error) {
		return w.test(ctx, chosen[i], sub, tr.options)
	}
	progress := func(i, done int) { s.count(done, len(chosen), chosen[i].Path()+left(began, done, len(chosen))) }
	clearLine := func() { s.count(len(chosen), len(chosen), "") }
	defer clearLine()
	for t, err := range runtimes.Beside(ctx, workers, len(chosen), do, progress) {
		clearLine()
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		if err != nil && t.report.Tally.Runs() == 0 {
			continue // it had not begun
		}
		ran++
		s.add(t.report)
		for _, h := range t.histories {
			s.printHistories(h)
		}
	}
	if ctx.Err() != nil && ran < len(chosen) {
		s.note = fmt.Sprintf("interrupted: %d of %d tests were not run", len(chosen)-ran, len(chosen))
		s.status = worse(s.status, exitInconclusive)
	}
	return nil
}

// test runs a test and holds it, and what was recorded of it, against the editions.
func (w *worker) test(ctx context.Context, t *litmus.Test, sub subject, o runtimes.Options) (done tested, err error) {
	if w.driver != nil {
		if _, err := w.driver.Version(ctx); err != nil { // which forms it has is known only then
			return done, err
		}
	}
	done.report, err = runtimes.Conform(ctx, w, t, sub.editions, o)
	if err == nil && w.rec != nil && done.report.Skipped == "" {
		done.histories, err = w.rec.hear(ctx, t, sub)
	}
	return done, err
}

// left estimates how long the tests that are left take, from those that are done.
func left(began time.Time, done, all int) string {
	if done == 0 {
		return ""
	}
	each := time.Since(began) / time.Duration(done)
	return fmt.Sprintf(", about %v left", (each * time.Duration(all-done)).Round(time.Second))
}
