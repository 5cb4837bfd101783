// Package gen makes litmus tests: at random, with a bias towards what matters in
// interrupts, and every one up to a size. It uses no test library: whoever has a
// source of choices (a seed, the bytes of a fuzzer, rapid) can drive it.
package gen

import "math/rand/v2"

// Choose picks one of n ways, 0 … n-1. Way 0 is always the simplest: a chooser that
// answers 0 for ever ends a program at once, and one that answers smaller numbers
// makes a simpler program. So whoever shrinks the choices shrinks the program.
type Choose func(n int) int

// Seeded chooses at random; the same seed makes the same choices.
func Seeded(seed uint64) Choose { return rand.New(rand.NewPCG(seed, 0x6c69746d7573)).IntN }

// Bytes chooses by the bytes of data, and the simplest way once there are no more:
// for fuzzers that know only bytes.
func Bytes(data []byte) Choose {
	next := func() int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b)
	}
	return func(n int) int {
		v := next()
		if n > 256 {
			v = v<<8 | next()
		}
		return v % n
	}
}

// chance is true in one of n cases. It is the less simple way.
func (c Choose) chance(n int) bool { return c(n) == n-1 }
