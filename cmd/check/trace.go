package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

var traceCommand = command{
	name: "trace", args: "[-d EDITION] [-follow] [-html FILE] FILE ...",
	help: "is a recorded history one that the specification allows",
	more: `A FILE holds histories as docs/traces.md says; .gz and .zst are decompressed, - is the standard input.
Two judges answer: a search for a run of the model of which the history is a view, and porcupine.

examples:
  check trace run.ndjson                       by the edition that the file names
  check trace -d ghc@9.0-1cap run.ndjson.gz    by another
  check trace -html why.html run.ndjson        charts, and porcupine's view
  check trace -follow run.ndjson               while it grows; ends at the first violation`,
	run: (*app).trace,
}

// judging is how histories are judged.
type judging struct {
	edition   string
	follow    bool
	html      string
	maxStates int
	timeout   time.Duration
	porcupine time.Duration
	strict    bool
}

func (a *app) trace(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	var j judging
	f.StringVar(&j.edition, "d", "", "the `edition` to judge by (default: the one that the history names)")
	f.BoolVar(&j.follow, "follow", false, "go on reading as the file grows")
	f.StringVar(&j.html, "html", "", "write a page about the history to `file`")
	f.IntVar(&j.maxStates, "max-states", 0, "give up, inconclusive, at so many `states` at one event (0: 131072)")
	f.DurationVar(&j.timeout, "timeout", 0, "end everything after this `time`, inconclusive (0: no bound)")
	f.DurationVar(&j.porcupine, "porcupine", 10*time.Second, "let porcupine think for so long about a piece of a history; `0` leaves it out")
	f.BoolVar(&j.strict, "strict", false, "the recorder never misses that a frame is entered, not even when a signal comes at once, or that a lock scope fails")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) == 0 || (j.follow || j.html != "") && len(args) > 1 {
		return exitUsage, usageError{fmt.Errorf("trace needs a file, and with -follow or -html one only")}
	}
	if j.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, j.timeout)
		defer cancel()
	}
	status := exitOK
	for _, name := range args {
		one, err := a.traceFile(ctx, &j, name)
		if err != nil {
			return one, err
		}
		status = worse(status, one)
	}
	return status, nil
}

// traceFile judges every history of a file.
func (a *app) traceFile(ctx context.Context, j *judging, name string) (int, error) {
	in, err := a.openTrace(ctx, j, name)
	if err != nil {
		return exitUsage, fileError(name, err)
	}
	defer in.Close()
	r, err := traces.NewReader(in, traces.Limits{})
	if err != nil {
		return exitUsage, fileError(name, err)
	}
	status := exitOK
	for {
		h, one, err := a.next(ctx, j, name, r)
		if err != nil {
			return exitUsage, fileError(name, err)
		}
		if h == nil {
			return one, nil
		}
		judge := ctx
		if j.follow {
			judge = context.WithoutCancel(ctx) // what has come is judged, though no more is waited for
		}
		if one, err = a.traceHistory(judge, j, name, h); err != nil {
			return one, err
		}
		status = worse(status, one)
		switch err := r.Another(); {
		case err == io.EOF, j.follow && ctx.Err() != nil:
			return status, nil
		case err != nil:
			return exitUsage, fileError(name, err)
		}
	}
}

// next reads the next history; when following, it is judged as it comes, and not
// answered if that has ended the matter.
func (a *app) next(ctx context.Context, j *judging, name string, r *traces.Reader) (*traces.History, int, error) {
	if j.follow {
		return a.followed(ctx, j, name, r)
	}
	h, err := r.History()
	return h, exitOK, err
}

