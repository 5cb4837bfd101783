package litmus

import (
	"fmt"
	"strings"
)

// sexp is an S-expression: an atom, or a list.
type sexp struct {
	pos  Pos
	atom string // empty for a list
	list []sexp
}

// String describes an expression in messages.
func (s sexp) String() string {
	switch {
	case s.atom != "":
		return fmt.Sprintf("%q", s.atom)
	case len(s.list) == 0:
		return "()"
	}
	return "(" + s.list[0].atom + " ...)"
}

// head is the first atom of a list.
func (s sexp) head() string {
	if len(s.list) == 0 {
		return ""
	}
	return s.list[0].atom
}

// parseSexp reads one expression and nothing else.
func parseSexp(src string) (sexp, *Error) {
	if len(src) > MaxSize {
		return sexp{}, &Error{Pos: Pos{1, 1}, Msg: fmt.Sprintf("the program has %d bytes; one has at most %d", len(src), MaxSize)}
	}
	r := &sexpReader{src: src, pos: Pos{1, 1}}
	s, err := r.read(0)
	if err == nil {
		if r.space(); r.at < len(src) {
			err = r.fail("found %q, expected the end", src[r.at])
		}
	}
	return s, err
}

type sexpReader struct {
	src string
	at  int
	pos Pos
}

func (r *sexpReader) fail(format string, args ...any) *Error {
	return &Error{Pos: r.pos, Msg: fmt.Sprintf(format, args...)}
}

func (r *sexpReader) move(n int) {
	for _, c := range []byte(r.src[r.at : r.at+n]) {
		if r.pos.Col++; c == '\n' {
			r.pos = Pos{r.pos.Line + 1, 1}
		}
	}
	r.at += n
}

func (r *sexpReader) space() {
	rest := r.src[r.at:]
	r.move(len(rest) - len(strings.TrimLeft(rest, " \t\r\n")))
}

func (r *sexpReader) read(depth int) (sexp, *Error) {
	r.space()
	s := sexp{pos: r.pos}
	switch {
	case r.at == len(r.src):
		return s, r.fail("found the end, expected an expression")
	case depth > 2*MaxDepth:
		return s, r.fail("nested more than %d deep", 2*MaxDepth)
	case r.src[r.at] == '(':
		r.move(1)
		return r.readList(s, depth)
	}
	n := 0
	for r.at+n < len(r.src) && (isWord(r.src[r.at+n]) || strings.IndexByte("-?!", r.src[r.at+n]) >= 0) {
		n++
	}
	if n == 0 {
		return s, r.fail("found %q, expected a word or a parenthesis", r.src[r.at])
	}
	s.atom = r.src[r.at : r.at+n]
	r.move(n)
	return s, nil
}

func (r *sexpReader) readList(s sexp, depth int) (sexp, *Error) {
	for {
		r.space()
		if r.at == len(r.src) {
			return s, r.fail("found the end, expected \")\" for the \"(\" at %d:%d", s.pos.Line, s.pos.Col)
		}
		if r.src[r.at] == ')' {
			r.move(1)
			return s, nil
		}
		k, err := r.read(depth + 1)
		if err != nil {
			return s, err
		}
		s.list = append(s.list, k)
	}
}
