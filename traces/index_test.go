package traces

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// script records a history in one goroutine, so that stamps are 1, 2, 3, ….
func script(t *testing.T, s Space, run func(a, b *Thread)) *History {
	t.Helper()
	r, err := NewRecorder(header("a", "b"), s)
	if err != nil {
		t.Fatal(err)
	}
	r.Name("Kill")
	run(r.Thread(0), r.Thread(1))
	h, err := r.History(Unknown)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

const kill Name = 1

func TestSpans(t *testing.T) {
	x := NewIndex(script(t, Space{Events: 20}, func(a, b *Thread) {
		b.Bare(Point)                       // 0, stamp 1: its thread's first
		c, id := a.Send(1, ExcSignal, kill) // 1
		b.Recv(id)                          // 2
		a.Return(c, Received)               // 3
		try := a.Enter(TryFrame, kill)      // 4
		a.CallOn(Take, 0)                   // 5: abandoned
		b.Bare(Point)                       // 6
		b.Named(Raise, kill)                // 7
		a.Leave(try, Unwind)                // 8
		mask := a.Enter(MaskFrame, 0)       // 9
		a.Leave(mask, Normal)               // 10
		a.Named(Raise, kill)                // 11
		b.CallOn(Take, 0)                   // 12: pending
		_, id = a.Send(1, KillNowSignal, 0) // 13
		b.Recv(id)                          // 14
	}))
	want := [][2]uint64{{0, 1}, {2, 4}, {2, 3}, {2, 4}, {4, 5}, {6, 9}, {3, 7}, {8, 13}, {6, 9}, {9, 10}, {11, 12}, {12, 14}, {13, Never}, {14, Never}, {14, 15}}
	for i, w := range want {
		if lo, hi := x.Span(i); lo != w[0] || hi != w[1] {
			t.Errorf("event %d (%s) happened from %d to %d, expected %d to %d", i, x.Text(i), lo, hi, w[0], w[1])
		}
	}
}

// TestOverflowCutsAllThreads: the history ends at the first event that any
// thread lost, though others had room.
func TestOverflowCutsAllThreads(t *testing.T) {
	overflow := func(a, b *Thread) {
		for range 2 {
			a.Bare(Point)
		}
		for range 3 {
			b.Bare(Point)
		}
		b.Bare(Point) // stamp 6 is lost
		a.Bare(Point) // stamp 7 has room, but b's 6 is missing
		a.Bare(Point) // stamp 8 is lost as well
		b.Bare(Point) // stamp 9 too
	}
	for _, run := range []func(a, b *Thread){overflow, func(a, b *Thread) { overflow(b, a) }} {
		if h := script(t, Space{Events: 3}, run); !h.Truncated || len(h.Events) != 5 {
			t.Fatalf("truncated %v, expected the 5 events before the first that was lost:\n%s", h.Truncated, h)
		}
	}
}

func TestIDSet(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		threads, most := 1+r.IntN(4), uint64(2+r.IntN(80))
		s, want := newIDSet(threads), map[uint64]bool{}
		for range 100 {
			id := 1 + r.Uint64N(most)
			if s.has(id) != want[id] || s.add(id) == want[id] {
				t.Fatalf("seed %d: id %d: has or add is wrong", seed, id)
			}
			want[id] = true
			if gaps := runs(want, uint64(threads)); s.gaps != gaps {
				t.Fatalf("seed %d: %d spans, expected %d", seed, s.gaps, gaps)
			}
		}
	}
}

// runs counts the runs of ids that follow each other in steps of step.
func runs(ids map[uint64]bool, step uint64) int {
	n := 0
	for id := range ids {
		if id < step || !ids[id-step] {
			n++
		}
	}
	return n
}

// TestOpenLimitCountsWhatIsOpen: closing gives room again, abandoning too.
func TestOpenLimitCountsWhatIsOpen(t *testing.T) {
	h := script(t, Space{Events: 400}, func(a, b *Thread) {
		for range 100 {
			tag := a.Enter(TagFrame, kill)
			a.CallOn(Take, 0)
			a.Leave(tag, Unwind)
		}
	})
	if _, err := ReadHistory(strings.NewReader(h.String()), Limits{Open: 2}); err != nil {
		t.Fatal(err)
	}
}
