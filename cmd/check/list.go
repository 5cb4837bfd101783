package main

import (
	"context"
	"flag"
	"fmt"
	"text/tabwriter"
)

var listCommand = command{
	name: "list", args: "[TEST ...]", help: "list the tests of the catalogue, or the editions",
	more: "examples:\n  check list\n  check list cleanup/\n  check list -editions",
	run:  (*app).list,
}

func (a *app) list(_ context.Context, f *flag.FlagSet, args []string) (int, error) {
	eds := f.Bool("editions", false, "list the editions instead")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if *eds && len(args) > 0 {
		return exitUsage, usageError{fmt.Errorf("list -editions lists all of them: what is %q for?", args[0])}
	}
	if *eds {
		return a.listEditions()
	}
	all, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	for _, t := range all {
		if a.json {
			a.record(map[string]any{"test": t.Name, "family": t.Family, "title": t.Title, "hash": t.Hash(), "features": t.Features()})
			continue
		}
		fmt.Fprintf(w, "%s\t%s\n", t.Path(), t.Title)
	}
	return exitOK, nil
}

func (a *app) listEditions() (int, error) {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	defer w.Flush()
	eds, _ := editions("", nil)
	for _, d := range eds {
		if a.json {
			a.record(map[string]any{"edition": d.Name, "title": d.Title, "lacks": d.Lacks})
			continue
		}
		fmt.Fprintf(w, "%s\t%s\n", d.Name, d.Title)
	}
	return exitOK, nil
}
