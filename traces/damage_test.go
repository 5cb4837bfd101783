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

// TestEncoderWritesOnlyWhatIsRead gives the encoder events with random fields:
// what it does not refuse, the reader takes.
func TestEncoderWritesOnlyWhatIsRead(t *testing.T) {
	taken := 0
	for seed := range uint64(50_000) {
		r := rand.New(rand.NewPCG(seed, 6))
		small := func(n int) int { return r.IntN(n) - r.IntN(2) }
		h := &History{Header: header("a", "b")}
		h.Observed = Kinds()
		for range 2 {
			h.Events = append(h.Events, Event{Stamp: uint64(len(h.Events) + r.IntN(3)), ID: uint64(small(3)), V: int64(small(3)), Name: []string{"", "Kill", "\x00"}[r.IntN(3)],
				N: int32(len(h.Events)), Of: 0, Thread: int16(small(2)), To: int16(small(4)), Cell: int16(small(6)), With: int16(small(6)),
				Phase: Phase(small(5)), Kind: Kind(r.IntN(int(lastKind) + 2)), Signal: Signal(r.IntN(6)), Frame: Frame(r.IntN(17)),
				Result: Result(r.IntN(20)), HasV: r.IntN(2) == 0})
			if h.Check() != nil {
				h.Events = h.Events[:len(h.Events)-1]
			}
		}
		if len(h.Events) == 0 {
			continue
		}
		taken++
		if _, err := ReadHistory(strings.NewReader(h.String()), Limits{}); err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, h)
		}
	}
	if taken < 700 {
		t.Fatalf("only %d of 50000 were taken: the test says little", taken)
	}
	t.Logf("%d of 50000 were taken", taken)
}
