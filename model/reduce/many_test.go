package reduce_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/model/reduce"
)

// many is how many programs are compared in one way each: MANY, or as many as a
// machine's minute has room for. The race detector makes each some ten times dearer.
func many(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("MANY"))
	switch {
	case err == nil:
		return n
	case raced || testing.Short():
		return 150
	}
	return 2000
}

// Each program is compared in one way: by its seed, with loops or without, with one
// kind or with all, with the first agent that is enough or with any.
func TestReducedAgreesOnManyPrograms(t *testing.T) {
	n := many(t)
	var compared, plainStates, reducedStates atomic.Int64
	spread(n, func(i int) bool {
		seed := uint64(i)
		d := dialect(seed)
		test, src := write(seed, d, 9, seed%3 == 0)
		was, is, err := compare(test, d, seed)
		if err != nil {
			t.Errorf("seed %d, %s: %v\n%s\nSEED=%d go test ./model/reduce -run TestReducedAgreesOnRandom", seed, d.Name, err, src, seed)
			return false
		}
		if was > 0 {
			compared.Add(1)
			plainStates.Add(int64(was))
			reducedStates.Add(int64(is))
		}
		return true
	})
	t.Logf("%d of %d programs compared: %d states become %d", compared.Load(), n, plainStates.Load(), reducedStates.Load())
	if compared.Load() < int64(n)*9/10 {
		t.Error("too many programs are too large to be compared")
	}
}

// The same on programs each of which has a loop. What the searches compare has the runs
// without end in it: their outcomes are the fair cycles that were found.
func TestLoopsAgreeOnManyPrograms(t *testing.T) {
	n := min(many(t), 100_000) * 5 / 4 // one in ten is too large
	if raced {
		n /= 5
	}
	var compared, endless, plainStates, reducedStates atomic.Int64
	spread(n, func(i int) bool {
		seed := uint64(i)
		d := dialect(seed)
		test, src := looped(seed, d)
		was, is, err := compareFound(test, d, seed)
		if err != nil {
			t.Errorf("seed %d, %s: %v\n%s", seed, d.Name, err, src)
			return false
		}
		if was.Allowed != nil {
			compared.Add(1)
			plainStates.Add(int64(was.states()))
			reducedStates.Add(int64(is))
			if slices.ContainsFunc(was.Outcomes, runsOn) {
				endless.Add(1)
			}
		}
		return true
	})
	t.Logf("%d of %d looped programs compared, %d of them with runs without end: %d states become %d",
		compared.Load(), n, endless.Load(), plainStates.Load(), reducedStates.Load())
	if compared.Load() < int64(n)*4/5 || endless.Load() < int64(n)/10 {
		t.Error("too few")
	}
}

// runsOn says that some thread is still running in the outcome: the run has no end.
func runsOn(o litmus.Outcome) bool {
	return slices.ContainsFunc(o.Threads, func(e litmus.ThreadEnd) bool { return e.End == "running" })
}

// looped is a random program that has a loop.
func looped(seed uint64, d model.Dialect) (test *litmus.Test, src string) {
	for try := range uint64(1000) {
		test, src = write(seed<<20+try, d, 9, true)
		if slices.Contains(test.Features(), "while") {
			return test, src
		}
	}
	panic("no program of a thousand has a loop")
}

// The same where throws may be lazy, on programs in which they meet.
func TestLazyAgreesOnManyPrograms(t *testing.T) {
	n := many(t) / 4
	var lazy atomic.Int64
	spread(n, func(i int) bool {
		seed := uint64(i)
		d := lazyDialect(seed)
		test, src := writeOf(seed, d, 12, false, unobserving)
		m, err := test.Machine(d)
		if err != nil {
			t.Error(err)
			return false
		}
		if reduce.New(m, reduce.All).Kinds.Has(reduce.Lazy) {
			lazy.Add(1)
		}
		if _, _, err := compare(test, d, seed); err != nil {
			t.Errorf("seed %d, %s: %v\n%s", seed, d.Name, err, src)
			return false
		}
		return true
	})
	t.Logf("%d of %d programs with lazy throws", lazy.Load(), n)
	if lazy.Load() < int64(n)/2 {
		t.Error("too few")
	}
}

