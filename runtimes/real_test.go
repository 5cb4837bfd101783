package runtimes

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/model"
)

// driver is the runner of an installed runtime; the test is skipped by the name of
// what is missing otherwise.
func driver(t *testing.T, name string) *Driver {
	t.Helper()
	r, ok := Find(name)
	if !ok {
		t.Fatalf("no runtime %s", name)
	}
	if err := r.Installed(); err != nil {
		t.Skip(err)
	}
	d := r.Driver()
	t.Cleanup(func() { d.Close() })
	return d
}

// seen is the runner of an installed runtime, and the edition of what was seen of it.
func seen(t *testing.T, r Runtime) (*Driver, model.Dialect) {
	t.Helper()
	edition, err := model.Edition(r.Edition)
	if err != nil {
		t.Fatal(err)
	}
	return driver(t, r.Name), edition
}

// beside lets the test of a runtime go on beside those of others, unless it needs all
// processors for itself.
func beside(t *testing.T, r Runtime) {
	if r.Jobs() > 1 {
		t.Parallel()
	}
}

const seed = 20100101

// limit leaves room for a machine that does other things as well: no outcome waits for it.
const limit = 5 * time.Second

// histogram runs a program and prints what it came to.
func histogram(t *testing.T, d *Driver, wire string, runs int) map[string]int {
	t.Helper()
	counts, wrong := counted(t, d, wire, runs, seed)
	if wrong != "" {
		t.Error(wrong)
	}
	return counts
}

// histogramOf runs a program as counted does, or otherwise.
type histogramOf func(t *testing.T, d *Driver, wire string, runs int, seed uint64) (counts map[string]int, wrong string)

