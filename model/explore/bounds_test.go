package explore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/model/explore"
)

func TestMaxStates(t *testing.T) {
	whole := counters(4, 6).search(t)
	for _, n := range []int{1, 2, 100, 255, 256, 257, 2000, whole.States - 1} {
		r := counters(4, 6).under(t, explore.Options{MaxStates: n})
		if r.Complete || r.Stop != explore.TooManyStates || r.States != n || r.Expanded >= n {
			t.Errorf("at most %d: complete %v, %v, %d states, %d expanded", n, r.Complete, r.Stop, r.States, r.Expanded)
		}
		checkPrefix(t, r, whole)
	}
	if r := counters(4, 6).under(t, explore.Options{MaxStates: whole.States}); !r.Complete {
		t.Errorf("exactly as many states as there are: %v", r.Reasons)
	}
}

// checkPrefix: what a stopped search has found, a whole one finds first.
func checkPrefix(t *testing.T, r, whole *explore.Report[int]) {
	t.Helper()
	all := make([]int, r.States)
	for i := range r.States {
		all[i] = i
		if name(r, i) != name(whole, i) {
			t.Fatalf("state %d is %s, in the whole search %s", i, name(r, i), name(whole, i))
		}
	}
	long := whole.Paths(all...)
	for i, p := range r.Paths(all...) {
		if len(p) != len(long[i]) {
			t.Fatalf("state %d is %d steps away, in the whole search %d", i, len(p), len(long[i]))
		}
	}
	for i, f := range r.Finals {
		if f >= r.Expanded || f != whole.Finals[i] {
			t.Errorf("final state %d of a search that expanded %d", f, r.Expanded)
		}
	}
}

func name(r *explore.Report[int], i int) string {
	var b strings.Builder
	for _, p := range r.State(i, nil) {
		b.WriteByte(byte('a' + p))
	}
	return b.String()
}

// The bound on memory is kept at every moment, and most of it is used: shards of the
// store grow in turn, so little is held twice.
func TestMaxMemory(t *testing.T) {
	sys := counters(7, 9) // ten million states
	bounds := []int64{1 << 16, 10 << 20}
	for b := int64(1 << 20); b < 3<<20; b += 170_000 {
		bounds = append(bounds, b)
	}
	for _, bound := range bounds {
		var most int64
		r := sys.under(t, explore.Options{MaxMemory: bound, Every: 1, Progress: func(p explore.Progress) { most = max(most, p.Memory) }})
		if r.Stop != explore.OutOfMemory || r.Complete || len(r.Reasons) != 1 {
			t.Errorf("%d bytes: stopped as %v %v", bound, r.Stop, r.Reasons)
		}
		if most = max(most, r.Memory.Total()); bound > 1<<18 && (most > bound || most < bound*8/10) {
			t.Errorf("%d bytes: at most %d used", bound, most)
		}
	}
}

// A cycle search that does not fit is said to be missing.
func TestMemoryForCycles(t *testing.T) {
	sys := philosophers(13, true)
	whole := sys.search(t)
	r := sys.under(t, explore.Options{MaxMemory: whole.Memory.Total() + 200_000})
	if r.Stop != explore.Exhausted || r.States != whole.States {
		t.Fatalf("the search itself did not fit: %v", r.Reasons)
	}
	if r.Complete || len(r.Reasons) != 1 || !strings.Contains(r.Reasons[0], "cycles") {
		t.Errorf("complete %v %v, want a complaint about cycles", r.Complete, r.Reasons)
	}
}

// Cancelling ends a search with what it has.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	seen := 0
	r, err := explore.Explore(ctx, counters(7, 9), explore.Options{Every: time.Nanosecond, Progress: func(p explore.Progress) {
		if p.States > 50_000 {
			cancel()
			seen = p.States
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Complete || r.Stop != explore.Cancelled || r.States < 50_000 || seen < r.States-10_000 || r.Transitions == 0 {
		t.Errorf("complete %v, %v, %d states; cancelled at %d", r.Complete, r.Stop, r.States, seen)
	}
	if p := r.Paths(r.States - 1)[0]; len(p) == 0 {
		t.Error("no witness for a state of a cancelled search")
	}
}

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("no time"))
	r, err := explore.Explore(ctx, counters(2, 2), explore.Options{})
	if err != nil || r.Complete || r.States != 1 || r.Expanded != 0 || len(r.Finals) != 0 {
		t.Errorf("%v: %d states, %d expanded", err, r.States, r.Expanded)
	}
}

// A bound of the system makes the report incomplete and says how much is unknown.
func TestExceeded(t *testing.T) {
	sys := counters(2, 5)
	count := sys.expand
	sys.expand = func(a int, v *explore.View[int]) {
		if a == 1 && v.Get(1) == 3 || a == 0 && v.Get(0) == 5 {
			v.Set(1, 4)
			v.Exceeded("a counter beyond 3")
			return
		}
		count(a, v)
	}
	r := sys.search(t)
	if r.Complete || r.Stop != explore.Exhausted || r.States != 6*4 || len(r.Finals) != 0 {
		t.Errorf("complete %v, %v, %d states, finals %v; want 24 states and no finals", r.Complete, r.Stop, r.States, r.Finals)
	}
	if len(r.Exceeded) != 1 || r.Exceeded[0].Count != 6+4 || r.Exceeded[0].What != "a counter beyond 3" || len(r.Paths(r.Exceeded[0].State)[0]) != 3 {
		t.Errorf("exceeded %+v, want 10 times, first 3 steps away", r.Exceeded)
	}
}

// Cycles among the expanded states of a stopped search are real ones.
func TestCyclesOfStoppedSearch(t *testing.T) {
	for _, n := range []int{2, 100, 1000, 5000} {
		r := slide(3, 3).under(t, explore.Options{MaxStates: n})
		if len(r.Cycles) != 1 && n > 2 {
			t.Errorf("%d cycles among %d states, want one", len(r.Cycles), n)
		}
		for i, c := range r.Cycles {
			if last := c.States[len(c.States)-1]; last >= r.Expanded {
				t.Errorf("state %d of a cycle was not expanded", last)
			}
			checkLasso(t, r, &r.Cycles[i])
		}
	}
}

func TestProgress(t *testing.T) {
	var last explore.Progress
	calls := 0
	r := counters(5, 7).under(t, explore.Options{Every: 1, Progress: func(p explore.Progress) {
		calls++
		if p.States < last.States || p.Expanded < last.Expanded || p.Depth < last.Depth || p.Frontier != p.States-p.Expanded || p.AtLeast < 0 || p.Frontier == 0 != (p.AtLeast == 0) && p.Expanded > 0 {
			t.Fatalf("progress went from %+v to %+v", last, p)
		}
		last = p
	}})
	if calls < 10 || last.States != r.States || last.Expanded != r.States || last.Transitions != r.Transitions || last.Frontier != 0 || last.AtLeast != 0 {
		t.Errorf("%d calls, the last %+v", calls, last)
	}
}
