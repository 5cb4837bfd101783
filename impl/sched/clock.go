package sched

// MaxThreads bounds the threads of one execution.
const MaxThreads = 16

// clock is a vector clock: for each thread, how many of its steps came before.
type clock [MaxThreads]uint16

// join makes c the least upper bound of c and d, in their first n components.
func (c *clock) join(d *clock, n int) {
	for i := range n {
		c[i] = max(c[i], d[i])
	}
}

// hash mixes c into h.
func (c *clock) hash(h uint64, n int) uint64 {
	for i := range n {
		h = mix(h ^ uint64(c[i]))
	}
	return h
}

// mix is the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// set is a set of threads.
type set uint32

func (s set) has(t int) bool { return s>>t&1 != 0 }
