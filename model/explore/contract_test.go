package explore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/interject/interject/model/explore"
)

// A system that breaks its contract is stopped with a message that says how.
func TestContractIsWatched(t *testing.T) {
	calls := 0
	for _, b := range []struct {
		name, says string
		expand     func(a int, v *explore.View[int])
		check      func(v *explore.View[int]) error
	}{
		{"writes without commit", "without Commit", func(a int, v *explore.View[int]) { v.Set(1, 3) }, nil},
		{"writes after the last commit", "without Commit", func(a int, v *explore.View[int]) {
			v.Commit(0)
			v.Set(1, 3)
		}, nil},
		{"one label twice", "two successors", func(a int, v *explore.View[int]) {
			v.Commit(5)
			v.Commit(5)
		}, nil},
		{"looks by something else than what it saw", "did not Get", func(a int, v *explore.View[int]) {
			if v.Get(0) == 0 {
				v.Set(0, 1)
				v.Set(1, 1)
				v.Commit(0)
				v.Set(0, 1)
				v.Commit(1)
				return
			}
			calls++
			v.Get(1 + calls%2)
			v.Get(2 - calls%2)
		}, nil},
		{"stops looking by something else than what it saw", "did not Get", func(a int, v *explore.View[int]) {
			if x := v.Get(0); x == 0 {
				for i := range 3 {
					v.Set(0, 1)
					v.Set(1, i)
					v.Commit(uint32(i))
				}
				return
			}
			if calls++; calls%3 != 0 {
				v.Get(1)
			}
		}, nil},
		{"an invariant writes", "may only look", func(a int, v *explore.View[int]) {}, func(v *explore.View[int]) error {
			v.Set(0, 1)
			return nil
		}},
		{"an invariant commits", "may only look", func(a int, v *explore.View[int]) {}, func(v *explore.View[int]) error {
			v.Commit(1)
			return nil
		}},
	} {
		t.Run(b.name, func(t *testing.T) {
			calls = 0
			sys := &system{parts: 3, agents: 1, expand: b.expand}
			if b.check != nil {
				sys.check(b.check)
			}
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, b.says) {
					t.Errorf("panic %q, want it to say %q", p, b.says)
				}
			}()
			sys.search(t)
		})
	}
}

// Successors start from the state, not from each other.
func TestSuccessorsAreSeparate(t *testing.T) {
	sys := &system{parts: 2, agents: 1, expand: func(a int, v *explore.View[int]) {
		if v.Get(0)+v.Get(1) > 0 {
			return
		}
		v.Set(0, 1)
		if v.Get(0) != 1 {
			t.Error("Get does not see what Set wrote")
		}
		v.Commit(0)
		if v.Get(0) != 0 {
			t.Error("a write outlived its Commit")
		}
		v.Set(1, 1)
		v.Commit(1)
	}}
	if r := sys.search(t); r.States != 3 || len(r.Finals) != 2 {
		t.Errorf("%d states, %d finals; want 3, 2", r.States, len(r.Finals))
	}
}

// A rule that depends on what it did not Get is found out.
func TestCheckFootprintFindsCheats(t *testing.T) {
	type view = *explore.View[int]
	peek := 0 // what the first agent saw last
	calls := 0
	for name, cheat := range map[string]func(v view){
		"remembers another run": func(v view) {
			if peek%2 == 1 && v.Get(2) < 3 {
				v.Set(2, v.Get(2)+1)
				v.Commit(0)
			}
		},
		"writes what another run saw": func(v view) {
			if v.Get(2) < 3 {
				v.Set(2, 3+peek%2)
				v.Commit(0)
			}
		},
		"counts its calls": func(v view) {
			if calls++; v.Get(2) < 3 && calls%3 > 0 {
				v.Set(2, v.Get(2)+1)
				v.Commit(0)
			}
		},
		"labels by chance": func(v view) {
			if calls++; v.Get(2) < 3 {
				v.Set(2, v.Get(2)+1)
				v.Commit(uint32(calls))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			sys := counters(3, 4)
			count := sys.expand
			sys.expand = func(a int, v view) {
				if a == 0 {
					peek = v.Get(0)
				}
				if a == 2 {
					cheat(v)
					return
				}
				count(a, v)
			}
			err := explore.CheckFootprint(sys, sys.search(t), 2000, 1)
			if err == nil || !strings.Contains(err.Error(), "did not Get") || !strings.Contains(err.Error(), "seed 1") {
				t.Errorf("got %v, want a complaint", err)
			}
		})
	}
}

// A rule that looks behind the View at the very part is named with the part.
func TestCheckFootprintNamesThePart(t *testing.T) {
	type view = *explore.View[int]
	later := false
	for name, cheat := range map[string]func(v view, count func()){
		"steps by it": func(v view, count func()) {
			if v.Peek(1) != 4 {
				count()
			}
		},
		"writes it": func(v view, count func()) {
			if v.Get(2) < 4 {
				v.Set(2, v.Peek(1))
				v.Commit(0)
			}
		},
		"looks further by it": func(v view, count func()) {
			if later && v.Peek(1) == 2 {
				v.Get(0)
			}
			count()
		},
	} {
		t.Run(name, func(t *testing.T) {
			sys := counters(3, 4)
			plain := sys.expand
			sys.expand = func(a int, v view) {
				if a == 2 {
					cheat(v, func() { plain(a, v) })
					return
				}
				plain(a, v)
			}
			later = false
			r := sys.search(t)
			later = true
			err := explore.CheckFootprint(sys, r, 2000, 1)
			if err == nil || !strings.Contains(err.Error(), "part 1, which it did not Get") {
				t.Errorf("got %v, want part 1 named", err)
			}
		})
	}
}

// An honest system passes, invariants included.
func TestCheckFootprintOfAXI(t *testing.T) {
	for _, prog := range []*axi{kill(3, 2), ring(4), fifo(3, 2)} {
		r := searchAXI(t, prog, explore.Options{})
		if err := explore.CheckFootprint(prog, r, 20_000, 1); err != nil {
			t.Errorf("%s: %v", prog.name, err)
		}
	}
}
