package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/runtimes"
)

// jobHistories is how many runs of each program the main job records.
const jobHistories = 2

// histories records runs of impl and holds each against the model: by porcupine,
// and by a search for a run of which the history is a view.
func (j *mainJob) histories(ctx context.Context, r *runtimes.Impl, p runtimes.Program, t *litmus.Test, d model.Dialect) error {
	from := time.Now()
	_, err := r.Record(ctx, p, runtimes.Options{Runs: jobHistories, Seed: j.seed}, func(rec runtimes.Recorded) error {
		line, err := linearizability.Linearize(ctx, rec.History, d, t, linearizability.How{})
		if err != nil {
			return err
		}
		view, err := linearizability.Validate(ctx, rec.History, d, t, linearizability.Options{})
		if err != nil {
			return err
		}
		j.judgeHistory(t, d, len(rec.History.Events), line, view)
		return nil
	})
	j.mu.Lock()
	defer j.mu.Unlock()
	j.spent[2] += time.Since(from)
	if no := (*runtimes.Unsupported)(nil); errors.As(err, &no) || ctx.Err() != nil {
		return nil
	}
	return err
}

func (j *mainJob) judgeHistory(t *litmus.Test, d model.Dialect, events int, line *linearizability.Linearization, view *linearizability.Report) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.recorded++
	j.events += events
	if a := j.app; a.json {
		a.record(map[string]any{"job": "history", "test": t.Name, "edition": d.Name, "events": events, "linearizable": fmt.Sprint(line.Verdict), "explained": fmt.Sprint(view.Verdict), "seed": j.seed})
	}
	if line.Verdict == linearizability.Forbidden || view.Verdict == linearizability.Forbidden {
		j.note(&j.failures, "history: %s under %s: porcupine says %v; the model explains %d of %d events: %s\n      replay: check -run '^%s$' -seed %d",
			t.Path(), d.Name, line.Verdict, view.Explained, view.Events, view.Why, t.Path(), j.seed)
	}
	if line.Verdict == linearizability.Inconclusive || view.Verdict == linearizability.Inconclusive {
		j.unclear++
	}
}
