package litmus

import (
	"slices"

	"github.com/interject/interject/model"
)

// What a test may hold at most; more would not fit into a model.Program.
const (
	MaxThreads = 16
	MaxCells   = 254
	MaxNames   = 240 // classes, tags and words, of each; idioms and the semantics have some of their own
)

// checker finds what is wrong with a test whose syntax is right.
type checker struct {
	t       *Test
	errs    Errors
	cells   map[string]*Cell
	threads map[string]*Thread
	names   map[Role]map[string]bool // the classes, tags and words in use
}

// Check finds what is wrong with a test beyond its syntax: names, kinds, scopes
// and limits. Parse and ReadWire have called it; tests made by programs need it.
// The error is an Errors.
func (t *Test) Check() error {
	c := &checker{t: t, cells: map[string]*Cell{}, threads: map[string]*Thread{}, names: map[Role]map[string]bool{}}
	c.declared()
	c.limits()
	for i := range t.Threads {
		c.block(t.Threads[i].Body, false, 1)
	}
	c.question()
	slices.SortStableFunc(c.errs, func(a, b *Error) int {
		if a.Pos.Line != b.Pos.Line {
			return a.Pos.Line - b.Pos.Line
		}
		return a.Pos.Col - b.Pos.Col
	})
	return c.errs.orNil()
}

func (c *checker) fail(at Pos, format string, args ...any) {
	c.errs.add(c.t.File, at, format, args...)
}

// declared notes the declarations. Threads and cells share one space of names.
func (c *checker) declared() {
	seen := map[string]Pos{}
	note := func(name string, at Pos) {
		if first, twice := seen[name]; twice {
			c.fail(at, "%s is declared twice; first at %d:%d", name, first.Line, first.Col)
		}
		seen[name] = at
		if !isName(name) {
			c.fail(at, "%q is no name: a letter or _, then letters, digits, _ and -", name)
		}
		if name == Self || name == "crash" {
			c.fail(at, "%s has a meaning of its own and cannot be declared", name)
		}
	}
	for i := range c.t.Cells {
		note(c.t.Cells[i].Name, c.t.Cells[i].Pos)
		c.cells[c.t.Cells[i].Name] = &c.t.Cells[i]
	}
	for i := range c.t.Threads {
		note(c.t.Threads[i].Name, c.t.Threads[i].Pos)
		c.threads[c.t.Threads[i].Name] = &c.t.Threads[i]
	}
	if !isAtom(c.t.Name) {
		c.fail(c.t.Pos, "%q is no name for a test: letters, digits, _ and -", c.t.Name)
	}
}

func (c *checker) limits() {
	started := slices.ContainsFunc(c.t.Threads, func(th Thread) bool { return !th.Later })
	switch n := len(c.t.Threads); {
	case !started:
		c.fail(c.t.Pos, "no thread is started: a test needs at least one `thread NAME { }`")
	case n > MaxThreads:
		c.fail(c.t.Threads[MaxThreads].Pos, "%d threads; a test has at most %d", n, MaxThreads)
	}
	if n := len(c.t.Cells); n > MaxCells {
		c.fail(c.t.Cells[MaxCells].Pos, "%d cells; a test has at most %d", n, MaxCells)
	}
}

// block checks statements; restorable says whether they stand in a scope that
// restore, allow and local can refer to.
func (c *checker) block(b Block, restorable bool, depth int) {
	if depth > MaxDepth {
		c.fail(b.pos(), "nested more than %d deep", MaxDepth)
		return
	}
	for i := range b {
		s := &b[i]
		if s.Form == nil {
			panic("litmus: a statement without a form")
		}
		c.stmt(s, restorable)
		inner := restorable || s.Form.binds()
		if s.Form.Op == model.Interrupt || s.Form.Op == model.Lazy {
			inner = false // it runs elsewhere
		}
		for _, k := range s.Blocks {
			c.block(k, inner, depth+1)
		}
	}
}

