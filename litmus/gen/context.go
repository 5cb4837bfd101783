package gen

import (
	"iter"

	"github.com/interject/interject/litmus"
)

// hole stands where a context is to be filled.
var hole = &litmus.Form{Word: "hole", Wire: "hole"}

// Context is a program with a hole in it.
type Context struct{ holed *litmus.Test }

// Contexts are all contexts of exactly so many statements beside the hole, in a
// fixed order. In contrast to a program, a context need not send a signal.
func (c Core) Contexts(size int) iter.Seq[Context] {
	return func(yield func(Context) bool) {
		e := &enumeration{Core: c, holes: 1, hole: hole}
		e.yield = func(t *litmus.Test) bool { return yield(Context{t}) }
		for n := 1; n <= min(c.Threads, size+1) && !e.stopped; n++ {
			e.threads = names[litmus.AThread][:n]
			e.bodies(size+1, size+1, 0)
		}
	}
}

// Fill is the program with a piece in the place of the hole. What the piece and
// the context call the same is the same.
func (c Context) Fill(piece litmus.Block) *litmus.Test {
	t := Clone(c.holed)
	for i := range t.Threads {
		t.Threads[i].Body = fill(t.Threads[i].Body, piece)
	}
	Tidy(t)
	return must(t)
}

func fill(b, piece litmus.Block) litmus.Block {
	var out litmus.Block
	for _, s := range b {
		if s.Form == hole {
			out = append(out, CloneBlock(piece)...)
			continue
		}
		for i := range s.Blocks {
			s.Blocks[i] = fill(s.Blocks[i], piece)
		}
		out = append(out, s)
	}
	return out
}

// Where is the thread in whose text the hole is, and whether it is in a thunk
// there, which runs in another.
func (c Context) Where() (thread string, inThunk bool) {
	for _, th := range c.holed.Threads {
		if found, thunk := holeIn(th.Body); found {
			return th.Name, thunk
		}
	}
	panic("gen: a context without a hole")
}

func holeIn(b litmus.Block) (found, thunk bool) {
	for _, s := range b {
		if s.Form == hole {
			return true, false
		}
		for _, k := range s.Blocks {
			if found, thunk = holeIn(k); found {
				return true, thunk || sends(s.Form)
			}
		}
	}
	return false, false
}

// Cells are the names of the cells that the context declares itself.
func (c Context) Cells() []string {
	var all []string
	for _, cell := range c.holed.Cells {
		all = append(all, cell.Name)
	}
	return all
}

// Signals is how many statements of the context send a signal.
func (c Context) Signals() (n int) {
	c.holed.Walk(func(s *litmus.Stmt) {
		if sends(s.Form) {
			n++
		}
	})
	return n
}