// The same on programs in which threads are alike.
func TestAlikeAgreesOnManyPrograms(t *testing.T) {
	n := many(t) / 5
	var alike, compared, was, is atomic.Int64
	spread(n, func(i int) bool {
		seed := uint64(i)
		d := dialect(seed)
		test, src := writeAlike(seed, d, 6)
		m, err := test.Machine(d)
		if err != nil {
			t.Error(err)
			return false
		}
		g := reduce.New(m, reduce.KindsOf(reduce.Alike)).Symmetry()
		if len(g.Classes) > 0 || len(g.Group) > 1 {
			alike.Add(1)
		}
		plain, less, err := compare(test, d, 4*seed/3)
		if err != nil {
			t.Errorf("seed %d, %s: %v\n%s", seed, d.Name, err, src)
			return false
		}
		if plain > 0 {
			compared.Add(1)
		}
		was.Add(int64(plain))
		is.Add(int64(less))
		return true
	})
	t.Logf("%d of %d programs compared, threads are alike in %d: %d states become %d", compared.Load(), n, alike.Load(), was.Load(), is.Load())
	if alike.Load() < int64(n)*3/4 || compared.Load() < int64(n)*3/4 {
		t.Error("too few")
	}
}

// unobserving are the features that lazy throws permit.
func unobserving(feature string) bool {
	return !slices.Contains([]string{"await", "settle", "timeout", "foreign", "foreign interruptible", "lazy", "force", "while"}, feature)
}

// Every program of the core language: of one and two statements under every edition,
// and of three those whose number leaves the rest 0 by STRIDE; with the race detector on, a
// tenth of those of two as well.
func TestReducedAgreesOnCoreLanguage(t *testing.T) {
	stride := 40
	switch s, err := strconv.Atoi(os.Getenv("STRIDE")); {
	case err == nil && s > 0:
		stride = s
	case raced || testing.Short():
		stride = 4000
	}
	type program struct {
		test *litmus.Test
		d    model.Dialect
	}
	var all []program
	for _, d := range model.Editions {
		for size := 1; size <= 3; size++ {
			i := 0
			for p := range gen.CoreOf(d).Programs(size) {
				if i++; size == 1 || size == 2 && (!raced || i%10 == 0) || i%stride == 0 {
					all = append(all, program{p, d})
				}
			}
		}
	}
	spread(len(all), func(i int) bool {
		p := all[i]
		if _, _, err := compare(p.test, p.d, uint64(i)); err != nil {
			t.Errorf("%s: %v\n%s", p.d.Name, err, p.test.Wire())
			return false
		}
		return true
	})
	t.Logf("%d programs compared", len(all))
}

// compare compares the plain search of a program with one reduced search. Both numbers
// of states are 0 if the program is too large.
func compare(test *litmus.Test, d model.Dialect, seed uint64) (was, is int, err error) {
	plain, is, err := compareFound(test, d, seed)
	return plain.states(), is, err
}

// compareFound is compare, with what the plain search found; nothing if the program is too large.
func compareFound(test *litmus.Test, d model.Dialect, seed uint64) (plain found, is int, err error) {
	m, err := test.Machine(d)
	if err != nil {
		return plain, 0, err
	}
	if plain, err = search(test, m, reduce.New(m, 0)); err != nil || plain.Partial {
		return found{}, 0, err
	}
	kinds := reduce.Permitted(d)
	if ways := subsets(d); seed%4 == 0 {
		kinds = ways[seed/4%uint64(len(ways))]
	}
	s := reduce.New(m, kinds)
	var sys explore.Reducer[model.Part] = s
	if seed%8 < 6 {
		sys = &reduce.Shuffled{System: s, Seed: seed}
	}
	r, err := same(test, m, plain, sys)
	if err == nil && seed%16 < 2 {
		err = replays(m, r)
	}
	if err != nil {
		err = fmt.Errorf("%v: %w", kinds, err)
	}
	return plain, r.states(), err
}

// spread calls do for 0 to n-1 on all processors, until it is false.
func spread(n int, do func(i int) bool) {
	var next atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for !stop.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if !do(i) {
					stop.Store(true)
				}
			}
		})
	}
	wg.Wait()
}