// counted is a histogram, and what is wrong with the runs.
func counted(t *testing.T, d *Driver, wire string, runs int, seed uint64) (counts map[string]int, wrong string) {
	t.Helper()
	tally, err := d.Run(t.Context(), Program{Name: t.Name(), Wire: wire}, Options{Runs: runs, Seed: seed, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range tally.Outcomes() {
		t.Logf("%6d %s", tally.Counts[o], o)
	}
	if len(tally.Undecided) > 0 || tally.Stopped != "" || tally.Runs() != runs {
		wrong = fmt.Sprintf("%d of %d runs, undecided %v, stopped %q (seed %d)", tally.Runs(), runs, tally.Undecided, tally.Stopped, seed)
	}
	return tally.Counts, wrong
}

// A claim is what a program comes to on a runtime: each outcome of must, none that
// is neither in must nor in may.
type claim struct {
	name, runtime, wire string
	runs                int
	must, may           []string
}

// What is known of these versions by measurement, each with the number of runs in
// which all of it was always seen.
var claims = []claim{
	{"one throw wins", "ghc", mutualKill, 400,
		[]string{"a=died Kill; b=returned", "a=returned; b=died Kill"}, nil},
	{"one throw wins", "ghc-1cap", mutualKill, 400,
		[]string{"a=died Kill; b=returned", "a=returned; b=died Kill"}, nil},
	{"closed throwers block each other", "ghc-1cap", mutualKillClosed, 20,
		[]string{"a=blocked throwTo b; b=blocked throwTo a"}, nil},
	{"blocked throwers are served last first", "ghc-1cap", fifoAwait, 400,
		[]string{"t=returned [2 1]; k1=returned; k2=returned; s=returned"}, nil},
	{"blocked throwers are served in any order", "ghc", fifoAwait, 400,
		[]string{"t=returned [2 1]; k1=returned; k2=returned; s=returned"},
		[]string{"t=returned [1 2]; k1=returned; k2=returned; s=returned",
			"t=returned [1]; k1=returned; k2=returned; s=returned",
			"t=returned [2]; k1=returned; k2=returned; s=returned",
			"t=returned; k1=returned; k2=returned; s=returned",
			// One lands when t has gone through its handlers.
			"t=died X2 [1]; k1=returned; k2=returned; s=returned",
			"t=died X1 [2]; k1=returned; k2=returned; s=returned",
			"t=died X1; k1=returned; k2=returned; s=returned",
			"t=died X2; k1=returned; k2=returned; s=returned"}},
	{"a value is lost where a mask ends", "ghc-1cap", tryValueLost, 400,
		[]string{"t=died X1 [h masked]; k=returned; s=returned"}, nil},
	{"a value is lost where a mask ends", "ghc", tryValueLost, 400,
		[]string{"t=died X1 [h masked]; k=returned; s=returned"},
		[]string{"t=returned [h masked after]; k=returned; s=returned"}},
	{"a value handed over is not lost", "ghc", putThenKill, 400,
		[]string{"t=died X [got]; p=returned; m=empty"}, []string{"t=returned [got]; p=returned; m=empty"}},
	{"interrupted and yet received", "ghc-1cap", withdrawRace, 1000,
		[]string{"b=died X1; a=returned [got2]; c=returned; d=returned",
			"b=died X1; a=returned [sent]; c=returned; d=returned",
			"b=returned; a=returned [got2]; c=returned; d=returned"}, nil},
	{"who runs can be thrown at", "ghc", thrownAtOnce, 400,
		[]string{"a=returned; c=died X; d=returned"}, nil},
	{"a spinning thread runs", "ghc", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "ghc", looper, 2, []string{"t=running; s=returned"}, nil},

	{"either may die, or both", "sbcl", mutualKillMet, 1000,
		[]string{"a=died Kill; b=returned", "a=returned; b=died Kill"}, []string{"a=died Kill; b=died Kill"}},
	{"both die once both have sent", "sbcl", mutualKillSent, 400, []string{"a=died Kill; b=died Kill"}, nil},
	{"bodies that open the mask run last first", "sbcl", maskedNest, 400,
		[]string{"t=returned [s1 e1 s0 e0]; s=returned"}, nil},
	{"the queue runs inside the first unwinding", "sbcl", nlxQueue, 400,
		[]string{"t=returned [f1 f2 f3 cl1 cl2 after]; s=returned"}, nil},
	{"the last throw wins", "sbcl", throwsOuterInner, 400,
		[]string{"t=returned [cb b=2 in-a ca a=0]; s=returned"}, nil},
	{"a cleanup is cut to a prefix", "sbcl", prefixLaw, 3000,
		[]string{"t=returned [c1 c2 c3 o1 after]; s=returned", "t=returned [c1 c2 o1 after]; s=returned", "t=returned [c1 o1 after]; s=returned"},
		[]string{"t=returned [o1 after]; s=returned", "t=returned [c1 c2 c3 after]; s=returned"}},
	{"an interrupt lands where a throw leaves the mask", "sbcl", nlxOutOfMask, 400,
		[]string{"t=returned [thr f cl after]; s=returned"}, nil},
	// None of the editions has what comes now: docs/results/conformance.md, what made programs showed.
	{"who comes after the dead holds what they left locked", "sbcl", heldByTheDead, 50,
		[]string{"b=returned; c=returned; d=returned [held error]; l=held d"}, []string{"b=returned; c=returned; d=blocked lock l [notheld]; l=held b"}},
	{"a throw out of a cleanup cancels the kill", "sbcl", killCancelled, 400,
		[]string{"t=returned [cl o=5]; s=returned"}, nil},
	{"a throw out of a wait leaves the lock", "sbcl", cvThrow, 400,
		[]string{"t=returned [notheld cl after]; s=returned; m=free"}, nil},
	{"deadlock is an outcome", "sbcl", lockDeadlock, 100,
		[]string{"t=blocked join s; s=blocked lock l; l=held t"}, nil},
	{"a spinning thread runs", "sbcl", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "sbcl", looper, 2, []string{"t=running; s=returned"}, nil},

	{"what a throw leaves queued is stranded, and lost", "ecl", nlxQueue, 100,
		[]string{"t=returned [f1 cl1 cl2 after]; s=returned"}, nil},
	{"the first throw wins", "ecl", throwsOuterInner, 100,
		[]string{"t=returned [cb ca a=1]; s=returned"}, nil},
	{"bodies run one after the other", "ecl", maskedNest, 100,
		[]string{"t=returned [s0 e0 s1 e1]; s=returned"}, nil},
	{"a throw out of a mask delivers nothing", "ecl", nlxOutOfMask, 100,
		[]string{"t=returned [thr cl after]; s=returned"}, nil},
	{"a masked thread that sends receives", "ecl", sendsMasked, 100,
		[]string{"t=returned [a f b]; u=running [x]; s=returned"}, nil},
	{"so one may die before it has told the other", "ecl", mutualKillSent, 100,
		[]string{"a=died Kill; b=died Kill", "a=died Kill; b=running", "a=running; b=died Kill"}, nil},
	{"a throw out of a cleanup cancels the kill", "ecl", killCancelled, 100,
		[]string{"t=returned [cl o=5]; s=returned"}, nil},
	{"a throw out of a wait leaves the lock", "ecl", cvThrow, 100,
		[]string{"t=returned [notheld cl after]; s=returned; m=free"}, nil},
	{"a spinning thread runs", "ecl", spinner, 10, []string{"t=running; s=returned"}, nil},

	{"to ask what a full place holds lets nobody go on", "pthread", putWaits, 1000,
		[]string{"a=blocked put m; m=full; s=0"}, nil},
	{"both die where sending does not wait", "pthread", mutualCancel, 2000,
		[]string{"a=killed; b=killed", "a=killed; b=returned", "a=returned; b=killed"}, nil},
	{"a read that is done and cancelled", "pthread", readLost, 1000,
		[]string{"t=killed; p=returned; s=returned; pipe=empty", "t=killed; p=returned; s=returned; pipe=1",
			"t=returned [got]; p=returned; s=returned; pipe=empty"},
		[]string{"t=killed [got]; p=returned; s=returned; pipe=empty"}},
	{"a request comes before a token that is there", "pthread", tokenThere, 200,
		[]string{"t=killed; s=returned; n=1"}, nil},
	{"a cancelled wait has its mutex again", "pthread", cancelledWait, 200,
		[]string{"t=killed [held]; s=returned [mine]; l=free"}, nil},
	{"deferred needs a point, asynchronous none", "pthread", noPoint, 100,
		[]string{"t=running; u=killed; s=returned"}, nil},
	{"a cancelled join leaves the other to be joined", "pthread", joinAgain, 100,
		[]string{"w=returned; m=killed; n=returned; s=returned [joined]"}, nil},
	{"an exit in a cleanup goes on with the next", "pthread", exitInCleanup, 100,
		[]string{"t=killed [c1 c2]"}, nil},
	{"deadlock is an outcome", "pthread", lockDeadlock, 100,
		[]string{"t=blocked join s; s=blocked lock l; l=held t"}, nil},
	{"a spinning thread runs", "pthread", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "pthread", looper, 20, []string{"t=running; s=returned"}, nil},

	{"one throw wins", "cpython", mutualKill, 400,
		[]string{"a=died Kill; b=returned", "a=returned; b=died Kill"}, nil},
	{"the last exception overwrites the others", "cpython", slotUncaught, 100,
		[]string{"h=returned; t=died C; s=returned; l=held t"}, nil},
	{"one exception is received, once", "cpython", slot, 20,
		[]string{"h=returned; t=running [hit]; s=returned; l=free"}, nil},
	{"an exception in a join makes the other thread look dead", "cpython", falseDeath, 100,
		[]string{"m=returned [ki dead out]; w=running; s=returned"}, []string{"m=blocked join w [ki alive]; w=running; s=returned"}},
	{"a waiter that dies as it is woken passes nothing on", "cpython", unitLost, 20,
		[]string{"a=died X; b=blocked acquire s; k=returned; s=1"}, nil},
	{"a blocked operation is not woken", "cpython", noWake, 50,
		[]string{"h=returned; t=blocked lock l; s=returned; l=held h"}, nil},
	{"a spinning thread runs", "cpython", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "cpython", looper, 2, []string{"t=running; s=returned"}, nil},

	{"one break wins", "racket", mutualKill, 400,
		[]string{"a=died Kill; b=returned", "a=returned; b=died Kill"}, nil},
	{"a break waits for the next turn where a mask is left", "racket", breaksLeft, 400,
		[]string{"t=returned [next more]; s=returned", "t=returned [next b]; s=returned", "t=returned [b]; s=returned"},
		[]string{"t=returned [next more b]; s=returned", "t=died B [next more]; s=returned"}},
	{"a break that is pending comes before the token", "racket", breakOrToken, 200,
		[]string{"t=returned [b]; s=returned; n=1"}, nil},
	{"a thread that is killed runs no cleanup", "racket", killThread, 100,
		[]string{"t=killed; s=returned [dead]"}, nil},
	{"cleanups are masked to the end of the last", "racket", breakInCleanup, 100,
		[]string{"t=died B [p1 p2 p3]; s=returned"}, nil},
	{"a unit is not lost with a waiter", "racket", unitLost, 100,
		[]string{"a=died X; b=returned [got]; k=returned; s=0"}, nil},
	{"a spinning thread runs", "racket", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "racket", looper, 2, []string{"t=running; s=returned"}, nil},

	{"one exception wins", "ruby", mutualKill, 200,
		[]string{"a=died Kill; b=returned", "a=returned; b=died Kill"}, nil},
	{"of two exceptions a busy thread gets one", "ruby", drain, 100,
		[]string{"t=running (pending) [a]; s=returned"}, []string{"t=died B [a]; s=returned", "t=died B; s=returned"}},
	{"a taker that dies as it is woken passes nothing on", "ruby", takerLost, 200,
		[]string{"a=died X; b=blocked take m; k=returned; m=1"}, []string{"a=died X; b=returned; k=returned; m=empty"}},
	{"a thread is killed once", "ruby", killOnce, 50, []string{"t=running [x]; s=returned"}, nil},
	{"a masked exception ends a wait", "ruby", waitPoked, 50, []string{"t=died X [woken]; s=returned; l=free"}, nil},
	{"a spinning thread runs", "ruby", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "ruby", looper, 2, []string{"t=running; s=returned"}, nil},

	{"one dies, or both, or none", "erlang", mutualKill, 400,
		[]string{"a=died Kill; b=returned", "a=returned; b=died Kill"},
		[]string{"a=died Kill; b=died Kill", "a=returned; b=returned"}}, // where the signals are still on their way
	{"no cleanup runs", "erlang", noCleanup, 100, []string{"t=died X; u=killed; s=returned"}, nil},
	{"a link to nobody may be an error at once", "erlang", linkToNobody, 400,
		[]string{"a=returned [e]; b=returned"}, []string{"a=died Nobody; b=returned", "a=returned; b=returned"}},
	{"the first reason counts", "erlang", slotSpinning, 100, []string{"t=died A; s=returned"}, nil},
	{"a spinning thread runs", "erlang", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "erlang", looper, 2, []string{"t=running; s=returned"}, nil},

	{"both are interrupted", "java", cancelEachOther, 400,
		[]string{"a=died Cancelled; b=died Cancelled; m=empty"}, nil},
	{"an interrupt meant for one task meets the next", "java", staleInterrupt, 4000,
		[]string{"w=returned [one c2]; k=returned; s=1", "w=returned [one two]; k=returned; s=0"},
		[]string{"w=returned [c1 two]; k=returned; s=0"}},
	{"who was notified first is not interrupted", "java", notifyInterrupt, 200,
		[]string{"a=returned [got cancelled]; b=blocked wait c; s=returned; l=free"},
		[]string{"a=returned [got clean]; b=blocked wait c; s=returned; l=free"}},
	{"two interrupts are one flag, and it comes before the token", "java", flagThenToken, 200,
		[]string{"t=returned [ie clean]; s=returned; n=1"}, nil},
	{"a join that is over is not interrupted", "java", joinOver, 400,
		[]string{"a=returned; b=returned"}, []string{"a=died Cancelled; b=returned"}},
	{"lock does not hear of interrupts", "java", lockIgnores, 50,
		[]string{"h=returned; t=blocked lock l; s=returned; l=held h"}, nil},
	{"a spinning thread runs", "java", spinner, 20, []string{"t=running; s=returned"}, nil},
	{"a looping thread runs", "java", looper, 2, []string{"t=running; s=returned"}, nil},
}

func TestClaims(t *testing.T) {
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			beside(t, r)
			d := driver(t, r.Name)
			for _, c := range claims {
				if c.runtime == r.Name {
					t.Run(c.name, func(t *testing.T) { c.check(t, d, counted) })
					if c.recordable() {
						t.Run(c.name+", recorded", func(t *testing.T) { c.check(t, d, countedOfRecorded) })
					}
				}
			}
		})
	}
}

