package litmus

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const tab = "    "

// thread writes a thread: on one line where that reads well.
func (p *printer) thread(th *Thread) {
	head := "thread " + th.Name + " "
	if th.Later {
		head = "later  " + th.Name + " "
	}
	body, fits := inline(th.Body, &th.Comments, 0)
	fits = fits && utf8.RuneCountInString(head+body) <= lineWidth
	if p.loose || !fits {
		p.blank()
	}
	p.comments("", th.Lead)
	if fits {
		p.line("", head+body, th.Trail)
	} else {
		p.block("", head, th.Body, &th.Comments, 0)
		p.line("", "}", th.Trail)
	}
	p.loose = !fits
}

// inner is the comment behind the opening brace of the i-th block, and those
// before the closing one.
func (c *Comments) inner(i int) (open string, lines []string) {
	if i < len(c.Open) {
		open = c.Open[i]
	}
	if i < len(c.Inner) {
		lines = c.Inner[i]
	}
	return open, lines
}

// block writes the i-th block of what c comments on, behind a head, up to the line
// before the closing brace.
func (p *printer) block(indent, head string, b Block, c *Comments, i int) {
	open, lines := c.inner(i)
	p.line(indent, head+"{", open)
	var rows []row
	for i := range b {
		s := &b[i]
		text, fits := s.inline()
		if fits && utf8.RuneCountInString(indent+tab+text) <= lineWidth {
			rows = append(rows, row{lead: s.Lead, text: text, trail: s.Trail})
			continue
		}
		p.rows(indent+tab, rows)
		rows = nil
		p.stmt(indent+tab, s)
	}
	p.rows(indent+tab, rows)
	p.comments(indent+tab, lines)
}

// stmt writes a statement on several lines; one without blocks is a long line.
func (p *printer) stmt(indent string, s *Stmt) {
	p.comments(indent, s.Lead)
	head := s.Form.Word
	if s.Form.Before == 0 {
		head += s.args()
	}
	if len(s.Blocks) == 0 {
		p.line(indent, head, s.Trail)
		return
	}
	for i, b := range s.Blocks {
		if i > 0 {
			head = "} " + s.joiner(i)
		}
		p.block(indent, head+" ", b, &s.Comments, i)
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
		text, fits := inline(b, &s.Comments, i)
		if !fits {
			return "", false
		}
		if i > 0 {
			out += " " + s.joiner(i)
		}
		out += " " + text
	}
	return out, true
}

// inline is the i-th block of what c comments on, on one line: simple statements,
// or one statement whose blocks are such, and no comments.
func inline(b Block, c *Comments, i int) (string, bool) {
	if open, lines := c.inner(i); open != "" || lines != nil {
		return "", false
	}
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
