package explore

import (
	"math"
	"math/bits"
	"unsafe"
)

// A store is the set of discovered keys, in shards by the high bits of their hash.
// Shards grow one by one, so little memory is held twice, and workers that own
// different shards insert at the same time.
type store[K words] struct{ shards [shardCount]shard[K] }

const (
	shardBits  = 4
	shardCount = 1 << shardBits
)

// A shard is a hash table with open addressing and linear probing. The zero key marks
// an empty slot. A key's home is the high half of hash times size, so slots are in the
// order of hashes whatever the size, and growing is one sequential sweep by any factor.
type shard[K words] struct {
	slots []K
	n     int
	limit int // grow when n would pass it
}

const (
	minSlots = 64
	fullness = 0.88 // of slots in use before growing
	brimful  = 0.95 // when there is no memory to grow
	growth   = 1.6
)

// newStore makes a store with shards as big as those of another, or small ones of
// staggered sizes, so that they grow in turn and not all at once.
func newStore[K, L words](like *store[L]) store[K] {
	var s store[K]
	for i := range s.shards {
		size := int(minSlots * math.Pow(growth, float64(i)/shardCount))
		if like != nil {
			size = len(like.shards[i].slots)
		}
		s.shards[i] = newShard[K](size)
	}
	return s
}

func newShard[K words](slots int) shard[K] {
	return shard[K]{slots: make([]K, slots), limit: int(fullness * float64(slots))}
}

// hash spreads a key over 64 bits: both halves of a product with an odd constant
// without structure, and one more multiplication, since the slot is taken from the
// high bits. With any of these operations less, some regular keys cluster.
func hash[K words](k *K) uint64 {
	h := uint64(0)
	for i := 0; i < len(*k); i++ {
		x := h ^ (*k)[i]
		hi, lo := bits.Mul64(x^x>>32, 0xa0761d6478bd642f)
		h = hi ^ lo
	}
	return h * 0x9e3779b97f4a7c15
}

func shardOf(hash uint64) int { return int(hash >> (64 - shardBits)) }

// home is the slot where the search for a key of some hash begins.
func (s *shard[K]) home(hash uint64) int {
	hi, _ := bits.Mul64(hash<<shardBits, uint64(len(s.slots)))
	return int(hi)
}

// insert adds a key, for which there must be room, and reports whether it is new.
func (s *shard[K]) insert(hash uint64, k *K) bool {
	var none K
	slots := s.slots
	for i := s.home(hash); ; {
		switch slots[i] {
		case *k:
			return false
		case none:
			slots[i] = *k
			s.n++
			return true
		}
		if i++; i == len(slots) {
			i = 0
		}
	}
}

// find is the slot of a key, or -1.
func (s *shard[K]) find(hash uint64, k *K) int {
	var none K
	for i := s.home(hash); ; {
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

// has reports whether a key is in the store.
func (s *store[K]) has(k *K) bool {
	h := hash(k)
	return s.shards[shardOf(h)].find(h, k) >= 0
}

// add inserts a key, growing if need be, and reports whether it is new.
func (s *store[K]) add(k *K) bool {
	return s.addHashed(hash(k), k)
}

func (s *store[K]) addHashed(h uint64, k *K) bool {
	sh := &s.shards[shardOf(h)]
	if size := sh.sizeFor(1); size > len(sh.slots) {
		sh.move(size)
	}
	return sh.insert(h, k)
}

// touch loads the slot where the search for a key of some hash begins.
func (s *store[K]) touch(hash uint64) uint64 {
	sh := &s.shards[shardOf(hash)]
	return sh.slots[sh.home(hash)][0]
}

// addAll adds the keys of a block, touching all before it looks at one.
func (s *store[K]) addAll(keys []K) (touched uint64) {
	var hashes [blockSize]uint64
	for i := range keys {
		hashes[i] = hash(&keys[i])
		touched += s.touch(hashes[i])
	}
	for i := range keys {
		s.addHashed(hashes[i], &keys[i])
	}
	return touched
}

// sizeFor is how many slots there must be before n keys are inserted.
func (s *shard[K]) sizeFor(n int) int {
	size := len(s.slots)
	for s.n+n > s.limit && int(fullness*float64(size)) < s.n+n {
		size = int(growth*float64(size)) + 1
	}
	return size
}

// move moves all keys to so many slots. They are known to differ.
func (s *shard[K]) move(size int) {
	old, n := s.slots, s.n
	*s = newShard[K](size)
	s.n = n
	var none K
	slots := s.slots
	for i := range old {
		if old[i] == none {
			continue
		}
		j := s.home(hash(&old[i]))
		for slots[j] != none {
			if j++; j == len(slots) {
				j = 0
			}
		}
		slots[j] = old[i]
	}
}

// plan decides how many slots each shard must have for so many keys more in each, if
// that many bytes may be taken in all, the old slots of each shard being held while
// it moves. A shard that must not grow is filled to the brim. It reports whether
// there is room.
func (s *store[K]) plan(more *[shardCount]int, bytes int64) (sizes [shardCount]int, ok bool) {
	if bytes -= s.bytes(); bytes < 0 {
		return sizes, false
	}
	for i := range s.shards {
		sh := &s.shards[i]
		sizes[i] = sh.sizeFor(more[i])
		if sizes[i] == len(sh.slots) {
			continue
		}
		if int64(sizes[i])*s.width() > bytes {
			sizes[i] = len(sh.slots)
			sh.limit = int(brimful * float64(len(sh.slots)))
			if sh.n+more[i] > sh.limit {
				return sizes, false
			}
			continue
		}
		bytes -= int64(sizes[i]) * s.width()
	}
	return sizes, true
}

func (s *store[K]) width() int64 {
	var k K
	return int64(unsafe.Sizeof(k))
}

// slots is the number of slots.
func (s *store[K]) slots() int {
	n := 0
	for i := range s.shards {
		n += len(s.shards[i].slots)
	}
	return n
}

func (s *store[K]) bytes() int64 { return int64(s.slots()) * s.width() }
