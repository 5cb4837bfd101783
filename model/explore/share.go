package explore

import "math/bits"

// A shared field is the number whose digits are the numbers of several parts: three
// values and five make fifteen, which fit four bits and not two and three. Systems of
// many parts with few values each, that would need a second word, mostly do not then.

// sharedBits is the size of a shared field: a digit is read by 32-bit division, and a
// stride fits 16 bits.
const sharedBits = 16

// A share is a field to which parts are being given.
type share struct {
	field
	product uint32
	parts   []int
}

// fits leaves the last number of the field out, so that no stride is 1<<sharedBits.
func (s *share) fits(size int) bool { return uint64(s.product)*uint64(size) < 1<<s.bits }

// shareIn is arrangeIn with shared fields. Parts of many numbers still have their own.
func shareIn(sizes []int, width int) []field {
	order := bySize(sizes)
	fs := make([]field, len(sizes))
	free := make([]int, width)
	for w := range free {
		free[w] = 64
	}
	for len(order) > 0 && sizes[order[0]] > 1<<(sharedBits-4) {
		need := bits.Len(uint(sizes[order[0]] - 1))
		w := roomiest(free)
		if free[w] < need {
			return nil
		}
		free[w] -= need
		fs[order[0]] = field{word: uint16(w), shift: uint8(free[w]), bits: uint8(need)}
		order = order[1:]
	}
	shares := cut(free)
	for _, c := range order {
		if !give(shares, c, sizes[c]) {
			return nil
		}
	}
	for i := range shares {
		shares[i].digits(sizes, fs)
	}
	return fs
}

// cut makes shared fields of the bits that are free at the low end of each word.
func cut(free []int) (shares []share) {
	for w, n := range free {
		for at := 0; at < n; at += sharedBits {
			f := field{word: uint16(w), shift: uint8(at), bits: uint8(min(sharedBits, n-at))}
			shares = append(shares, share{field: f, product: 1})
		}
	}
	return shares
}

// give puts part c into the first field that it fits.
func give(shares []share, c, size int) bool {
	for i := range shares {
		if s := &shares[i]; s.fits(size) {
			s.product *= uint32(size)
			s.parts = append(s.parts, c)
			return true
		}
	}
	return false
}

// digits lays out the parts of a shared field, with what is left as slack: again and
// again one number more for each part as long as that fits, the biggest first.
func (s *share) digits(sizes []int, fs []field) {
	radix := make([]uint32, len(s.parts))
	for i, c := range s.parts {
		radix[i] = uint32(sizes[c])
	}
	for grown := true; grown; {
		grown = false
		for i := range radix {
			more := radix[i] + 1 + radix[i]/8
			if p := uint64(s.product) / uint64(radix[i]) * uint64(more); p < 1<<s.bits && more < 1<<sharedBits {
				s.product, radix[i], grown = uint32(p), more, true
			}
		}
	}
	stride := uint32(1)
	for i, c := range s.parts {
		fs[c] = s.field
		fs[c].stride, fs[c].radix = uint16(stride), uint16(radix[i])
		stride *= radix[i]
	}
}
