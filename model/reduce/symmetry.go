package reduce

import (
	"slices"

	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Which threads are alike, is read off the program: a permutation of threads is a
// symmetry if each thread's text becomes that of the other, once threads are renamed
// in both. Cells, classes, tags and words keep their names.

// maxGroup is how many permutations are tried on each state; of larger groups only
// those that swap threads at will are used.
const maxGroup = 64

// texts says of each statement whose it is and the how manieth, and where the
// statements of each thread are.
type texts struct {
	of    []model.Thread
	place []int
	all   [][]model.Pos
}

// textsOf lists the statements of each thread in the order of its text. It is false if
// two threads share one.
func textsOf(p *model.Program) (x texts, ok bool) {
	x = texts{of: make([]model.Thread, len(p.Nodes)), place: make([]int, len(p.Nodes)), all: make([][]model.Pos, len(p.Threads))}
	seen := make([]bool, len(p.Nodes))
	ok = true
	for t, th := range p.Threads {
		var list func(at model.Pos)
		list = func(at model.Pos) {
			if at == 0 {
				return
			}
			if seen[at] {
				ok = false
				return
			}
			seen[at] = true
			x.of[at], x.place[at] = model.Thread(t), len(x.all[t])
			x.all[t] = append(x.all[t], at)
			n := &p.Nodes[at]
			list(n.Body)
			list(n.Alt)
			list(n.Next)
		}
		list(th.Start)
	}
	return x, ok && !slices.Contains(seen[1:], false)
}

// unknown is a thread of which it is not yet said what it is renamed to.
const unknown = 255

// alike says that the text of t is that of u once threads are renamed by to, and
// completes to by what they then must be renamed to.
func (x texts) alike(p *model.Program, t, u int, to []uint8) bool {
	if p.Threads[t].Later != p.Threads[u].Later || len(x.all[t]) != len(x.all[u]) || !assign(to, t, u) {
		return false
	}
	for i, at := range x.all[t] {
		m, n := p.Nodes[at], p.Nodes[x.all[u][i]]
		if m.Op != n.Op || m.How != n.How || m.Slot != n.Slot || m.B != n.B || m.N != n.N ||
			!x.same(m.Next, n.Next) || !x.same(m.Body, n.Body) || !x.same(m.Alt, n.Alt) {
			return false
		}
		if m.AboutThread() && !assign(to, int(m.A), int(n.A)) || !m.AboutThread() && m.A != n.A {
			return false
		}
	}
	return true
}

func (x texts) same(a, b model.Pos) bool {
	return (a == 0) == (b == 0) && (a == 0 || x.place[a] == x.place[b])
}

// assign renames t to u; false if t has another name already, or another has u.
func assign(to []uint8, t, u int) bool {
	if to[t] == unknown {
		if slices.Contains(to, uint8(u)) {
			return false
		}
		to[t] = uint8(u)
	}
	return int(to[t]) == u
}

// complete lists the permutations that are symmetries and agree with to so far.
func (x texts) complete(p *model.Program, to []uint8, done []bool, list func([]uint8) bool) bool {
	t := slices.Index(done, false)
	if t < 0 {
		return list(slices.Clone(to))
	}
	for u := range p.Threads {
		if to[t] != unknown && int(to[t]) != u {
			continue
		}
		to, done := slices.Clone(to), slices.Clone(done)
		done[t] = true
		if x.alike(p, t, u, to) && !x.complete(p, to, done, list) {
			return false
		}
	}
	return true
}

// symmetryOf is the symmetry of a program.
func symmetryOf(p *model.Program) (explore.Symmetry, texts) {
	none := explore.Symmetry{Members: len(p.Threads), Width: model.PartsOfThread}
	x, ok := textsOf(p)
	if !ok {
		return none, x
	}
	g := none
	if g.Classes = x.classes(p); len(g.Classes) > 0 {
		return g, x
	}
	whole := x.complete(p, slices.Repeat([]uint8{unknown}, len(p.Threads)), make([]bool, len(p.Threads)), func(to []uint8) bool {
		g.Group = append(g.Group, to)
		return len(g.Group) <= maxGroup
	})
	if !whole {
		return none, x
	}
	return g, x
}

// classes are the threads any two of which can be swapped, the others staying.
func (x texts) classes(p *model.Program) (all [][]uint8) {
	done := make([]bool, len(p.Threads))
	for t := range p.Threads {
		class := []uint8{uint8(t)}
		for u := t + 1; u < len(p.Threads) && !done[t]; u++ {
			if x.swaps(p, t, u) {
				class = append(class, uint8(u))
				done[u] = true
			}
		}
		if len(class) > 1 {
			all = append(all, class)
		}
	}
	return all
}

func (x texts) swaps(p *model.Program, t, u int) bool {
	to := make([]uint8, len(p.Threads))
	for i := range to {
		to[i] = uint8(i)
	}
	to[t], to[u] = to[u], to[t]
	for i := range p.Threads {
		if !x.alike(p, i, int(to[i]), to) {
			return false
		}
	}
	return true
}

// A naming is a permutation of threads as the semantics wants it.
type naming struct {
	texts
	to []uint8
}

func (n naming) Thread(t model.Thread) model.Thread { return model.Thread(n.to[t]) }
func (n naming) Node(at model.Pos) model.Pos        { return n.all[n.to[n.of[at]]][n.place[at]] }

// A mentioning is a naming that keeps all names and notes which are asked for.
type mentioning struct {
	texts
	seen *[]uint8
}

func (m mentioning) Thread(t model.Thread) model.Thread {
	if !slices.Contains(*m.seen, uint8(t)) {
		*m.seen = append(*m.seen, uint8(t))
	}
	return t
}

func (m mentioning) Node(at model.Pos) model.Pos {
	m.Thread(m.of[at])
	return at
}

// Symmetry is which threads are alike.
func (s *System) Symmetry() explore.Symmetry { return s.symmetry }

// Rename is part c once threads are renamed.
func (s *System) Rename(c int, p model.Part, to []uint8) model.Part {
	return s.Machine.Rename(c, p, naming{s.texts, to})
}

// Mentions is the threads that part c is of or names.
func (s *System) Mentions(c int, p model.Part) (threads []uint8) {
	if m := c / model.PartsOfThread; m < len(s.Threads) {
		threads = append(threads, uint8(m))
	}
	s.Machine.Rename(c, p, mentioning{s.texts, &threads})
	return threads
}
