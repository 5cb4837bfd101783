package explore

import (
	"fmt"
	"slices"
)

// Symmetric is a Reducer some of whose states differ by a renaming of members only:
// of what there are several alike of, each with the same number of parts. A reduced
// search then keeps one state of each orbit. Its Finals are one of each orbit too, and
// each [Step] of a path says how what it led to was renamed.
type Symmetric[P comparable] interface {
	Reducer[P]
	// Symmetry says which renamings there are. Each maps runs to runs, and the initial
	// state to itself.
	Symmetry() Symmetry
	// Rename is the value p of part c once member i is called to[i].
	Rename(c int, p P, to []uint8) P
	// Mentions is the members on whose names the value p of part c depends, each once. A
	// value is renamed by renaming these; better the order does not depend on the names.
	Mentions(c int, p P) []uint8
}

// Symmetry is a group of renamings. Members may be permuted at will within each of
// the Classes; or else, if there are none, as the elements of Group say, the first of
// which is the identity.
type Symmetry struct {
	Members int // at most 16
	Width   int // parts of a member: member i has those from i*Width on; parts behind them stay where they are
	Classes [][]uint8
	Group   [][]uint8
}

// maxMembers keeps a renaming within a word.
const maxMembers = 16

// symmetry finds for each state the one of its orbit that is kept. What it has not seen
// before it learns, as the memo does, when it may.
type symmetry[P comparable] struct {
	Symmetry
	sys      Symmetric[P]
	tables   []table[P]
	mentions [][]mention       // by part and number
	images   map[image]uint32  // numbers of renamed values
	elements [][][]uint32      // images by element of Group, part and number: 1 + number
	ranks    [][]uint32        // by part of a member of a class, and number: 1 + rank
	shapes   []map[P]uint32    // by part of the class's first member: ranks of its values
	first    [maxMembers]uint8 // of the member's class
	inverse  [][]uint8         // of the elements of Group
}

// A mention is the members that a value mentions.
type mention struct {
	known   bool
	set     uint64
	inOrder []uint8
}

// An image is a value, and what the members that it mentions are called: 4 bits each.
type image struct {
	part int32
	id   uint32
	to   uint64
}

// A renamer has room for the renaming of one state at a time.
type renamer struct {
	ids, out []uint32
	to       [maxMembers]uint8 // by what the state was renamed
	met      [maxMembers]uint8 // when each was met first in the other parts, from 1; 0 if never
	order    []uint8
	left     []int
}

// newSymmetry is nil if the system has no renamings.
func newSymmetry[P comparable](sys System[P], tables []table[P]) *symmetry[P] {
	s, ok := sys.(Symmetric[P])
	if !ok {
		return nil
	}
	g := s.Symmetry()
	if len(g.Classes) == 0 && len(g.Group) < 2 {
		return nil
	}
	n := len(tables)
	if g.Members > maxMembers || g.Members*g.Width > n || len(g.Classes) > 0 && len(g.Group) > 0 {
		panic(fmt.Sprintf("explore: a symmetry of %d members of %d parts each, %d classes, %d elements, in a system of %d parts", g.Members, g.Width, len(g.Classes), len(g.Group), n))
	}
	y := &symmetry[P]{Symmetry: g, sys: s, tables: tables, mentions: make([][]mention, n), images: make(map[image]uint32),
		ranks: make([][]uint32, n), shapes: make([]map[P]uint32, n)}
	for _, class := range g.Classes {
		for _, m := range class {
			y.first[m] = class[0]
		}
		for j := range g.Width {
			y.shapes[int(class[0])*g.Width+j] = make(map[P]uint32)
		}
	}
	for _, to := range g.Group {
		inv := make([]uint8, g.Members)
		for m, x := range to {
			inv[x] = uint8(m)
		}
		y.inverse = append(y.inverse, inv)
		y.elements = append(y.elements, make([][]uint32, n))
	}
	return y
}

func newRenamer(parts int) *renamer {
	return &renamer{ids: make([]uint32, parts), out: make([]uint32, parts)}
}

// keep renames nothing.
func (r *renamer) keep() {
	for m := range r.to {
		r.to[m] = uint8(m)
	}
}

// canon makes of r.ids the state that is kept. It reports whether that is another one,
// and false if it had to learn something and was not to.
func (y *symmetry[P]) canon(r *renamer, learn bool) (changed, ok bool) {
	r.keep()
	if len(y.Group) > 0 {
		return y.least(r, learn)
	}
	for _, class := range y.Classes {
		if !y.sort(class, r, learn) {
			return false, false
		}
	}
	for m := range y.Members {
		changed = changed || int(r.to[m]) != m
	}
	if !changed {
		return false, true
	}
	for c, id := range r.ids {
		to, ok := y.image(c, id, &r.to, learn)
		if !ok {
			return false, false
		}
		r.out[y.place(c, r.to[:])] = to
	}
	r.ids, r.out = r.out, r.ids
	return true, true
}

