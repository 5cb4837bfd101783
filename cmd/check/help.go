package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
)

const overview = `check asks litmus tests of asynchronous interrupts between threads.

usage: check [-run PATTERN] [-json]     the main job: the whole catalogue against the model's
                                        expectations, the implementation, and its histories
       check COMMAND [ARGUMENT ...]

commands:
`

const exits = `
exit status: 0 conforms, 1 violation (compare: the two differ), 2 usage, bad input or a broken driver,
3 inconclusive (a bound was reached), 4 a bug of ours

A TEST is a name from the catalogue (mutual-kill), a pattern as in go test -run (order/, ^fifo), a .litmus file, or - for standard input.
An EDITION is <system>@doc… (what a version of its documentation promises) or <system>@<version> (what was observed).
`

func (a *app) help(args []string) (int, error) {
	if len(args) > 0 && args[0] != "help" {
		i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
		if i < 0 {
			return exitUsage, usageError{fmt.Errorf("there is no command %q; check help lists them", args[0])}
		}
		b := &app{out: a.out, err: a.out, in: a.in}
		return commands[i].run(b, context.Background(), b.flags(commands[i]), []string{"-h"})
	}
	fmt.Fprint(a.out, overview)
	for _, c := range commands {
		fmt.Fprintf(a.out, "  %-9s %s\n", c.name, c.help)
	}
	fmt.Fprintf(a.out, "  %-9s %s\n", "help", "this text, or what help COMMAND says of one")
	fmt.Fprint(a.out, exits)
	return exitOK, nil
}

func (a *app) helpOn(c command, f *flag.FlagSet) {
	fmt.Fprintf(f.Output(), "usage: check %s %s\n\n%s.\n\nflags:\n", c.name, c.args, c.help)
	f.PrintDefaults()
	if c.more != "" {
		fmt.Fprintf(f.Output(), "\n%s\n", c.more)
	}
}
