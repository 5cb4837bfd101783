package explore

import (
	"fmt"
	"math"
	"unsafe"
)

// A memo remembers what each rule did, by what it looked at. It holds one trie per
// rule. A node says which part the rule looks at next: a function of what it has
// seen so far, since rules are deterministic. The number found in that part leads
// to a kid: the next node, or a leaf with the effects.
//
// A reference is 0 if unknown, the index of a node if positive, and else the
// complement of the index of a leaf's first effect.
type memo[K words] struct {
	roots   []int32
	nodes   []node
	effects []effect[K]
	sparse  map[uint64]int32 // kids that do not fit their node's slice
	kids    int              // capacity of all kids
}

type node struct {
	field field
	part  int32
	known int32  // kids known
	base  uint32 // the number of kids[0]
	kids  []int32
}

// kid is the kid for a number, if it is in the slice; else 0.
func (n *node) kid(id uint64) int32 {
	if id -= uint64(n.base); id < uint64(len(n.kids)) {
		return n.kids[id]
	}
	return 0
}

// An effect is what to add to the key, or a bound or a fault in its place.
type effect[K words] struct {
	delta K
	label uint32
	kind  kind
	more  bool // the leaf's next effect follows
}

// nothing refers to the leaf without effects.
const nothing int32 = ^0

func newMemo[K words](rules int) memo[K] {
	return memo[K]{
		roots:   make([]int32, rules),
		nodes:   make([]node, 1),
		effects: make([]effect[K], 1),
		sparse:  make(map[uint64]int32),
	}
}

// find is the leaf of a rule in state k, or 0 if it must be learned.
func (m *memo[K]) find(rule int, k *K) int32 {
	r := m.roots[rule]
	for r > 0 {
		n := &m.nodes[r]
		id := get(k, n.field)
		if kid := n.kid(id); kid != 0 {
			r = kid
			continue
		}
		r = m.far(r, id)
	}
	return r
}

// findAll is find for all rules in the states of a block: the leaf of a rule in state
// j goes to leaves[rule*blockSize+j]. Rule by rule, since a trie stays in the cache.
// A leaf behind a kid that is not in a slice is left to find. It reports whether all
// leaves were found.
func (m *memo[K]) findAll(keys []K, leaves []int32) bool {
	known := true
	for rule, root := range m.roots {
		row := leaves[rule*blockSize:][:len(keys)]
		if root <= 0 {
			for j := range row {
				row[j] = root
			}
			known = known && root != 0
			continue
		}
		first := m.nodes[root]
		for j := range row {
			r := first.kid(get(&keys[j], first.field))
			for r > 0 {
				n := &m.nodes[r]
				r = n.kid(get(&keys[j], n.field))
			}
			row[j] = r
			known = known && r != 0
		}
	}
	return known
}

// far is the kid of a node that is not in its slice.
func (m *memo[K]) far(n int32, id uint64) int32 {
	return m.sparse[uint64(n)<<32|id]
}

// teach records what a rule did in the state ids, keys being laid out as fs.
func (m *memo[K]) teach(fs []field, rule int, ids []uint32, les *lesson) int32 {
	at, r := int32(0), m.roots[rule]
	id := uint32(rule)
	for _, c := range les.looks {
		if r == 0 {
			r = m.newNode(fs, c)
			m.attach(at, id, r)
		}
		if r < 0 || int(m.nodes[r].part) != c {
			panic(m.unstable(rule, r, c))
		}
		at, id = r, ids[c]
		r = m.kid(at, id)
	}
	if r != 0 {
		panic(m.unstable(rule, r, -1))
	}
	r = m.leaf(fs, ids, les.effects)
	m.attach(at, id, r)
	return r
}

func (m *memo[K]) unstable(rule int, r int32, c int) string {
	say := func(c int) string {
		if c < 0 {
			return "at nothing more"
		}
		return fmt.Sprint("at part ", c)
	}
	before := -1
	if r > 0 {
		before = int(m.nodes[r].part)
	}
	return fmt.Sprintf("explore: rule %d looked next %s where, having seen the same, it had looked %s: it depends on something it did not Get", rule, say(c), say(before))
}

// kid is the kid id of node at; for node 0, the root of rule id.
func (m *memo[K]) kid(at int32, id uint32) int32 {
	if at == 0 {
		return m.roots[id]
	}
	if kid := m.nodes[at].kid(uint64(id)); kid != 0 {
		return kid
	}
	return m.far(at, uint64(id))
}

