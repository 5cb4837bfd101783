package sched

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/impl/internal/at"
)

func explore(t testing.TB, p Program, opt Options) *Result {
	t.Helper()
	opt.Traces = true
	r := Explore(context.Background(), p, opt)
	if r.Exceeded != "" {
		t.Fatalf("incomplete: %s", r.Exceeded)
	}
	return r
}

// stores is n threads that each store k times into one number.
func stores(n, k int) Program {
	return func(x *Exec) {
		u := x.NewUint64(0)
		for i := range n {
			x.Go("", func() {
				for range k {
					u.Store(uint64(i))
				}
			})
		}
	}
}

func storeBuffering(x *Exec) {
	a, b := x.NewUint64(0), x.NewUint64(0)
	var seen [2]uint64
	x.Go("", func() { a.Store(1); seen[0] = b.Load() })
	x.Go("", func() { b.Store(1); seen[1] = a.Load() })
	x.Judge(func() string { return fmt.Sprint(seen) })
}

func readers(x *Exec) {
	u := x.NewUint64(0)
	x.Go("", func() { u.Store(1) })
	for range 2 {
		x.Go("", func() { u.Load() })
	}
}

func ownWords(x *Exec) {
	for range 3 {
		u := x.NewUint64(0)
		x.Go("", func() { u.Store(1); u.Store(2) })
	}
}

func lockers(n int) Program {
	return func(x *Exec) {
		m := x.NewMutex()
		for range n {
			x.Go("", func() { m.Lock(); m.Unlock() })
		}
	}
}

func oppositeLocks(x *Exec) {
	a, b := x.NewMutex(), x.NewMutex()
	both := func(a, b *Mutex) func() {
		return func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock() }
	}
	x.Go("", both(a, b))
	x.Go("", both(b, a))
}

// TestKnownCounts: the number of traces of these programs follows from counting.
func TestKnownCounts(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      Program
		traces int
	}{
		{"2x1 stores", stores(2, 1), 2},
		{"2x2 stores", stores(2, 2), 6},
		{"2x3 stores", stores(2, 3), 20},
		{"2x4 stores", stores(2, 4), 70},
		{"2x5 stores", stores(2, 5), 252},
		{"3x2 stores", stores(3, 2), 90},
		{"own words", ownWords, 1},
		{"writer and two readers", readers, 4},
		{"store buffering", storeBuffering, 3},
		{"three lockers", lockers(3), 6},
		{"locks in opposite orders", oppositeLocks, 3},
	} {
		for _, mode := range []Mode{DPOR, Sleep, Full} {
			r := explore(t, c.p, Options{Mode: mode})
			if len(r.Traces) != c.traces {
				t.Errorf("%s, mode %d: %d traces, want %d", c.name, mode, len(r.Traces), c.traces)
			}
			if mode != Full && r.Executions != c.traces {
				t.Errorf("%s, mode %d: %d executions of %d traces", c.name, mode, r.Executions, c.traces)
			}
		}
	}
}

// randomProgram makes a program of a few threads with a few steps of every kind.
func randomProgram(seed uint64) (Program, string) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	threads, most := 2+rnd.IntN(2), 2+rnd.IntN(2)
	type op struct{ kind, obj, val int }
	var progs [][]op
	for range threads {
		var ops []op
		for range 1 + rnd.IntN(most) {
			ops = append(ops, op{rnd.IntN(10), rnd.IntN(2), rnd.IntN(2)})
		}
		progs = append(progs, ops)
	}
	names := [...]string{"store", "load", "await", "locked-add", "lock-both", "set", "wait", "change", "look", "held"}
	var b strings.Builder
	for _, ops := range progs {
		for _, o := range ops {
			fmt.Fprintf(&b, "%s %d %d; ", names[o.kind], o.obj, o.val)
		}
		b.WriteString("\n")
	}
	return func(x *Exec) {
		u := [2]*Uint64{x.NewUint64(0), x.NewUint64(0)}
		m := [2]*Mutex{x.NewMutex(), x.NewMutex()}
		e := [2]*Event{x.NewEvent(), x.NewEvent()}
		var w [2]at.Word
		w[0].Control(x)
		w[1].Control(x)
		for _, ops := range progs {
			x.Go("", func() {
				for _, o := range ops {
					switch o.kind {
					case 0:
						u[o.obj].Store(uint64(o.val))
					case 1:
						u[o.obj].Load()
					case 2:
						u[o.obj].Await(uint64(o.val))
					case 3:
						m[o.obj].Lock()
						u[o.val].Add(1)
						m[o.obj].Unlock()
					case 4:
						m[o.obj].Lock()
						m[1-o.obj].Lock()
						m[1-o.obj].Unlock()
						m[o.obj].Unlock()
					case 5:
						e[o.obj].Set()
					case 6:
						e[o.obj].Wait()
					case 7:
						v := w[o.obj].Free()
						w[o.obj].Change(v, v+1)
					case 8:
						if v := w[o.obj].Free(); v == 1 {
							w[o.obj].Change(v, 0)
						}
					case 9:
						v := w[o.obj].Acquire()
						w[o.val].Load()
						w[o.obj].Release(v + 1)
					}
				}
			})
		}
	}, b.String()
}