// place is where part c belongs once members are renamed.
func (y *symmetry[P]) place(c int, to []uint8) int {
	if m := c / y.Width; m < y.Members {
		return int(to[m])*y.Width + c%y.Width
	}
	return c
}

// sort gives the names of a class in the order of what its members are.
func (y *symmetry[P]) sort(class []uint8, r *renamer, learn bool) bool {
	for _, m := range class {
		for j := range y.Width {
			if c := int(m)*y.Width + j; !y.rank(c, r.ids[c], learn) {
				return false
			}
		}
	}
	if !y.meet(class, r, learn) {
		return false
	}
	r.order = append(r.order[:0], class...)
	for i := 1; i < len(r.order); i++ {
		for j := i; j > 0 && y.before(r.order[j], r.order[j-1], r); j-- {
			r.order[j], r.order[j-1] = r.order[j-1], r.order[j]
		}
	}
	for i, m := range r.order {
		r.to[m] = class[i]
	}
	return true
}

// meet notes in what order the other parts mention the members of a class: those that
// are alike in themselves may differ in that, as in a line in which they stand.
func (y *symmetry[P]) meet(class []uint8, r *renamer, learn bool) bool {
	own := uint64(0)
	for _, m := range class {
		own |= 1 << m
		r.met[m] = 0
	}
	next := uint8(1)
	for c, id := range r.ids {
		if m := c / y.Width; m < y.Members && own>>m&1 != 0 {
			continue
		}
		is, ok := y.mention(c, id, learn)
		if !ok {
			return false
		}
		if is.set&own == 0 {
			continue
		}
		for _, m := range is.inOrder {
			if own>>m&1 != 0 && r.met[m] == 0 {
				r.met[m] = next
				next++
			}
		}
	}
	return true
}

// before compares two members of a class: by what they are, and then by where they
// are mentioned.
func (y *symmetry[P]) before(m, n uint8, r *renamer) bool {
	for j := range y.Width {
		c, d := int(m)*y.Width+j, int(n)*y.Width+j
		if a, b := y.ranks[c][r.ids[c]], y.ranks[d][r.ids[d]]; a != b {
			return a < b
		}
	}
	return r.met[m] < r.met[n]
}

// rank makes sure that the rank of a value is known: the same for members that are
// alike but for their names.
func (y *symmetry[P]) rank(c int, id uint32, learn bool) bool {
	if int(id) < len(y.ranks[c]) && y.ranks[c][id] != 0 {
		return true
	}
	if !learn {
		return false
	}
	m := uint8(c / y.Width)
	var swap [maxMembers]uint8
	for i := range swap {
		swap[i] = uint8(i)
	}
	swap[m], swap[y.first[m]] = y.first[m], m
	shapes := y.shapes[int(y.first[m])*y.Width+c%y.Width]
	p := y.sys.Rename(c, y.tables[c].parts[id], swap[:])
	n, ok := shapes[p]
	if !ok {
		n = uint32(len(shapes)) + 1
		shapes[p] = n
	}
	y.ranks[c] = setAt(y.ranks[c], id, n)
	return true
}

// setAt sets an element of a slice, which grows.
func setAt[T any](s []T, i uint32, x T) []T {
	if n := int(i) + 1; n > len(s) {
		s = append(s, make([]T, n-len(s))...)
	}
	s[i] = x
	return s
}

// mention makes sure that it is known what a value mentions.
func (y *symmetry[P]) mention(c int, id uint32, learn bool) (*mention, bool) {
	if int(id) >= len(y.mentions[c]) || !y.mentions[c][id].known {
		if !learn {
			return nil, false
		}
		m := mention{known: true, inOrder: y.sys.Mentions(c, y.tables[c].parts[id])}
		for _, x := range m.inOrder {
			m.set |= 1 << x
		}
		y.mentions[c] = setAt(y.mentions[c], id, m)
	}
	return &y.mentions[c][id], true
}

