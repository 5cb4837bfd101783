package traces

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strconv"
	"unicode/utf8"
)

// The measures of an SVG chart, in pixels.
const (
	svgRow  = 20  // from event to event
	svgChar = 7.3 // a character of the font, rounded up
	svgHead = 30  // above the first event
)

const svgStyle = `<style>text{font:12px monospace;fill:#222}.s{fill:#888;text-anchor:end}.h{font-weight:bold}` +
	`.l{stroke:#999;fill:none}.b{stroke:#555;stroke-width:4}.p{stroke:#555;stroke-width:4;stroke-dasharray:4 3}` +
	`.a{stroke:#06c;fill:none;marker-end:url(#t)}.n{fill:#c00}.m{fill:#fdd}</style>` +
	`<marker id="t" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#06c"/></marker>`

// WriteSVG draws the chart of h as a self-contained SVG image. Here an arrow goes
// from where a signal is sent to where it is received; an operation is a thick
// line, broken if it never returned.
func (c Chart) WriteSVG(w io.Writer, h *History) error {
	p := svgPainter{painter: c.painter(h), Writer: bufio.NewWriter(w)}
	p.draw()
	return p.Flush()
}

type svgPainter struct {
	*painter
	*bufio.Writer
}

func (p svgPainter) x(t int) float64 { return float64(p.column[t]) * svgChar }

// y is the height of event i, held within the part that is drawn.
func (p svgPainter) y(i int) int {
	return svgHead + svgRow*(min(max(i, p.First-1), p.Last)-p.First) + svgRow/2
}

func (p svgPainter) draw() {
	h := p.index.History
	notes := 0
	for _, n := range p.Notes {
		notes = max(notes, utf8.RuneCountInString(n)+4)
	}
	fmt.Fprintf(p, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d">%s`+"\n",
		float64(p.width+notes)*svgChar, p.y(p.Last)+svgRow/2, svgStyle)
	for i := p.First; i < p.Last; i++ {
		if _, noted := p.Notes[i]; noted {
			fmt.Fprintf(p, `<rect class="m" x="0" y="%d" width="100%%" height="%d"/>`+"\n", p.y(i)-svgRow/2, svgRow)
		}
	}
	for t, name := range h.Threads {
		p.text("h", p.x(t), svgHead-12, name)
		p.line("l", p.x(t), svgHead-6, p.x(t), p.y(p.end(t)))
	}
	for i := range h.Events {
		p.operation(i)
	}
	for i := p.First; i < p.Last; i++ {
		p.event(i)
	}
	p.WriteString("</svg>\n")
}

// end is the event with which thread t's line ends.
func (p svgPainter) end(t int) int {
	if own := p.index.Threads[t]; len(own) > 0 && p.index.History.Events[own[len(own)-1]].Kind == End {
		return int(own[len(own)-1])
	}
	return p.Last
}

// operation draws the time that the operation called by event i takes.
func (p svgPainter) operation(i int) {
	e := &p.index.History.Events[i]
	if e.Phase != Call || i >= p.Last {
		return
	}
	class, to := "b", int(p.index.Match[i])
	if to < 0 {
		class, to = "p", int(p.index.Over[i])
	}
	if to < 0 {
		to = p.Last
	}
	if to >= p.First {
		p.line(class, p.x(int(e.Thread)), p.y(i), p.x(int(e.Thread)), p.y(to))
	}
}

func (p svgPainter) event(i int) {
	e := &p.index.History.Events[i]
	p.text("s", float64(p.stamps)*svgChar, p.y(i)+4, strconv.FormatUint(e.Stamp, 10))
	indent := float64(p.indent(i)) * svgChar
	p.text("e", p.x(int(e.Thread))+svgChar+indent, p.y(i)+4, p.index.Text(i))
	if note, noted := p.Notes[i]; noted {
		p.text("n", float64(p.width)*svgChar, p.y(i)+4, note)
	}
	f := p.index.Signals[e.ID]
	if e.Kind == Recv && f != nil && f.Send >= 0 && p.index.History.Events[f.Send].Thread != e.Thread {
		p.line("a", p.x(int(p.index.History.Events[f.Send].Thread)), p.y(int(f.Send)), p.x(int(e.Thread)), p.y(i))
	}
}

func (p svgPainter) line(class string, x1 float64, y1 int, x2 float64, y2 int) {
	fmt.Fprintf(p, `<path class="%s" d="M%.1f %dL%.1f %d"/>`+"\n", class, x1, y1, x2, y2)
}

func (p svgPainter) text(class string, x float64, y int, s string) {
	fmt.Fprintf(p, `<text class="%s" x="%.1f" y="%d">%s</text>`+"\n", class, x, y, html.EscapeString(s))
}
