package runtimes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// A smokeTest is a program whose outcomes are the same on every runtime that has
// its forms: what it tries is the driver.
type smokeTest struct {
	tries string
	forms string
	wire  string
	want  []string // each of them, and no other
	fatal []string // the same, where what comes from elsewhere ends a thread
}

var smokeTests = []smokeTest{
	{"a thread that does nothing returns", "thread nop",
		"(litmus 1 s (thread a (nop)))", []string{"a=returned"}, nil},
	{"an empty thread returns, an empty block is nothing", "thread try",
		"(litmus 1 s (thread a) (thread b (try any () ())))", []string{"a=returned; b=returned"}, nil},
	{"words are logged in order, each thread its own", "thread log",
		"(litmus 1 s (thread a (log x) (log 1)) (thread b (log y-z)))", []string{"a=returned [x 1]; b=returned [y-z]"}, nil},
	{"values", "thread value logv",
		"(litmus 1 s (thread a (value 7) (logv v)))", []string{"a=returned [v=7]"}, nil},
	{"threads see each other's variables; flags are not shown, cells are new in every run", "thread flag var set spin",
		"(litmus 1 s (flag go) (var x 3) (thread a (spin x 3) (set x 4) (set go 1)) (thread b (spin go 1) (set x 5)))", []string{"a=returned; b=returned; x=5"}, nil},
	{"an exception ends a thread", "thread raise log",
		"(litmus 1 s (thread a (raise Oops) (log no)))", []string{"a=died Oops"}, nil},
	{"a handler takes its class and no other", "thread raise try log",
		"(litmus 1 s (thread a (try X ((raise X) (log no)) ((log h))) (log after)) (thread b (try X ((raise Y)) ((log no)))))",
		[]string{"a=returned [h after]; b=died Y"}, nil},
	{"any is every class", "thread raise try log",
		"(litmus 1 s (thread a (try any ((raise X)) ((log h)))))", []string{"a=returned [h]"}, nil},
	{"a cleanup runs on both ways out", "thread protect log raise",
		"(litmus 1 s (thread a (protect ((log b)) ((log c)))) (thread b (protect ((raise X)) ((log c)))))",
		[]string{"a=returned [b c]; b=died X [c]"}, nil},
	{"a tag takes the value thrown, through a cleanup", "thread tag throw protect log logv value",
		"(litmus 1 s (thread a (tag o (protect ((throw o 5)) ((log c) (value 1)))) (logv o)))", []string{"a=returned [c o=5]"}, nil},
	{"a throw without its tag is an Error", "thread throw try log",
		"(litmus 1 s (thread a (try Error ((throw o 5)) ((log e)))))", []string{"a=returned [e]"}, nil},
	{"a block's value is not that of its cleanup", "thread value protect logv",
		"(litmus 1 s (thread a (protect ((value 2)) ((value 3))) (logv v)))", []string{"a=returned [v=2]"}, nil},
	{"a thread that loops for ever is running", "thread flag while nop",
		"(litmus 1 s (flag go) (thread a (while go 0 (nop))))", []string{"a=running"}, nil}, // alone: where threads take turns, nobody else has one
	{"a thread that spins for ever is running", "thread flag spin nop",
		"(litmus 1 s (flag go) (thread a (spin go 1)) (thread b (nop)))", []string{"a=running; b=returned"}, nil},
	{"what starts later may never start", "thread later nop",
		"(litmus 1 s (later c (nop)) (thread a (nop)))", []string{"c=unstarted; a=returned"}, nil},
	{"a fork starts it, a join waits for it", "thread later fork join var set log",
		"(litmus 1 s (var x 0) (later c (set x 2)) (thread a (fork c) (join c) (log j)))", []string{"c=returned; a=returned [j]; x=2"}, nil},
	{"blocked on an mvar is an outcome", "thread mvar take",
		"(litmus 1 s (mvar m -) (thread a (take m)))", []string{"a=blocked take m; m=empty"}, nil},
	{"an mvar hands over", "thread mvar take put",
		"(litmus 1 s (mvar m -) (thread a (take m)) (thread b (put m 3) (put m full)))", []string{"a=returned; b=returned; m=full"}, nil},
	{"blocked on a lock is an outcome, and who holds it", "thread mutex flag lock set spin",
		"(litmus 1 s (mutex l) (flag go) (thread a (lock l) (set go 1) (spin go 2)) (thread b (spin go 1) (lock l)))",
		[]string{"a=running; b=blocked lock l; l=held a"}, nil},
	{"a lock is released", "thread mutex lock unlock",
		"(litmus 1 s (mutex l) (thread a (lock l) (unlock l)) (thread b (lock l) (unlock l)))", []string{"a=returned; b=returned; l=free"}, nil},
	{"a scope of a lock ends with it", "thread mutex with-lock raise",
		"(litmus 1 s (mutex l) (thread a (with-lock l (raise X))))", []string{"a=died X; l=free"}, nil},
	{"semaphores count", "thread sem acquire post",
		"(litmus 1 s (sem s 2) (thread a (acquire s)) (thread b (acquire s) (post s)))", []string{"a=returned; b=returned; s=1"}, nil},
	{"blocked on a semaphore is an outcome", "thread sem acquire",
		"(litmus 1 s (sem s 0) (thread a (acquire s)))", []string{"a=blocked acquire s; s=0"}, nil},
	{"await sees a blocked thread", "thread mvar take put await log",
		"(litmus 1 s (mvar m -) (thread a (take m) (log got)) (thread b (await a) (put m full)))", []string{"a=returned [got]; b=returned; m=empty"}, nil},
	{"await sees a thread that is blocked in a lock", "thread mutex flag lock unlock set spin await log",
		"(litmus 1 s (mutex l) (flag go) (thread a (lock l) (set go 1) (await b) (log b) (unlock l)) (thread b (spin go 1) (lock l) (log got) (unlock l)))",
		[]string{"a=returned [b]; b=returned [got]; l=free"}, nil},
	{"await sees a thread that is gone", "thread await log nop",
		"(litmus 1 s (thread a (nop)) (thread b (await a) (log done)))", []string{"a=returned; b=returned [done]"}, nil},
	{"an exception sent to a spinning thread ends it", "thread flag set spin throwTo",
		"(litmus 1 s (flag go) (thread t (set go 1) (spin go 2)) (thread k (spin go 1) (throwTo t X)))", []string{"t=died X; k=returned"}, nil},
	// The empty handler tells a runtime whose signals cannot be caught from a driver that raises them again.
	{"it is caught by its class", "thread flag set spin throwTo try log",
		"(litmus 1 s (flag gt) (flag gu) (thread t (try X ((set gt 1) (spin gt 2)) ())) (thread u (try X ((set gu 1) (spin gu 2)) ((log h))))" +
			" (thread k (spin gt 1) (throwTo t X) (spin gu 1) (throwTo u X)))",
		[]string{"t=returned; u=returned [h]; k=returned"}, []string{"t=died X; u=died X; k=returned"}},
	{"a block sent runs at the receiver, which goes on", "thread flag set spin interrupt log",
		"(litmus 1 s (flag go) (thread t (set go 1) (spin go 2) (log after)) (thread k (spin go 1) (interrupt t (log f) (set go 2))))",
		[]string{"t=returned [f after]; k=returned"}, nil},
}

