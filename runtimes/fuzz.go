package runtimes

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// FuzzOptions say how many programs are made, and how each is run.
type FuzzOptions struct {
	Programs   int    // 0 means 100
	Statements int    // of each about so many at most; 0 means 8
	Seed       uint64 // of the first program; the next has the next
	Run        Options
	Progress   func(program int)
}

func (o FuzzOptions) withDefaults() FuzzOptions {
	if o.Programs == 0 {
		o.Programs = 100
	}
	if o.Statements == 0 {
		o.Statements = 8
	}
	if o.Run.Runs == 0 {
		o.Run.Runs = 100
	}
	return o
}

// Fuzzed is what a search with made programs came to.
type Fuzzed struct {
	Programs, Skipped, Undecided int // Skipped: too big to explore, or not expressible
	Seen, Allowed                int // outcomes of those that were judged
	Found                        *Finding
}

// Finding is a program that a runner does not run as the edition allows.
type Finding struct {
	Seed    uint64       // of the program
	Made    *litmus.Test // as it was made
	Program *litmus.Test // shrunk
	Stray   litmus.Stray
	Runs    int // of the shrunk program, among which the outcome was seen
}

// maxFuzzStates is where a program's exploration is given up.
const maxFuzzStates = 100_000

// Fuzz makes programs of the forms that both the runner and the edition have, runs
// them, and stops at the first with an outcome that the edition does not allow. That is
// shrunk by running ever smaller ones, each several times as often as a program is run.
// What a context that ends leaves undone is not an error.
func Fuzz(ctx context.Context, r Runner, d model.Dialect, o FuzzOptions) (Fuzzed, error) {
	o = o.withDefaults()
	var sum Fuzzed
	v := vocabulary(r, d)
	if !slices.ContainsFunc(v, func(f *litmus.Form) bool { return len(f.Blocks) == 0 }) {
		return sum, fmt.Errorf("%s and %s share no statement", r.Name(), d.Name)
	}
	for i := range o.Programs {
		if ctx.Err() != nil {
			return sum, nil
		}
		if o.Progress != nil {
			o.Progress(i)
		}
		seed := o.Seed + uint64(i)
		t := gen.Program(v, o.Statements, gen.Seeded(seed))
		t.Name = fmt.Sprint("fuzz-", seed)
		sum.Programs++
		f := fuzzing{ctx: ctx, runner: r, dialect: d, options: o.Run}
		j, err := f.judge(t)
		switch {
		case ctx.Err() != nil:
			return sum, nil
		case err != nil:
			return sum, fmt.Errorf("program %d: %w", seed, err)
		case j == nil:
			sum.Skipped++
			continue
		}
		sum.Undecided += f.undecided
		sum.Seen, sum.Allowed = sum.Seen+j.Seen, sum.Allowed+j.Allowed
		if j.Verdict == litmus.Violating {
			sum.Found, err = f.shrink(seed, t, *j)
			return sum, err
		}
	}
	return sum, nil
}

// vocabulary is what programs are made of.
func vocabulary(r Runner, d model.Dialect) gen.Vocabulary {
	return slices.DeleteFunc(gen.Of(d), func(f *litmus.Form) bool {
		return r.Missing(Program{Name: "fuzz", Forms: []string{f.Wire}}) != ""
	})
}

// fuzzing is the run of one program and of those that it is shrunk to.
type fuzzing struct {
	ctx       context.Context
	runner    Runner
	dialect   model.Dialect
	options   Options
	undecided int
}

// judge is nil for a program that cannot be judged.
func (f *fuzzing) judge(t *litmus.Test) (*litmus.Judgement, error) {
	if len(t.MissingIn(f.dialect)) > 0 {
		return nil, nil
	}
	allowed, err := t.Explore(f.ctx, f.dialect, explore.Options{MaxStates: maxFuzzStates})
	if err != nil || allowed.Partial {
		return nil, err
	}
	tally, err := f.runner.Run(f.ctx, ProgramOf(t), f.options)
	if errors.As(err, new(*Unsupported)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, n := range tally.Undecided {
		f.undecided += n
	}
	if err := fitting(f.runner, t, tally); err != nil {
		return nil, err
	}
	j, err := litmus.Conforms(allowed.Set, tally.Counts)
	return &j, err
}

// tries is how often a smaller program is run anew before it counts as one that is
// run as it should be.
const tries = 3

func (f *fuzzing) shrink(seed uint64, t *litmus.Test, j litmus.Judgement) (*Finding, error) {
	found := &Finding{Seed: seed, Made: t, Program: t, Stray: j.Stray[0], Runs: j.Runs}
	var failed error
	found.Program = gen.Shrink(t, func(smaller *litmus.Test) bool {
		for range tries {
			if f.ctx.Err() != nil || failed != nil {
				return false
			}
			k, err := f.judge(smaller)
			if err != nil && f.ctx.Err() == nil {
				failed = fmt.Errorf("a program that %d was shrunk to, %s: %w", seed, smaller.Wire(), err)
			}
			if k == nil || err != nil {
				return false
			}
			if k.Verdict == litmus.Violating {
				found.Stray, found.Runs = k.Stray[0], k.Runs
				return true
			}
		}
		return false
	})
	return found, failed
}
