package gen

import (
	"iter"

	"github.com/interject/interject/litmus"
)

// Shrink is a smallest test, by steps that each take something away, for which
// fails still says true; t itself is left as it is. What the test asks stays.
func Shrink(t *litmus.Test, fails func(*litmus.Test) bool) *litmus.Test {
	for again := true; again; {
		again = false
		for smaller := range simpler(t) {
			if smaller.Check() == nil && fails(smaller) {
				t, again = smaller, true
				break
			}
		}
	}
	return t
}

// simpler are the tests that are t with one thing taken away, the biggest first.
func simpler(t *litmus.Test) iter.Seq[*litmus.Test] {
	return func(yield func(*litmus.Test) bool) {
		try := func(change func(*litmus.Test)) bool {
			c := Clone(t)
			change(c)
			if t.Final == nil {
				Tidy(c)
			}
			return c.Hash() == t.Hash() || yield(c)
		}
		for i := range t.Threads {
			drop := func(c *litmus.Test) { c.Threads = append(c.Threads[:i], c.Threads[i+1:]...) }
			if len(t.Threads) > 1 && !try(drop) {
				return
			}
		}
		for i := range Size(t) {
			for k := range edits {
				if !try(func(c *litmus.Test) { edit(c, i, k) }) {
					return
				}
			}
		}
		for i := range t.Cells {
			if t.Cells[i].Init > cellOf(t.Cells[i]).Init && !try(func(c *litmus.Test) { c.Cells[i].Init-- }) {
				return
			}
		}
		if t.Final == nil && len(t.Answers) == 0 && !try(renameThreads) {
			return
		}
	}
}

// renameThreads gives the threads the first names, in their order: one that is gone
// leaves no gap.
func renameThreads(t *litmus.Test) {
	from := names[litmus.AThread]
	to := map[string]string{}
	for i := range t.Threads {
		if th := &t.Threads[i]; !th.Later && len(from) > 0 {
			to[th.Name], from = from[0], from[1:]
			th.Name = to[th.Name]
		}
	}
	t.Walk(func(s *litmus.Stmt) {
		for i, r := range s.Form.Names {
			if n := nameOf(s, i); isThread(r) && to[*n] != "" {
				*n = to[*n]
			}
		}
	})
}

// edits is how many ways there are to make a statement simpler.
const edits = 6

// edit makes statement i simpler in way k: it goes; one of its blocks takes its
// place, or they all do; its number is the usual one; its names are the simplest.
func edit(t *litmus.Test, i, k int) {
	n := -1
	var walk func(litmus.Block) litmus.Block
	walk = func(b litmus.Block) litmus.Block {
		var out litmus.Block
		for _, s := range b {
			if n++; n == i {
				out = append(out, simplified(s, k)...)
				n += length(litmus.Block{s}) - 1
				continue
			}
			for j := range s.Blocks {
				s.Blocks[j] = walk(s.Blocks[j])
			}
			out = append(out, s)
		}
		return out
	}
	for j := range t.Threads {
		t.Threads[j].Body = walk(t.Threads[j].Body)
	}
}

func simplified(s litmus.Stmt, k int) litmus.Block {
	switch {
	case k == 0:
		return nil
	case k <= 3 && k <= len(s.Blocks):
		return s.Blocks[k-1]
	case k == 4:
		s.N = numbers(s.Form)[0]
	case k == 5:
		for j, r := range s.Form.Names {
			if !isThread(r) {
				*nameOf(&s, j) = names[r][0]
			}
		}
	}
	return litmus.Block{s}
}

func cellOf(c litmus.Cell) litmus.Cell {
	for _, simplest := range cells {
		if simplest.Kind == c.Kind {
			return simplest
		}
	}
	return c
}
