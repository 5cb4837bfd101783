package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/interject/interject/litmus"
)

var showCommand = command{
	name: "show", args: "TEST ...", help: "a test, its answers, and how the editions answer it",
	more: "examples:\n  check show mutual-kill\n  check show -wire mutual-kill      the form in which drivers get it",
	run:  (*app).show,
}

func (a *app) show(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	s := &search{}
	s.flags(f)
	wire := f.Bool("wire", false, "print the wire form and nothing else")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) == 0 {
		return exitUsage, usageError{fmt.Errorf("show needs a test")}
	}
	chosen, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	ctx, cancel := s.context(ctx)
	defer cancel()
	status := exitOK
	for _, t := range chosen {
		if *wire && a.json {
			a.record(map[string]any{"test": t.Name, "wire": t.Wire()})
			continue
		}
		if *wire {
			fmt.Fprintln(a.out, t.Wire())
			continue
		}
		one, err := a.showTest(ctx, s, t)
		if err != nil {
			return exitUsage, err
		}
		status = worse(status, one)
	}
	return status, nil
}

func (a *app) showTest(ctx context.Context, s *search, t *litmus.Test) (int, error) {
	eds, err := editions(s.names, s.settings)
	if err != nil {
		return exitUsage, err
	}
	if a.json {
		a.record(map[string]any{"test": t.Name, "family": t.Family, "title": t.Title, "see": t.See, "hash": t.Hash(), "text": t.Format(), "wire": t.Wire()})
		return exitOK, nil
	}
	fmt.Fprintf(a.out, "%s\nhash %s\n\n", strings.TrimRight(t.Format(), "\n"), t.Hash())
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	fmt.Fprintln(w, "edition\tanswer\toutcomes\tstates\t")
	status := exitOK
	for _, d := range eds {
		if missing := t.MissingIn(d); len(missing) > 0 {
			fmt.Fprintf(w, "%s\thas no %s\t\t\t\n", d.Name, commas(missing))
			continue
		}
		allowed, err := a.explore(ctx, s, t, d)
		if err != nil {
			return exitUsage, err
		}
		verdict, why := judge(t, d, allowed)
		answer, expected := "", ""
		if t.Final != nil {
			answer = allowed.Frequency(t.Final).String()
		}
		if verdict != 0 {
			expected = expectation(verdict, why)
		} else if allowed.Partial {
			expected = "inconclusive: " + commas(allowed.Reasons)
		}
		status = worse(status, searchStatus(verdict, allowed))
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", d.Name, answer, len(allowed.Outcomes), allowed.States, expected)
	}
	return status, nil
}
