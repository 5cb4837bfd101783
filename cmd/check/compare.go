package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

var compareCommand = command{
	name: "compare", args: "EDITION EDITION [TEST ...]", help: "the tests on which two editions part, with witnesses",
	more: `examples:
  check compare ghc@doc2010 ghc@9.0-1cap
  check compare sbcl@doc sbcl@2.2 nest/

exit status 1 says that the two differ.`,
	run: (*app).compare,
}

func (a *app) compare(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	s := &search{}
	f.Var(&s.settings, "set", "change a choice `point=answer` of the second edition: what if? (repeatable)")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) < 2 {
		return exitUsage, usageError{fmt.Errorf("compare needs two editions")}
	}
	one, err := edition(args[0])
	if err != nil {
		return exitUsage, err
	}
	two, err := edition(args[1])
	if err != nil {
		return exitUsage, err
	}
	if two, err = changed(two, s.settings); err != nil {
		return exitUsage, err
	}
	chosen, err := tests(args[2:])
	if err != nil {
		return exitUsage, err
	}
	return a.compareAll(ctx, s, chosen, one, two)
}

func (a *app) compareAll(ctx context.Context, s *search, chosen []*litmus.Test, one, two model.Dialect) (int, error) {
	status, both, differ := exitOK, 0, 0
	for _, t := range chosen {
		if len(t.MissingIn(one)) > 0 || len(t.MissingIn(two)) > 0 {
			continue
		}
		both++
		d, err := a.difference(ctx, s, t, one, two)
		if err != nil {
			return exitUsage, err
		}
		if d.partial {
			status = worse(status, exitInconclusive)
		}
		if len(d.only[0])+len(d.only[1]) > 0 {
			status = worse(status, exitViolation)
			differ++
			a.printDifference(t, d)
		}
	}
	if both == 0 {
		status = exitInconclusive
	}
	if !a.json {
		fmt.Fprintf(a.out, "%s and %s part on %d of %s that both can express\n", one.Name, two.Name, differ, plural(both, "test", "tests"))
	}
	return status, nil
}

// difference is what each of two editions allows of a test and the other does not.
type difference struct {
	names   [2]string
	answers [2]litmus.Frequency
	only    [2][]litmus.Outcome
	runs    [2][]string // a witness for each
	partial bool
}

func (a *app) difference(ctx context.Context, s *search, t *litmus.Test, one, two model.Dialect) (difference, error) {
	d := difference{names: [2]string{one.Name, two.Name}}
	var all [2]*litmus.Allowed
	for i, e := range []model.Dialect{one, two} {
		var err error
		if all[i], err = a.explore(ctx, s, t, e); err != nil {
			return d, err
		}
		d.partial = d.partial || all[i].Partial
		if t.Final != nil {
			d.answers[i] = all[i].Frequency(t.Final)
		}
	}
	for i := range all {
		for _, o := range all[i].Outcomes {
			if !all[1-i].Has(o) {
				run, _ := all[i].Witness(o)
				d.only[i] = append(d.only[i], o)
				d.runs[i] = append(d.runs[i], all[i].Machine.Path(run))
			}
		}
	}
	return d, nil
}

func (a *app) printDifference(t *litmus.Test, d difference) {
	if a.json {
		a.record(map[string]any{"test": t.Name, "editions": d.names, "only": [2][]string{texts(d.only[0]), texts(d.only[1])}, "paths": d.runs})
		return
	}
	fmt.Fprintf(a.out, "%s: %s\n", t.Path(), t.Title)
	if d.answers[0] != d.answers[1] {
		fmt.Fprintf(a.out, "  final %s: %s %s, %s %s\n", t.Final, d.names[0], d.answers[0], d.names[1], d.answers[1])
	}
	for i, name := range d.names {
		for j, o := range d.only[i] {
			if j == maxShown {
				fmt.Fprintf(a.out, "  only %s: … and %d more\n", name, len(d.only[i])-j)
				break
			}
			fmt.Fprintf(a.out, "  only %s: %s\n      by %s\n", name, o, d.runs[i][j])
		}
	}
	fmt.Fprintln(a.out)
}

// maxShown is how many outcomes of one kind are printed.
const maxShown = 3
