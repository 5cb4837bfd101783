package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

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

// heard is what was recorded of a test, where it is kept, and what an edition says of it.
type heard struct {
	judged
	test, edition, path         string
	recorded, without, distinct int
}

// hear keeps what was recorded of a test, and judges it by the deciding editions that can
// express it.
func (r *recording) hear(ctx context.Context, t *litmus.Test, sub subject) (all []heard, err error) {
	if r.recorded+r.without == 0 {
		return nil, nil
	}
	path, err := r.keep(t)
	if err != nil {
		return nil, err
	}
	for _, d := range sub.editions {
		if !slices.Contains(sub.deciding, d.Name) || len(t.MissingIn(d)) > 0 {
			continue
		}
		j, err := r.judge(ctx, t, d)
		if err != nil {
			return all, cmp.Or(ctx.Err(), err)
		}
		all = append(all, heard{j, t.Name, d.Name, path, r.recorded, r.without, len(r.distinct)})
	}
	return all, nil
}

func (s *summary) printHistories(h heard) {
	for v := range h.verdicts {
		s.status = worse(s.status, statusOfVerdict(v))
	}
	allowed, forbidden, unclear := h.verdicts[linearizability.Allowed], h.verdicts[linearizability.Forbidden], h.verdicts[linearizability.Inconclusive]
	if s.json {
		s.record(map[string]any{"runtime": s.runtime, "test": h.test, "edition": h.edition, "file": h.path, "recorded": h.recorded, "unrecorded": h.without,
			"histories": h.distinct, "allowed": allowed, "forbidden": forbidden, "inconclusive": unclear, "first": h.first, "skipped": h.lacks})
		return
	}
	fmt.Fprintf(s.out, "    %s recorded, %s: ", plural(h.recorded, "run", "runs"), plural(h.distinct, "history", "different histories"))
	switch {
	case h.lacks != "":
		fmt.Fprintf(s.out, "not judged: %s\n", h.lacks)
	case forbidden > 0:
		fmt.Fprintf(s.out, "%s forbids %d; history %d of the file: %s\n      check trace -d %s %s\n", h.edition, forbidden, h.first, h.why, h.edition, h.path)
	default:
		fmt.Fprintf(s.out, "%s allows %d", h.edition, allowed)
		if unclear > 0 {
			fmt.Fprintf(s.out, ", inconclusive: %d", unclear)
		}
		fmt.Fprintln(s.out)
	}
	if h.without > 0 {
		fmt.Fprintf(s.out, "      %s too long to be recorded\n", plural(h.without, "run was", "runs were"))
	}
}
