package traces

import "slices"

// idSet remembers which signals were sent, in memory that grows with the gaps
// between their ids and not with their number. Ids are kept in classes modulo
// the number of threads, so that both dense ids and those of Recorder, where
// each thread counts for itself in steps of that number, leave no gaps.
type idSet struct {
	classes [][]span
	gaps    int // spans in all classes
}

// span is the numbers from lo to hi.
type span struct{ lo, hi uint64 }

func newIDSet(threads int) idSet { return idSet{classes: make([][]span, threads)} }

// find returns id's class, its number there, and the index of the first span
// that does not end before it.
func (s *idSet) find(id uint64) (class, q uint64, i int) {
	m := uint64(len(s.classes))
	class, q = id%m, id/m
	spans := s.classes[class]
	if n := len(spans); n > 0 && q > spans[n-1].hi {
		return class, q, n
	}
	i, _ = slices.BinarySearchFunc(spans, q, func(a span, q uint64) int {
		if a.hi < q {
			return -1
		}
		return 1
	})
	return class, q, i
}

func (s *idSet) has(id uint64) bool {
	class, q, i := s.find(id)
	spans := s.classes[class]
	return i < len(spans) && spans[i].lo <= q
}

// add puts id into the set and reports whether it is new.
func (s *idSet) add(id uint64) bool {
	class, q, i := s.find(id)
	spans := s.classes[class]
	if i < len(spans) && spans[i].lo <= q {
		return false
	}
	left := i > 0 && spans[i-1].hi+1 == q
	right := i < len(spans) && spans[i].lo == q+1
	switch {
	case left && right:
		spans[i-1].hi = spans[i].hi
		s.classes[class] = slices.Delete(spans, i, i+1)
		s.gaps--
	case left:
		spans[i-1].hi = q
	case right:
		spans[i].lo = q
	default:
		s.classes[class] = slices.Insert(spans, i, span{q, q})
		s.gaps++
	}
	return true
}
