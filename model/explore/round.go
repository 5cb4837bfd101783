package explore

import (
	"sync"
	"sync/atomic"
)

// The states of a layer are expanded in rounds. In a round each worker looks up what is
// remembered about a share of the states; rules of which something is not are run, by one,
// in the order of the states; each worker generates the successors of its share, and then
// inserts those, of all workers, that fall into its shards of the store. What is new is
// logged in the order of the states. So the result does not depend on how many workers
// there are; nor does where a round ends.

const (
	// blockSize states are looked up rule by rule, and so many successors are inserted
	// at a time: the touches of the store then overlap. Anything from 16 up gains.
	blockSize = 256
	// roundSize states are a round. It divides chunkSize, so they are in one chunk of the log.
	roundSize = 8 * blockSize
	// recentBytes is what a worker may use to remember keys. It should stay in the cache.
	recentBytes = 1 << 17
)

// A worker expands a share of a round's states.
type worker[K words] struct {
	s          *search[K]
	start      int     // its share begins here
	from, to   int     // states before from are expanded
	leaves     []int32 // of its share, by block, rule and state
	holes      []int   // states with a leaf that is not known
	facts      []uint64
	successors []K
	hashes     []uint64
	fresh      []bool          // which of them are new
	owned      [][]int32       // which of them each worker inserts
	per        [shardCount]int // how many fall into each shard
	recent     []K             // by low bits of the hash, the last successor of this worker
	orbits     *renamer        // nil if there are none
	tally
	touched atomic.Uint64 // only so that the loads are not optimised away
}

func newCrew[K words](s *search[K]) []*worker[K] {
	crew := make([]*worker[K], max(s.opts.Workers, 1))
	for i := range crew {
		crew[i] = &worker[K]{s: s, owned: make([][]int32, len(crew)), facts: make([]uint64, s.facts), recent: make([]K, minSlots)}
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
	each(crew, func(_ int, w *worker[K]) { w.look() })
	crew, st := s.fill(crew)
	each(crew, func(_ int, w *worker[K]) { w.expand(owners, false) })
	for i, w := range crew {
		if !w.expand(owners, true) {
			crew, st = crew[:i+1], stale
			break
		}
	}
	if why := s.insert(crew, owners); why != 0 {
		return s.halt(why)
	}
	for _, w := range crew {
		s.count(&w.tally)
		s.next = w.from
	}
	return st
}

// fill runs the rules that the workers found missing. If keys must be laid out anew,
// states behind that point are not part of the round.
func (s *search[K]) fill(crew []*worker[K]) ([]*worker[K], status) {
	for i, w := range crew {
		for _, state := range w.holes {
			if !w.resolve(state, true) {
				w.to = state
				return crew[:i+1], stale
			}
		}
	}
	return crew, finished
}

// share gives each worker of the round its states.
func (s *search[K]) share() []*worker[K] {
	end := min(s.next|(roundSize-1)+1, s.layerEnd)
	n := min(len(s.crew), (end-s.next+blockSize-1)/blockSize)
	size := (end - s.next + n - 1) / n
	for i, w := range s.crew[:n] {
		w.reset(s.next+i*size, min(s.next+(i+1)*size, end))
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

// reset gives the worker a new share.
func (w *worker[K]) reset(from, to int) {
	w.start, w.from, w.to = from, from, to
	blocks := (to - from + blockSize - 1) / blockSize
	if n := blocks * w.s.rules() * blockSize; n > len(w.leaves) {
		w.leaves = make([]int32, n)
	}
	w.holes = w.holes[:0]
	w.successors, w.hashes = w.successors[:0], w.hashes[:0]
	for i := range w.owned {
		w.owned[i] = w.owned[i][:0]
	}
	clear(w.per[:])
	if most := recentBytes / int(w.s.store.width()); len(w.recent) < most && w.s.log.n > most {
		w.recent = make([]K, most)
	}
	w.tally = tally{finals: w.finals[:0], hits: w.hits[:0]}
}

// leavesOf begins with the leaf of a state's first rule; that of the next is blockSize on.
func (w *worker[K]) leavesOf(state int) []int32 {
	i := state - w.start
	return w.leaves[i/blockSize*w.s.rules()*blockSize+i%blockSize:]
}

// look finds the leaves of the worker's share, and the holes.
func (w *worker[K]) look() {
	for at := w.from; at < w.to; at += blockSize {
		end := min(at+blockSize, w.to)
		if w.s.memo.findAll(w.s.log.slice(at, end), w.leavesOf(at)) {
			continue
		}
		for state := at; state < end; state++ {
			if !w.resolve(state, false) {
				w.holes = append(w.holes, state)
			}
		}
	}
}

// resolve finds the leaves of a state that findAll did not, running rules if it may. It
// reports false if it may not, or if a result does not fit the keys.
func (w *worker[K]) resolve(state int, learn bool) bool {
	leaves := w.leavesOf(state)
	for rule := range w.s.rules() {
		leaf := &leaves[rule*blockSize]
		if *leaf == 0 {
			*leaf = w.s.memo.find(rule, w.s.log.at(state))
		}
		if *leaf == 0 && learn {
			*leaf = w.s.learn(rule, state)
		}
		if *leaf == 0 {
			return false
		}
	}
	return true
}

// expand expands what is left of the worker's share, for so many owners of shards. It
// reports false at a state whose successors' orbits must be learned of, and may not, or
// do not fit the keys.
func (w *worker[K]) expand(owners int, learn bool) bool {
	for ; w.from < w.to; w.from++ {
		if !w.apply(w.leavesOf(w.from), owners, learn) {
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

// assign hashes the successors from start on and gives each to the owner of its shard. Those
// that this worker has given away before it drops, as far as it remembers: when two steps
// can be taken in either order the same state comes twice within a few states, so that of
// three that are known already two or more need no look into the store.
func (w *worker[K]) assign(start, owners int) {
	kept := start
	for _, k := range w.successors[start:] {
		h := hash(&k)
		last := &w.recent[h&uint64(len(w.recent)-1)]
		if *last == k {
			continue
		}
		*last = k
		owner := shardOf(h) % owners
		w.owned[owner] = append(w.owned[owner], int32(kept))
		w.successors[kept] = k
		w.hashes = append(w.hashes, h)
		w.per[shardOf(h)]++
		kept++
	}
	w.successors = w.successors[:kept]
	if kept > len(w.fresh) {
		w.fresh = make([]bool, 2*kept)
	}
}