// attach makes r the kid id of node at. A node's kids are a slice, from the least of
// their numbers on, as long as at least one in four of it is used, and else in a map: a
// part with many values that is looked at late must not cost its whole range in each of
// many nodes.
func (m *memo[K]) attach(at int32, id uint32, r int32) {
	if at == 0 {
		m.roots[id] = r
		return
	}
	n := &m.nodes[at]
	n.known++
	from, to := n.base, n.base+uint32(len(n.kids))
	if len(n.kids) == 0 {
		from, to = id, id
	}
	if id < from || id >= to {
		from, to = min(from, id), max(to, id+1)
		if int(to-from) > 4*int(n.known)+16 {
			m.sparse[uint64(at)<<32|uint64(id)] = r
			return
		}
		m.widen(at, from, to)
	}
	n.kids[id-n.base] = r
}

// widen makes room for the kids of node at from one number to before another, and an
// eighth more where it grows, and takes in kids that had to go to the map.
func (m *memo[K]) widen(at int32, from, to uint32) {
	n := &m.nodes[at]
	more := (to - from) / 8
	if len(n.kids) > 0 && from < n.base {
		from -= min(more, from)
	} else {
		to += more
	}
	kids := make([]int32, to-from)
	if len(n.kids) > 0 {
		copy(kids[n.base-from:], n.kids)
	}
	for i := 0; i < len(kids) && len(m.sparse) > 0; i++ {
		key := uint64(at)<<32 | uint64(from) + uint64(i)
		if kids[i] == 0 {
			kids[i] = m.sparse[key]
			delete(m.sparse, key)
		}
	}
	m.kids += len(kids) - len(n.kids)
	n.base, n.kids = from, kids
}

func (m *memo[K]) newNode(fs []field, c int) int32 {
	m.nodes = append(grow(m.nodes, 1), node{field: fs[c], part: int32(c)})
	return int32(len(m.nodes) - 1)
}

func (m *memo[K]) leaf(fs []field, ids []uint32, outs []outcome) int32 {
	if len(outs) == 0 {
		return nothing
	}
	first := len(m.effects)
	if first+len(outs) > math.MaxInt32 {
		panic("explore: more than 2^31 effects of rules to remember: the parts of this system are too coarse")
	}
	m.effects = grow(m.effects, len(outs))
	for i, o := range outs {
		e := effect[K]{label: o.label, kind: o.kind, more: i+1 < len(outs)}
		for _, w := range o.writes {
			put(&e.delta, fs[w.part], uint64(w.id)-uint64(ids[w.part]))
		}
		m.effects = append(m.effects, e)
	}
	return ^int32(first)
}

func (m *memo[K]) bytes() int64 {
	var e effect[K]
	return int64(cap(m.nodes))*int64(unsafe.Sizeof(node{})) + int64(cap(m.effects))*int64(unsafe.Sizeof(e)) +
		4*int64(m.kids) + 32*int64(len(m.sparse))
}

// grow makes room for n more, and an eighth: what is kept for each state must not be
// doubled by what is not used yet.
func grow[T any](s []T, n int) []T {
	if len(s)+n <= cap(s) {
		return s
	}
	return append(make([]T, 0, len(s)+n+len(s)/8+8), s...)
}

// walk visits every leaf, with the parts that lead to it and their numbers.
func (m *memo[K]) walk(visit func(rule int, path []write, leaf int32)) {
	kids := m.sparseKids()
	var path []write
	var down func(rule int, r int32)
	down = func(rule int, r int32) {
		if r < 0 {
			visit(rule, path, r)
		}
		if r <= 0 {
			return
		}
		n := &m.nodes[r]
		step := func(id uint32, kid int32) {
			path = append(path, write{int(n.part), id})
			down(rule, kid)
			path = path[:len(path)-1]
		}
		for i, kid := range n.kids {
			step(n.base+uint32(i), kid)
		}
		for _, w := range kids[r] {
			step(w.id, m.far(r, uint64(w.id)))
		}
	}
	for rule, r := range m.roots {
		down(rule, r)
	}
}

// sparseKids lists the numbers of the kids in the map by node, in no order.
func (m *memo[K]) sparseKids() map[int32][]write {
	by := make(map[int32][]write)
	for key := range m.sparse {
		n := int32(key >> 32)
		by[n] = append(by[n], write{id: uint32(key)})
	}
	return by
}