// binds says whether restore, allow and local inside the form refer to it.
func (f *Form) binds() bool {
	return f.Op == model.Scope && (f.How == model.Shut || f.How == model.Seal || f.How == model.Without)
}

// refers says whether the form refers to an enclosing one that binds.
func (f *Form) refers() bool {
	return f.Op == model.Scope && (f.How == model.Restore || f.How == model.Allow || f.How == model.Local)
}

func (c *checker) stmt(s *Stmt, restorable bool) {
	f := s.Form
	if f.refers() && !restorable {
		c.fail(s.Pos, "%s refers to the mask around it, and stands in no mask, umask or without of this block of code", f.Word)
	}
	if len(s.Blocks) != len(f.Blocks) {
		c.fail(s.Pos, "%s has %d blocks, expected %d", f.Word, len(s.Blocks), len(f.Blocks))
	}
	if s.N < 0 || f.Number == NoNumber && s.N != 0 {
		c.fail(s.Pos, "%s has the number %d, expected one from 0 to 32767 where it takes one", f.Word, s.N)
	}
	for i, role := range f.Names {
		c.role(s.name(i), s.at(i), role)
	}
}

func (s *Stmt) name(i int) string {
	if i == 0 {
		return s.Name
	}
	return s.Other
}

func (s *Stmt) at(i int) Pos {
	if s.At[i] == (Pos{}) {
		return s.Pos
	}
	return s.At[i]
}

// role checks that a name fits its role.
func (c *checker) role(name string, at Pos, role Role) {
	switch {
	case role == AThreadOrSelf && name == Self:
	case role.thread():
		c.thread(name, at, role)
	case role.kind() != 0:
		c.cell(name, at, role)
	default:
		c.intern(name, at, role)
	}
}

func (c *checker) thread(name string, at Pos, role Role) {
	th := c.threads[name]
	switch {
	case th != nil && role == ALater && !th.Later:
		c.fail(at, "%s is started at once, expected a thread declared with later", name)
	case th != nil:
	case name == Self:
		c.fail(at, "self stands only in throwTo, interrupt, kill and kill!; here the name of a thread is needed")
	case c.cells[name] != nil:
		c.fail(at, "%s is %s, expected a thread", name, article(c.cells[name].form().word))
	default:
		c.fail(at, "no thread %s is declared%s", name, DidYouMean(name, c.threadNames(role)))
	}
}

func (c *checker) threadNames(role Role) []string {
	var all []string
	for _, th := range c.t.Threads {
		if th.Later || role != ALater {
			all = append(all, th.Name)
		}
	}
	return all
}

func (c *checker) cell(name string, at Pos, role Role) {
	cell := c.cells[name]
	switch {
	case cell != nil && cell.Kind == role.kind():
	case cell != nil:
		c.fail(at, "%s is %s, expected %s", name, article(cell.form().word), article(role.String()))
	case c.threads[name] != nil:
		c.fail(at, "%s is a thread, expected %s", name, article(role.String()))
	default:
		c.fail(at, "no %s %s is declared%s", role, name, DidYouMean(name, c.cellNames(role.kind())))
	}
}

func (c *checker) cellNames(k model.CellKind) []string {
	var all []string
	for _, cell := range c.t.Cells {
		if cell.Kind == k {
			all = append(all, cell.Name)
		}
	}
	return all
}

// intern counts classes, tags and words.
func (c *checker) intern(name string, at Pos, role Role) {
	ok := isName(name) || role == AWord && isAtom(name)
	if !ok || role == AClass && name == Any {
		c.fail(at, "%q cannot be a %s", name, role)
		return
	}
	if role == AClassOrAny {
		role = AClass
	}
	set := c.names[role]
	if set == nil {
		set = map[string]bool{}
		c.names[role] = set
	}
	if set[name] = true; len(set) == MaxNames+1 {
		c.fail(at, "a test has at most %d different names of the sort: %s", MaxNames, role)
	}
}

// pos is where the block's first statement stands.
func (b Block) pos() Pos {
	if len(b) == 0 {
		return Pos{}
	}
	return b[0].Pos
}
