package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/properties"
	"github.com/interject/interject/runtimes"
)

var genCommand = command{
	name: "gen", args: "-size N | -random N | -distinguish EDITION EDITION | -suite EDITION | -from-failure FILE",
	help: "programs made by a program: every one up to a size, random ones, those that tell editions apart",
	more: `examples:
  check gen -size 2 -d ghc@doc2010                 every program of up to 2 statements: how many, what they come to, by model and impl
  check gen -size 1 -d ghc@9.0 -r ghc              the same, run by a real runtime too
  check gen -random 5 -seed 7 -d sbcl@doc          five random programs
  check gen -distinguish ghc@doc2010 sbcl@doc      the smallest programs on which the two part
  check gen -distinguish ghc@doc2010 ghc@9.0-1cap -size 4
  check gen -suite ghc@doc2010                     a small suite that notices every rule and choice of the edition
  check gen -from-failure testdata/rapid/TestX/TestX-1.fail    a catalogue test from a failing input

Sizes are numbers of statements. What the core is, of which all programs are made, is told by docs/laws.md.`,
	run: (*app).gen,
}

// making is what check gen is asked to do.
type making struct {
	search
	size, random, statements, runs int
	seed                           uint64
	distinguish, suite, fail       string
	runtime, dir                   string
}

func (k *making) flags(f *flag.FlagSet) {
	f.IntVar(&k.size, "size", 0, "make every program of up to so `many` statements, and explore each")
	f.IntVar(&k.random, "random", 0, "make so `many` random programs")
	f.StringVar(&k.distinguish, "distinguish", "", "find the smallest programs on which this `edition` and the one named behind it part")
	f.StringVar(&k.suite, "suite", "", "find a small suite that notices every rule and choice point of the `edition`")
	f.StringVar(&k.fail, "from-failure", "", "make a catalogue test of what failed: a `file` that rapid or go test -fuzz left, or any text that quotes a wire form; - is standard input")
	f.IntVar(&k.statements, "statements", 12, "random programs have about so `many` statements at most")
	f.Uint64Var(&k.seed, "seed", 0, "the `seed` of random programs (default: a new one, printed)")
	f.StringVar(&k.names, "d", "", "the `editions`, separated by commas (default all)")
	f.Var(&k.settings, "set", "change a choice `point=answer` of every edition: what if? (repeatable)")
	f.DurationVar(&k.timeout, "timeout", 0, "end everything after this `time`, inconclusive (0: no bound)")
	f.StringVar(&k.runtime, "r", "", "let this `runtime` run every program too")
	f.IntVar(&k.runs, "runs", 20, "with -r: run each so `many` times")
	f.StringVar(&k.dir, "o", "", "write litmus files into this `folder` instead of printing them")
}

func (a *app) gen(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	k := &making{}
	k.flags(f)
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	ctx, cancel := k.context(ctx)
	defer cancel()
	asked := 0
	for _, is := range []bool{k.distinguish != "", k.suite != "", k.fail != ""} {
		if is {
			asked++
		}
	}
	switch {
	case asked > 1:
		return exitUsage, usageError{fmt.Errorf("gen can do only one of -distinguish, -suite and -from-failure")}
	case k.distinguish != "":
		return a.genDistinguish(ctx, k, args)
	case len(args) > 0:
		return exitUsage, usageError{fmt.Errorf("gen: what is %q for? It takes a second edition with -distinguish, nothing otherwise", args[0])}
	case k.suite != "":
		return a.genSuite(ctx, k)
	case k.fail != "":
		return a.genFailure(ctx, k)
	case max(k.size, k.statements) > maxGenerated:
		return exitUsage, usageError{fmt.Errorf("gen: programs of %d statements are asked for, expected at most %d", max(k.size, k.statements), maxGenerated)}
	case k.random > 0 && k.size == 0:
		return a.genRandom(k)
	case k.size > 0 && k.random == 0:
		return a.genAll(ctx, k)
	}
	return exitUsage, usageError{fmt.Errorf("gen needs one of -size, -random, -distinguish, -suite and -from-failure")}
}

// maxGenerated is how many statements a program may have that is made: each may bring
// names of its own, and there is room for litmus.MaxNames.
const maxGenerated = 60

// genRandom prints random programs. Their names tell the seed that makes them
// again.
func (a *app) genRandom(k *making) (int, error) {
	eds, err := editions(k.names, k.settings)
	if err != nil {
		return exitUsage, err
	}
	for k.seed == 0 {
		k.seed = newSeed()
		fmt.Fprintf(a.err, "seed %d\n", k.seed)
	}
	v := gen.Of(eds...)
	if k.names == "" {
		v = gen.Of()
	}
	for i := range uint64(k.random) {
		t := gen.Program(v, k.statements, gen.Seeded(k.seed+i))
		t.Name = fmt.Sprint("random-", k.seed+i)
		t.Title = fmt.Sprintf("made at random: check gen -random 1 -seed %d -statements %d", k.seed+i, k.statements)
		if k.names != "" {
			t.Title += " -d " + k.names
		}
		if err := a.write(k, t, i > 0); err != nil {
			return exitUsage, err
		}
	}
	return exitOK, nil
}

