//go:build !race

package reduce_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/reduce"
)

// No random program catches a fault that is proved to be none, or of which nobody knows.
// One that does belongs among the counterexamples.
func TestHarmlessFaultsAgreeOnManyPrograms(t *testing.T) {
	n := min(many(t)/40, 2000)
	for i, f := range reduce.Faults {
		if !supposedHarmless(f) {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			var tried atomic.Int64
			spread(n, func(seed int) bool {
				table := make([]caught, len(reduce.Faults))
				for j := range table {
					table[j].times = 1 // is not tried
				}
				table[i].times = 0
				d, ok := applying(f, uint64(seed))
				if !ok {
					return true
				}
				test, src := writeFor(f, d, uint64(seed))
				tryFaults(t, test, d, table)
				tried.Add(int64(table[i].tried))
				if table[i].times > 0 {
					t.Errorf("caught by seed %d, %s:\n%s", seed, d.Name, src)
				}
				return table[i].times == 0
			})
			t.Logf("%d of %d programs tried", tried.Load(), n)
			if tried.Load() < int64(n)/2 {
				t.Error("too few")
			}
		})
	}
}

// applying is an edition with choice points changed until the fault makes a difference.
func applying(f reduce.Fault, seed uint64) (d model.Dialect, ok bool) {
	for try := range uint64(200) {
		s := seed<<10 + try
		switch settings := undecided[f.Name]; {
		case settings != nil:
			if d, ok = settled(s, settings); !ok {
				continue
			}
		case f.Needs.Has(reduce.Lazy):
			d = lazyDialect(s)
		default:
			d = dialect(s)
		}
		if f.Applies(d) {
			return d, true
		}
	}
	return d, false
}

// settled is such an edition in which these choice points are settled.
func settled(seed uint64, settings []string) (d model.Dialect, ok bool) {
	d = lazyDialect(seed)
	for _, s := range settings {
		var err error
		if d, err = d.With(s); err != nil {
			return d, false
		}
	}
	return d, true
}

// writeFor writes a program of the sort on which a fault may make a difference.
func writeFor(f reduce.Fault, d model.Dialect, seed uint64) (*litmus.Test, string) {
	switch {
	case f.Needs.Has(reduce.Lazy) && seed%2 == 0:
		return writeOf(seed, d, 12, false, func(feature string) bool { return unobserving(feature) || strings.Contains(f.Name, feature) })
	case seed%3 == 0:
		return writeAlike(seed, d, 6)
	}
	return write(seed, d, 9, seed%3 == 1)
}
