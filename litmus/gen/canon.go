package gen

import (
	"bytes"
	"strconv"

	"github.com/interject/interject/litmus"
)

// first says that of the programs that are the same but for the order of threads,
// and so for names, this is the first. Threads are in order of their length, so
// only those of the same length can change places.
func first(bodies []litmus.Block, threads []string) bool {
	least := encode(bodies, threads)
	for p := range permutations(len(bodies)) {
		moved := make([]litmus.Block, len(bodies))
		place := make([]string, len(bodies)) // place[i]: the name that thread i has now
		same := true
		for i, j := range p {
			moved[j], place[j] = bodies[i], threads[i]
			same = same && length(bodies[i]) == length(bodies[j])
		}
		if same && bytes.Compare(encode(moved, place), least) < 0 {
			return false
		}
	}
	return true
}

// permutations are all orders of 0 … n-1 but the usual one.
func permutations(n int) func(func([]int) bool) {
	return func(yield func([]int) bool) {
		p := make([]int, 0, n)
		var more func(taken uint) bool
		more = func(taken uint) bool {
			if len(p) == n {
				return yield(p)
			}
			for i := range n {
				if taken>>i&1 == 0 {
					p = append(p, i)
					ok := more(taken | 1<<i)
					p = p[:len(p)-1]
					if !ok {
						return false
					}
				}
			}
			return true
		}
		more(0)
	}
}

func length(b litmus.Block) (n int) {
	for _, s := range b {
		n++
		for _, k := range s.Blocks {
			n += length(k)
		}
	}
	return n
}

// encode is a program without its names: the threads by their places, all else by
// when it comes first.
func encode(bodies []litmus.Block, threads []string) []byte {
	c := coder{threads: map[string]byte{}, seen: map[string]byte{}}
	for i, n := range threads {
		c.threads[n] = byte(i)
	}
	for i, b := range bodies {
		c.self = byte(i)
		c.block(b)
	}
	return c.out
}

type coder struct {
	out     []byte
	threads map[string]byte
	seen    map[string]byte // kind of name and name
	self    byte
}

func (c *coder) block(b litmus.Block) {
	for i := range b {
		c.stmt(&b[i])
	}
	c.out = append(c.out, 0)
}

func (c *coder) stmt(s *litmus.Stmt) {
	c.out = append(c.out, formNumber[s.Form], byte(s.N>>8), byte(s.N))
	for i, r := range s.Form.Names {
		c.out = append(c.out, c.name(*nameOf(s, i), r))
	}
	for _, k := range s.Blocks {
		c.block(k)
	}
}

func (c *coder) name(n string, r litmus.Role) byte {
	switch {
	case r == litmus.AWord:
		return 0
	case n == litmus.Self && isThread(r):
		return 255
	case n == litmus.Any && r == litmus.AClassOrAny:
		return 255
	case isThread(r):
		return c.threads[n]
	case r == litmus.AClassOrAny:
		r = litmus.AClass
	}
	key := strconv.Itoa(int(r)) + n
	i, ok := c.seen[key]
	if !ok {
		i = byte(len(c.seen))
		c.seen[key] = i
	}
	return i
}

// formNumber is the place of a form in the table, from 1; 0 ends a block.
var formNumber = func() map[*litmus.Form]byte {
	m := map[*litmus.Form]byte{hole: 254}
	for i, f := range litmus.Forms {
		m[f] = byte(i + 1)
	}
	return m
}()
