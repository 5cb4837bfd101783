package explore

// insert puts the successors found by a crew into the store, each into the shard of
// one of so many owners, and the new ones into the log.
func (s *search[K]) insert(crew []*worker[K], owners int) Stop {
	var more [shardCount]int
	n := 0
	for _, w := range crew {
		n += len(w.successors)
		for i := range more {
			more[i] += w.per[i]
		}
	}
	used := s.bytes().Total() - s.store.bytes() + chunkSize*s.store.width()
	sizes, ok := s.store.plan(&more, s.opts.MaxMemory-used)
	if !ok {
		return OutOfMemory
	}
	if s.log.n+n > s.opts.MaxStates {
		return s.insertFew(crew)
	}
	each(s.crew[:owners], func(i int, _ *worker[K]) {
		for sh := i; sh < shardCount; sh += owners {
			if sizes[sh] > len(s.store.shards[sh].slots) {
				s.store.shards[sh].move(sizes[sh])
			}
		}
		for _, w := range crew {
			w.insert(w.owned[i])
		}
	})
	for _, w := range crew {
		for j, fresh := range w.fresh[:len(w.successors)] {
			if fresh {
				s.log.append(w.successors[j])
			}
		}
	}
	return 0
}

// insert inserts some of the worker's successors and notes which are new. It loads
// every slot where a search will begin before any search depends on one.
func (w *worker[K]) insert(some []int32) {
	store := &w.s.store
	sum := uint64(0)
	for len(some) > 0 {
		n := min(len(some), 4*blockSize)
		for _, j := range some[:n] {
			sum += store.touch(w.hashes[j])
		}
		for _, j := range some[:n] {
			h := w.hashes[j]
			w.fresh[j] = store.shards[shardOf(h)].insert(h, &w.successors[j])
		}
		some = some[n:]
	}
	w.touched.Add(sum)
}

// insertFew is insert close to the greatest number of states.
func (s *search[K]) insertFew(crew []*worker[K]) Stop {
	for _, w := range crew {
		for j := range w.successors {
			k := &w.successors[j]
			if s.store.has(k) {
				continue
			}
			if s.log.n == s.opts.MaxStates {
				return TooManyStates
			}
			s.add(*k)
		}
	}
	return 0
}
