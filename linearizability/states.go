package linearizability

import (
	"cmp"
	"slices"
	"strings"
)

// states is a set of states in the order in which they were added. Nearly all have a
// handful, which are looked through faster than hashed.
type states struct {
	list []state
	at   map[state]struct{} // nil while there are few
}

// few is how many states are looked through.
const few = 8

func setOf(all ...state) *states {
	s := &states{}
	for _, x := range all {
		s.add(x)
	}
	return s
}

func (s *states) has(x state) bool {
	if s.at != nil {
		_, ok := s.at[x]
		return ok
	}
	return slices.Contains(s.list, x)
}

// add adds x; false if it is there already.
func (s *states) add(x state) bool {
	if s.has(x) {
		return false
	}
	s.list = append(s.list, x)
	switch {
	case s.at != nil:
		s.at[x] = struct{}{}
	case len(s.list) > few:
		s.at = make(map[state]struct{}, 4*few)
		for _, y := range s.list {
			s.at[y] = struct{}{}
		}
	}
	return true
}

// filter is those that satisfy ok.
func (s *states) filter(ok func(state) bool) *states {
	all := &states{}
	for _, x := range s.list {
		if ok(x) {
			all.add(x)
		}
	}
	return all
}

// sorted is the states in an order that does not depend on how they were found.
func (s *states) sorted() []state {
	all := slices.Clone(s.list)
	slices.SortFunc(all, func(a, b state) int {
		if a.config != b.config {
			return cmp.Compare(a.config, b.config)
		}
		return strings.Compare(a.locals, b.locals)
	})
	return all
}
