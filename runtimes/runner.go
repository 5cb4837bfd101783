// Package runtimes runs litmus programs on real runtimes. A runtime is spoken to
// through a driver, a child process that speaks the line protocol of
// docs/protocol.md.
package runtimes

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Program is a litmus program as a driver gets it.
type Program struct {
	Name  string
	Wire  string   // one line, the S-expression of docs/protocol.md
	Hash  string   // of the wire form without the name; names the program in every reply
	Forms []string // the wire words it uses, for Missing
}

// Runner runs programs and counts what they came to.
type Runner interface {
	Name() string
	// Edition is the edition that this runner is judged by unless another is asked for.
	Edition() string
	// Missing names a form of p that the runner cannot express, or is "".
	Missing(p Program) string
	// Run runs p o.Runs times. The tally is valid, as far as it got, beside an error too.
	Run(ctx context.Context, p Program, o Options) (Tally, error)
}

// Options say how often and how a program is run. The zero Options mean 1000 runs.
type Options struct {
	Runs     int           // 0 means 1000
	Seed     uint64        // of the jitter; the schedule of a real runtime is not reproducible by it alone
	Limit    time.Duration // of one run, before it counts as undecided; 0 means 2 s
	Crashes  int           // crashes, or hangs, in a row after which the rest is left out; 0 means 5
	Progress func(done int)
}

func (o Options) withDefaults() Options {
	if o.Runs == 0 {
		o.Runs = 1000
	}
	if o.Limit == 0 {
		o.Limit = 2 * time.Second
	}
	if o.Crashes == 0 {
		o.Crashes = 5
	}
	return o
}

// Crash is the outcome of a run in which the runtime's process died.
const Crash = "crash"

// Why a run has no outcome. Starved and Livelock are the driver's findings about
// one run, Restless is package impl's about one of its own; Hung is ours about the
// driver: it said nothing and used no processor.
const (
	Starved  = "starved"  // something could run but got no processor
	Livelock = "livelock" // processor time was used, no statement ended
	Hung     = "hung"     // the driver fell silent
	CPULimit = "cpulimit" // the process met its bound of processor time
	Restless = "restless" // the limit of a run was over, and something still ran
)

// Tally is what a number of runs came to.
type Tally struct {
	Counts    map[string]int // canonical outcome -> runs; Crash among them
	Undecided map[string]int // reason -> runs without an outcome
	Restarts  int            // processes started beyond the first
	Stopped   string         // why fewer runs were made than asked for, or ""
	// Processor is the time that the driver's processes used, their start and the loading of
	// the program included; 0 where the system does not say.
	Processor time.Duration `json:",omitempty"`
}

// Runs is the number of runs that have an outcome or are known to have none.
func (t *Tally) Runs() int {
	n := 0
	for _, c := range t.Counts {
		n += c
	}
	for _, c := range t.Undecided {
		n += c
	}
	return n
}

// Outcomes are the outcomes seen, sorted.
func (t *Tally) Outcomes() []string { return slices.Sorted(maps.Keys(t.Counts)) }

func (t *Tally) outcome(text string, n int) {
	if t.Counts == nil {
		t.Counts = map[string]int{}
	}
	t.Counts[text] += n
}

func (t *Tally) undecided(why string, n int) {
	if t.Undecided == nil {
		t.Undecided = map[string]int{}
	}
	t.Undecided[why] += n
}

// add adds what other runs of the program came to.
func (t *Tally) add(u Tally) {
	for text, n := range u.Counts {
		t.outcome(text, n)
	}
	for why, n := range u.Undecided {
		t.undecided(why, n)
	}
	t.Restarts, t.Processor, t.Stopped = t.Restarts+u.Restarts, t.Processor+u.Processor, cmp.Or(t.Stopped, u.Stopped)
}

// Unsupported says that a runner cannot express a program: it is to be skipped.
type Unsupported struct{ Runner, Program, Why string }

func (e *Unsupported) Error() string {
	return fmt.Sprintf("%s cannot run %s: %s", e.Runner, e.Program, e.Why)
}

// Broken says that a driver did what the protocol does not allow. It is a fault
// of the driver, never a property of the runtime.
type Broken struct {
	Runner, Program string
	Got, Want       string
	Stderr          string // the end of what the driver logged
}

func (e *Broken) Error() string {
	s := fmt.Sprintf("driver of %s is broken", e.Runner)
	if e.Program != "" {
		s += " at " + e.Program
	}
	s += fmt.Sprintf(": got %s, want %s", e.Got, e.Want)
	if e.Stderr != "" {
		s += "\nit logged: " + e.Stderr
	}
	return s
}

// NotInstalled says that a runtime's tool is missing on this machine.
type NotInstalled struct{ Runtime, Tool, Install string }

func (e *NotInstalled) Error() string {
	return fmt.Sprintf("%s needs %s, which is not installed; install it with: %s", e.Runtime, e.Tool, e.Install)
}
