package explore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/interject/interject/model/explore"
)

// A system given by functions, for tests.
type system struct {
	parts   int
	initial func(c int) int
	agents  int
	expand  func(agent int, v *explore.View[int])
	checks  []func(v *explore.View[int]) error
}

func (s *system) Parts() int  { return s.parts }
func (s *system) Agents() int { return s.agents }
func (s *system) Initial(c int) int {
	if s.initial == nil {
		return 0
	}
	return s.initial(c)
}
func (s *system) Expand(a int, v *explore.View[int])       { s.expand(a, v) }
func (s *system) Checks() int                              { return len(s.checks) }
func (s *system) Check(i int, v *explore.View[int]) error  { return s.checks[i](v) }
func (s *system) check(f func(v *explore.View[int]) error) { s.checks = append(s.checks, f) }
func (s *system) search(t testing.TB) *explore.Report[int] { return s.under(t, explore.Options{}) }
func (s *system) under(t testing.TB, o explore.Options) *explore.Report[int] {
	t.Helper()
	r, err := explore.Explore(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// counters: n agents count to m, each in a part of its own.
func counters(n, m int) *system {
	return &system{parts: n, agents: n, expand: func(a int, v *explore.View[int]) {
		if x := v.Get(a); x < m {
			v.Set(a, x+1)
			v.Commit(0)
		}
	}}
}

func TestCounters(t *testing.T) {
	for _, nm := range [][2]int{{1, 1}, {1, 1000}, {3, 20}, {8, 2}, {12, 1}} {
		n, m := nm[0], nm[1]
		states, transitions := 1, 0
		for range n {
			states *= m + 1
		}
		transitions = n * m * states / (m + 1)
		r := counters(n, m).search(t)
		if !r.Complete || r.States != states || r.Transitions != transitions || len(r.Finals) != 1 || r.Layers != n*m+1 || len(r.Cycles) != 0 {
			t.Errorf("%d counters to %d: %d states, %d transitions, %d finals, %d layers, %d cycles; want %d, %d, 1, %d, 0",
				n, m, r.States, r.Transitions, len(r.Finals), r.Layers, len(r.Cycles), states, transitions, n*m+1)
		}
		if got := len(r.Paths(r.Finals...)[0]); got != n*m {
			t.Errorf("%d counters to %d: a witness of %d steps, want %d", n, m, got, n*m)
		}
	}
}

// slide: the sliding puzzle on a board; one agent per direction, the gap is value 0.
func slide(w, h int) *system {
	gap := w * h // part: where the gap is
	return &system{parts: w*h + 1, agents: 4, initial: func(c int) int { return c % (w * h) },
		expand: func(a int, v *explore.View[int]) {
			at := v.Get(gap)
			x, y := at%w+[]int{1, -1, 0, 0}[a], at/w+[]int{0, 0, 1, -1}[a]
			if x < 0 || x == w || y < 0 || y == h {
				return
			}
			v.Set(at, v.Get(y*w+x))
			v.Set(y*w+x, 0)
			v.Set(gap, y*w+x)
			v.Commit(0)
		}}
}

// Half of all permutations are reachable. The greatest distances are known: 21 moves
// on the 3x2 board.
func TestSlidingPuzzle(t *testing.T) {
	for _, p := range []struct{ w, h, states, layers int }{{2, 2, 12, 7}, {3, 2, 360, 22}, {3, 3, 181440, 32}} {
		if p.w == 3 && p.h == 3 && (explore.Raced || testing.Short()) {
			continue
		}
		r := slide(p.w, p.h).search(t)
		if !r.Complete || r.States != p.states || r.Layers != p.layers || len(r.Finals) != 0 {
			t.Errorf("%dx%d: %d states in %d layers, %d finals; want %d in %d, 0", p.w, p.h, r.States, r.Layers, len(r.Finals), p.states, p.layers)
		}
		if len(r.Cycles) != 1 || len(r.Cycles[0].States) != p.states || len(r.Cycles[0].Movers) != 4 {
			t.Errorf("%dx%d: want one cycle of everything", p.w, p.h)
		}
	}
}

// philosophers each take the fork on their left, then the one on their right, and
// then put both back: forks are parts 0..n-1 (1: taken), then who has how many.
func philosophers(n int, lefty bool) *system {
	return &system{parts: 2 * n, agents: n, expand: func(a int, v *explore.View[int]) {
		first, second := a, (a+1)%n
		if lefty && a == 0 {
			first, second = second, first
		}
		has := v.Get(n + a)
		switch {
		case has == 2:
			v.Set(first, 0)
			v.Set(second, 0)
		case has == 0 && v.Get(first) == 0:
			v.Set(first, 1)
		case has == 1 && v.Get(second) == 0:
			v.Set(second, 1)
		default:
			return
		}
		v.Set(n+a, (has+1)%3)
		v.Commit(uint32(has))
	}}
}

func TestPhilosophers(t *testing.T) {
	for n := 2; n <= 7; n++ {
		r := philosophers(n, false).search(t)
		if len(r.Finals) != 1 {
			t.Fatalf("%d philosophers: %d deadlocks, want 1", n, len(r.Finals))
		}
		for c := range n {
			if r.Part(r.Finals[0], n+c) != 1 {
				t.Errorf("%d philosophers: in the deadlock %v philosopher %d does not hold one fork", n, r.State(r.Finals[0], nil), c)
			}
		}
		if got := len(r.Paths(r.Finals[0])[0]); got != n {
			t.Errorf("%d philosophers: deadlock after %d steps, want %d", n, got, n)
		}
		if r := philosophers(n, true).search(t); len(r.Finals) != 0 || len(r.Cycles) != 1 {
			t.Errorf("%d philosophers, one left-handed: %d deadlocks, %d cycles; want 0, 1", n, len(r.Finals), len(r.Cycles))
		}
	}
}

// Keys grow wider as parts take more bits than fit a word: in step i all parts of a
// stripe become i+1.
func TestWideKeys(t *testing.T) {
	for _, p := range []struct{ parts, stripes int }{{5, 1}, {40, 1}, {40, 8}, {70, 7}, {130, 2}, {200, 5}} {
		n := p.parts
		sys := &system{parts: n + 1, agents: 1, expand: func(_ int, v *explore.View[int]) {
			i := v.Get(n)
			if i == 15 {
				return
			}
			for c := i % p.stripes; c < n; c += p.stripes {
				v.Set(c, v.Get(c)+1+c)
			}
			v.Set(n, i+1)
			v.Commit(7)
		}}
		r := sys.search(t)
		if !r.Complete || r.States != 16 || len(r.Finals) != 1 {
			t.Fatalf("%d parts: %d states, complete %v %v, want 16", n, r.States, r.Complete, r.Reasons)
		}
		for i := range r.States {
			for c := range n {
				times := (i + p.stripes - 1 - c%p.stripes) / p.stripes
				if got := r.Part(i, c); got != times*(1+c) {
					t.Fatalf("%d parts: in state %d part %d is %d, want %d", n, i, c, got, times*(1+c))
				}
			}
		}
		if p := r.Paths(r.Finals[0])[0]; len(p) != 15 || p[3].Label != 7 {
			t.Errorf("%d parts: witness of %d steps, want 15", n, len(p))
		}
	}
}

// A state that fits no key is a bound, not a crash.
func TestTooWide(t *testing.T) {
	const n = 300
	sys := &system{parts: n, agents: 1, expand: func(_ int, v *explore.View[int]) {
		for c := range n {
			v.Set(c, v.Get(c)+1)
		}
		v.Commit(0)
	}}
	r := sys.search(t)
	if r.Complete || r.Stop != explore.TooWide || r.States != 9 || len(r.Reasons) != 1 {
		t.Errorf("stopped as %v with %d states: %v; want 9: of ten values, 4 fit 16 bits, and 256 fit 1024", r.Stop, r.States, r.Reasons)
	}
}

// One part takes many values: every bit it can get is needed, and its node's
// kids are many.
func TestDeepChain(t *testing.T) {
	n := 300_000
	r := counters(1, n).search(t)
	if r.States != n+1 || r.Layers != n+1 {
		t.Errorf("%d states in %d layers, want %d", r.States, r.Layers, n+1)
	}
}

// Invariants are reported with the first state that breaks them.
func TestInvariant(t *testing.T) {
	sys := counters(3, 4)
	sys.check(func(v *explore.View[int]) error { return nil })
	sys.check(func(v *explore.View[int]) error {
		if v.Get(0)+v.Get(1)+v.Get(2) == 12 {
			return errors.New("all full")
		}
		return nil
	})
	sys.check(func(v *explore.View[int]) error {
		if a, b := v.Get(0), v.Get(2); a+b == 7 {
			return fmt.Errorf("%d and %d make seven", a, b)
		}
		return nil
	})
	r := sys.search(t)
	if len(r.Violations) != 2 || len(r.Finals) != 1 {
		t.Fatalf("violations %v, finals %v, want two and one", r.Violations, r.Finals)
	}
	if v := r.Violations[0]; v.Check != 1 || v.State != r.Finals[0] || v.Count != 1 {
		t.Errorf("violation %+v, want check 1 in the final state", v)
	}
	first := 0
	for r.Part(first, 0)+r.Part(first, 2) != 7 {
		first++
	}
	v := r.Violations[1]
	if v.Check != 2 || v.State != first || v.Count != 2*5 || len(r.Paths(v.State)[0]) != 7 || v.Err.Error() != fmt.Sprintf("%d and %d make seven", r.Part(v.State, 0), r.Part(v.State, 2)) {
		t.Errorf("violation %+v in %v, want check 2, 10 times, 7 steps away", v, r.State(v.State, nil))
	}
}

func TestSenselessQuestions(t *testing.T) {
	ok := counters(1, 1)
	for what, f := range map[string]func() error{
		"no parts": func() error {
			_, err := explore.Explore(context.Background(), &system{agents: 1}, explore.Options{})
			return err
		},
		"a negative bound": func() error {
			_, err := explore.Explore(context.Background(), ok, explore.Options{MaxStates: -1})
			return err
		},
		"too many parts": func() error {
			_, err := explore.Explore(context.Background(), &system{parts: 1 << 20}, explore.Options{})
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", what)
		}
	}
	r, err := explore.Explore(context.Background(), &system{parts: 1}, explore.Options{})
	if err != nil || !r.Complete || r.States != 1 || len(r.Finals) != 1 {
		t.Errorf("no agents: %v, want one final state", errors.Join(err))
	}
}
