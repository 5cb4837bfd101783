package explore_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/interject/interject/model/explore"
)

var workers = flag.Int("workers", 1, "how many workers search in the tests of counts")

var large = flag.Bool("large", false, "run the instances of more than a million states too")

// The counts on which five independent checkers agree, and for ring_7 two runs of one.
var axiCounts = []struct {
	prog                        *axi
	states, transitions, finals int
	large                       bool
}{
	{kill(4, 2), 39197, 113800, 57, false},
	{kill(5, 3), 748778, 2529323, 291, false},
	{kill(6, 3), 7054343, 26812408, 673, true},
	{ring(4), 17473, 43648, 314, false},
	{ring(5), 212670, 657005, 1550, false},
	{ring(6), 2540598, 9367548, 7408, true},
	{ring(7), 30074672, 129009608, 34713, true},
	{fifo(4, 2), 21064, 65000, 69, false},
	{fifo(5, 2), 230032, 815328, 331, false},
	{fifo(6, 2), 2899568, 11589616, 1963, true},
}

func TestAXICounts(t *testing.T) {
	for _, want := range axiCounts {
		if explore.Raced && want.states > 300_000 && !want.large {
			continue // is run without the race detector, as the large ones are
		}
		t.Run(want.prog.name, func(t *testing.T) {
			if want.large && !*large {
				t.Skip("more than a million states: run with -large")
			}
			worst := 0.0 // bytes per state at any moment from two million states on: before, the memo is what costs
			r := searchAXI(t, want.prog, explore.Options{Workers: *workers, Every: 1, Progress: func(p explore.Progress) {
				if p.States > 2_000_000 {
					worst = max(worst, float64(p.Memory)/float64(p.States))
				}
			}})
			if r.States != want.states || r.Transitions != want.transitions || len(r.Finals) != want.finals {
				t.Errorf("got %d states, %d transitions, %d outcomes; want %d, %d, %d",
					r.States, r.Transitions, len(r.Finals), want.states, want.transitions, want.finals)
			}
			if !r.Complete || r.Stop != explore.Exhausted || len(r.Violations) > 0 || len(r.Cycles) > 0 {
				t.Errorf("complete %v %v, violations %v, cycles %v", r.Complete, r.Reasons, r.Violations, r.Cycles)
			}
			if each := float64(r.Memory.Total()) / float64(r.States); r.States > 200_000 && max(each, worst) > 24 {
				t.Errorf("%.1f bytes per state, at worst %.1f, want at most 24: %+v", each, worst, r.Memory)
			}
			if each := float64(r.Memory.Total()-r.Memory.Log) / float64(r.States); r.States > 200_000 && each > 16 {
				t.Errorf("%.1f bytes per state without the log, want at most 16: %+v", each, r.Memory)
			}
			if !slices.IsSorted(r.Finals) {
				t.Error("finals are not in the order of discovery")
			}
			t.Logf("%.0f states/s, %.1f B/state, at worst %.1f, %d rule runs, %d repacks, %v, %+v", float64(r.States)/r.Elapsed.Seconds(),
				float64(r.Memory.Total())/float64(r.States), worst, r.RuleRuns, r.Repacks, r.Elapsed, r.Memory)
		})
	}
}

func searchAXI(t testing.TB, prog *axi, o explore.Options) *explore.Report[axiPart] {
	t.Helper()
	r, err := explore.Explore(context.Background(), prog, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// How much of the time is spent on what cannot be left out: generating all successors,
// and inserting them into a store of the right size. The target is that the whole takes
// at most 1.25 times as long as these two alone.
func BenchmarkCeiling(b *testing.B) {
	for _, c := range axiCounts {
		if c.states < 200_000 || c.large && !*large || c.states > 10_000_000 {
			continue
		}
		b.Run(c.prog.name, func(b *testing.B) {
			var ratios []float64
			for b.Loop() {
				start := explore.CPU()
				r := searchAXI(b, c.prog, explore.Options{})
				whole := explore.CPU() - start
				generate, insert := explore.Ceiling(r)
				ratios = append(ratios, float64(whole)/float64(generate+insert))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "whole/ceiling")
		})
	}
}

func BenchmarkAXI(b *testing.B) {
	for _, c := range axiCounts {
		if c.states < 200_000 || c.large && !*large {
			continue
		}
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.prog.name, workers), func(b *testing.B) {
				bytes := int64(0)
				for b.Loop() {
					bytes = searchAXI(b, c.prog, explore.Options{Workers: workers}).Memory.Total()
				}
				b.ReportMetric(float64(c.states)*float64(b.N)/b.Elapsed().Seconds(), "states/s")
				b.ReportMetric(float64(bytes)/float64(c.states), "B/state")
			})
		}
	}
}
