//go:build faults

package impl_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
)

// TestFaultsAreSeen switches on one fault after the other: some program must then have
// an outcome that it does not have without, or lack one, or fail.
func TestFaultsAreSeen(t *testing.T) {
	const budget = 20_000 // executions: more than any of the programs has
	outcomes := func(p sched.Program) []string {
		r := sched.Explore(context.Background(), p, sched.Options{MaxExecutions: budget, MaxSteps: 400})
		return slices.Sorted(maps.Keys(r.Outcomes))
	}
	var right [][]string
	for _, c := range programs {
		right = append(right, outcomes(c.p))
	}
	// The faults of the protocol; those of the rules are for the judges of the catalogue.
	for f := impl.NoFault + 1; f < impl.Faults; f++ {
		if f > impl.FaultTimeout && f != impl.FaultUnmaskNoPoint && f != impl.FaultDoomedCleans && f != impl.FaultOwnQueueUnchecked {
			continue
		}
		impl.SetFault(f)
		var seen []string
		for i, c := range programs {
			got := outcomes(c.p)
			if !slices.Equal(got, right[i]) {
				seen = append(seen, fmt.Sprintf("%s (%s)", c.name, difference(got, right[i])))
			}
		}
		impl.SetFault(impl.NoFault)
		if len(seen) == 0 {
			t.Errorf("fault %d: no program sees it", f)
			continue
		}
		t.Logf("fault %2d: %d programs, first %s", f, len(seen), seen[0])
	}
}

func difference(got, want []string) string {
	for _, o := range got {
		if !slices.Contains(want, o) {
			return strings.TrimSpace("new: " + o)
		}
	}
	for _, o := range want {
		if !slices.Contains(got, o) {
			return "gone: " + o
		}
	}
	return ""
}
