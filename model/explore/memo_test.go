package explore_test

import (
	"runtime"
	"testing"

	"github.com/interject/interject/model/explore"
)

// A rule runs once per local situation, even if the values of a part that it looks at
// second are thinly spread over those of the first; a rewriting of the keys may cost
// one run more.
func TestRulesRunOncePerSituation(t *testing.T) {
	const top, third, ballast = 150, 4, 60
	sys := counters(3, top)
	count := sys.expand
	sys.parts, sys.agents = 3+ballast, 4
	pairs := 0
	sys.expand = func(a int, v *explore.View[int]) {
		switch a {
		case 2:
			if x := v.Get(2); x < third {
				v.Set(2, x+1)
				v.Commit(0)
			}
		case 3: // looks at both and never steps
			pairs++
			_, _ = v.Get(0), v.Get(1)
		default:
			count(a, v)
		}
	}
	r := sys.search(t)
	want := (top + 1) * (top + 1)
	if r.States != want*(third+1) || r.Repacks < 3 {
		t.Errorf("%d states, %d repacks", r.States, r.Repacks)
	}
	if pairs < want || pairs > want+r.Repacks {
		t.Errorf("%d runs for %d situations, %d repacks", pairs, want, r.Repacks)
	}
	if most := want + 2*(top+1) + third + 1 + r.Repacks; r.RuleRuns > most {
		t.Errorf("%d rule runs, want at most %d", r.RuleRuns, most)
	}
}

// Kids that do not fit a node's slice survive a rewriting of the keys. Part 1 counts to
// the top, and only then part 0, by a rule that looks at part 0 first: each of its
// values sees but the last of part 1.
func TestSparseKidsSurviveRepacks(t *testing.T) {
	const top, third, ballast = 200, 4, 60
	sys := &system{parts: 3 + ballast, agents: 3, expand: func(a int, v *explore.View[int]) {
		x := v.Get(0)
		switch {
		case a == 0 && x == 0 && v.Get(1) < top:
			v.Set(1, v.Get(1)+1)
		case a == 1 && x < top && v.Get(1) == top:
			v.Set(0, x+1)
		case a == 2 && x == 0 && v.Get(2) < third:
			v.Set(2, v.Get(2)+1)
		default:
			return
		}
		v.Commit(0)
	}}
	r := sys.search(t)
	if want := (2*top + 1) * (third + 1); r.States != want || len(r.Finals) != third+1 || r.Repacks < 3 || len(r.Cycles) > 0 {
		t.Errorf("%d states, %d finals, %d repacks, %d cycles; want %d, %d, some, 0", r.States, len(r.Finals), r.Repacks, len(r.Cycles), want, third+1)
	}
	for i, p := range r.Paths(r.Finals...) {
		if len(p) != 2*top+i {
			t.Errorf("a witness of %d steps, want %d", len(p), 2*top+i)
		}
	}
	if err := explore.CheckFootprint(sys, r, 5000, 1); err != nil {
		t.Error(err)
	}
}

// The memory that is counted is the memory that is used.
func TestMemoryIsCounted(t *testing.T) {
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	prog := fifo(5, 2)
	before := heap()
	r := searchAXI(t, prog, explore.Options{})
	used := heap() - before // the store is not kept
	counted := r.Memory.Total() - r.Memory.Store
	if used > counted*11/10 || used < counted*9/10 {
		t.Errorf("%d bytes are used, %d were counted: %+v", used, counted, r.Memory)
	}
	runtime.KeepAlive(r)
}
