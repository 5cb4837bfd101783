package explore

import (
	"sync"
	"sync/atomic"
)

// The states of a layer are expanded in rounds. In a round each worker expands a
// share of the states, one after another, and then each worker inserts those
// successors, of all workers, that fall into its shards of the store. What is new is
// logged in the order of the states, so that the result does not depend on how many
// workers there are.

const (
	// blockSize states are looked up rule by rule, and so many successors are inserted
	// at a time: the touches of the store then overlap. Anything from 16 up gains.
	blockSize = 256
	// roundBlocks blocks are a worker's share of a round when there are several.
	roundBlocks = 8
)

// A worker expands a share of a round's states.
type worker[K words] struct {
	s          *search[K]
	from, to   int // its share; states before from are expanded
	leaves     []int32
	facts      []uint64
	successors []K
	hashes     []uint64
	fresh      []bool          // which of them are new
	owned      [][]int32       // which of them each worker inserts
	per        [shardCount]int // how many fall into each shard
	orbits     *renamer        // nil if there are none
	tally
	touched atomic.Uint64 // only so that the loads are not optimised away
}

func newCrew[K words](s *search[K]) []*worker[K] {
	crew := make([]*worker[K], max(s.opts.Workers, 1))
	for i := range crew {
		crew[i] = &worker[K]{s: s, leaves: make([]int32, s.rules()*blockSize), owned: make([][]int32, len(crew)), facts: make([]uint64, s.facts)}
		if s.orbits != nil {
			crew[i].orbits = newRenamer(len(s.know.sizes()))
		}
	}
	return crew
}

// round expands the next states of the layer and inserts their successors.
func (s *search[K]) round() status {
	crew := s.share()
	owners := len(crew)
	each(crew, func(_ int, w *worker[K]) { w.expand(owners, false) })
	crew, st := s.learnRest(crew, owners)
	if why := s.insert(crew, owners); why != 0 {
		return s.halt(why)
	}
	for _, w := range crew {
		s.count(&w.tally)
		s.next = w.from
	}
	return st
}

// learnRest expands what the workers left, running rules. If keys must be laid out
// anew, states behind that point are not part of the round.
func (s *search[K]) learnRest(crew []*worker[K], owners int) ([]*worker[K], status) {
	for i, w := range crew {
		if !w.expand(owners, true) {
			return crew[:i+1], stale
		}
	}
	return crew, finished
}

// share gives each worker of the round its states.
func (s *search[K]) share() []*worker[K] {
	size, at, n := blockSize, s.next, 0
	if len(s.crew) > 1 && s.layerEnd-s.next > len(s.crew)*blockSize {
		size = min(roundBlocks*blockSize, (s.layerEnd-s.next)/len(s.crew)+1)
	}
	for _, w := range s.crew {
		if at == s.layerEnd || n > 0 && size == blockSize {
			break
		}
		w.from = at
		w.to = min(at+size, s.layerEnd)
		at = w.to
		w.reset()
		n++
	}
	return s.crew[:n]
}

func each[K words](crew []*worker[K], do func(i int, w *worker[K])) {
	if len(crew) == 1 {
		do(0, crew[0])
		return
	}
	var wg sync.WaitGroup
	for i, w := range crew {
		wg.Go(func() { do(i, w) })
	}
	wg.Wait()
}

func (w *worker[K]) reset() {
	w.successors, w.hashes = w.successors[:0], w.hashes[:0]
	for i := range w.owned {
		w.owned[i] = w.owned[i][:0]
	}
	clear(w.per[:])
	w.tally = tally{finals: w.finals[:0], hits: w.hits[:0]}
}

// expand expands the worker's share, for so many owners of shards. It reports false at
// a state where a rule must be run, and may not, or its result does not fit the keys.
func (w *worker[K]) expand(owners int, learn bool) bool {
	for w.from < w.to {
		end := min(w.from+blockSize, w.to, w.from|(chunkSize-1)+1)
		known := w.s.memo.findAll(w.s.log.slice(w.from, end), w.leaves)
		for start := w.from; w.from < end; w.from++ {
			leaves := w.leaves[w.from-start:]
			if !known && !w.resolve(leaves, learn) {
				return false
			}
			if !w.apply(leaves, owners, learn) {
				return false
			}
		}
	}
	return true
}

// resolve finds the leaves of a state that findAll did not.
func (w *worker[K]) resolve(leaves []int32, learn bool) bool {
	k := w.s.log.at(w.from)
	for rule := range w.s.rules() {
		leaf := &leaves[rule*blockSize]
		if *leaf == 0 {
			*leaf = w.s.memo.find(rule, k)
		}
		if *leaf == 0 && learn {
			*leaf = w.s.learn(rule, w.from)
		}
		if *leaf == 0 {
			return false
		}
	}
	return true
}

// apply generates the successors of a state. It reports false, and leaves no trace, if
// something must be learned of their orbits, and may not, or does not fit the keys.
func (w *worker[K]) apply(leaves []int32, owners int, learn bool) bool {
	k := w.s.log.at(w.from)
	start, ends, chosen := len(w.successors), true, w.chosen(leaves)
	hits := len(w.hits)
	for rule := range w.s.agents + w.s.checks {
		leaf := leaves[rule*blockSize]
		if leaf == nothing {
			continue
		}
		ends = ends && !(rule < w.s.agents && w.s.fair[rule])
		if rule < w.s.agents && chosen != all && chosen>>rule&1 == 0 {
			continue
		}
		for j := ^leaf; ; j++ {
			e := &w.s.memo.effects[j]
			if e.kind == successor {
				w.successors = append(w.successors, add(k, &e.delta))
			} else {
				w.hits = append(w.hits, hit{note{e.kind, rule, e.label}, w.from})
			}
			if !e.more {
				break
			}
		}
	}
	if w.orbits != nil && !w.canon(w.successors[start:], learn) {
		w.successors, w.hits = w.successors[:start], w.hits[:hits]
		return false
	}
	if chosen != all {
		w.reduced++
	}
	w.transitions += len(w.successors) - start
	if ends {
		w.finals = append(w.finals, uint32(w.from))
	}
	w.assign(start, owners)
	return true
}

// canon takes for each key that of its orbit which is kept.
func (w *worker[K]) canon(keys []K, learn bool) bool {
	for i := range keys {
		unpack(w.s.fields, &keys[i], w.orbits.ids)
		changed, ok := w.s.know.canon(w.orbits, learn)
		if !ok || learn && !w.s.know.fits(w.s.fields) {
			return false
		}
		if changed {
			keys[i] = pack[K](w.s.fields, w.orbits.ids)
		}
	}
	return true
}

// assign hashes the successors from start on and gives each to the owner of its shard.
func (w *worker[K]) assign(start, owners int) {
	for j := start; j < len(w.successors); j++ {
		h := hash(&w.successors[j])
		w.hashes = append(w.hashes, h)
		w.per[shardOf(h)]++
		owner := shardOf(h) % owners
		w.owned[owner] = append(w.owned[owner], int32(j))
	}
	if n := len(w.successors); n > len(w.fresh) {
		w.fresh = make([]bool, 2*n)
	}
}
