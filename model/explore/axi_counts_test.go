package explore_test

import (
	"context"
	"flag"
	"testing"

	"github.com/interject/interject/model/explore"
)

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
		t.Run(want.prog.name, func(t *testing.T) {
			if want.large && !*large {
				t.Skip("more than a million states: run with -large")
			}
			r, err := explore.Explore(context.Background(), want.prog, explore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.States != want.states || r.Transitions != want.transitions || len(r.Finals) != want.finals {
				t.Errorf("got %d states, %d transitions, %d outcomes; want %d, %d, %d",
					r.States, r.Transitions, len(r.Finals), want.states, want.transitions, want.finals)
			}
			if !r.Complete || r.Stop != explore.Exhausted || len(r.Violations) > 0 || len(r.Cycles) > 0 {
				t.Errorf("complete %v %v, violations %v, cycles %v", r.Complete, r.Reasons, r.Violations, r.Cycles)
			}
			t.Logf("%.0f states/s, %.1f B/state, %d rule runs, %d repacks, %v, %+v", float64(r.States)/r.Elapsed.Seconds(),
				float64(r.Memory.Total())/float64(r.States), r.RuleRuns, r.Repacks, r.Elapsed, r.Memory)
		})
	}
}
