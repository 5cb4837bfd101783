package explore_test

import (
	"testing"

	"github.com/interject/interject/model/explore"
)

// The report does not depend on how many workers there are: same states under the same
// numbers, same finals, also when a bound stops the search.
func TestWorkersAgree(t *testing.T) {
	for _, prog := range []*axi{kill(4, 2), ring(4), fifo(4, 2)} {
		for _, most := range []int{0, 7777} {
			one := searchAXI(t, prog, explore.Options{MaxStates: most})
			for _, workers := range []int{2, 3, 16} {
				r := searchAXI(t, prog, explore.Options{MaxStates: most, Workers: workers})
				if r.States != one.States || len(r.Finals) != len(one.Finals) || r.Complete != one.Complete || most == 0 && r.Transitions != one.Transitions {
					t.Fatalf("%s: %d workers: %d states, %d transitions, %d finals; one: %d, %d, %d", prog.name, workers,
						r.States, r.Transitions, len(r.Finals), one.States, one.Transitions, len(one.Finals))
				}
				var a, b []axiPart
				for i := range r.States {
					a, b = one.State(i, a[:0]), r.State(i, b[:0])
					for c := range a {
						if a[c] != b[c] {
							t.Fatalf("%s: %d workers: state %d has %v as part %d; one: %v", prog.name, workers, i, b[c], c, a[c])
						}
					}
				}
			}
		}
	}
}
