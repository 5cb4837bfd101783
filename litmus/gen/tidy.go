package gen

import (
	"fmt"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// Tidy makes a test whole that is right but for its declarations and words:
// exactly the cells are declared that statements use, in the order of their first
// use, as they were declared before if they were; every log has a word of its own
// unless keep says that it had one; threads that do nothing and that nobody names
// go, if another is started.
func Tidy(t *litmus.Test) {
	declared := map[string]litmus.Cell{}
	for _, c := range t.Cells {
		declared[c.Name] = c
	}
	t.Cells = nil
	named := map[string]bool{}
	t.Walk(func(s *litmus.Stmt) {
		for i, r := range s.Form.Names {
			n := *nameOf(s, i)
			if c, ok := cells[r]; ok && !named[n] {
				c.Name = n
				if old, ok := declared[n]; ok {
					c = old
				}
				t.Cells = append(t.Cells, c)
			}
			if _, ok := cells[r]; ok || isThread(r) {
				named[n] = true
			}
		}
	})
	dropIdle(t, named)
}

func dropIdle(t *litmus.Test, named map[string]bool) {
	started := 0
	for _, th := range t.Threads {
		if !th.Later {
			started++
		}
	}
	var kept []litmus.Thread
	for _, th := range t.Threads {
		if len(th.Body) == 0 && !named[th.Name] && (th.Later || started > 1) {
			if !th.Later {
				started--
			}
			continue
		}
		kept = append(kept, th)
	}
	t.Threads = kept
}

// words gives every log a word of its own: what programs with equal words can
// show, these show too.
func words(t *litmus.Test) {
	n := 0
	t.Walk(func(s *litmus.Stmt) {
		for i, r := range s.Form.Names {
			if r == litmus.AWord {
				n++
				*nameOf(s, i) = fmt.Sprint("w", n)
			}
		}
	})
}

func nameOf(s *litmus.Stmt, i int) *string {
	if i == 0 {
		return &s.Name
	}
	return &s.Other
}

func isThread(r litmus.Role) bool {
	return r == litmus.AThread || r == litmus.AThreadOrSelf || r == litmus.ALater
}

// must panics when a test that this package made is not one.
func must(t *litmus.Test) *litmus.Test {
	if err := t.Check(); err != nil {
		panic(fmt.Sprintf("gen: made a program that is none: %v\n%s", err, t.Format()))
	}
	return t
}

// Clone is a copy of a test that shares nothing that can be changed.
func Clone(t *litmus.Test) *litmus.Test {
	c := *t
	c.Cells = append([]litmus.Cell(nil), t.Cells...)
	c.Threads = append([]litmus.Thread(nil), t.Threads...)
	c.Answers = append([]litmus.Answer(nil), t.Answers...)
	for i := range c.Threads {
		c.Threads[i].Body = CloneBlock(c.Threads[i].Body)
	}
	return &c
}

// CloneBlock is a copy of a block that shares nothing that can be changed.
func CloneBlock(b litmus.Block) litmus.Block {
	out := make(litmus.Block, len(b))
	for i, s := range b {
		out[i] = s
		out[i].Blocks = nil
		for _, k := range s.Blocks {
			out[i].Blocks = append(out[i].Blocks, CloneBlock(k))
		}
	}
	return out
}

// Size is how many statements a test has.
func Size(t *litmus.Test) (n int) {
	t.Walk(func(*litmus.Stmt) { n++ })
	return n
}

// numbers are what a form's number is chosen from, the simplest first.
func numbers(f *litmus.Form) []int16 {
	switch {
	case f.Number == litmus.NoNumber:
		return []int16{0}
	case f.Op == model.Put:
		return []int16{model.Full, 1}
	case f.Number == litmus.MayNumber:
		return []int16{f.Default, 0}
	}
	return []int16{0, 1}
}
