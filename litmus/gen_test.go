package litmus

import (
	"strings"

	"pgregory.net/rapid"

	"github.com/interject/interject/model"
)

// tests generates trees that pass Check, of every form and with comments anywhere.
var tests = rapid.Custom(func(t *rapid.T) *Test {
	g := generator{t}
	x := &Test{
		Name:  rapid.StringMatching(`[a-z0-9_][a-zA-Z0-9_-]{0,6}`).Draw(t, "name"),
		Title: rapid.StringMatching(`([a-z "\\é]{0,20})`).Draw(t, "title"),
		See:   rapid.SliceOfN(rapid.StringMatching(`[a-z][a-z0-9.-]{0,5}( s\.[0-9])?`), 0, 3).Draw(t, "see"),
		Cells: []Cell{
			{Name: "go", Kind: model.Var, Hidden: true}, {Name: "stop", Kind: model.Var, Hidden: true},
			{Name: "x", Kind: model.Var, Init: g.number()},
			{Name: "m", Kind: model.MVar, Init: rapid.SampledFrom([]int16{model.Empty, model.Full, 3}).Draw(t, "init")},
			{Name: "l", Kind: model.Mutex}, {Name: "k", Kind: model.Mutex},
			{Name: "s", Kind: model.Semaphore, Init: g.number()}, {Name: "c", Kind: model.Condition}, {Name: "z", Kind: model.LazyCell},
		},
		Comments: g.comments(1),
	}
	x.Open = nil
	for i := range x.Cells {
		x.Cells[i].Comments = g.comments(0)
	}
	for _, name := range []string{"a", "b", "later-c"} {
		th := Thread{Name: name, Later: name == "later-c", Body: g.block(3, false), Comments: g.comments(1)}
		x.Threads = append(x.Threads, th)
	}
	if rapid.Bool().Draw(t, "asking") {
		asked(x)
	} else {
		return x
	}
	if rapid.Bool().Draw(t, "final") {
		x.Final = g.cond(3)
		x.Asking = g.comments(0)
	}
	g.answers(x)
	return x
})

// asked lets the last thread say all that atom asks about: else no test could ask it.
func asked(x *Test) {
	last := &x.Threads[len(x.Threads)-1]
	for _, w := range askedWords {
		w, _, _ = strings.Cut(w, "=")
		last.Body = append(last.Body, Stmt{Form: FormOf("log"), Name: w})
	}
	last.Body = append(last.Body, Stmt{Form: FormOf("raise"), Name: "X"})
}

var askedWords = []string{"w", "a=1", "in-a", "2", "crash"}

type generator struct{ *rapid.T }

func (g generator) chance(n int) bool { return rapid.IntRange(0, n-1).Draw(g.T, "chance") == 0 }

func (g generator) pick(names ...string) string { return rapid.SampledFrom(names).Draw(g.T, "pick") }

func (g generator) number() int16 { return rapid.SampledFrom([]int16{0, 1, 2, 32767}).Draw(g.T, "n") }

var remark = rapid.StringMatching(`( ?[a-z/{};"é]+){1,3}`)

func (g generator) comments(blocks int) Comments {
	var c Comments
	if g.chance(4) {
		c.Lead = rapid.SliceOfN(remark, 1, 2).Draw(g.T, "lead")
	}
	if g.chance(4) {
		c.Trail = remark.Draw(g.T, "trail")
	}
	if blocks > 0 && g.chance(6) {
		c.Open = make([]string, rapid.IntRange(1, blocks).Draw(g.T, "open"))
		c.Open[len(c.Open)-1] = remark.Draw(g.T, "behind")
	}
	if blocks > 0 && g.chance(6) {
		c.Inner = make([][]string, rapid.IntRange(1, blocks).Draw(g.T, "inner"))
		c.Inner[len(c.Inner)-1] = []string{remark.Draw(g.T, "comment")}
	}
	return c
}

func (g generator) block(depth int, restorable bool) Block {
	var b Block
	for range rapid.IntRange(0, 3).Draw(g.T, "statements") {
		f := rapid.SampledFrom(Forms).Draw(g.T, "form")
		if depth == 0 && len(f.Blocks) > 0 || f.refers() && !restorable {
			f = FormOf("log")
		}
		b = append(b, g.stmt(f, depth, restorable))
	}
	return b
}

func (g generator) stmt(f *Form, depth int, restorable bool) Stmt {
	s := Stmt{Form: f, Comments: g.comments(len(f.Blocks))}
	for i, role := range f.Names {
		if n := g.pick(candidates[role]...); i == 0 {
			s.Name = n
		} else {
			s.Other = n
		}
	}
	if f.Number != NoNumber {
		s.N = g.number()
	}
	for range f.Blocks {
		inner := (restorable || f.binds()) && f.Op != model.Interrupt && f.Op != model.Lazy
		s.Blocks = append(s.Blocks, g.block(depth-1, inner))
	}
	return s
}

var candidates = map[Role][]string{
	AThread: {"a", "b", "later-c"}, AThreadOrSelf: {"a", "b", Self}, ALater: {"later-c"},
	AVar: {"go", "x"}, AnMVar: {"m"}, AMutex: {"l", "k"}, ASemaphore: {"s"}, ACondition: {"c"},
	AClass: {"Kill", "X"}, AClassOrAny: {"Kill", Any}, ATag: {"a", "out"}, AWord: {"w", "1", "timeout", "in-a"},
	ALazy: {"z"},
}

func (g generator) cond(depth int) *Cond {
	if depth == 0 || g.chance(3) {
		return g.atom()
	}
	switch rapid.IntRange(0, 2).Draw(g.T, "op") {
	case 0:
		return &Cond{Op: Not, Kids: []*Cond{g.cond(depth - 1)}}
	case 1:
		return AllOf(g.cond(depth-1), g.cond(depth-1))
	}
	return AnyOf(g.cond(depth-1), g.cond(depth-1))
}

func (g generator) atom() *Cond {
	switch rapid.IntRange(0, 4).Draw(g.T, "atom") {
	case 0:
		return &Cond{Op: Crashes}
	case 1:
		return &Cond{Op: Pending, Name: g.pick("a", "b")}
	case 2:
		words := rapid.SliceOfN(rapid.SampledFrom(append([]string{".."}, askedWords...)), 0, 4)
		return &Cond{Op: Logs, Name: "a", What: words.Draw(g.T, "words")}
	}
	s := g.pick("a=died X", "b=returned", "a=died", "a=blocked", "b=blocked take m", "a=blocked throwTo b", "a=blocked sleep",
		"later-c=unstarted", "m=full", "m=7", "l=free", "l=held", "l=held a", "x=0", "s=2")
	name, what, _ := strings.Cut(s, "=")
	return &Cond{Op: Is, Name: name, What: strings.Fields(what)}
}

func (g generator) answers(x *Test) {
	if x.Final != nil && g.chance(2) {
		x.Answers = append(x.Answers, Answer{Editions: []string{"ghc@doc2010", "sbcl@2.2"}, Verdict: Sometimes, Comments: g.comments(0)})
	}
	if g.chance(2) {
		a := Answer{Editions: []string{"ghc@9.0-1cap"}, Comments: g.comments(0)}
		for range rapid.IntRange(1, 3).Draw(g.T, "alternatives") {
			a.Exactly = append(a.Exactly, g.cond(2))
		}
		x.Answers = append(x.Answers, a)
	}
}