// check tries a claim a second time if it fails, and says so: on a loaded machine a run is
// now and then judged before it has come to rest.
func (c claim) check(t *testing.T, d *Driver, count histogramOf) {
	wrong := c.wrong(t, d, count)
	if len(wrong) > 0 {
		t.Logf("tried again, since %s", strings.Join(wrong, "; "))
		wrong = c.wrong(t, d, count)
	}
	for _, w := range wrong {
		t.Error(w)
	}
}

// batch is how many runs of a claim are made before it is asked whether they were enough.
const batch = 50

// wrong is what does not fit the claim. It runs the program until all that must be seen
// was seen, c.runs times at most; in a nightly run so often anyway.
func (c claim) wrong(t *testing.T, d *Driver, count histogramOf) (all []string) {
	got := map[string]int{}
	seen := func(o string) bool { return got[o] > 0 }
	enough := func() bool { return os.Getenv("NIGHTLY") == "" && every(c.must, seen) }
	for left := c.runs; left > 0 && (left == c.runs || !enough()); left -= batch {
		counts, undecided := count(t, d, c.wire, min(left, batch), seed+uint64(left))
		if undecided != "" {
			return []string{undecided}
		}
		for o, n := range counts {
			got[o] += n
		}
	}
	for _, o := range c.must {
		if !seen(o) {
			all = append(all, fmt.Sprintf("never %q in %d runs", o, c.runs))
		}
	}
	for _, o := range slices.Sorted(maps.Keys(got)) {
		if !slices.Contains(c.must, o) && !slices.Contains(c.may, o) {
			all = append(all, fmt.Sprintf("%d times %q, which is not claimed", got[o], o))
		}
	}
	return all
}

