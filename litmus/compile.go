package litmus

import (
	"fmt"
	"slices"

	"github.com/interject/interject/model"
)

// MaxNodes is how many statements a test may have once expanded.
const MaxNodes = 65535

// Program is the test as the semantics runs it: flat, its derived statements
// expanded as the idioms say. The test must have passed Check. The error tells
// which bound of a program the test exceeds.
//
// Slot numbers the scopes that can be restored, from 0 at the outermost of a
// thread or thunk: mask, umask and without have their own number, restore, allow
// and local that of the scope they refer to. A statement that is the last of its
// block in the text is the last of its block in the program: that is observable.
func (t *Test) Program(idioms model.Idioms) (*model.Program, error) {
	c := t.compile(idioms)
	if c.err != nil {
		return nil, c.err
	}
	return c.p, nil
}

// Statements are the statements of the text that the nodes of Program come from,
// by their addresses; nil at 0. An expansion has several nodes of one statement.
func (t *Test) Statements(idioms model.Idioms) []*Stmt { return t.compile(idioms).from }

func (t *Test) compile(idioms model.Idioms) *compiler {
	c := &compiler{
		t: t, idioms: idioms, cells: map[string]uint8{}, threads: map[string]uint8{},
		p:       &model.Program{Nodes: make([]model.Node, 1), Classes: []string{ErrorClass}},
		classes: map[string]uint8{ErrorClass: model.ErrorClass}, tags: map[string]uint8{}, words: map[string]uint8{},
		from: make([]*Stmt, 1),
	}
	for i := range t.Cells {
		cell := &t.Cells[i]
		c.cells[cell.Name] = uint8(i)
		c.p.Cells = append(c.p.Cells, model.CellDecl{Name: cell.Name, Kind: cell.Kind, Init: cell.Init, Hidden: cell.Hidden})
	}
	for i, th := range t.Threads {
		c.threads[th.Name] = uint8(i)
	}
	for i, th := range t.Threads {
		start := c.block(th.Body, place{self: uint8(i)})
		c.p.Threads = append(c.p.Threads, model.ThreadDecl{Name: th.Name, Start: start, Later: th.Later})
	}
	c.exits()
	return c
}

// exits sees to it that programs with links have the classes of ends, and those in which
// messages are received a word for each class.
func (c *compiler) exits() {
	has := func(op model.Op) bool {
		return slices.ContainsFunc(c.p.Nodes, func(n model.Node) bool { return n.Op == op })
	}
	if has(model.Link) {
		for _, name := range []string{model.NormalClass, model.NobodyClass, model.KilledClass} {
			c.class(name)
		}
	}
	if has(model.Receive) {
		for _, name := range c.p.Classes {
			index(&c.p.Words, c.words, name)
		}
	}
}

// ErrorClass is the class of the errors that operations raise themselves.
const ErrorClass = "Error"

type compiler struct {
	t                    *Test
	p                    *model.Program
	idioms               model.Idioms
	cells, threads       map[string]uint8
	classes, tags, words map[string]uint8
	from                 []*Stmt // the statements that the nodes come from
	err                  error
}

// place is where a block stands.
type place struct {
	self   uint8 // the thread that runs it
	depth  uint8 // how many scopes that can be restored are around it, those of idioms included
	binder uint8 // the slot of the innermost such scope that the text shows
}

// item is a statement to be laid out: of the text, or of an expansion.
type item struct {
	node      model.Node
	from      *Stmt
	body, alt func() model.Pos // lay out its blocks; nil for none
}

// block lays out the statements of a block and returns the address of the first.
func (c *compiler) block(b Block, at place) model.Pos { return c.lay(c.items(b, at)) }

// items are the statements of a block, expanded.
func (c *compiler) items(b Block, at place) []item {
	items := make([]item, 0, len(b))
	for i := range b {
		items = append(items, c.expand(&b[i], at)...)
	}
	return items
}

