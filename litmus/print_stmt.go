package litmus

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/interject/interject/model"
)

const tab = "    "

// thread writes a thread: on one line where that reads well.
func (p *printer) thread(th *Thread) {
	head := "thread " + th.Name + " "
	if th.Later {
		head = "later  " + th.Name + " "
	}
	body, fits := inline(th.Body)
	fits = fits && len(th.Inner) == 0 && utf8.RuneCountInString(head+body) <= lineWidth
	if p.loose || !fits {
		p.blank()
	}
	p.comments("", th.Lead)
	if fits {
		p.line("", head+body, th.Trail)
	} else {
		p.line("", head+"{", "")
		p.body("", th.Body, th.inner(0))
		p.line("", "}", th.Trail)
	}
	p.loose = !fits
}

func (c *Comments) inner(i int) []string {
	if i < len(c.Inner) {
		return c.Inner[i]
	}
	return nil
}

// body writes the statements of a block and the comments before its end.
func (p *printer) body(indent string, b Block, inner []string) {
	for i := range b {
		p.stmt(indent+tab, &b[i])
	}
	p.comments(indent+tab, inner)
}

// stmt writes a statement on lines of its own.
func (p *printer) stmt(indent string, s *Stmt) {
	p.comments(indent, s.Lead)
	if text, fits := s.inline(); fits && utf8.RuneCountInString(indent+text) <= lineWidth {
		p.line(indent, text, s.Trail)
		return
	}
	line := s.Form.Word
	if s.Form.Before == 0 {
		line += s.args()
	}
	for i, b := range s.Blocks {
		if i > 0 {
			line = "} " + s.joiner(i)
		}
		p.line(indent, line+" {", "")
		p.body(indent, b, s.inner(i))
	}
	p.line(indent, "}", s.Trail)
}

// joiner is what stands before a block that is not the first.
func (s *Stmt) joiner(i int) string {
	if i == s.Form.Before {
		return s.Form.Blocks[i] + s.args()
	}
	return s.Form.Blocks[i]
}

// args is the text of the arguments, each with a space before it.
func (s *Stmt) args() string {
	var b strings.Builder
	for i := range s.Form.Names {
		b.WriteString(" " + s.name(i))
	}
	switch f := s.Form; {
	case f.Number == NoNumber, f.Number == MayNumber && s.N == f.Default:
	default:
		b.WriteString(" " + strconv.Itoa(int(s.N)))
	}
	switch after := s.Form.After; after {
	case "":
	case "=":
		b.WriteString(after)
	default:
		b.WriteString(" " + after)
	}
	return b.String()
}

// inline is the statement on one line, its own comments apart; false when a
// comment inside, or its shape, needs several.
func (s *Stmt) inline() (string, bool) {
	out := s.Form.Word
	if s.Form.Before == 0 {
		out += s.args()
	}
	for i, b := range s.Blocks {
		text, fits := inline(b)
		if !fits || s.inner(i) != nil {
			return "", false
		}
		if i > 0 {
			out += " " + s.joiner(i)
		}
		out += " " + text
	}
	return out, true
}

// inline is a block on one line, braces included: simple statements, or one
// statement whose blocks are such.
func inline(b Block) (string, bool) {
	if len(b) == 0 {
		return "{ }", true
	}
	parts := make([]string, len(b))
	for i := range b {
		s := &b[i]
		if s.Lead != nil || s.Trail != "" || len(b) > 1 && len(s.Blocks) > 0 {
			return "", false
		}
		text, fits := s.inline()
		if !fits || len(text) > lineWidth {
			return "", false
		}
		parts[i] = text
	}
	return "{ " + strings.Join(parts, "; ") + " }", true
}

// BlockedIn is the text of a thread that is blocked in an operation: "take m". The
// name is the first of the statement, empty when it has none.
func BlockedIn(op model.Op, name string) string {
	for _, f := range Forms {
		if f.Op == op && f.Waits {
			return strings.TrimSuffix(f.Word+" "+name, " ")
		}
	}
	panic("litmus: no thread is ever blocked in operation " + strconv.Itoa(int(op)))
}
