package explore

import (
	"math/rand/v2"
	"testing"
)

// What is put into the fields of a layout is read from them, whatever its other
// fields hold, and a difference added to a key changes one field only.
func TestLayoutsKeepParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	shared := 0
	for range 2000 {
		sizes := make([]int, 1+rng.IntN(40))
		for c := range sizes {
			sizes[c] = 1 + rng.IntN(1<<(1+rng.IntN(7)))
		}
		if rng.IntN(4) == 0 {
			sizes[rng.IntN(len(sizes))] = 1 + rng.IntN(1<<20)
		}
		for _, how := range []func([]int, int) []field{arrangeIn, shareIn} {
			if fs := how(sizes, 4); fs != nil {
				checkLayout(t, rng, sizes, fs)
			}
		}
		if one, two := shareIn(sizes, 1), arrangeIn(sizes, 1); one != nil && two == nil {
			shared++
		}
	}
	if shared < 20 {
		t.Errorf("only %d layouts fit one word because they share fields", shared)
	}
}

func checkLayout(t *testing.T, rng *rand.Rand, sizes []int, fs []field) {
	t.Helper()
	ids, got := make([]uint32, len(sizes)), make([]uint32, len(sizes))
	for c, n := range sizes {
		if fs[c].room() < uint64(n) {
			t.Fatalf("%d numbers of part %d in %+v", n, c, fs[c])
		}
		ids[c] = uint32(rng.Uint64N(min(fs[c].room(), 1<<31)))
	}
	k := pack[[4]uint64](fs, ids)
	for range 5 {
		c := rng.IntN(len(sizes))
		to := uint32(rng.Uint64N(min(fs[c].room(), 1<<31)))
		var delta [4]uint64
		put(&delta, fs[c], uint64(to)-uint64(ids[c]))
		k, ids[c] = add(&k, &delta), to
		unpack(fs, &k, got)
		for c := range ids {
			if ids[c] != got[c] {
				t.Fatalf("part %d is %d, read as %d, of %v in %+v", c, ids[c], got[c], sizes, fs)
			}
		}
	}
}

// The parts of ring_7 fit one word.
func TestSharedFieldsOfRing(t *testing.T) {
	var sizes []int
	for range 7 {
		sizes = append(sizes, 25, 5, 3)
	}
	if arrangeIn(sizes, 1) != nil || shareIn(sizes, 1) == nil {
		t.Error("want them to fit with shared fields, and only so")
	}
}
