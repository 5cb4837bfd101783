package traces

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"
)

// The measures of an SVG chart, in pixels.
const (
	svgRow  = 20  // from event to event
	svgChar = 7.3 // a character of the font, rounded up
	svgHead = 30  // above the first event

	svgLegend = 180.0 // from explanation to explanation
)

const svgStyle = `<style>text{font:12px monospace;fill:#222}.s{fill:#888;text-anchor:end}.h{font-weight:bold}` +
	`.l{stroke:#999;fill:none}.b{stroke:#555;stroke-width:4}.p{stroke:#555;stroke-width:4;stroke-dasharray:4 3}` +
	`.a{stroke:#06c;fill:none;marker-end:url(#t)}.n{fill:#c00}.m{fill:#fdd}.w{fill:#fff}` +
	`.f0{fill:#fdf0c8;stroke:#e2c56c}.f1{fill:#fff;stroke:#e2c56c}.f2{fill:#e6f0fb;stroke:#a9c6e6}.f3{fill:#eee6f8;stroke:#c3aee0}.f4{fill:#e2f4e4;stroke:#a3d3a9}</style>` +
	`<marker id="t" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#06c"/></marker>`

// shades are what an image tells frames apart by: classes f0, f1, … of the style.
var shades = []string{"interrupts masked", "interrupts open", "handler", "cleanup", "interrupt's function"}

// shade is that of a frame; ok is false of one that changes nothing by itself.
func shade(f Frame) (class int, ok bool) {
	switch f {
	case MaskFrame, UmaskFrame, WithoutFrame, NeverFrame, OnBlockingFrame:
		return 0, true
	case RestoreFrame, UnmaskFrame, InterruptibleFrame, AllowFrame, LocalFrame, WithFrame, ReopenFrame, ImmediateFrame:
		return 1, true
	case HandlerFrame, ExpiredFrame:
		return 2, true
	case CleanupFrame:
		return 3, true
	case ThunkFrame:
		return 4, true
	}
	return 0, false
}

// WriteSVG draws the chart of h as a self-contained SVG image. Here an arrow goes
// from where a signal is sent to where it is received; an operation is a thick
// line, broken if it never returned; what opens or closes a thread to interrupts,
// handles or cleans up is a box, in a colour that is explained below.
func (c Chart) WriteSVG(w io.Writer, h *History) error {
	p := svgPainter{painter: c.painter(h), Writer: bufio.NewWriter(w)}
	for i := range p.Last {
		p.rows = append(p.rows, p.count)
		if i >= p.First && !p.folded(i) {
			p.count++
		}
	}
	p.draw()
	return p.Flush()
}

type svgPainter struct {
	*painter
	*bufio.Writer
	rows  []int // of each event, the rows above it
	count int   // rows in all
}

func (p *svgPainter) x(t int) float64 { return float64(p.column[t]) * svgChar }

// y is the height of event i, held within the part that is drawn. A folded event
// has that of the one before it.
func (p *svgPainter) y(i int) int {
	switch {
	case i < p.First:
		return svgHead - svgRow/2
	case i >= p.Last:
		return svgHead + svgRow*p.count + svgRow/2
	case p.folded(i):
		i--
	}
	return svgHead + svgRow*p.rows[i] + svgRow/2
}

func (p *svgPainter) draw() {
	h := p.index.History
	notes := 0
	for _, n := range p.Notes {
		notes = max(notes, utf8.RuneCountInString(n)+4)
	}
	legend := p.legend()
	width, height := float64(p.width+notes)*svgChar, p.y(p.Last)+svgRow/2
	if len(legend) > 0 {
		width, height = max(width, svgLegend*float64(len(legend))+float64(p.column[0])*svgChar), height+svgRow
	}
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d">%s`+"\n", width, height, svgStyle)
	p.rect("w", 0, 0, width, height)
	for i := p.First; i < p.Last; i++ {
		if _, noted := p.Notes[i]; noted {
			p.rect("m", 0, p.y(i)-svgRow/2, width, svgRow)
		}
	}
	for t, name := range h.Threads {
		p.text("h", p.x(t), svgHead-12, name)
	}
	for i := range p.Last {
		p.frame(i)
	}
	for t := range h.Threads {
		p.line("l", p.x(t), svgHead-6, p.x(t), p.y(p.end(t)))
	}
	for i := range p.Last {
		p.operation(i)
	}
	for i := p.First; i < p.Last; i++ {
		p.event(i)
	}
	for i, class := range legend {
		x := float64(p.column[0])*svgChar + svgLegend*float64(i)
		p.rect(fmt.Sprint("f", class), x, height-svgRow+4, 12, 12)
		p.text("k", x+18, height-svgRow+14, shades[class])
	}
	p.WriteString("</svg>\n")
}

