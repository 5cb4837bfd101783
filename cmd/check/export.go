package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/interject/interject/litmus/export"
)

var exportCommand = command{
	name: "export", args: "-promela|-tla -d EDITION [-set POINT=ANSWER ...] TEST", help: "a test as a model for another model checker",
	more: `The model states the semantics again, in the other checker's language, so that what that one finds is evidence of
its own. The options that it needs stand at its top. Only the core of the editions of GHC can be exported.

With -tla the configuration for TLC stands behind the module; the file must be called as the module is.

examples:
  check export -promela -d ghc@doc2010 mutual-kill >m.pml
  spin -o2 -a m.pml && gcc -O2 -DSAFETY -DNOREDUCE -DPRINTF -o pan pan.c && ./pan -b -m1000000 -n
  check export -tla -d ghc@doc2010 mutual-kill >interject_mutual_kill.tla
  java -cp tla2tools.jar tlc2.TLC -deadlock -config interject_mutual_kill.tla interject_mutual_kill.tla`,
	run: (*app).export,
}

func (a *app) export(_ context.Context, f *flag.FlagSet, args []string) (int, error) {
	s := &search{}
	f.StringVar(&s.names, "d", "", "the `edition`")
	f.Var(&s.settings, "set", "change a choice `point=answer` of the edition: what if? (repeatable)")
	promela := f.Bool("promela", false, "for SPIN")
	tla := f.Bool("tla", false, "for TLC")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) != 1 || s.names == "" || *promela == *tla {
		return exitUsage, usageError{fmt.Errorf("export needs -promela or -tla, an edition with -d, and one test")}
	}
	chosen, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	eds, err := editions(s.names, s.settings)
	if err != nil {
		return exitUsage, err
	}
	if len(chosen) != 1 || len(eds) != 1 {
		return exitUsage, usageError{fmt.Errorf("export writes one test under one edition, not %d under %d", len(chosen), len(eds))}
	}
	language, write := "promela", export.Promela
	if *tla {
		language, write = "tla", export.TLA
	}
	text, err := write(chosen[0], eds[0])
	if err != nil {
		return exitUsage, err
	}
	if a.json {
		a.record(map[string]any{"test": chosen[0].Name, "hash": chosen[0].Hash(), "edition": eds[0].Name, language: text})
		return exitOK, nil
	}
	fmt.Fprint(a.out, text)
	return exitOK, nil
}
