package litmus

import (
	"strings"

	"github.com/interject/interject/model"
)

// block reads statements in braces, the n-th block of what c comments on.
func (p *parser) block(c *Comments, n int) (Block, bool) {
	open := p.tok().pos
	if !p.eat("{") {
		return nil, false
	}
	p.behindBrace(open.Line, c, n)
	var b Block
	ok := p.deeper(open, func() bool { return p.statements(&b, open) })
	if !ok {
		return b, false
	}
	if lines := p.lead(); lines != nil {
		c.Inner = append(c.Inner, make([][]string, n+1-len(c.Inner))...)
		c.Inner[n] = lines
	}
	p.next()
	return b, true
}

// behindBrace takes the comment that ends the line of an opening brace.
func (p *parser) behindBrace(line int, c *Comments, n int) {
	k := len(p.heard)
	if k == 0 || p.heard[k-1].pos.Line != line || commentText(p.heard[k-1]) == "" {
		return
	}
	c.Open = append(c.Open, make([]string, n+1-len(c.Open))...)
	c.Open[n] = commentText(p.heard[k-1])
	p.heard = p.heard[:k-1]
}

// statements reads up to the closing brace.
func (p *parser) statements(b *Block, open Pos) bool {
	for {
		p.separators()
		switch {
		case p.is("}"):
			return true
		case p.tok().kind == endOfFile || p.tok().begins:
			return p.fail(p.tok().pos, "found %v, expected \"}\" for the \"{\" at %d:%d", p.tok(), open.Line, open.Col)
		}
		if s, ok := p.stmt(); ok {
			*b = append(*b, s)
		} else {
			p.heard = nil
			p.skipStmt()
		}
	}
}

// separators moves over what may stand between statements.
func (p *parser) separators() {
	for p.tok().kind == newline || p.is(";") {
		p.next()
	}
}

// skipStmt moves behind the statement in which there was an error: to the next
// separator or to the end of the block that it stands in.
func (p *parser) skipStmt() {
	for depth := 0; ; p.next() {
		switch t := p.tok(); {
		case t.kind == endOfFile, depth == 0 && (t.kind == newline || p.is(";") || p.is("}")), p.tok().begins:
			return
		case p.is("{"):
			depth++
		case p.is("}"):
			depth--
		}
	}
}

// stmt reads one statement and what separates it from the next.
func (p *parser) stmt() (Stmt, bool) {
	t := p.tok()
	forms := formsByWord[t.text]
	if t.kind != word || len(forms) == 0 {
		return Stmt{}, p.unknownStmt(t)
	}
	s := Stmt{Pos: t.pos, Form: forms[0], Comments: Comments{Lead: p.lead()}}
	p.next()
	if !p.blocks(&s, forms) || !p.endStmt() {
		return s, false
	}
	line := p.line()
	p.trail(line, &s.Comments)
	if p.is(";") {
		p.next()
		p.trail(line, &s.Comments)
	}
	return s, true
}

func (p *parser) unknownStmt(t token) bool {
	hint := ""
	if t.kind == word {
		hint = DidYouMean(t.text, words())
	}
	return p.want("a statement or \"}\"" + hint)
}

func (p *parser) endStmt() bool {
	if k := p.tok().kind; k == newline || k == endOfFile || p.is(";") || p.is("}") {
		return true
	}
	return p.want("\";\", the end of the line or \"}\" behind the statement")
}

// blocks reads the blocks of a statement, the words between them, and its
// arguments where they belong.
func (p *parser) blocks(s *Stmt, forms []*Form) bool {
	f := forms[0]
	if f.Before == 0 && !p.args(s, forms) {
		return false
	}
	f = s.Form
	for i, joiner := range f.Blocks {
		if i > 0 {
			if !p.eat(joiner) {
				return false
			}
			if i == f.Before && !p.args(s, forms) {
				return false
			}
		}
		b, ok := p.block(&s.Comments, i)
		if !ok {
			return false
		}
		s.Blocks = append(s.Blocks, b)
	}
	return true
}

// args reads names and number, and finds which of the forms this is.
func (p *parser) args(s *Stmt, forms []*Form) bool {
	f := s.Form
	for i, role := range f.Names {
		n, at, ok := p.arg(f, role)
		if !ok {
			return false
		}
		if s.At[i] = at; i == 0 {
			s.Name = n
		} else {
			s.Other = n
		}
	}
	for _, other := range forms {
		if other.After != "" && p.is(other.After) {
			s.Form = other
			p.next()
			return p.argNumber(s)
		}
	}
	if f.After != "" {
		return p.want(afters(forms))
	}
	return p.argNumber(s)
}

// afters are the words that may stand behind the arguments of forms.
func afters(forms []*Form) string {
	var all []string
	for _, f := range forms {
		all = append(all, f.After)
	}
	return strings.Join(all, " or ")
}

func (p *parser) arg(f *Form, role Role) (string, Pos, bool) {
	what := article(role.String()) + ": " + f.Usage()
	if role == AWord {
		return p.atom(what)
	}
	return p.name(what)
}

func (p *parser) argNumber(s *Stmt) bool {
	s.N = s.Form.Default
	switch {
	case s.Form.Number == NoNumber:
		s.N = 0
		return true
	case s.Form.Number == MayNumber && p.tok().kind != word:
		return true
	case s.Form.Op == model.Put && p.is("full"):
		p.next()
		return true
	}
	var ok bool
	s.N, ok = p.number()
	return ok
}

// article is the word with its article, as it is spoken.
func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) || noun == "mvar" {
		return "an " + noun
	}
	return "a " + noun
}
