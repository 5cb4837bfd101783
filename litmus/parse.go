package litmus

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// MaxDepth is how deep blocks and conditions may be nested.
const MaxDepth = 64

// ReadFile reads and parses a litmus file.
func ReadFile(path string) (*Test, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(src) > MaxSize {
		return nil, &Error{File: path, Pos: Pos{1, 1}, Msg: fmt.Sprintf("a litmus file has at most %d bytes; this one has more", MaxSize)}
	}
	return Parse(path, src)
}

// Parse parses and checks a litmus file. The name of the file is for messages. A
// test whose error is not nil is nil; the error is an Errors.
func Parse(file string, src []byte) (*Test, error) {
	tokens, bad := lex(src)
	if bad != nil {
		bad.File = file
		return nil, Errors{bad}
	}
	p := &parser{file: file, tokens: tokens, spans: spans(tokens)}
	p.gather()
	t := p.test()
	if len(p.errs) > 0 {
		return nil, p.errs
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	return t, nil
}

// parser reads tokens by recursive descent. A method that finds what it cannot
// read notes the error and returns false; the nearest statement or line above it
// goes on behind the trouble.
type parser struct {
	file   string
	tokens []token
	i      int     // of the current token, never a comment
	heard  []token // comments passed and not yet given to a piece of the test
	errs   Errors
	depth  int
	spans  []span
	span   int // the one being read
}

// tok is the current token.
func (p *parser) tok() token { return p.tokens[p.i] }

// is says whether the current token is this word or mark.
func (p *parser) is(s string) bool {
	t := p.tok()
	return (t.kind == word || t.kind == punct) && t.text == s
}

// next moves to the next token that is not a comment.
func (p *parser) next() {
	if p.tok().kind != endOfFile {
		p.i++
		p.gather()
	}
}

// gather puts comments aside.
func (p *parser) gather() {
	for p.tok().kind == comment {
		p.heard = append(p.heard, p.tok())
		p.i++
	}
}

// fail notes an error; when there are enough, it ends the reading. Where braces do
// not match, only the first is told, or which brace it comes from.
func (p *parser) fail(at Pos, format string, args ...any) bool {
	if s := &p.spans[p.span]; s.damaged {
		if s.told {
			return false
		}
		s.told = true
		if odd := p.tokens[s.odd].pos; s.odd > 0 && (at.Line > odd.Line || at.Line == odd.Line && at.Col >= odd.Col) {
			at, format, args = odd, "%s", []any{s.oddText}
		}
	}
	if !p.errs.add(p.file, at, format, args...) {
		p.i = len(p.tokens) - 1
	}
	return false
}

// want notes that something else was expected here.
func (p *parser) want(expected string) bool {
	return p.fail(p.tok().pos, "found %v, expected %s", p.tok(), expected)
}

// eat moves over a word or mark that must stand here.
func (p *parser) eat(s string) bool {
	if !p.is(s) {
		return p.want(strconv.Quote(s))
	}
	p.next()
	return true
}

// name reads a name: a letter or _, then letters, digits, _ and -.
func (p *parser) name(what string) (string, Pos, bool) {
	t := p.tok()
	if t.kind != word || !isName(t.text) {
		return "", t.pos, p.want(what)
	}
	p.next()
	return t.text, t.pos, true
}

// atom reads a word of a log, which may also begin with a digit.
func (p *parser) atom(what string) (string, Pos, bool) {
	t := p.tok()
	if t.kind != word || !isAtom(t.text) {
		return "", t.pos, p.want(what)
	}
	p.next()
	return t.text, t.pos, true
}

func isName(s string) bool { return isAtom(s) && (s[0] < '0' || s[0] > '9') }

func isAtom(s string) bool { return s != "" && isWord(s[0]) && !strings.ContainsAny(s, "@.?!") }

// number reads a number from 0 to 32767.
func (p *parser) number() (int16, bool) {
	n, ok := parseNumber(p.tok().text)
	if p.tok().kind != word || !ok {
		return 0, p.want("a number from 0 to 32767")
	}
	p.next()
	return n, true
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// plainNumber is a number without leading zeros; other words are themselves.
func plainNumber(s string) string {
	if !isNumber(s) {
		return s
	}
	if s = strings.TrimLeft(s, "0"); s == "" {
		return "0"
	}
	return s
}

func parseNumber(s string) (int16, bool) {
	n, err := strconv.ParseUint(s, 10, 15)
	return int16(n), err == nil && isNumber(s)
}

// deeper runs f one level deeper, unless that is too deep.
func (p *parser) deeper(at Pos, f func() bool) bool {
	if p.depth >= MaxDepth {
		p.fail(at, "nested more than %d deep", MaxDepth)
		p.i = len(p.tokens) - 1
		return false
	}
	p.depth++
	defer func() { p.depth-- }()
	return f()
}

// newlines moves over the ends of lines.
func (p *parser) newlines() {
	for p.tok().kind == newline {
		p.next()
	}
}

// skipLine moves to the end of the line, over whole blocks, after an error.
func (p *parser) skipLine() {
	for depth := 0; ; p.next() {
		switch t := p.tok(); {
		case t.kind == endOfFile, depth == 0 && t.kind == newline, p.tok().begins:
			return
		case p.is("{"):
			depth++
		case p.is("}") && depth > 0:
			depth--
		}
	}
}

// lead takes the comments heard so far as those before a piece of the test.
func (p *parser) lead() []string {
	var lines []string
	for _, c := range p.heard {
		lines = append(lines, commentText(c))
	}
	p.heard = nil
	return lines
}

// trail takes the last comment heard if it stands on the line of the piece that
// has just ended there.
func (p *parser) trail(line int, c *Comments) {
	n := len(p.heard)
	if n > 0 && p.heard[n-1].pos.Line == line {
		c.Trail = commentText(p.heard[n-1])
		p.heard = p.heard[:n-1]
	}
}

func commentText(c token) string {
	return strings.TrimPrefix(strings.TrimPrefix(c.text, "//"), " ")
}

// endLine ends a piece that must be the last on its line. Comments inside it go
// before it.
func (p *parser) endLine(line int, c *Comments) bool {
	if k := p.tok().kind; k != newline && k != endOfFile {
		return p.want("the end of the line")
	}
	p.trail(line, c)
	c.Lead = append(c.Lead, p.lead()...)
	return true
}

// line is the line of the token before the current one.
func (p *parser) line() int {
	for i := p.i - 1; i >= 0; i-- {
		if p.tokens[i].kind != comment {
			return p.tokens[i].pos.Line
		}
	}
	return 1
}

// IsSyntax reports whether the error tells what is wrong with a litmus text.
func IsSyntax(err error) bool {
	_, one := errors.AsType[*Error](err)
	_, many := errors.AsType[Errors](err)
	return one || many
}