// lay lays out the statements of a block one behind the other, those of their
// blocks behind them all.
func (c *compiler) lay(items []item) model.Pos {
	if len(items) == 0 || c.full(len(items)) {
		return 0
	}
	first := len(c.p.Nodes)
	c.p.Nodes = append(c.p.Nodes, make([]model.Node, len(items))...)
	c.from = append(c.from, make([]*Stmt, len(items))...)
	for i, it := range items {
		if i < len(items)-1 {
			it.node.Next = model.Pos(first + i + 1)
		}
		if it.body != nil {
			it.node.Body = it.body()
		}
		if it.alt != nil {
			it.node.Alt = it.alt()
		}
		it.node.In = c.blockedIn(it)
		c.p.Nodes[first+i], c.from[first+i] = it.node, it.from
	}
	return model.Pos(first)
}

// blockedIn is what outcomes call the statement when a thread is blocked in it;
// empty when none ever is.
func (c *compiler) blockedIn(it item) string {
	for _, f := range Forms {
		if f.Op == it.node.Op && f.Waits {
			return it.from.BlockedIn(f.Op, c.operand(f, it.node.A))
		}
	}
	return ""
}

// operand is the name of the thread or cell i that a form names first.
func (c *compiler) operand(f *Form, i uint8) string {
	switch {
	case len(f.Names) == 0:
		return ""
	case f.Names[0] == AThread || f.Names[0] == AThreadOrSelf:
		return c.t.Threads[i].Name
	}
	return c.t.Cells[i].Name
}

// full reports, and notes, that n more nodes do not fit.
func (c *compiler) full(n int) bool {
	if len(c.p.Nodes)+n > MaxNodes && c.err == nil {
		c.err = &Error{File: c.t.File, Pos: c.t.Pos, Msg: fmt.Sprintf("the test has more than %d statements once expanded", MaxNodes)}
	}
	return c.err != nil
}

// plain is a statement that is primitive.
func (c *compiler) plain(s *Stmt, at place) item {
	n := model.Node{Op: s.Form.Op, How: s.Form.How, N: s.N + s.Form.N, Line: s.Pos.Line}
	for i, role := range s.Form.Names {
		v := c.resolve(s.name(i), role, at)
		if i == 0 {
			n.A = v
		} else {
			n.B = v
		}
	}
	in := at
	switch {
	case s.Form.binds():
		n.Slot, in.binder, in.depth = at.depth, at.depth, at.depth+1
	case s.Form.refers():
		n.Slot = at.binder
	case n.Op == model.Interrupt:
		in = place{self: n.A}
	case n.Op == model.Lazy:
		in = place{self: at.self}
	case n.Op == model.Timeout:
		n.B = c.class(model.TimeoutClass)
	}
	it := item{node: n, from: s}
	if len(s.Blocks) > 0 {
		it.body = func() model.Pos { return c.block(s.Blocks[0], in) }
	}
	if len(s.Blocks) > 1 {
		it.alt = func() model.Pos { return c.block(s.Blocks[1], in) }
	}
	return it
}

// resolve is the index of a name.
func (c *compiler) resolve(name string, role Role, at place) uint8 {
	switch {
	case role == AThreadOrSelf && name == Self:
		return at.self
	case role.thread():
		return c.threads[name]
	case role.kind() != 0:
		return c.cells[name]
	case role == AClassOrAny && name == Any:
		return model.Any
	case role == ATag:
		return index(&c.p.Tags, c.tags, name)
	case role == AWord:
		return index(&c.p.Words, c.words, name)
	}
	return c.class(name)
}

func (c *compiler) class(name string) uint8 { return index(&c.p.Classes, c.classes, name) }

// index is the place of a name in a list, to which it is appended if need be.
func index(list *[]string, known map[string]uint8, name string) uint8 {
	i, ok := known[name]
	if !ok {
		i = uint8(len(*list))
		known[name] = i
		*list = append(*list, name)
	}
	return i
}
