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
	s := newShard[K](size)
	sum := 0
	for i := range n {
		k := key(i)
		h := hash(&k) >> shardBits // as if all keys fell into this shard
		s.insert(h, &k)
		sum += (s.find(h, &k) - s.home(h) + size) % size
	}
	return float64(sum) / float64(n)
}

// Growing loses nothing and invents nothing.
func TestStoreGrows(t *testing.T) {
	s := newStore[[2]uint64, [2]uint64](nil)
	for i := range 100_000 {
		k := [2]uint64{uint64(i + 1), uint64(i) << 60}
		if !s.add(&k) || s.add(&k) {
			t.Fatalf("key %d: new, then known, expected", i)
		}
	}
	for i := range 200_000 {
		k := [2]uint64{uint64(i + 1), uint64(i) << 60}
		if found := s.has(&k); found != (i < 100_000) {
			t.Fatalf("key %d: found %v", i, found)
		}
	}
	n := 0
	for i := range s.shards {
		sh := &s.shards[i]
		n += sh.n
		if fill := float64(sh.n) / float64(len(sh.slots)); fill < fullness/growth-0.01 || fill > fullness+0.01 {
			t.Errorf("shard %d is filled to %.2f", i, fill)
		}
	}
	if n != 100_000 {
		t.Errorf("%d keys", n)
	}
}

// Without memory to grow, slots are filled to the brim, and some stay empty: a search
// for what is not there must end.
func TestStoreStopsAtTheBrim(t *testing.T) {
	s := newStore[[1]uint64, [1]uint64](nil)
	size := s.slots()
	for i := 1; ; i++ {
		k := [1]uint64{uint64(i)}
		var more [shardCount]int
		more[shardOf(hash(&k))] = 1
		if _, ok := s.plan(&more, s.bytes()); !ok {
			break
		}
		s.add(&k)
	}
	full, most := 0, 0.0
	for i := range s.shards {
		full += s.shards[i].n
		most = max(most, float64(s.shards[i].n)/float64(len(s.shards[i].slots)))
	}
	if s.slots() != size || most < brimful-0.02 || most > brimful {
		t.Errorf("%d keys in %d slots, once %d; a shard is filled to %.2f", full, s.slots(), size, most)
	}
}