// legend is the shades that the image has.
func (p *svgPainter) legend() (classes []int) {
	for class := range shades {
		if slices.ContainsFunc(p.index.History.Events[:p.Last], func(e Event) bool {
			c, ok := shade(e.Frame)
			return ok && c == class
		}) {
			classes = append(classes, class)
		}
	}
	return classes
}

// frame draws the box of the frame that event i enters.
func (p *svgPainter) frame(i int) {
	e := &p.index.History.Events[i]
	class, ok := shade(e.Frame)
	to := p.over(i)
	if e.Kind != Enter || !ok || to < p.First {
		return
	}
	x := p.x(int(e.Thread)) + float64(p.indent(i))*svgChar
	right := p.x(int(e.Thread)) + float64(p.wide[e.Thread]+1)*svgChar
	p.rect(fmt.Sprint("f", class), x, p.y(i)-svgRow/2, right-x, p.y(to)-p.y(i)+svgRow)
}

// over is the event with which what event i began is over.
func (p *svgPainter) over(i int) int {
	switch {
	case p.index.Match[i] >= 0:
		return int(p.index.Match[i])
	case p.index.Over[i] >= 0:
		return int(p.index.Over[i])
	}
	return p.end(int(p.index.History.Events[i].Thread))
}

// end is the event with which thread t's line ends.
func (p *svgPainter) end(t int) int {
	if own := p.index.Threads[t]; len(own) > 0 && p.index.History.Events[own[len(own)-1]].Kind == End {
		return int(own[len(own)-1])
	}
	return p.Last
}

// operation draws the time that the operation called by event i takes.
func (p *svgPainter) operation(i int) {
	e := &p.index.History.Events[i]
	to := p.over(i)
	if e.Phase != Call || to < p.First || p.y(to) == p.y(i) {
		return
	}
	class := "b"
	if p.index.Match[i] < 0 {
		class = "p"
	}
	p.line(class, p.x(int(e.Thread)), p.y(i), p.x(int(e.Thread)), p.y(to))
}

func (p *svgPainter) event(i int) {
	if p.folded(i) {
		return
	}
	e := &p.index.History.Events[i]
	p.text("s", float64(p.stamps)*svgChar, p.y(i)+4, strconv.FormatUint(e.Stamp, 10))
	indent := float64(p.indent(i)) * svgChar
	p.text("e", p.x(int(e.Thread))+svgChar+indent, p.y(i)+4, p.index.Text(i))
	if note, noted := p.Notes[i]; noted {
		p.text("n", float64(p.width)*svgChar, p.y(i)+4, note)
	}
	f := p.index.Signals[e.ID]
	if e.Kind == Recv && f != nil && f.Send >= 0 && p.index.History.Events[f.Send].Thread != e.Thread {
		from, to := p.x(int(p.index.History.Events[f.Send].Thread)), p.x(int(e.Thread))-3
		if from > to {
			to += indent + svgChar*float64(utf8.RuneCountInString(p.index.Text(i))+2)
		}
		p.line("a", from, p.y(int(f.Send)), to, p.y(i))
	}
}

func (p *svgPainter) line(class string, x1 float64, y1 int, x2 float64, y2 int) {
	fmt.Fprintf(p, `<path class="%s" d="M%.1f %dL%.1f %d"/>`+"\n", class, x1, y1, x2, y2)
}

func (p *svgPainter) text(class string, x float64, y int, s string) {
	fmt.Fprintf(p, `<text class="%s" x="%.1f" y="%d">%s</text>`+"\n", class, x, y, html.EscapeString(s))
}

func (p *svgPainter) rect(class string, x float64, y int, width float64, height int) {
	fmt.Fprintf(p, `<rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d"/>`+"\n", class, x, y, width, height)
}
