package explore

import "unsafe"

// repack lays out the keys anew, with more bits for the parts that have outgrown
// theirs, and rewrites log, store and memo. It reports false, the search being
// halted, if the wider keys do not fit the memory.
func (s *search[K]) repack() (searcher, bool) {
	fs, width := arrange(s.know.sizes())
	s.packs++
	switch width {
	case 1:
		return repackAs[K, [1]uint64](s, fs)
	case 2:
		return repackAs[K, [2]uint64](s, fs)
	case 4:
		return repackAs[K, [4]uint64](s, fs)
	case 8:
		return repackAs[K, [8]uint64](s, fs)
	case 16:
		return repackAs[K, [16]uint64](s, fs)
	}
	s.halt(TooWide)
	return s, false
}

func repackAs[A, B words](s *search[A], fs []field) (searcher, bool) {
	var a A
	var b B
	if grown := int64(unsafe.Sizeof(b)) - int64(unsafe.Sizeof(a)); grown > 0 {
		more := (int64(s.store.slots()) + int64(s.log.n)) * grown
		if s.bytes().Total()+more > s.opts.MaxMemory {
			s.halt(OutOfMemory)
			return s, false
		}
	}
	t := &search[B]{course: s.course, memo: rekey[A, B](&s.memo, s.fields, fs)}
	t.crew = newCrew(t)
	t.store = newStore[B](&s.store)
	s.store = store[A]{}
	ids := make([]uint32, len(fs))
	for at := 0; at < s.log.n; at += blockSize {
		end := min(at+blockSize, s.log.n)
		for i := at; i < end; i++ {
			unpack(s.fields, s.log.at(i), ids)
			t.log.append(pack[B](fs, ids))
		}
		t.crew[0].touched.Add(t.store.addAll(t.log.slice(at, end)))
		if end&(chunkSize-1) == 0 {
			s.log.chunks[at>>chunkBits] = nil
		}
	}
	t.fields = fs
	return t, true
}

// rekey is the memo for keys laid out as to. The parts that an effect writes were
// all looked at, so the path to a leaf and the old delta give the new one.
func rekey[A, B words](m *memo[A], from, to []field) memo[B] {
	n := memo[B]{roots: m.roots, nodes: m.nodes, sparse: m.sparse, kids: m.kids}
	for i := 1; i < len(n.nodes); i++ {
		n.nodes[i].field = to[n.nodes[i].part]
	}
	n.effects = make([]effect[B], len(m.effects))
	m.walk(func(_ int, path []write, leaf int32) {
		for j := ^leaf; j > 0; j++ {
			e := &m.effects[j]
			n.effects[j] = effect[B]{rekeyDelta[A, B](&e.delta, path, from, to), e.label, e.kind, e.more}
			if !e.more {
				break
			}
		}
	})
	return n
}

func rekeyDelta[A, B words](delta *A, path []write, from, to []field) B {
	after := successorOf(delta, path, from)
	var d B
	for _, w := range path {
		put(&d, to[w.part], get(&after, from[w.part])-uint64(w.id))
	}
	return d
}

// successorOf is the key behind an effect, with the parts of its path only.
func successorOf[K words](delta *K, path []write, fs []field) K {
	var k K
	for _, w := range path {
		put(&k, fs[w.part], uint64(w.id))
	}
	return add(&k, delta)
}
