package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/runtimes"
	"github.com/interject/interject/traces"
)

// recording is a runner whose runs are recorded, and what it recorded since it was asked.
type recording struct {
	runtimes.Recorder
	dir      string
	recorded int               // runs with a history
	without  int               // runs that were too long for the recorder
	distinct []*traces.History // in the order in which they came first
	known    map[string]bool   // the texts of those
}

// newRecording makes the directory for histories of a runner.
func newRecording(r runtimes.Runner, dir string) (*recording, error) {
	rec, ok := r.(runtimes.Recorder)
	if !ok {
		return nil, usageError{fmt.Errorf("-histories: %s cannot record any", r.Name())}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("-histories: %w", err)
	}
	return &recording{Recorder: rec, dir: dir}, nil
}

// Run is Run of the recorder, recorded.
func (r *recording) Run(ctx context.Context, p runtimes.Program, o runtimes.Options) (runtimes.Tally, error) {
	r.recorded, r.without, r.distinct, r.known = 0, 0, nil, map[string]bool{}
	return r.Record(ctx, p, o, func(one runtimes.Recorded) error {
		if one.History == nil {
			r.without++
			return nil
		}
		r.recorded++
		bare := *one.History
		bare.Seed = 0
		if text := bare.String(); !r.known[text] {
			r.known[text] = true
			r.distinct = append(r.distinct, one.History)
		}
		return nil
	})
}

// judged is what an edition says of the recorded histories of a test.
type judged struct {
	verdicts map[linearizability.Verdict]int
	first    int // the place of the first forbidden one in its file, from 1
	why      string
	lacks    string // why none was judged
}

// judge holds the histories against the edition d.
func (r *recording) judge(ctx context.Context, t *litmus.Test, d model.Dialect) (judged, error) {
	j := judged{verdicts: map[linearizability.Verdict]int{}}
	for i, h := range r.distinct {
		v, err := linearizability.Validate(ctx, h, d, t, linearizability.Options{})
		if linearizability.IsInput(err) {
			j.lacks = err.Error()
			return j, nil
		}
		if err != nil {
			return j, err
		}
		if j.verdicts[v.Verdict]++; v.Verdict == linearizability.Forbidden && j.first == 0 {
			j.first, j.why = i+1, v.Why
		}
	}
	return j, nil
}

// keep writes the histories into a file of the directory.
func (r *recording) keep(t *litmus.Test) (string, error) {
	path := filepath.Join(r.dir, t.Name+".ndjson")
	var b bytes.Buffer
	for _, h := range r.distinct {
		if err := h.Write(&b); err != nil {
			return path, err
		}
	}
	return path, replaceFile(path, b.Bytes())
}

// histories keeps, judges and reports what was recorded of a test.
func (s *summary) histories(ctx context.Context, r *recording, t *litmus.Test, editions []model.Dialect) error {
	if r.recorded+r.without == 0 {
		return nil
	}
	path, err := r.keep(t)
	if err != nil {
		return err
	}
	for _, d := range editions {
		if s.by[d.Name] == nil || len(t.MissingIn(d)) > 0 {
			continue
		}
		j, err := r.judge(ctx, t, d)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		s.printHistories(r, t, d.Name, path, j)
		for v := range j.verdicts {
			s.status = worse(s.status, statusOfVerdict(v))
		}
	}
	return nil
}

func (s *summary) printHistories(r *recording, t *litmus.Test, edition, path string, j judged) {
	allowed, forbidden, unclear := j.verdicts[linearizability.Allowed], j.verdicts[linearizability.Forbidden], j.verdicts[linearizability.Inconclusive]
	if s.json {
		s.record(map[string]any{"runtime": s.runtime, "test": t.Name, "edition": edition, "file": path, "recorded": r.recorded, "unrecorded": r.without,
			"histories": len(r.distinct), "allowed": allowed, "forbidden": forbidden, "inconclusive": unclear, "first": j.first, "skipped": j.lacks})
		return
	}
	fmt.Fprintf(s.out, "    %s recorded, %s: ", plural(r.recorded, "run", "runs"), plural(len(r.distinct), "history", "different histories"))
	switch {
	case j.lacks != "":
		fmt.Fprintf(s.out, "not judged: %s\n", j.lacks)
	case forbidden > 0:
		fmt.Fprintf(s.out, "%s forbids %d; history %d of the file: %s\n      check trace -d %s %s\n", edition, forbidden, j.first, j.why, edition, path)
	default:
		fmt.Fprintf(s.out, "%s allows %d", edition, allowed)
		if unclear > 0 {
			fmt.Fprintf(s.out, ", inconclusive: %d", unclear)
		}
		fmt.Fprintln(s.out)
	}
	if r.without > 0 {
		fmt.Fprintf(s.out, "      %s too long to be recorded\n", plural(r.without, "run was", "runs were"))
	}
}
