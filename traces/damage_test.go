package traces

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestDamageIsNoticed damages good files in every way a file can be damaged by
// lines: none is taken.
func TestDamageIsNoticed(t *testing.T) {
	for seed := range uint64(20) {
		h := randomHistory(rand.New(rand.NewPCG(seed, 3)), 40)
		h.Over = Stopped
		lines := strings.SplitAfter(strings.TrimSuffix(h.String(), "\n"), "\n")
		for i := 1; i < len(lines)-1; i++ {
			refused(t, seed, "without", i, slices.Delete(slices.Clone(lines), i, i+1))
			refused(t, seed, "twice", i, slices.Insert(slices.Clone(lines), i, lines[i]))
			for j := i + 1; j < len(lines)-1; j++ {
				swapped := slices.Clone(lines)
				swapped[i], swapped[j] = swapped[j], swapped[i]
				refused(t, seed, "swapped", i, swapped)
			}
			for _, cut := range []int{1, len(lines[i]) / 2, len(lines[i]) - 2} {
				torn := slices.Clone(lines)
				torn[i] = torn[i][:cut]
				refused(t, seed, "torn", i, torn)
				torn[i] += "\n"
				refused(t, seed, "torn", i, torn)
			}
		}
	}
}

func refused(t *testing.T, seed uint64, how string, line int, lines []string) {
	t.Helper()
	if h, err := ReadHistory(strings.NewReader(strings.Join(lines, "")), Limits{}); err == nil {
		t.Fatalf("seed %d: with line %d %s the history is taken:\n%s", seed, line+1, how, h)
	}
}
