package traces

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Chart draws a history as a sequence chart: a column for each thread, a row
// for each event, an arrow from the sender to the receiver where a signal is
// received. The same history is always the same text.
type Chart struct {
	ASCII bool           // no characters beyond ASCII but those of names
	Brief bool           // an operation that did what it says, and nothing came between, is one row
	Notes map[int]string // at the right of an event's row; its row is marked
	First int            // draw from this event on; frames and operations that are open there are drawn as such
	Last  int            // draw up to and without this event; 0 stands for all
}

type glyphs struct{ line, inside, dash, tip, back, from, mark string }

var (
	unicodeGlyphs = glyphs{"│", "┃", "─", "▶", "◀", "●", "➤"}
	asciiGlyphs   = glyphs{"|", "#", "-", ">", "<", "o", "*"}
)

// painter lays out the chart of h.
func (c Chart) painter(h *History) *painter {
	p := &painter{Chart: c, index: NewIndex(h), glyphs: unicodeGlyphs, now: make([]int, len(h.Threads))}
	p.nesting = nest(p.index)
	if c.ASCII {
		p.glyphs = asciiGlyphs
	}
	if p.Last <= 0 || p.Last > len(h.Events) {
		p.Last = len(h.Events)
	}
	p.First = min(max(p.First, 0), p.Last)
	p.layout()
	return p
}

// Write draws the chart of h.
func (c Chart) Write(w io.Writer, h *History) error {
	p := c.painter(h)
	b := bufio.NewWriter(w)
	b.WriteString(p.head())
	for i := range p.Last {
		if i >= p.First && !p.folded(i) {
			b.WriteString(p.row(i))
		}
		p.now[p.index.History.Events[i].Thread] = p.busy[i]
	}
	b.WriteString(p.foot())
	return b.Flush()
}

// folded says that event i has no row, since the one before it says all.
func (p *painter) folded(i int) bool {
	e := &p.index.History.Events[i]
	_, noted := p.Notes[i]
	return p.Brief && !noted && i > p.First && e.Phase == Return && e.Result == Done && !e.HasV && int(p.index.Match[i]) == i-1
}

// String is the chart of h.
func (c Chart) String(h *History) string {
	var b strings.Builder
	c.Write(&b, h) // a Builder takes everything
	return b.String()
}

type painter struct {
	Chart
	glyphs
	index *Index
	nesting
	now    []int // operations under way, by thread; -1 after its end
	stamps int   // width of the column of stamps
	column []int // where each thread's line stands
	wide   []int // characters that its labels take
	width  int
}

// layout gives each thread's column the width of its longest label.
func (p *painter) layout() {
	h := p.index.History
	p.wide = make([]int, len(h.Threads))
	for i, t := range h.Threads {
		p.wide[i] = utf8.RuneCountInString(t)
	}
	for i := range h.Events {
		if t := h.Events[i].Thread; i >= p.First && i < p.Last {
			p.wide[t] = max(p.wide[t], utf8.RuneCountInString(p.label(i))+1)
		}
	}
	if n := len(h.Events); n > 0 {
		p.stamps = len(strconv.FormatUint(h.Events[n-1].Stamp, 10))
	}
	at := p.stamps + 2
	for _, w := range p.wide {
		p.column = append(p.column, at)
		at += w + 3
	}
	p.width = at
}

// cells is a line of the chart, one string for each column of characters.
type cells []string

func (c cells) put(at int, s string) {
	for _, r := range s {
		if at < len(c) {
			c[at] = string(r)
		}
		at++
	}
}

func (c cells) String() string {
	return strings.TrimRight(strings.Join(c, ""), " ") + "\n"
}

func (p *painter) blank() cells {
	c := make(cells, p.width)
	for i := range c {
		c[i] = " "
	}
	return c
}

func (p *painter) head() string {
	c := p.blank()
	for i, t := range p.index.History.Threads {
		c.put(p.column[i], t)
	}
	return c.String()
}

func (p *painter) row(i int) string {
	e := &p.index.History.Events[i]
	c := p.blank()
	stamp := strconv.FormatUint(e.Stamp, 10)
	c.put(p.stamps-len(stamp), stamp)
	for t, at := range p.column {
		c.put(at, p.lifeline(t))
	}
	label := p.label(i)
	c.put(p.column[e.Thread]+2, label)
	if f := p.index.Signals[e.ID]; e.Kind == Recv && f != nil && f.Send >= 0 {
		p.arrow(c, int(p.index.History.Events[f.Send].Thread), int(e.Thread), utf8.RuneCountInString(label))
	}
	note, noted := p.Notes[i]
	if !noted {
		return c.String()
	}
	c.put(p.stamps, p.mark)
	return strings.TrimRight(c.String(), "\n") + "   " + p.back + p.dash + " " + note + "\n"
}

func (p *painter) lifeline(t int) string {
	switch {
	case p.now[t] < 0:
		return " "
	case p.now[t] > 0:
		return p.inside
	}
	return p.line
}

// arrow draws the way of a signal along the row of its receipt. From the right
// it ends behind the receiver's label, which is label characters long.
func (p *painter) arrow(c cells, from, to, label int) {
	a, b := p.column[from], p.column[to]
	switch {
	case a < b:
		for x := a + 1; x < b-1; x++ {
			c.put(x, p.dash)
		}
		c.put(a, p.from)
		c.put(b-1, p.tip)
	case a > b:
		for x := b + label + 4; x < a; x++ {
			c.put(x, p.dash)
		}
		c.put(a, p.from)
		c.put(b+label+3, p.back)
	}
}

// foot says how the history ends.
func (p *painter) foot() string {
	h := p.index.History
	var b strings.Builder
	if p.Last < len(h.Events) {
		b.WriteString(strings.Repeat(" ", p.stamps+2) + "… " + strconv.Itoa(len(h.Events)-p.Last) + " more\n")
		return p.plain(b.String())
	}
	for _, i := range p.index.Pending() {
		if o := p.index.Over[i]; o >= 0 {
			continue
		}
		b.WriteString(h.Threads[h.Events[i].Thread] + " is still in " + p.index.Text(int(i)) + "\n")
	}
	if h.Over != Unknown {
		b.WriteString("over: " + h.Over.String() + "\n")
	}
	if h.Truncated {
		b.WriteString("truncated: a buffer ran over, what followed was not recorded\n")
	}
	if h.Incomplete {
		b.WriteString("incomplete: the last line was cut short\n")
	}
	return p.plain(b.String())
}

func (p *painter) plain(s string) string {
	if p.ASCII {
		return strings.ReplaceAll(s, "…", "...")
	}
	return s
}