func every(all []string, holds func(string) bool) bool {
	return !slices.ContainsFunc(all, func(s string) bool { return !holds(s) })
}

// What is an error in the language is one in every runtime: to start a thread twice, and to
// lock what one holds, but in CPython, whose Lock knows no owner. What is none, is none.
var errorsOfTheLanguage = map[string]string{
	"(litmus 1 p (thread a (fork c) (fork c)) (later c (log x)))":                                "a=died Error; c=returned [x]",
	"(litmus 1 p (mutex l) (thread a (try Error ((lock l) (lock l)) ((log error))) (unlock l)))": "a=returned [error]; l=free",
	"(litmus 1 p (cond c) (thread a (notify c)))":                                                "a=returned",
}

// Every driver refuses alike what it cannot read and what it cannot express, and finds the
// same errors in what it runs.
func TestRefusals(t *testing.T) {
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			beside(t, r)
			d := driver(t, r.Name)
			run := func(wire string) error {
				_, err := d.Run(t.Context(), Program{Name: "p", Wire: wire}, Options{Runs: 1})
				return err
			}
			var unsupported *Unsupported
			if err := run("(litmus 1 p (thread a (frobnicate)))"); !errors.As(err, &unsupported) || unsupported.Why != "no form frobnicate" {
				t.Errorf("unknown form: %v", err)
			}
			if err := run("(litmus 1 p (cauldron c) (thread a (nop)))"); !errors.As(err, &unsupported) || unsupported.Why != "no form cauldron" {
				t.Errorf("unknown declaration: %v", err)
			}
			var broken *Broken
			for _, wire := range []string{"(litmus 2 p)", "(litmus 1 p", "(litmus 1 p) x", "(litmus 1 p (thread a (set x 1)))", "(litmus 1 p (thread a (nop) (log)))"} {
				if err := run(wire); !errors.As(err, &broken) {
					t.Errorf("%s: %v; want an error", wire, err)
				}
			}
			hasHistoryMode(t, d)
			histogram(t, d, "(litmus 1 p (thread a (log 1)))", 3) // and goes on afterwards
			for wire, want := range errorsOfTheLanguage {
				if r.Name == "cpython" && strings.Contains(wire, "lock") {
					want = "a=blocked lock l; l=held a" // docs/results/conformance.md, what made programs showed
				}
				tally, err := d.Run(t.Context(), Program{Name: "p", Wire: wire}, Options{Runs: 20, Seed: seed, Limit: limit})
				if !errors.As(err, &unsupported) && (err != nil || tally.Counts[want] != 20) {
					t.Errorf("%s: %v, %v; want %s", wire, tally, err, want)
				}
			}
		})
	}
}
