package runtimes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// bounds are wider in a nightly run: then all programs are to be complete.
func bounds(p Program) sched.Options {
	o := Bounds(p)
	if os.Getenv("NIGHTLY") != "" {
		o.MaxExecutions = 5_000_000
	}
	return o
}

// incomplete are the programs whose interleavings are more than the bounds allow but in a
// nightly run, with the reason.
var incomplete = map[string]string{
	"block/interruptible-operations": "four threads and seven rounds: 2 * 8^7 traces, see TestRoundsMultiply",
}

// narrower are the choices by which impl is narrower than its editions, one after the
// other: where an edition leaves open when a signal is received, impl receives at once;
// where it leaves open in which order, in that of sending; what another thread waits for
// is handed over to it.
var narrower = []string{"may=no", "order=fifo", "handoff=take+put+lock+acquire"}

// In every interleaving of its steps, impl does only what the edition allows, on
// every test of the catalogue; and it does all of that, but for what its own choices
// exclude.
func TestEveryInterleavingIsAllowed(t *testing.T) {
	for _, d := range ImplEditions() {
		t.Run(d.Name, func(t *testing.T) {
			r, err := NewImpl(d.Name)
			if err != nil {
				t.Fatal(err)
			}
			sum := tallies{by: map[string]int{}}
			for _, test := range litmus.All() {
				if len(test.MissingIn(d)) == 0 {
					sum.judge(t, r, test, d)
				}
			}
			t.Logf("%d tests, %d executions, %d steps; inconclusive %d; not expressible %d; all allowed outcomes reached in %d",
				sum.tests, sum.executions, sum.steps, sum.partial, sum.unsupported, sum.by[""])
			for i, choice := range narrower {
				t.Logf("all that %s allows reached in %d more", strings.Join(narrower[:i+1], ", "), sum.by[choice])
			}
		})
	}
}

// The one program that is too large consists of rounds, one for each blocking operation. Every
// round by itself is explored completely here. One after the other they multiply: a round has
// three pairs of steps that may come in either order, hence n rounds 2 * 8^n traces, and no
// search that visits each trace once can do with less.
func TestRoundsMultiply(t *testing.T) {
	r, err := NewImpl("ghc@doc2010")
	if err != nil {
		t.Fatal(err)
	}
	ops := []string{"take e", "put f 2", "acquire s", "wait-until w", "join u", "throwTo u Y", "with-lock l { log locked }"}
	for n := range ops {
		rounds := [][]string{ops[n : n+1]}
		if n == 1 || n == 2 {
			rounds = append(rounds, ops[:n+1])
		}
		for _, ops := range rounds {
			want := 2 << (3 * len(ops))
			all, err := r.Explore(t.Context(), ProgramOf(inRounds(t, ops)), sched.Options{})
			if err != nil || all.Partial != "" || all.Executions != want || len(all.Counts) != 1 {
				t.Errorf("%v: %d executions, want %d; %q; outcomes %v; %v", ops, all.Executions, want, all.Partial, all.Counts, err)
			}
			for o := range all.Counts {
				if !strings.Contains(o, "t=returned [") || strings.Count(o, "interrupted") != len(ops) {
					t.Errorf("%v: %s", ops, o)
				}
			}
		}
	}
}

