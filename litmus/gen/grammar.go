package gen

import (
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// place is where statements are being made.
type place struct {
	threads    []string // that a statement may name
	self       string   // the thread that runs it; empty in a thunk
	tags       []string // of the scopes around, the innermost last
	restorable bool     // in a scope that restore and its like refer to
	looping    bool     // in a loop: what is done there must not add up
}

// maker makes blocks at random.
type maker struct {
	Choose
	v     Vocabulary
	left  int // how many more statements may be made
	later bool
}

// block is some statements, at most so many deep; none is the simplest.
func (g *maker) block(at place, depth int) litmus.Block {
	b := litmus.Block{}
	for g.left > 0 && g.Choose(3) > 0 {
		f, ok := g.form(at, depth)
		if !ok {
			break
		}
		b = append(b, g.phrase(f, at, depth)...)
		if leaves(f) {
			break
		}
	}
	return b
}

// weight is how often a form is chosen where it fits; log, first of the forms and
// the most useful, is the simplest.
func weight(f *litmus.Form, at place, depth int) int {
	switch {
	case !leaf(f) && depth <= 0, refers(f) && !at.restorable, f.Op == model.Throw && len(at.tags) == 0:
		return 0
	case at.looping && (observes(f) || sends(f) || f.Op == model.While || f.Op == model.Fork):
		return 0
	}
	switch f.Op {
	case model.Log:
		return 8
	case model.Value, model.Point, model.LogValue, model.While, model.Held, model.Alive, model.Settle, model.Nop:
		return 1
	case model.Throw, model.Try, model.Protect:
		return 4
	}
	if !leaf(f) {
		return 3
	}
	return 2
}

func (g *maker) form(at place, depth int) (*litmus.Form, bool) {
	sum := 0
	for _, f := range g.v {
		sum += weight(f, at, depth)
	}
	if sum == 0 {
		return nil, false
	}
	i := g.Choose(sum)
	for _, f := range g.v {
		if i -= weight(f, at, depth); i < 0 {
			return f, true
		}
	}
	panic("gen: the weights do not add up")
}

// phrase is a statement, with what it needs around it to make sense more often
// than not: who waits or unlocks has locked.
func (g *maker) phrase(f *litmus.Form, at place, depth int) litmus.Block {
	s := g.stmt(f, at, depth)
	mutex := ""
	switch f.Op {
	case model.Unlock:
		mutex = s.Name
	case model.Wait:
		mutex = s.Other
	}
	if mutex == "" || !g.v.Has("lock") || g.chance(3) {
		return litmus.Block{s}
	}
	g.left--
	return litmus.Block{{Form: litmus.FormOf("lock"), Name: mutex}, s}
}

func (g *maker) stmt(f *litmus.Form, at place, depth int) litmus.Stmt {
	g.left--
	s := litmus.Stmt{Form: f}
	for i, r := range f.Names {
		*nameOf(&s, i) = g.name(r, at)
	}
	ns := numbers(f)
	s.N = ns[g.Choose(len(ns))]
	for i := range f.Blocks {
		s.Blocks = append(s.Blocks, g.block(inside(&s, i, at), depth-1))
	}
	return s
}

// inside is the place in block i of s.
func inside(s *litmus.Stmt, i int, at place) place {
	switch s.Form.Op {
	case model.Interrupt:
		return place{threads: at.threads, self: "", looping: at.looping}
	case model.Tag:
		at.tags = append(slices.Clip(at.tags), s.Name)
	case model.While:
		at.looping = true
	}
	at.restorable = at.restorable || binds(s.Form)
	return at
}

func (g *maker) name(r litmus.Role, at place) string {
	from := names[r]
	switch {
	case r == litmus.AThread || r == litmus.AThreadOrSelf:
		from = at.others()
		if r == litmus.AThreadOrSelf && at.self != "" || len(from) == 0 {
			from = append(from, litmus.Self)
		}
		if r == litmus.AThread && len(from) == 1 && from[0] == litmus.Self {
			from = at.threads[:1] // for itself, then
		}
	case r == litmus.ALater:
		g.later = true
	case r == litmus.ATag && len(at.tags) > 0 && !g.chance(8):
		return at.tags[len(at.tags)-1]
	}
	return from[g.Choose(len(from))]
}

// others are the threads but the one that runs the statement.
func (at place) others() []string {
	return slices.DeleteFunc(slices.Clone(at.threads), func(n string) bool { return n == at.self })
}
