package gen

import (
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// Program makes a program of about so many statements, at most size. Three in
// four have the shape of an interrupt: a receiver that stands in some contexts at
// some point, one or two senders, and perhaps a second signal; what else they do is
// arbitrary. The others are arbitrary altogether.
func Program(v Vocabulary, size int, choose Choose) *litmus.Test {
	g := &maker{Choose: choose, v: v, left: size}
	t := &litmus.Test{Name: "generated"}
	signals := v.that(sends)
	if len(signals) == 0 || g.Choose(4) == 3 {
		t.Threads = g.arbitrary()
	} else {
		t.Threads = g.shaped(signals)
	}
	if g.later {
		at := place{threads: []string{"a", "later"}, self: "later"}
		t.Threads = append(t.Threads, litmus.Thread{Name: "later", Later: true, Body: g.block(at, 2)})
	}
	g.start(t)
	words(t)
	Tidy(t)
	return must(t)
}

// arbitrary is up to three threads of any statements.
func (g *maker) arbitrary() []litmus.Thread {
	all := names[litmus.AThread][:1+g.Choose(3)]
	var threads []litmus.Thread
	for _, n := range all {
		at := place{threads: all, self: n}
		threads = append(threads, litmus.Thread{Name: n, Body: append(g.some(at), g.block(at, 4)...)})
	}
	return threads
}

// shaped is a receiver a, which stands somewhere, and its senders.
func (g *maker) shaped(signals Vocabulary) []litmus.Thread {
	all := names[litmus.AThread][:2+g.Choose(2)]
	at := place{threads: all, self: "a"}
	gated := g.v.Has("set") && g.v.Has("spin") && g.chance(3)
	body, tags := g.around(at, g.Choose(4), gated)
	threads := []litmus.Thread{{Name: "a", Body: body}}
	for _, n := range all[1:] {
		threads = append(threads, litmus.Thread{Name: n, Body: g.sender(signals, place{threads: all, self: n}, gated, tags)})
	}
	return threads
}

// around is statements around a point, in so many contexts; and the tags in whose
// scope the point stands.
func (g *maker) around(at place, depth int, gated bool) (litmus.Block, []string) {
	contexts := g.v.that(func(f *litmus.Form) bool {
		return !leaf(f) && !sends(f) && weight(f, at, 1) > 0 && f.Op != model.While
	})
	var b litmus.Block
	tags := at.tags
	if g.chance(3) {
		b = g.some(at)
	}
	if depth == 0 || len(contexts) == 0 {
		b = append(b, g.point(at, gated)...)
	} else {
		f := contexts[g.Choose(len(contexts))]
		s := litmus.Stmt{Form: f}
		g.left--
		for i, r := range f.Names {
			*nameOf(&s, i) = g.name(r, at)
		}
		hole := g.Choose(len(f.Blocks))
		for i := range f.Blocks {
			in := inside(&s, i, at)
			var k litmus.Block
			switch {
			case i == hole:
				k, tags = g.around(in, depth-1, gated)
			case i < hole && f.Op == model.Try && g.v.Has("raise"):
				k = litmus.Block{g.raise(s.Name)} // else the handler does not run
			case i > hole:
				k = g.some(in)
			}
			s.Blocks = append(s.Blocks, k)
		}
		b = append(b, s)
	}
	if g.chance(2) {
		b = append(b, g.some(at)...)
	}
	return b, tags
}

// raise raises what a handler of the class handles.
func (g *maker) raise(class string) litmus.Stmt {
	if class == litmus.Any {
		class = names[litmus.AClass][0]
	}
	g.left--
	return litmus.Stmt{Form: litmus.FormOf("raise"), Name: class}
}

// some is one statement that shows that it was run, or two.
func (g *maker) some(at place) litmus.Block {
	b := litmus.Block{}
	for range 1 + g.Choose(2) {
		if f, ok := g.form(at, 1); ok && g.left > 0 {
			b = append(b, g.phrase(f, at, 1)...)
		}
	}
	return b
}

// point is where the signal is to find the receiver: at any statement, one that
// blocks as often as not. The gate says that it has come there.
func (g *maker) point(at place, gated bool) litmus.Block {
	var b litmus.Block
	if gated {
		g.left--
		b = append(b, litmus.Stmt{Form: litmus.FormOf("set"), Name: gate, N: 1})
	}
	from := g.v.that(func(f *litmus.Form) bool { return f.Waits && !sends(f) })
	if f, ok := g.form(at, 0); ok && (len(from) == 0 || g.Choose(2) == 0) {
		return append(b, g.phrase(f, at, 0)...)
	}
	if len(from) == 0 {
		return b
	}
	return append(b, g.phrase(from[g.Choose(len(from))], at, 0)...)
}

// gate is the variable by which the receiver lets the senders begin.
const gate = "go"

// sender sends one signal or two to a, perhaps once a stands where it should.
func (g *maker) sender(signals Vocabulary, at place, gated bool, tags []string) litmus.Block {
	var b litmus.Block
	switch {
	case gated:
		g.left--
		b = append(b, litmus.Stmt{Form: litmus.FormOf("spin"), Name: gate, N: 1})
	case g.v.Has("await") && g.chance(3):
		g.left--
		b = append(b, litmus.Stmt{Form: litmus.FormOf("await"), Name: "a"})
	}
	for range 1 + g.Choose(2) {
		s := g.signal(signals[g.Choose(len(signals))], at, tags)
		if g.chance(4) {
			b = append(b, g.some(at)...)
		}
		b = append(b, s)
	}
	if g.chance(3) {
		b = append(b, g.some(at)...)
	}
	return b
}

// signal sends to a, seldom to another; a thunk leaves for a tag that a has, does
// anything, or blocks and so can be interrupted itself.
func (g *maker) signal(f *litmus.Form, at place, tags []string) litmus.Stmt {
	g.left--
	s := litmus.Stmt{Form: f, Name: "a"}
	for i, r := range f.Names[1:] {
		*nameOf(&s, i+1) = g.name(r, at)
	}
	if g.chance(5) {
		s.Name = g.name(f.Names[0], at)
	}
	for i := range f.Blocks {
		in := inside(&s, i, at)
		in.tags = tags
		if len(tags) > 0 && g.Choose(2) == 1 {
			s.Blocks = append(s.Blocks, litmus.Block{{Form: litmus.FormOf("throw"), Name: tags[len(tags)-1]}})
			continue
		}
		if g.chance(3) {
			k, _ := g.around(in, 1, false)
			s.Blocks = append(s.Blocks, k)
			continue
		}
		s.Blocks = append(s.Blocks, g.some(in))
	}
	return s
}

// start gives the cells their initial values.
func (g *maker) start(t *litmus.Test) {
	used := map[string]bool{}
	t.Walk(func(s *litmus.Stmt) {
		for i, r := range s.Form.Names {
			c, ok := cells[r]
			n := *nameOf(s, i)
			if !ok || used[n] {
				continue
			}
			used[n] = true
			c.Name = n
			c.Init = c.Init + g.initial(c.Kind)
			c.Hidden = n == gate
			t.Cells = append(t.Cells, c)
		}
	})
}

// initial is what a cell's initial value exceeds its simplest one by.
func (g *maker) initial(k model.CellKind) int16 {
	if k == model.MVar || k == model.Semaphore {
		return int16(g.Choose(2))
	}
	return 0
}