func fileError(name string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return fmt.Errorf("%s: %v", name, pathError.Err)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// testOf is the program that a history is of; nil for a free one.
func testOf(h *traces.History) (*litmus.Test, error) {
	if h.Test == traces.Free {
		return nil, nil
	}
	if h.Program != "" {
		t, err := litmus.ReadWire(h.Program)
		if err != nil {
			return nil, fmt.Errorf("the program in the header: %w", err)
		}
		if t.Hash() != h.Test {
			return nil, fmt.Errorf("the header contradicts itself: its program has the hash %s, its test is %s", t.Hash(), h.Test)
		}
		return t, nil
	}
	for _, t := range litmus.All() {
		if t.Hash() == h.Test {
			return t, nil
		}
	}
	return nil, fmt.Errorf("the header names the test %s, which is not in the catalogue, and does not hold its program", h.Test)
}

// verdict is all that is said of a history.
type verdict struct {
	name    string
	h       *traces.History
	d       model.Dialect
	test    *litmus.Test
	report  *linearizability.Report
	strict  *linearizability.Report        // of a free history that is allowed only if something went unrecorded
	linear  *linearizability.Linearization // nil: not asked
	nearest *traces.History
	how     string
}

// traceHistory judges one history by both judges, and prints what they say.
func (a *app) traceHistory(ctx context.Context, j *judging, name string, h *traces.History) (int, error) {
	v, status, err := a.verdict(ctx, j, name, h)
	if v == nil || err != nil {
		return status, err
	}
	if j.html != "" {
		if err := v.page(j.html); err != nil {
			return exitUsage, err
		}
	}
	if a.json {
		a.record(v.json())
	} else {
		v.print(a.out)
	}
	return status, nil
}

func (a *app) verdict(ctx context.Context, j *judging, name string, h *traces.History) (*verdict, int, error) {
	v := &verdict{name: name, h: h}
	edit := j.edition
	if edit == "" {
		edit = h.Edition
	}
	if edit == "" {
		return nil, exitUsage, fmt.Errorf("%s: the history names no edition; say by which to judge it, with -d", name)
	}
	var err error
	if v.d, err = edition(edit); err != nil {
		return nil, exitUsage, fmt.Errorf("%s: %w", name, err)
	}
	if v.test, err = testOf(h); err != nil {
		return nil, exitUsage, fmt.Errorf("%s: %w", name, err)
	}
	strict, err := v.judge(ctx, j)
	if ctx.Err() != nil {
		fmt.Fprintf(a.err, "%s: inconclusive: %v\n", name, context.Cause(ctx))
		return nil, exitInconclusive, nil
	}
	if err != nil {
		return nil, exitUsage, fmt.Errorf("%s: %w", name, err)
	}
	if err := v.second(ctx, j, strict); err != nil {
		return nil, exitBug, fmt.Errorf("%s: %w", name, err)
	}
	v.nearest, v.how = linearizability.Nearest(ctx, h, v.d, v.test, v.report)
	return v, statusOfVerdict(v.verdict()), nil
}

// judge validates the history. What a thread enters it may have no time to record, when a
// signal comes at once: in a free history that explains nearly any receipt under a mask, so
// the reader is told when it is needed. It answers whether the report did without.
func (v *verdict) judge(ctx context.Context, j *judging) (strict bool, err error) {
	o := linearizability.Options{MaxStates: j.maxStates, Strict: j.strict || v.test == nil}
	v.report, err = linearizability.Validate(ctx, v.h, v.d, v.test, o)
	if err != nil || o.Strict == j.strict || v.report.Verdict == linearizability.Allowed {
		return o.Strict, err
	}
	if v.report.Verdict == linearizability.Forbidden {
		v.strict = v.report
	}
	o.Strict = false
	v.report, err = linearizability.Validate(ctx, v.h, v.d, v.test, o)
	if err == nil && v.report.Verdict != linearizability.Allowed {
		v.strict = nil
	}
	return false, err
}

// verdict is what either judge knows.
func (v *verdict) verdict() linearizability.Verdict {
	if v.report.Verdict == linearizability.Inconclusive && v.linear != nil {
		return v.linear.Verdict
	}
	return v.report.Verdict
}

// second asks porcupine. The judges share the rules, but not the search: where they
// part, one of them is wrong.
func (v *verdict) second(ctx context.Context, j *judging, strict bool) error {
	if j.porcupine == 0 {
		return nil
	}
	l, err := linearizability.Linearize(ctx, v.h, v.d, v.test, linearizability.How{Timeout: j.porcupine, MaxStates: j.maxStates, Strict: strict})
	if err != nil {
		return err
	}
	v.linear = l
	if l.Verdict != v.report.Verdict && l.Verdict != linearizability.Inconclusive && v.report.Verdict != linearizability.Inconclusive {
		return fmt.Errorf("this is a bug in interject, please report it: the search says %s, porcupine %s", v.report.Verdict, l.Verdict)
	}
	return nil
}

func statusOfVerdict(v linearizability.Verdict) int {
	switch v {
	case linearizability.Forbidden:
		return exitViolation
	case linearizability.Inconclusive:
		return exitInconclusive
	}
	return exitOK
}
