package explore

import (
	"math/bits"
	"unsafe"
)

// A store is the set of discovered keys: open addressing with linear probing. The
// zero key marks an empty slot. A key's slot is the high half of hash times size,
// so slots are in the order of hashes whatever the size, and growing is one
// sequential sweep by any factor.
type store[K words] struct {
	slots []K
	n     int
	limit int // grow when n comes here
}

const (
	minSlots = 1 << 10
	fullness = 0.86 // of slots in use before growing
	brimful  = 0.95 // when there is no memory to grow
	growth   = 1.4
)

func newStore[K words](slots int) store[K] {
	slots = max(slots, minSlots)
	return store[K]{slots: make([]K, slots), limit: int(fullness * float64(slots))}
}

// hash spreads a key over 64 bits. The multipliers are odd constants without
// structure (the fractional part of the golden ratio and of the square root of 3).
func hash[K words](k *K) uint64 {
	h := uint64(0)
	for i := 0; i < len(*k); i++ {
		hi, lo := bits.Mul64(h^(*k)[i]^0xbb67ae8584caa73b, 0x9e3779b97f4a7c15)
		h = hi ^ lo
	}
	hi, lo := bits.Mul64(h, 0x9e3779b97f4a7c15)
	return hi ^ lo
}

// home is the slot where the search for k begins.
func (s *store[K]) home(k *K) int {
	hi, _ := bits.Mul64(hash(k), uint64(len(s.slots)))
	return int(hi)
}

// insertAt adds k, whose home is given, and reports whether it is new.
func (s *store[K]) insertAt(home int, k *K) bool {
	var none K
	for i := home; ; {
		switch s.slots[i] {
		case *k:
			return false
		case none:
			s.slots[i] = *k
			s.n++
			return true
		}
		if i++; i == len(s.slots) {
			i = 0
		}
	}
}

// find is the slot of k, or -1.
func (s *store[K]) find(k *K) int {
	var none K
	for i := s.home(k); ; {
		switch s.slots[i] {
		case *k:
			return i
		case none:
			return -1
		}
		if i++; i == len(s.slots) {
			i = 0
		}
	}
}

// grow makes room for n keys more, if the slots then take no more than so many
// bytes, the old ones included while they are moved; else it fills the slots to
// the brim. It reports whether there is room.
func (s *store[K]) grow(n int, bytes int64) bool {
	if s.n+n <= s.limit {
		return true
	}
	size := len(s.slots)
	for int(fullness*float64(size)) < s.n+n {
		size = int(growth*float64(size)) + 1
	}
	if int64(size+len(s.slots))*s.width() > bytes {
		s.limit = int(brimful * float64(len(s.slots)))
		return s.n+n <= s.limit
	}
	old := s.slots
	*s = newStore[K](size)
	var none K
	for i := range old {
		if k := &old[i]; *k != none {
			s.insertAt(s.home(k), k)
		}
	}
	return true
}

func (s *store[K]) width() int64 {
	var k K
	return int64(unsafe.Sizeof(k))
}

func (s *store[K]) bytes() int64 { return int64(len(s.slots)) * s.width() }