// inRounds is block/interruptible-operations with these operations.
func inRounds(t *testing.T, ops []string) *litmus.Test {
	t.Helper()
	var target, killer, helper strings.Builder
	for i, op := range ops {
		fmt.Fprintf(&target, "set go %d\nspin stop %[1]d\ntry { %s } catch X { log interrupted }\n", i+1, op)
		fmt.Fprintf(&killer, "spin go %d\nthrowTo t X\n", i+1)
		fmt.Fprintf(&helper, "spin go %d\nawait k\nset stop %[1]d\n", i+1)
	}
	test, err := litmus.Parse("rounds", []byte("litmus rounds \"some rounds\"\nflag u-in go stop w never\nmvar e\nmvar f = 1\nsem s = 0\nmutex l\n"+
		"thread t { spin u-in\nmask {\n"+target.String()+"} }\nthread u { with-lock l { umask { set u-in; spin never } } }\n"+
		"thread k {\n"+killer.String()+"}\nthread h {\n"+helper.String()+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return test
}

// tallies are the counts of a run over the catalogue; by is which choice made the sets of
// outcomes equal.
type tallies struct {
	tests, partial, unsupported, executions, steps int
	by                                             map[string]int
}

func (sum *tallies) judge(t *testing.T, r *Impl, test *litmus.Test, d model.Dialect) {
	t.Helper()
	all, err := r.Explore(t.Context(), ProgramOf(test), bounds(ProgramOf(test)))
	if no := (*Unsupported)(nil); errors.As(err, &no) {
		sum.unsupported++
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", test.Path(), err)
	}
	sum.tests++
	sum.executions, sum.steps = sum.executions+all.Executions, sum.steps+all.Steps
	j, err := litmus.Conforms(allowed(t, test, d), all.Counts)
	if err != nil {
		t.Fatal(err)
	}
	if j.Verdict == litmus.Violating {
		stray := j.Stray[0]
		t.Errorf("%s: %s is not allowed; nearest allowed: %s\n%s", test.Path(), stray.Outcome, stray.Nearest,
			r.HowTo(t.Context(), test, stray.Outcome.String()))
	}
	if all.Partial != "" {
		sum.partial++
		t.Logf("%s: inconclusive: %s after %d executions", test.Path(), all.Partial, all.Executions)
		if incomplete[test.Path()] == "" || os.Getenv("NIGHTLY") != "" {
			t.Errorf("%s: the search is to be complete", test.Path())
		}
		return
	}
	sum.explain(t, test, d, all)
}

// explain finds the first of the choices with which everything that is allowed is reached.
func (sum *tallies) explain(t *testing.T, test *litmus.Test, d model.Dialect, all Interleavings) {
	t.Helper()
	var missing []string
	for _, choice := range append([]string{""}, narrower...) {
		if choice != "" {
			var err error
			if d, err = d.With(choice); err != nil {
				t.Fatal(err)
			}
		}
		missing = nil
		for _, o := range allowed(t, test, d).Outcomes {
			if all.Counts[o.String()] == 0 {
				missing = append(missing, o.String())
			}
		}
		if len(missing) == 0 {
			sum.by[choice]++
			return
		}
	}
	t.Errorf("%s: never reached, and no choice of impl's says why: %s", test.Path(), strings.Join(missing, " | "))
}

func allowed(t *testing.T, test *litmus.Test, d model.Dialect) litmus.Set {
	t.Helper()
	a, err := test.Explore(t.Context(), d, explore.Options{MaxStates: 200_000})
	if err != nil {
		t.Fatal(err)
	}
	return a.Set
}

// What is said of how to see an outcome again leads to that outcome.
func TestHowToReplays(t *testing.T) {
	r, err := NewImpl("ghc@doc2010")
	if err != nil {
		t.Fatal(err)
	}
	for path, outcome := range map[string]string{
		"order/mutual-kill": "a=died Kill; b=returned",
		"kill/all-kill-all": "a=died Kill; b=died Kill; c=returned",
	} {
		i := slices.IndexFunc(litmus.All(), func(x *litmus.Test) bool { return x.Path() == path })
		test := litmus.All()[i]
		text := r.HowTo(t.Context(), test, outcome)
		_, command, ok := strings.Cut(text, "replay: check replay -d ghc@doc2010 "+path+" '")
		if !ok {
			t.Fatalf("%s: %q has no command", path, text)
		}
		s, err := sched.ParseSchedule(strings.TrimSuffix(command, "'"))
		if err != nil {
			t.Fatal(err)
		}
		o, err := r.Replay(ProgramOf(test), s)
		if err != nil || o.Text != outcome || len(o.Trail) != len(o.Schedule) {
			t.Errorf("%s: %q replays as %q (%v, %v), in %d steps", path, text, o.Text, o.Failure, err, len(o.Trail))
		}
	}
	if text := r.HowTo(t.Context(), litmus.All()[0], "a=flown"); text != "it was not found again" {
		t.Errorf("of what does not happen: %q", text)
	}
}

// nightRuns is how often each program is run for real in a nightly run.
const nightRuns = 1_000_000

// realRuns is how often it is otherwise.
func realRuns() int {
	switch {
	case os.Getenv("NIGHTLY") != "":
		return nightRuns
	case os.Getenv("INTERJECT_CI") != "":
		return 10_000
	}
	return 50
}

// On goroutines it does so too. With a million runs the frequencies are reported. They can be
// made in pieces, of one edition if so wanted, by the same command again and again:
//
//	go test -timeout 2h ./runtimes -run TestRealRunsAreAllowed/lcl@doc -tally FILE -slice 100000
func TestRealRunsAreAllowed(t *testing.T) {
	var pieces *series
	if *tallyFile != "" {
		var err error
		if pieces, err = openSeries(*tallyFile); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { pieces.file.Close() })
	}
	usual := debug.SetGCPercent(800) // a run leaves some KiB behind, and little lives
	t.Cleanup(func() { debug.SetGCPercent(usual) })
	for _, d := range ImplEditions() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			r, err := NewImpl(d.Name)
			if err != nil {
				t.Fatal(err)
			}
			programs, least := 0, nightRuns
			for _, test := range litmus.All() {
				o := Options{Runs: realRuns(), Seed: 1}
				if pieces != nil {
					o = pieces.next(d.Name, test.Path(), *sliceRuns, nightRuns)
				}
				if o.Runs > 0 && !realRunsAllowed(t, r, test, d, o, pieces) {
					continue
				}
				programs++
				least = min(least, int(o.Seed)-1+o.Runs)
			}
			t.Logf("%d programs, at least %d runs of each", programs, least)
		})
	}
}

