package explore

import (
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
