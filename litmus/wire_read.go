package litmus

import (
	"fmt"

	"github.com/interject/interject/model"
)

// ReadWire reads and checks the wire form of a program. The test has no title and
// no answers. The error is an Errors, its positions those in s.
func ReadWire(s string) (*Test, error) {
	x, err := parseSexp(s)
	if err != nil {
		return nil, Errors{err}
	}
	t, err := readTest(x)
	if err != nil {
		return nil, Errors{err}
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	return t, nil
}

func wrong(x sexp, expected string) *Error {
	return &Error{Pos: x.pos, Msg: fmt.Sprintf("found %v, expected %s", x, expected)}
}

func readTest(x sexp) (*Test, *Error) {
	const shape = "(litmus 1 NAME DECL* THREAD*)"
	if x.head() != "litmus" || len(x.list) < 3 || x.list[2].atom == "" {
		return nil, wrong(x, shape)
	}
	if x.list[1].atom != "1" {
		return nil, wrong(x.list[1], "1, the version of the wire form")
	}
	t := &Test{Name: x.list[2].atom, Pos: x.list[2].pos}
	for _, k := range x.list[3:] {
		var err *Error
		switch k.head() {
		case "thread", "later":
			err = t.readThread(k)
		default:
			err = t.readCell(k)
		}
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Test) readThread(x sexp) *Error {
	if len(x.list) < 2 || !isName(x.list[1].atom) {
		return wrong(x, "(thread NAME STATEMENT*) or (later NAME STATEMENT*)")
	}
	body, err := readBlock(x.list[2:])
	t.Threads = append(t.Threads, Thread{Pos: x.list[1].pos, Name: x.list[1].atom, Later: x.head() == "later", Body: body})
	return err
}

func (t *Test) readCell(x sexp) *Error {
	f, ok := cellFormOf(x.head())
	switch {
	case !ok:
		return wrong(x, "a declaration or a thread")
	case len(t.Threads) > 0:
		return wrong(x, "a thread: declarations stand before the threads")
	case f.init && len(x.list) != 3, !f.init && len(x.list) != 2, !isName(x.list[1].atom):
		return wrong(x, "("+f.word+" NAME), with an initial value where there is one")
	}
	c := Cell{Pos: x.list[1].pos, Name: x.list[1].atom, Kind: f.kind, Hidden: f.hidden, Init: f.start}
	if f.init {
		init, ok := readValue(x.list[2], f.kind == model.MVar)
		if !ok {
			return wrong(x.list[2], "an initial value")
		}
		c.Init = init
	}
	t.Cells = append(t.Cells, c)
	return nil
}

// readValue reads a number, or what an MVar holds.
func readValue(x sexp, mvar bool) (int16, bool) {
	switch {
	case mvar && x.atom == "-":
		return model.Empty, true
	case mvar && x.atom == "full":
		return model.Full, true
	}
	return parseNumber(x.atom)
}

func readBlock(xs []sexp) (Block, *Error) {
	var b Block
	for _, x := range xs {
		s, err := readStmt(x)
		if err != nil {
			return nil, err
		}
		b = append(b, s)
	}
	return b, nil
}

func readStmt(x sexp) (Stmt, *Error) {
	forms := formsByWire[x.head()]
	if len(forms) == 0 {
		var known []string
		for _, f := range Forms {
			known = append(known, f.Wire)
		}
		return Stmt{}, wrong(x, "a statement"+DidYouMean(x.head(), known))
	}
	s := Stmt{Pos: x.pos, Form: forms[0]}
	args := x.list[1:]
	if err := s.readArgs(x, &args); err != nil {
		return s, err
	}
	return s, s.readBlocks(x, args)
}

func (s *Stmt) readArgs(x sexp, args *[]sexp) *Error {
	f := s.Form
	n := len(f.Names)
	if f.Number != NoNumber {
		n++
	}
	if len(*args) < n {
		return wrong(x, fmt.Sprintf("%d arguments behind %s", n, f.Wire))
	}
	for i := range f.Names {
		a := (*args)[i]
		if a.atom == "" {
			return wrong(a, article(f.Names[i].String()))
		}
		if s.At[i] = a.pos; i == 0 {
			s.Name = a.atom
		} else {
			s.Other = a.atom
		}
	}
	if f.Number != NoNumber {
		a := (*args)[n-1]
		v, ok := readValue(a, f.Op == model.Put && a.atom != "-")
		if !ok {
			return wrong(a, "a number from 0 to 32767")
		}
		s.N = v
	}
	*args = (*args)[n:]
	return nil
}

func (s *Stmt) readBlocks(x sexp, args []sexp) *Error {
	n := len(s.Form.Blocks)
	if n == 1 {
		b, err := readBlock(args)
		s.Blocks = []Block{b}
		return err
	}
	if len(args) != n {
		return wrong(x, fmt.Sprintf("%d blocks in %s and nothing else", n, s.Form.Wire))
	}
	for _, a := range args {
		if a.atom != "" {
			return wrong(a, "a block: statements in parentheses")
		}
		b, err := readBlock(a.list)
		if err != nil {
			return err
		}
		s.Blocks = append(s.Blocks, b)
	}
	return nil
}