// realRunsAllowed tells whether the test could be run.
func realRunsAllowed(t *testing.T, r *Impl, test *litmus.Test, d model.Dialect, o Options, pieces *series) bool {
	t.Helper()
	rep, err := Conform(context.Background(), r, test, []model.Dialect{d}, o)
	if err != nil {
		t.Fatalf("%s: %v", test.Path(), err)
	}
	if o.Runs == nightRuns {
		t.Logf("%s: %v", test.Path(), rep.Tally.Counts)
	}
	if rep.Skipped == "" && rep.Judged[0].Verdict == litmus.Violating {
		s := rep.Judged[0].Stray[0]
		t.Errorf("%s: %s is not allowed (%d of %d runs, seed %d); nearest allowed: %s", test.Path(), s.Outcome, s.Count, o.Runs, o.Seed, s.Nearest)
	} else if rep.Skipped == "" && pieces != nil { // what is not allowed is tried again
		if err := pieces.add(d.Name, test.Path(), o, rep.Tally.Counts); err != nil {
			t.Fatal(err)
		}
	}
	return rep.Skipped == ""
}

// Whatever a loop does, its run ends: one that only waits comes to rest in it, and one
// that changes something each time has no outcome.
func TestLoopsWithoutEnd(t *testing.T) {
	r, err := NewImpl("ghc@doc2010")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, outcome, undecided string }{
		{"waits", "var x = 0\nthread t { while x 0 { nop } }", "t=running; x=0", ""},
		{"waits, without a body", "var x = 0\nthread t { while x 0 { } }\nthread u { log a }", "t=running; u=returned [a]; x=0", ""},
		{"waits in a scope", "var x = 0\nthread t { while x 0 { mask { nop } } }\nthread u { throwTo t Kill }", "t=died Kill; u=returned; x=0", ""},
		{"waits masked, in a scope", "var x = 0\nthread t { mask { while x 0 { unmask { nop } } } }\nthread u { throwTo t Kill }", "t=died Kill; u=returned; x=0", ""},
		{"changes", "var x = 0\nvar y = 0\nthread t { while x 0 { set y 1; set y 2 } }", "", Restless},
	} {
		t.Run(c.name, func(t *testing.T) {
			test, err := litmus.Parse(c.name, []byte("litmus loop \"a loop\"\n"+c.text+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Runs: 5, Seed: 1, Limit: time.Minute}
			if c.undecided != "" {
				o.Limit = 50 * time.Millisecond
			}
			got, err := r.Run(t.Context(), ProgramOf(test), o)
			if err != nil || got.Counts[c.outcome] != 5*min(1, len(c.outcome)) || got.Undecided[Restless] != 5*min(1, len(c.undecided)) {
				t.Errorf("%+v, %v; want outcome %q or undecided as %q", got, err, c.outcome, c.undecided)
			}
			recorded := 0
			_, err = r.Record(t.Context(), ProgramOf(test), o, func(Recorded) error { recorded++; return nil })
			if err != nil || recorded != 5*min(1, len(c.outcome)) {
				t.Errorf("%d histories, %v", recorded, err)
			}
		})
	}
}
