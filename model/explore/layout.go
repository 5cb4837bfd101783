package explore

import (
	"math/bits"
	"slices"
)

// maxParts keeps part numbers within 16 bits.
const maxParts = 1 << 15

// words is a key: the numbers of the parts of a state, packed. The hot code is
// compiled once for each width.
type words interface {
	[1]uint64 | [2]uint64 | [4]uint64 | [8]uint64 | [16]uint64
}

// A field is where in a key the number of a part stands: in some bits of a word of its
// own, or, with a stride, as a digit of what these bits hold together for several parts.
type field struct {
	word   uint16
	shift  uint8
	bits   uint8
	stride uint16 // 0: the bits are this part's alone
	radix  uint16
}

// room is how many numbers fit the field.
func (f field) room() uint64 {
	if f.stride != 0 {
		return uint64(f.radix)
	}
	return 1 << f.bits
}

// get reads a field of a key.
func get[K words](k *K, f field) uint64 {
	n := (*k)[f.word] >> (f.shift & 63) & (1<<(f.bits&63) - 1)
	if f.stride != 0 {
		return uint64(uint32(n) / uint32(f.stride) % uint32(f.radix))
	}
	return n
}

// put adds n to a field that is zero; or the difference n to one in which there is room.
func put[K words](k *K, f field, n uint64) {
	if f.stride != 0 {
		n *= uint64(f.stride)
	}
	(*k)[f.word] += n << f.shift
}

// add is the successor of a key by an effect.
func add[K words](k, delta *K) K {
	sum := *k
	for i := 0; i < len(sum); i++ {
		sum[i] += (*delta)[i]
	}
	return sum
}

// pack makes the key of a state.
func pack[K words](fs []field, ids []uint32) K {
	var k K
	for c, f := range fs {
		put(&k, f, uint64(ids[c]))
	}
	return k
}

// unpack is the inverse of pack.
func unpack[K words](fs []field, k *K, ids []uint32) {
	for c, f := range fs {
		ids[c] = uint32(get(k, f))
	}
}

// arrange lays out the fields of parts with so many numbers in as few words as will
// do; no field crosses a word. Parts share fields only where that saves half of the
// words, since digits are slower to read than bits. It gives all that is left as slack
// to the parts with the most numbers, since these grow: a part that outgrows its field
// costs a rewrite of everything. The width is 0 if 16 words do not suffice.
func arrange(sizes []int) (fs []field, width int) {
	for width = 1; width <= 16; width *= 2 {
		if fs = arrangeIn(sizes, width); fs != nil {
			return fs, width
		}
		if fs = shareIn(sizes, width); fs != nil {
			return fs, width
		}
	}
	return nil, 0
}

func arrangeIn(sizes []int, width int) []field {
	order := bySize(sizes)
	fs := make([]field, len(sizes))
	free := make([]int, width)
	for w := range free {
		free[w] = 64
	}
	for _, c := range order {
		need := bits.Len(uint(sizes[c] - 1))
		w := roomiest(free)
		if free[w] < need {
			return nil
		}
		free[w] -= need
		fs[c] = field{word: uint16(w), bits: uint8(need)}
	}
	slacken(fs, order, free)
	shift(fs)
	return fs
}

func bySize(sizes []int) []int {
	order := make([]int, len(sizes))
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return sizes[b] - sizes[a] })
	return order
}

func roomiest(free []int) int {
	best := 0
	for w := range free {
		if free[w] > free[best] {
			best = w
		}
	}
	return best
}

// slacken hands out the free bits of each word, one at a time, the part with the
// most numbers first. No part has more than 32 bits.
func slacken(fs []field, order, free []int) {
	for given := true; given; {
		given = false
		for _, c := range order {
			f := &fs[c]
			if free[f.word] > 0 && f.bits < 32 {
				f.bits++
				free[f.word]--
				given = true
			}
		}
	}
}

func shift(fs []field) {
	used := make([]uint8, 16)
	for c := range fs {
		f := &fs[c]
		f.shift = used[f.word]
		used[f.word] += f.bits
		if f.bits == 0 {
			f.shift = 0
		}
	}
}