// smokeRuns is enough for a driver that forgets to reset something.
const smokeRuns = 50

// Smoke tries a driver on programs that come to the same outcomes everywhere, and
// on what it must refuse. It reports each on w and returns an error if one failed.
func Smoke(ctx context.Context, d *Driver, w io.Writer) error {
	version, err := d.Version(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s\n", d.Name(), version)
	passed, skipped, failed := 0, 0, 0
	for _, s := range smokeTests {
		switch problem := s.try(ctx, d); {
		case problem == nil:
			passed++
			fmt.Fprintf(w, "  ok       %s\n", s.tries)
		case errors.As(problem, new(*Unsupported)):
			skipped++
			fmt.Fprintf(w, "  skipped  %s: %s\n", s.tries, problem.(*Unsupported).Why)
		default:
			failed++
			fmt.Fprintf(w, "  FAILED   %s\n           %v\n           %s\n", s.tries, problem, s.wire)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for _, problem := range refusals(ctx, d) {
		failed++
		fmt.Fprintf(w, "  FAILED   %v\n", problem)
	}
	fmt.Fprintf(w, "%s: %d ok, %d skipped, %d failed\n", d.Name(), passed, skipped, failed)
	if failed > 0 {
		return fmt.Errorf("the driver of %s failed %d smoke tests", d.Name(), failed)
	}
	return nil
}

func (s smokeTest) try(ctx context.Context, d *Driver) error {
	p := Program{Name: "smoke", Wire: s.wire, Forms: strings.Fields(s.forms)}
	tally, err := d.Run(ctx, p, Options{Runs: smokeRuns, Seed: 1})
	if err != nil {
		return err
	}
	got, want := tally.Outcomes(), slices.Sorted(slices.Values(s.want))
	switch {
	case len(tally.Undecided) > 0:
		return fmt.Errorf("undecided: %v", tally.Undecided)
	case !slices.Equal(got, want) && (s.fatal == nil || !slices.Equal(got, s.fatal)):
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return nil
}

// refusals are the programs that a driver should have refused and did not, or
// refused in the wrong way.
func refusals(ctx context.Context, d *Driver) []error {
	wrong := map[string]string{
		"(litmus 1 s (thread a (frobnicate)))": "no form frobnicate",
		"(litmus 1 s (cauldron c))":            "no form cauldron",
		"(litmus 2 s (thread a))":              "",
		"(litmus 1 s (thread a)":               "",
		"(litmus 1 s (thread a)) x":            "",
	}
	var problems []error
	for _, wire := range slices.Sorted(maps.Keys(wrong)) {
		_, err := d.Run(ctx, Program{Name: "refusal", Wire: wire}, Options{Runs: 1})
		var skip *Unsupported
		var broken *Broken
		switch why := wrong[wire]; {
		case why != "" && (!errors.As(err, &skip) || skip.Why != why):
			problems = append(problems, fmt.Errorf("%s: got %v, want skipped: %s", wire, err, why))
		case why == "" && !errors.As(err, &broken):
			problems = append(problems, fmt.Errorf("%s: got %v, want an error", wire, err))
		}
	}
	return problems
}
