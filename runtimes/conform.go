package runtimes

import (
	"context"
	"errors"
	"fmt"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// ProgramOf is a test as a runner gets it.
func ProgramOf(t *litmus.Test) Program {
	p := Program{Name: t.Name, Wire: t.Wire(), Hash: t.Hash()}
	seen := map[string]bool{}
	t.Walk(func(s *litmus.Stmt) {
		if !seen[s.Form.Wire] {
			seen[s.Form.Wire] = true
			p.Forms = append(p.Forms, s.Form.Wire)
		}
	})
	return p
}

// Report is what a runner did with a test, and what editions say of it.
type Report struct {
	Test    *litmus.Test
	Runner  string
	Skipped string // why it was not run, or ""
	Tally   Tally
	Final   litmus.Frequency // of the test's condition in the runs
	Holds   int              // in how many of them it held
	Judged  []Judged
}

// Judged is what one edition says of what was observed.
type Judged struct {
	Edition string
	Skipped string // the edition cannot express the test
	litmus.Judgement
}

// Conform runs a test and holds what was observed against what each of the
// editions allows. An error is a broken driver or a cancelled context; what a
// runner cannot express is skipped.
func Conform(ctx context.Context, r Runner, t *litmus.Test, editions []model.Dialect, o Options) (Report, error) {
	rep := Report{Test: t, Runner: r.Name()}
	p := ProgramOf(t)
	if form := r.Missing(p); form != "" {
		rep.Skipped = "has no " + form
		return rep, nil
	}
	var err error
	rep.Tally, err = r.Run(ctx, p, o)
	if no := (*Unsupported)(nil); errors.As(err, &no) {
		rep.Skipped = no.Why
		return rep, nil
	}
	if err != nil {
		return rep, err
	}
	if err := fitting(r, t, rep.Tally); err != nil {
		return rep, err
	}
	rep.count(t)
	for _, d := range editions {
		j, err := judge(ctx, t, d, rep.Tally)
		if err != nil {
			return rep, err
		}
		rep.Judged = append(rep.Judged, j)
	}
	return rep, nil
}

// fitting is an error when a runner says that runs came to what is no outcome of the
// test: such a runner is broken, and nothing is known of the runtime.
func fitting(r Runner, t *litmus.Test, tally Tally) error {
	for _, text := range tally.Outcomes() {
		o, err := litmus.ParseOutcome(text)
		if err == nil {
			err = t.Fits(o)
		}
		if err != nil {
			return &Broken{Runner: r.Name(), Program: t.Name, Got: err.Error(), Want: "outcomes of this program: " + t.Shape()}
		}
	}
	return nil
}

// count says how often the condition of the test held.
func (r *Report) count(t *litmus.Test) {
	seen, err := litmus.Counts(r.Tally.Counts).Set()
	if err != nil || t.Final == nil {
		return
	}
	r.Final = seen.Frequency(t.Final)
	for text, n := range r.Tally.Counts {
		if o, err := litmus.ParseOutcome(text); err == nil && t.Final.Eval(o) {
			r.Holds += n
		}
	}
}

func judge(ctx context.Context, t *litmus.Test, d model.Dialect, tally Tally) (Judged, error) {
	j := Judged{Edition: d.Name}
	if missing := t.MissingIn(d); len(missing) > 0 {
		j.Skipped = fmt.Sprintf("has no %s", missing[0])
		return j, nil
	}
	allowed, err := t.Explore(ctx, d, explore.Options{})
	if err != nil {
		return j, err
	}
	j.Judgement, err = litmus.Conforms(allowed.Set, tally.Counts)
	if j.Verdict == litmus.Conforming && len(tally.Undecided) > 0 {
		j.Verdict = litmus.Inconclusive
	}
	return j, err
}
