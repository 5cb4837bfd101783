package explore

// Most systems that one asks about cannot run for ever, and the memo shows it
// without a look at the state graph. Each part moves through its own small graph of
// numbers: an edge for every effect that changes it. A cycle of states projects to a
// closed walk of every part, which stays within one strongly connected component of
// the part's graph. So an effect that takes some part from one component to another
// lies on no cycle. Without these effects the components shrink, and so on.

// A move is the change of one part by an effect.
type move struct {
	effect   int32
	from, to uint32
}

// moveBytes is what a move takes: in its part's list, which grows by less than half its
// size and is held twice then, and in that part's graph.
const moveBytes = 12*5/2 + 4

// suspects marks the effects that the argument above does not clear, and that are not
// occasional. It reports whether there are any, and whether so many bytes were enough to
// find that out.
func (s *search[K]) suspects(budget int64) (alive []bool, some, ok bool) {
	budget -= int64(len(s.memo.effects)) + 64*int64(len(s.memo.sparse))
	if budget < 0 {
		return nil, false, false
	}
	alive = make([]bool, len(s.memo.effects))
	moves := make([][]move, len(s.fields))
	s.memo.walk(func(_ int, path []write, leaf int32) {
		for j := ^leaf; j > 0 && budget >= 0; j++ {
			e := &s.memo.effects[j]
			if e.kind == successor && !s.know.occasional(e.label) {
				alive[j] = true
				budget -= moveBytes * int64(s.addMoves(moves, j, path))
			}
			if !e.more {
				break
			}
		}
	})
	if budget < 0 {
		return nil, false, false
	}
	clearEffects(alive, moves, s.know.sizes())
	for _, a := range alive {
		some = some || a
	}
	return alive, some, true
}

// addMoves adds the moves of an effect and says how many there are.
func (s *search[K]) addMoves(moves [][]move, j int32, path []write) (n int) {
	after := successorOf(&s.memo.effects[j].delta, path, s.fields)
	for _, w := range path {
		if to := uint32(get(&after, s.fields[w.part])); to != w.id {
			moves[w.part] = append(moves[w.part], move{j, w.id, to})
			n++
		}
	}
	return n
}

// clearEffects clears what leaves a component of some part, until nothing does.
func clearEffects(alive []bool, moves [][]move, sizes []int) {
	for changed := true; changed; {
		changed = false
		for c := range moves {
			if clearLeavers(alive, moves[c], sizes[c]) {
				changed = true
			}
		}
	}
}

// clearLeavers clears the effects that leave a component of one part.
func clearLeavers(alive []bool, moves []move, size int) bool {
	if len(moves) == 0 {
		return false
	}
	of := componentsOf(alive, moves, size)
	changed := false
	for _, m := range moves {
		if alive[m.effect] && of[m.from] != of[m.to] {
			alive[m.effect] = false
			changed = true
		}
	}
	return changed
}

// componentsOf numbers the components of one part's graph.
func componentsOf(alive []bool, moves []move, size int) []int32 {
	first := make([]int32, size+1) // edges of v are to[first[v]:first[v+1]]
	for _, m := range moves {
		if alive[m.effect] {
			first[m.from+1]++
		}
	}
	for v := range size {
		first[v+1] += first[v]
	}
	to := make([]uint32, first[size])
	fill := append([]int32(nil), first...)
	for _, m := range moves {
		if alive[m.effect] {
			to[fill[m.from]] = m.to
			fill[m.from]++
		}
	}
	of, n := make([]int32, size), int32(0)
	next := func(v uint32, at *edge) (uint32, bool) {
		i := first[v] + at.effect
		if i == first[v+1] {
			return 0, false
		}
		at.effect++
		return to[i], true
	}
	visitComponents(size, next, func(int64) bool { return true }, func(members []uint32) {
		for _, v := range members {
			of[v] = n
		}
		n++
	})
	return of
}
