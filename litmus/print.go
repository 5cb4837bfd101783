package litmus

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/interject/interject/model"
)

// lineWidth is the width in characters up to which a block stands on one line.
const lineWidth = 80

// Format is the canonical text of a test, comments included. Parsing it gives the
// same tree again.
func (t *Test) Format() string {
	p := &printer{loose: true}
	p.comments("", t.Lead)
	p.line("", t.header(), t.Trail)
	if len(t.See) > 0 {
		p.line("", "see    "+strings.Join(t.See, ", "), "")
	}
	p.section(p.cellLines(t.Cells))
	for i := range t.Threads {
		p.thread(&t.Threads[i])
	}
	p.section(questionLines(t))
	p.section(answerLines(t))
	for _, lines := range t.Inner {
		p.blank()
		p.comments("", lines)
	}
	return p.b.String()
}

func (t *Test) header() string {
	if t.Title == "" {
		return "litmus " + t.Name
	}
	return "litmus " + t.Name + " " + strconv.Quote(t.Title)
}

type printer struct {
	b     strings.Builder
	loose bool // the next thread is set apart by an empty line
}

func (p *printer) blank() {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
}

func (p *printer) comments(indent string, lines []string) {
	for _, l := range lines {
		p.line(indent, commentLine(l), "")
	}
}

func commentLine(text string) string {
	if text == "" {
		return "//"
	}
	return "// " + text
}

// line writes one line and the comment behind it.
func (p *printer) line(indent, text, trail string) {
	p.b.WriteString(indent + text)
	if trail != "" {
		p.b.WriteString("  " + commentLine(trail))
	}
	p.b.WriteByte('\n')
}

// row is a line with its comments.
type row struct {
	lead  []string
	text  string
	trail string
}

// section writes lines behind an empty one.
func (p *printer) section(rows []row) {
	if len(rows) > 0 {
		p.blank()
		p.rows("", rows)
		p.loose = true
	}
}

// rows writes lines; comments behind neighbours stand below each other.
func (p *printer) rows(indent string, rows []row) {
	for len(rows) > 0 {
		n, width := 1, 0
		for n < len(rows) && (rows[n].trail != "") == (rows[0].trail != "") {
			n++
		}
		for _, r := range rows[:n] {
			width = max(width, utf8.RuneCountInString(r.text))
		}
		for _, r := range rows[:n] {
			p.comments(indent, r.lead)
			if r.trail != "" && width <= lineWidth {
				r.text = fmt.Sprintf("%-*s", width, r.text)
			}
			p.line(indent, r.text, r.trail)
		}
		rows = rows[n:]
	}
}

// cellLines makes the lines of declarations. Neighbours of one kind that say
// nothing else share a line.
func (p *printer) cellLines(cells []Cell) []row {
	var rows []row
	for i := range cells {
		c := &cells[i]
		if i > 0 && joins(&cells[i-1], c) {
			last := &rows[len(rows)-1]
			last.text += " " + c.Name
			last.trail = c.Trail
			continue
		}
		rows = append(rows, row{c.Lead, c.declaration(), c.Trail})
	}
	return rows
}

// joins says whether the cell b can stand on the line that a ends.
func joins(a, b *Cell) bool {
	return a.form() == b.form() && a.Trail == "" && b.Lead == nil && a.initial() == "" && b.initial() == ""
}

// initial is the initial value as written; empty where it need not be.
func (c *Cell) initial() string {
	f := c.form()
	if !f.init || c.Kind == model.MVar && c.Init == model.Empty {
		return ""
	}
	return c.value(c.Init, nil)
}

// value is a value of the cell as text; names are those of the threads.
func (c *Cell) value(v int16, names []string) string {
	switch {
	case c.Kind == model.MVar && v == model.Empty:
		return "empty"
	case c.Kind == model.MVar && v == model.Full:
		return "full"
	case c.Kind == model.Mutex && v < 0:
		return "free"
	case c.Kind == model.Mutex:
		return "held " + names[v]
	}
	return strconv.Itoa(int(v))
}

func (c *Cell) declaration() string {
	s := c.form().word + " " + c.Name
	if v := c.initial(); v != "" {
		s += " = " + v
	}
	return s
}

// questionLines makes the line of the question.
func questionLines(t *Test) []row {
	if t.Final == nil {
		return nil
	}
	return []row{{t.Asking.Lead, "final " + t.Final.String(), t.Asking.Trail}}
}

// answerLines makes the lines of the answers.
func answerLines(t *Test) []row {
	var rows []row
	width := 0
	for i := range t.Answers {
		if a := &t.Answers[i]; a.Verdict != 0 {
			width = max(width, len(strings.Join(a.Editions, ", ")))
		}
	}
	for i := range t.Answers {
		a := &t.Answers[i]
		rows = append(rows, row{a.Lead, a.line(width), a.Trail})
	}
	return rows
}

func (a *Answer) line(width int) string {
	editions := strings.Join(a.Editions, ", ")
	if a.Verdict != 0 {
		return fmt.Sprintf("%-*s  %v", width, editions, a.Verdict)
	}
	one := "exactly " + editions + " { " + strings.Join(alternatives(a.Exactly), " | ") + " }"
	if utf8.RuneCountInString(one) <= lineWidth+20 {
		return one
	}
	return "exactly " + editions + " {\n    " + strings.Join(alternatives(a.Exactly), "\n  | ") + "\n}"
}

func alternatives(cs []*Cond) []string {
	all := make([]string, len(cs))
	for i, c := range cs {
		all[i] = c.text(And)
	}
	return all
}
