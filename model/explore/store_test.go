package explore

import (
	"math/rand/v2"
	"testing"
)

// Regular keys, as packed states are, must spread like random ones: at fullness a,
// linear probing displaces a key by (1/(1-a)-1)/2 slots in the mean (Knuth, TAOCP 3,
// sec. 6.4).
func TestHashSpreadsRegularKeys(t *testing.T) {
	const n, size = 86_000, 100_000
	want := (1/(1-float64(n)/size) - 1) / 2
	rng := rand.New(rand.NewPCG(1, 1))
	for name, key := range map[string]func(i int) [1]uint64{
		"random":      func(int) [1]uint64 { return [1]uint64{rng.Uint64()} },
		"consecutive": func(i int) [1]uint64 { return [1]uint64{uint64(i + 1)} },
		"high bits":   func(i int) [1]uint64 { return [1]uint64{uint64(i+1) << 40} },
		"middle":      func(i int) [1]uint64 { return [1]uint64{uint64(i+1) << 23} },
		"two fields":  func(i int) [1]uint64 { return [1]uint64{1 + uint64(i%300)<<3 + uint64(i/300)<<50} },
		"five fields": func(i int) [1]uint64 {
			k := uint64(1)
			for f := range 5 {
				k += uint64(i%10) << (12 * f)
				i /= 10
			}
			return [1]uint64{k}
		},
		"binary fields": func(i int) [1]uint64 {
			k := uint64(0)
			for f := range 20 {
				k += uint64(i+1) >> f & 1 << (3 * f)
			}
			return [1]uint64{k}
		},
	} {
		if got := displacement(n, size, key); got > 1.25*want {
			t.Errorf("%s keys: mean displacement %.2f, a random function has %.2f", name, got, want)
		}
	}
	wide := func(i int) [4]uint64 { return [4]uint64{1, uint64(i%10) << 20, uint64(i / 10 % 100), uint64(i / 1000)} }
	if got := displacement(n, size, wide); got > 1.25*want {
		t.Errorf("wide keys: mean displacement %.2f, a random function has %.2f", got, want)
	}
}

func displacement[K words](n, size int, key func(i int) K) float64 {
	s := newStore[K](size)
	sum := 0
	for i := range n {
		k := key(i)
		home := s.home(&k)
		s.insertAt(home, &k)
		sum += (s.find(&k) - home + size) % size
	}
	return float64(sum) / float64(n)
}

// Growing loses nothing and invents nothing.
func TestStoreGrows(t *testing.T) {
	s := newStore[[2]uint64](0)
	for i := range 100_000 {
		if !s.grow(1, 1<<40) {
			t.Fatal("no room")
		}
		k := [2]uint64{uint64(i + 1), uint64(i) << 60}
		if !s.insertAt(s.home(&k), &k) || s.insertAt(s.home(&k), &k) {
			t.Fatalf("key %d: new, then known, expected", i)
		}
	}
	for i := range 200_000 {
		k := [2]uint64{uint64(i + 1), uint64(i) << 60}
		if found := s.find(&k) >= 0; found != (i < 100_000) {
			t.Fatalf("key %d: found %v", i, found)
		}
	}
	if fill := float64(s.n) / float64(len(s.slots)); s.n != 100_000 || fill < fullness/growth-0.01 || fill > fullness+0.01 {
		t.Errorf("%d keys, fill %.2f", s.n, fill)
	}
}

// Without memory to grow, slots are filled to the brim, and some stay empty: a search
// for what is not there must end.
func TestStoreStopsAtTheBrim(t *testing.T) {
	s := newStore[[1]uint64](minSlots)
	for s.grow(1, 0) {
		k := [1]uint64{uint64(s.n + 1)}
		s.insertAt(s.home(&k), &k)
	}
	full := brimful * float64(minSlots)
	if s.n != int(full) || len(s.slots) != minSlots {
		t.Errorf("%d keys in %d slots", s.n, len(s.slots))
	}
}