// write prints a test, or makes a file of it.
func (a *app) write(k *making, t *litmus.Test, another bool) error {
	switch {
	case a.json:
		a.record(map[string]any{"test": t.Name, "text": t.Format(), "wire": t.Wire(), "hash": t.Hash()})
		return nil
	case k.dir == "":
		if another {
			fmt.Fprintln(a.out)
		}
		_, err := fmt.Fprint(a.out, t.Format())
		return err
	}
	path := filepath.Join(k.dir, t.Name+".litmus")
	if err := os.WriteFile(path, []byte(t.Format()), 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.out, path)
	return err
}

// genAll explores every program up to a size.
func (a *app) genAll(ctx context.Context, k *making) (int, error) {
	eds, err := editions(k.names, k.settings)
	if err != nil {
		return exitUsage, err
	}
	var r runtimes.Runner
	if k.runtime != "" {
		all, err := runtimesNamed(k.runtime)
		if err != nil {
			return exitUsage, err
		}
		if err := all[0].Installed(); err != nil {
			return exitUsage, err
		}
		d := all[0].Driver()
		defer d.Close()
		r = d
	}
	status := exitOK
	if !a.json {
		fmt.Fprintf(a.out, "%-16s %4s %10s %10s %10s %8s %5s %14s %9s\n", "edition", "size", "programs", "outcomes", "states", "certain", "most", "interleavings", "complete")
	}
	for _, d := range eds {
		for n := 1; n <= k.size; n++ {
			one, err := a.genSize(ctx, k, d, n, r)
			if err != nil {
				return exitUsage, err
			}
			status = worse(status, one)
		}
	}
	return status, nil
}

func (a *app) genSize(ctx context.Context, k *making, d model.Dialect, size int, r runtimes.Runner) (int, error) {
	began := time.Now()
	a.count(size-1, k.size, d.Name)
	s, err := properties.Enumerate(ctx, d, gen.CoreOf(d), size, r, runtimes.Options{Runs: k.runs, Seed: max(k.seed, 1)})
	a.count(1, 1, "")
	if err != nil && ctx.Err() == nil {
		return exitUsage, err
	}
	status := exitOK
	if err != nil || s.Partial > 0 {
		status = exitInconclusive
	}
	if len(s.Strays) > 0 {
		status = exitViolation
	}
	if a.json {
		a.record(map[string]any{"edition": s.Edition, "size": s.Size, "programs": s.Programs, "outcomes": s.Outcomes, "states": s.States, "certain": s.Certain,
			"most": s.Most, "partial": s.Partial, "complete": err == nil, "impl": s.Impl, "interleavings": s.Interleavings, "implComplete": s.Complete, "runtime": s.Runner, "seen": s.Seen, "skipped": s.Skipped, "strays": len(s.Strays)})
		return status, nil
	}
	impl, complete := "-", "-" // impl does not implement the edition
	if s.Impl > 0 {
		impl, complete = fmt.Sprint(s.Interleavings), fmt.Sprint(s.Complete)
	}
	fmt.Fprintf(a.out, "%-16s %4d %10d %10d %10d %8d %5d %14s %9s\n", s.Edition, s.Size, s.Programs, s.Outcomes, s.States, s.Certain, s.Most, impl, complete)
	if a.watched() {
		fmt.Fprintf(a.err, "  %v\n", time.Since(began).Round(time.Millisecond))
	}
	a.sweepNotes(s, err)
	return status, nil
}

// sweepNotes says what did not go as it should.
func (a *app) sweepNotes(s properties.Sweep, err error) {
	if err != nil {
		fmt.Fprintf(a.out, "  inconclusive: ended before all programs were made: %v\n", err)
	}
	if s.Partial > 0 {
		fmt.Fprintf(a.out, "  inconclusive: a bound ended %s\n", plural(s.Partial, "search", "searches"))
	}
	if s.Runner != "" {
		fmt.Fprintf(a.out, "  %s: %d of %d outcomes seen, %s skipped, %s with outcomes that are not allowed\n", s.Runner, s.Seen, s.Outcomes,
			plural(s.Skipped, "program", "programs"), plural(len(s.Strays), "program", "programs"))
	}
	for i, st := range s.Strays {
		if i == maxShown {
			break
		}
		fmt.Fprintf(a.out, "  %s\n    not allowed: %s (%s)\n", st.Test.Wire(), st.Stray.Outcome, plural(st.Stray.Count, "run", "runs"))
	}
}