// TestReductionsFindAllTraces compares the sets of traces, not of outcomes: a wrong
// reduction can miss traces and still see every outcome.
func TestReductionsFindAllTraces(t *testing.T) {
	const programs = 800 / effort
	for seed := range uint64(programs) {
		p, text := randomProgram(seed)
		full := Explore(context.Background(), p, Options{Mode: Full, Traces: true, MaxExecutions: 20_000 / effort})
		sleep := explore(t, p, Options{Mode: Sleep})
		dpor := explore(t, p, Options{Mode: DPOR})
		want := slices.Sorted(maps.Keys(sleep.Traces))
		if full.Exceeded == "" && !slices.Equal(slices.Sorted(maps.Keys(full.Traces)), want) {
			t.Fatalf("seed %d: sleep sets find %d traces of %d in\n%s", seed, len(want), len(full.Traces), text)
		}
		if got := slices.Sorted(maps.Keys(dpor.Traces)); !slices.Equal(got, want) {
			t.Fatalf("seed %d: DPOR finds %d traces of %d in\n%s", seed, len(got), len(want), text)
		}
		if sleep.Executions != len(want) {
			t.Fatalf("seed %d: %d executions of %d traces", seed, sleep.Executions, len(want))
		}
	}
}

func TestDeadlockIsAnOutcome(t *testing.T) {
	r := explore(t, oppositeLocks, Options{})
	if len(r.Outcomes) != 2 || r.Outcomes["deadlock"].Count != 1 || r.Outcomes["done"].Count != 2 {
		t.Fatalf("outcomes %v", r.Texts())
	}
	bad := func(o Outcome) bool { return o.Deadlock }
	o, preemptions, ok := Minimise(context.Background(), oppositeLocks, bad, 3, 1000)
	if !ok || preemptions != 1 {
		t.Fatalf("deadlock found: %v, with %d preemptions, want 1", ok, preemptions)
	}
	s, err := ParseSchedule(o.Schedule.String())
	if err != nil || !slices.Equal(s, o.Schedule) {
		t.Fatalf("%q read as %v: %v", o.Schedule, s, err)
	}
	if again := Replay(oppositeLocks, s); !again.Deadlock || !slices.Equal(again.Schedule, s) {
		t.Fatalf("replay of %v gave %v", s, again)
	}
}

func TestPanicAndGoexitEndAnExecution(t *testing.T) {
	base := runtime.NumGoroutine()
	for _, c := range []struct {
		body func()
		want string
	}{
		{func() { panic("oops") }, "b panicked: oops"},
		{runtime.Goexit, "ended"},
	} {
		r := explore(t, func(x *Exec) {
			u := x.NewUint64(0)
			x.Go("a", func() { u.Store(1) })
			x.Go("b", func() { u.Store(2); c.body() })
			x.Judge(func() string { return "ended" })
		}, Options{Mode: Full})
		if r.Outcomes[c.want] == nil {
			t.Errorf("outcomes %v, want %q among them", r.Texts(), c.want)
		}
	}
	if n := runtime.NumGoroutine(); n > base {
		t.Errorf("%d goroutines, %d before", n, base)
	}
}

func TestDataRaceIsSeen(t *testing.T) {
	racy := func(guarded bool) Program {
		return func(x *Exec) {
			m := x.NewMutex()
			for range 2 {
				x.Go("", func() {
					if guarded {
						m.Lock()
						defer m.Unlock()
					}
					m.Touch()
				})
			}
		}
	}
	if r := explore(t, racy(true), Options{}); len(r.Outcomes) != 1 || r.Outcomes["done"] == nil {
		t.Errorf("guarded: %v", r.Texts())
	}
	if r := explore(t, racy(false), Options{}); len(r.Outcomes) != 1 || r.Outcomes["done"] != nil {
		t.Errorf("unguarded: %v", r.Texts())
	}
}

// A step that may change a word and does not, releases nothing; if it does, it does.
func TestOnlyAChangeReleases(t *testing.T) {
	for _, changes := range []bool{false, true} {
		r := explore(t, func(x *Exec) {
			u := x.NewUint64(0)
			w := new(at.Word)
			w.Control(x)
			first := x.NewEvent()
			x.Go("", func() {
				u.Touch()
				if v := w.Free(); changes {
					w.Change(v, 1)
				}
				first.o.Tokens++ // an order that does not synchronise
			})
			x.Go("", func() {
				x.Step(at.Wait, w.Object(), first.o, func() bool { return first.o.Tokens > 0 })
				u.Touch()
			})
		}, Options{})
		if raced := r.Outcomes["done"] == nil; raced == changes {
			t.Errorf("changes: %v, data race: %v; outcomes %v", changes, raced, r.Texts())
		}
	}
}

// A load that sees a store synchronises with it; one that comes before does not order
// what follows it against what precedes the store.
func TestRaceNeedsSynchronisation(t *testing.T) {
	r := explore(t, func(x *Exec) {
		u := x.NewUint64(0)
		x.Go("", func() { u.Touch(); u.Load() })
		x.Go("", func() { u.Store(1); u.Touch() })
	}, Options{})
	if r.Outcomes["done"] != nil {
		t.Errorf("no race in some execution: %v", r.Texts())
	}
}

func TestBoundsAreReported(t *testing.T) {
	p := func(x *Exec) {
		u := x.NewUint64(0)
		x.Go("", func() {
			for {
				u.Load()
			}
		})
	}
	if r := Explore(context.Background(), p, Options{MaxSteps: 50}); !strings.Contains(r.Exceeded, "1 executions have more than 50 steps") {
		t.Errorf("Exceeded = %q", r.Exceeded)
	}
	if r := Explore(context.Background(), stores(3, 3), Options{MaxExecutions: 7}); r.Exceeded == "" || r.Executions+r.Cut != 7 {
		t.Errorf("%d executions, Exceeded = %q", r.Executions, r.Exceeded)
	}
}

func BenchmarkSteps(b *testing.B) {
	p := stores(3, 3)
	steps := 0
	for b.Loop() {
		steps += Explore(context.Background(), p, Options{}).Steps
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds()/1e6, "Msteps/s")
}
