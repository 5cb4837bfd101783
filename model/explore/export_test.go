package explore

import (
	"syscall"
	"time"
)

// Peek is part c of the state behind the View's back: what a cheating rule would do.
func (v *View[P]) Peek(c int) P { return v.tables[c].parts[v.ids[c]] }

// Ceiling is the processor time that generating all successors again takes, and
// inserting them, in the same order, into a store that need not grow.
func Ceiling[P comparable](r *Report[P]) (generate, insert time.Duration) {
	s := r.s.(*search[[1]uint64])
	s.crew = newCrew(s)
	s.store = newStore[[1]uint64, [1]uint64](nil)
	for i := range s.store.shards {
		s.store.shards[i] = newShard[[1]uint64](s.log.n / shardCount * 5 / 4)
	}
	s.add(*s.log.at(0))
	start := CPU()
	s.blocks(func(w *worker[[1]uint64]) {})
	generate = CPU() - start
	s.blocks(func(w *worker[[1]uint64]) { w.insert(w.owned[0]) })
	return generate, CPU() - start - 2*generate
}

// CPU is the processor time of this process.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// blocks generates block by block and hands the worker with the successors to do.
func (s *search[K]) blocks(do func(*worker[K])) {
	w := s.crew[0]
	for at := 0; at < s.next; at = w.to {
		w.reset(at, min(at+blockSize, s.next))
		if w.look(); len(w.holes) > 0 || !w.expand(1, false) {
			panic("explore: a rule was forgotten")
		}
		do(w)
	}
}

// Raced says that the race detector watches.
const Raced = raced
