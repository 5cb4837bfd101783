// Command check asks litmus tests of asynchronous interrupts: what a semantics
// allows, what an implementation does, and whether the two agree.
//
// Without arguments it does the main job: the whole catalogue against the
// model's expectations, the implementation, and the linearizability of its
// recorded histories. Run check help for the rest.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
)

// Exit statuses. Scripts rely on them.
const (
	exitOK           = 0 // all conform
	exitViolation    = 1 // something violates; for compare: the two differ
	exitUsage        = 2 // wrong arguments, bad input, or a driver that does not work
	exitInconclusive = 3 // nothing violates, but a bound kept us from knowing
	exitBug          = 4 // a bug of ours
)

// command is one verb.
type command struct {
	name string
	args string // as usage shows them
	help string // one line
	more string // what help NAME adds: examples
	run  func(*app, context.Context, *flag.FlagSet, []string) (int, error)
}

// commands are all verbs but help, in the order in which help lists them.
var commands []command

func init() {
	commands = []command{listCommand, showCommand, fmtCommand, modelCommand, pathCommand, replayCommand, runCommand, smokeCommand, fuzzCommand, compareCommand, traceCommand, genCommand, auditCommand, whyCommand, exportCommand}
}

// app is one run of the command.
type app struct {
	out, err io.Writer
	in       io.Reader
	json     bool
}

// usageError is an error for which the user is to be told the usage.
type usageError struct{ error }

func main() { os.Exit(realMain()) }

func realMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	out := &kept{to: os.Stdout}
	a := &app{out: out, err: os.Stderr, in: os.Stdin}
	status := a.main(ctx, os.Args[1:])
	if out.lost != nil {
		fmt.Fprintf(a.err, "check: what was to be printed is lost: %v\n", out.lost)
		return max(status, exitUsage)
	}
	return status
}

// kept is a writer that remembers its first error: nobody asks Fprintf for it.
type kept struct {
	to   io.Writer
	lost error
}

func (k *kept) Write(p []byte) (int, error) {
	n, err := k.to.Write(p)
	if err != nil && k.lost == nil {
		k.lost = err
	}
	return n, err
}

// main runs a command line and answers the exit status.
func (a *app) main(ctx context.Context, args []string) (status int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(a.err, "check: this is a bug in interject, please report it: %v\n%s", p, debug.Stack())
			status = exitBug
		}
	}()
	status, err := a.dispatch(ctx, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, new(usageError)):
		fmt.Fprintf(a.err, "check: %v\nRun check help for the usage.\n", err)
		return exitUsage
	case err != nil:
		fmt.Fprintf(a.err, "check: %v\n", err)
		return max(status, exitUsage)
	}
	return status
}

func (a *app) dispatch(ctx context.Context, args []string) (int, error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") && args[0] != "-h" && args[0] != "-help" && args[0] != "--help" {
		return runMain(a, ctx, args)
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		return a.help(args[1:])
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		var names []string
		for _, c := range commands {
			names = append(names, c.name)
		}
		return exitUsage, usageError{fmt.Errorf("there is no command %q%s", args[0], litmus.DidYouMean(args[0], names))}
	}
	return commands[i].run(a, ctx, a.flags(commands[i]), args[1:])
}

// flags is a flag set that writes its usage like everything else here.
func (a *app) flags(c command) *flag.FlagSet {
	f := flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(a.err)
	f.Usage = func() { a.helpOn(c, f) }
	f.BoolVar(&a.json, "json", false, "print one JSON object a line instead of text")
	return f
}

// parse parses args, flags before or behind the others.
func parse(f *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, reported{err}
		}
		if f.NArg() == 0 {
			return rest, negative(f)
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// negative is an error if a number is: here all count or measure something, but seeds.
func negative(f *flag.FlagSet) (err error) {
	f.Visit(func(g *flag.Flag) {
		if v := g.Value.String(); strings.HasPrefix(v, "-") && len(v) > 1 && '0' <= v[1] && v[1] <= '9' && g.Name != "seed" {
			err = usageError{fmt.Errorf("-%s %s: found a negative number, expected one from 0", g.Name, v)}
		}
	})
	return err
}

// reported is an error that the flag package has already printed.
type reported struct{ error }
