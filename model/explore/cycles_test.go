package explore_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/interject/interject/model/explore"
)

// Each row: what the agents do as guarded commands over small counters, and the
// movers of the weakly fair cycles, with how many states each has.
func TestCycleZoo(t *testing.T) {
	type view = *explore.View[int]
	step := func(v view, c, x int) {
		v.Set(c, x)
		v.Commit(uint32(x))
	}
	for _, z := range []struct {
		name   string
		agents []func(v view)
		unfair int // agent + 1
		finals int
		cycles string
	}{
		{"a self-loop", []func(view){func(v view) { step(v, 0, 0) }}, 0, 0, "[0]x1"},
		{"there and back", []func(view){func(v view) { step(v, 0, 1-v.Get(0)) }}, 0, 0, "[0]x2"},
		{"a way out that fairness forces", []func(view){
			func(v view) {
				if v.Get(1) == 0 {
					step(v, 0, 1-v.Get(0))
				}
			},
			func(v view) {
				if v.Get(1) == 0 {
					step(v, 1, 1)
				}
			}}, 0, 2, ""},
		{"the same, but the way out need not be taken", []func(view){
			func(v view) {
				if v.Get(1) == 0 {
					step(v, 0, 1-v.Get(0))
				}
			},
			func(v view) {
				if v.Get(1) == 0 {
					step(v, 1, 1)
				}
			}}, 2, 2, "[0]x2"},
		{"a way out that is now and then closed", []func(view){
			func(v view) {
				if v.Get(1) == 0 {
					step(v, 0, 1-v.Get(0))
				}
			},
			func(v view) {
				if v.Get(1) == 0 && v.Get(0) == 1 {
					step(v, 1, 1)
				}
			}}, 0, 1, "[0]x2"},
		{"a spin beside a counter", []func(view){
			func(v view) {
				if v.Get(0) < 5 {
					step(v, 0, v.Get(0)+1)
				}
			},
			func(v view) {
				if v.Get(0) < 3 {
					step(v, 1, 0)
				}
			}}, 0, 1, ""},
		{"a spin on what never comes", []func(view){
			func(v view) {
				if v.Get(0) < 5 {
					step(v, 0, v.Get(0)+1)
				}
			},
			func(v view) {
				if v.Get(0) < 9 {
					step(v, 1, 0)
				}
			}}, 0, 0, "[1]x1"},
		{"two exits, either of which ends in its own loop", []func(view){
			func(v view) {
				if v.Get(0) == 0 {
					for x := 1; x <= 2; x++ {
						step(v, 0, x)
					}
				} else {
					step(v, 0, v.Get(0)^4)
				}
			}}, 0, 0, "[0]x2 [0]x2"},
		{"two loops side by side", []func(view){
			func(v view) { step(v, 0, (v.Get(0)+1)%3) },
			func(v view) { step(v, 1, (v.Get(1)+1)%4) }}, 0, 0, "[0 1]x12"},
		{"who only may step may rest", []func(view){
			func(v view) {
				if v.Get(0) == 0 {
					step(v, 0, 1)
				}
			}}, 1, 2, ""},
	} {
		t.Run(z.name, func(t *testing.T) {
			sys := &system{parts: 2, agents: len(z.agents), expand: func(a int, v view) { z.agents[a](v) }}
			o := explore.Options{Fair: func(a int) bool { return a != z.unfair-1 }}
			r := sys.under(t, o)
			var got []string
			for _, c := range r.Cycles {
				got = append(got, fmt.Sprintf("%vx%d", c.Movers, len(c.States)))
			}
			if s := fmt.Sprint(got); s != "["+z.cycles+"]" || len(r.Finals) != z.finals || !r.Complete {
				t.Errorf("fair cycles %s, %d finals; want [%s], %d", s, len(r.Finals), z.cycles, z.finals)
			}
			for i := range r.Cycles {
				checkLasso(t, r, &r.Cycles[i])
			}
		})
	}
}

// A cycle through occasional steps only is none; one beside them is found without them.
func TestOccasionalStepsMakeNoCycles(t *testing.T) {
	const often, rarely, end = 0, 1, 3
	to := map[int][][2]int{0: {{1, often}, {3, often}, {4, often}}, 1: {{2, rarely}}, 2: {{1, often}}, 4: {{5, often}}, 5: {{0, rarely}, {6, often}}, 6: {{0, often}}}
	sys := occasional{&system{parts: 1, agents: 1, expand: func(_ int, v *explore.View[int]) {
		for i, s := range to[v.Get(0)] {
			v.Set(0, s[0])
			v.Commit(uint32(2*i + s[1]))
		}
	}}}
	r, err := explore.Explore(context.Background(), sys, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	value := func(i int) int { return r.Part(i, 0) }
	if len(r.Cycles) != 1 || len(r.Cycles[0].States) != 4 || len(r.Finals) != 1 || value(r.Finals[0]) != end {
		t.Fatalf("cycles %v, finals %v; want the one of 0, 4, 5 and 6, and no other", r.Cycles, r.Finals)
	}
	checkLasso(t, r, &r.Cycles[0])
	_, loop := r.Lasso(&r.Cycles[0])
	for _, s := range loop {
		if sys.Occasional(s.Label) {
			t.Errorf("the loop %v has an occasional step", loop)
		}
	}
}

// Odd labels are occasional.
type occasional struct{ *system }

func (occasional) Occasional(label uint32) bool { return label%2 == 1 }

func checkLasso(t *testing.T, r *explore.Report[int], c *explore.Cycle) {
	t.Helper()
	stem, loop := r.Lasso(c)
	start := 0
	if len(stem) > 0 {
		start = stem[len(stem)-1].State
	}
	if len(loop) == 0 || loop[len(loop)-1].State != start {
		t.Fatalf("the loop %v does not come back to state %d", loop, start)
	}
	for _, st := range loop {
		if !slices.Contains(c.States, st.State) {
			t.Errorf("the loop leaves the cycle in %+v", st)
		}
	}
}
