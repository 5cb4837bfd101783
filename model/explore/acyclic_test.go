package explore

import (
	"context"
	"slices"
	"testing"
)

// What leaves a component of one part's graph is cleared, and then what only it held
// together: effect 0 leaves for good in part 0; without it part 1 has no way back, so
// 1 and 2 go too. Effects 3 and 4 go round in part 0 and stay.
func TestClearEffects(t *testing.T) {
	moves := [][]move{
		{{0, 0, 1}, {3, 2, 3}, {4, 3, 2}},
		{{0, 1, 0}, {1, 0, 1}, {2, 1, 2}, {2, 1, 3}},
	}
	alive := []bool{true, true, true, true, true}
	clearEffects(alive, [][]move{moves[1], moves[0]}, []int{4, 4})
	if want := []bool{false, false, false, true, true}; !slices.Equal(alive, want) {
		t.Errorf("suspects %v, want %v", alive, want)
	}
}

// line is one agent that counts to a thousand.
type line struct{}

func (line) Parts() int      { return 1 }
func (line) Initial(int) int { return 0 }
func (line) Agents() int     { return 1 }
func (line) Expand(_ int, v *View[int]) {
	if at := v.Get(0); at < 1000 {
		v.Set(0, at+1)
		v.Commit(0)
	}
}

// To show that nothing goes round takes memory too, some 30 bytes for every effect, and
// the bound holds for that.
func TestMemoryForNoCycles(t *testing.T) {
	s := newSearch[[1]uint64](newView(System[int](line{})), Options{})
	var all searcher = s
	for all.run(context.Background()) == stale {
		all, _ = all.repack()
	}
	s = all.(*search[[1]uint64])
	if alive, some, ok := s.suspects(100_000); !ok || some || len(alive) != 1001 {
		t.Errorf("%d effects, suspects %v, enough memory %v", len(alive), some, ok)
	}
	if _, _, ok := s.suspects(20_000); ok {
		t.Error("20 000 bytes were enough for 1000 effects")
	}
	if found, err := s.cycles(context.Background(), s.bytes().Total()+20_000); found != nil || err != errMemory {
		t.Errorf("cycles %v, %v", found, err)
	}
}