// image is the number of a value once members are renamed.
func (y *symmetry[P]) image(c int, id uint32, to *[maxMembers]uint8, learn bool) (uint32, bool) {
	is, ok := y.mention(c, id, learn)
	if !ok {
		return 0, false
	}
	key, same := image{part: int32(c), id: id}, true
	for _, i := range is.inOrder {
		key.to |= uint64(to[i]) << (4 * i)
		same = same && to[i] == i
	}
	if same {
		return id, true
	}
	n, ok := y.images[key]
	if !ok && learn {
		n, ok = y.tables[y.place(c, to[:])].intern(y.sys.Rename(c, y.tables[c].parts[id], to[:])), true
		y.images[key] = n
	}
	return n, ok
}

// least renames by the element of the group that gives the least numbers.
func (y *symmetry[P]) least(r *renamer, learn bool) (changed, ok bool) {
	r.left = r.left[:0]
	for g := range y.Group {
		r.left = append(r.left, g)
	}
	for c := 0; c < len(r.ids) && len(r.left) > 1; c++ {
		least, kept := ^uint32(0), r.left[:0]
		for _, g := range r.left {
			n, ok := y.element(g, y.place(c, y.inverse[g]), r.ids, learn)
			switch {
			case !ok:
				return false, false
			case n < least:
				least, kept = n, append(kept[:0], g)
			case n == least:
				kept = append(kept, g)
			}
		}
		r.left = kept
	}
	g := r.left[0]
	copy(r.to[:], y.Group[g])
	if g == 0 {
		return false, true
	}
	for c := range r.ids {
		n, ok := y.element(g, c, r.ids, learn)
		if !ok {
			return false, false
		}
		r.out[y.place(c, y.Group[g])] = n
	}
	r.ids, r.out = r.out, r.ids
	return true, true
}

// element is image for an element of the group.
func (y *symmetry[P]) element(g, c int, ids []uint32, learn bool) (uint32, bool) {
	id := ids[c]
	if t := y.elements[g][c]; int(id) < len(t) && t[id] != 0 {
		return t[id] - 1, true
	}
	if !learn {
		return 0, false
	}
	n := y.tables[y.place(c, y.Group[g])].intern(y.sys.Rename(c, y.tables[c].parts[id], y.Group[g]))
	y.elements[g][c] = setAt(y.elements[g][c], id, n+1)
	return n, true
}

func (y *symmetry[P]) bytes() int64 {
	n := 32 * int64(len(y.images))
	for c := range y.mentions {
		n += 48*int64(len(y.mentions[c])) + 4*int64(len(y.ranks[c]))
		for g := range y.elements {
			n += 4 * int64(len(y.elements[g][c]))
		}
	}
	return n
}

// Rename is a whole state once its members are renamed.
func Rename[P comparable](sys Symmetric[P], state []P, to []uint8) []P {
	y := symmetry[P]{Symmetry: sys.Symmetry()}
	out := make([]P, len(state))
	for c, p := range state {
		out[y.place(c, to)] = sys.Rename(c, p, to)
	}
	return out
}

// A Renamed state, and by what its members were renamed.
type Renamed[P comparable] struct {
	State []P
	To    []uint8
}

// Orbit is what a state is renamed to, itself first. Of those with the same name one is
// given; renaming makes equal names of equal names.
func Orbit[P comparable](sys Symmetric[P], state []P, name func([]P) string) []Renamed[P] {
	g := sys.Symmetry()
	self := make([]uint8, g.Members)
	for m := range self {
		self[m] = uint8(m)
	}
	with := slices.Clone(g.Group)
	for _, class := range g.Classes {
		for i := 1; i < len(class); i++ {
			to := slices.Clone(self)
			to[class[i-1]], to[class[i]] = class[i], class[i-1]
			with = append(with, to)
		}
	}
	orbit := []Renamed[P]{{state, self}}
	seen := map[string]bool{name(state): true}
	for i := 0; i < len(orbit); i++ {
		for _, to := range with {
			x := Rename(sys, orbit[i].State, to)
			if n := name(x); !seen[n] {
				seen[n] = true
				orbit = append(orbit, Renamed[P]{x, compose(to, orbit[i].To)})
			}
		}
	}
	return orbit
}

// compose is the renaming by first and then by then.
func compose(then, first []uint8) []uint8 {
	both := make([]uint8, len(first))
	for m, x := range first {
		both[m] = then[x]
	}
	return both
}

// Unrename is the states of a run of the system itself, of which a path of the search,
// with the initial state before it, is what is left when states are renamed; the last
// state is renamed by to.
func Unrename[P comparable](sys Symmetric[P], states [][]P, path []Step, to []uint8) [][]P {
	run := make([][]P, len(states))
	for i := len(states) - 1; i >= 0; i-- {
		run[i] = Rename(sys, states[i], to)
		if i > 0 && path[i-1].Renamed != nil {
			to = compose(to, path[i-1].Renamed)
		}
	}
	return run
}
