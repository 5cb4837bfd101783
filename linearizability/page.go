package linearizability

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/interject/interject/traces"
)

// Page is a self-contained page about a history: the verdict, the chart of what
// was observed and of the nearest allowed history, and porcupine's view of the
// linearization.
type Page struct {
	Title   string
	Verdict string // in words, of several lines
	History *traces.History
	Chart   traces.Chart
	Nearest *traces.History // nil: none
	How     string          // in what it differs
	Of      *Linearization  // nil: porcupine was not asked
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><meta charset=utf-8><title>%s</title><style>body{font:14px sans-serif;margin:2em}"+
		".charts{display:flex;gap:3em;align-items:flex-start}pre{white-space:pre-wrap}iframe{width:100%%;height:600px;border:1px solid #ccc}</style>\n<h1>%s</h1>\n<pre>%s</pre>\n<div class=charts>\n<div><h2>observed</h2>\n",
		html.EscapeString(p.Title), html.EscapeString(p.Title), html.EscapeString(p.Verdict))
	if err := p.Chart.WriteSVG(&b, p.History); err != nil {
		return err
	}
	b.WriteString("</div>\n")
	if p.Nearest != nil {
		fmt.Fprintf(&b, "<div><h2>nearest allowed: %s</h2>\n", html.EscapeString(p.How))
		if err := (traces.Chart{First: p.Chart.First}).WriteSVG(&b, p.Nearest); err != nil {
			return err
		}
		b.WriteString("</div>\n")
	}
	b.WriteString("</div>\n")
	if p.Of != nil && p.Of.model.Init != nil {
		var view strings.Builder
		if err := porcupine.Visualize(p.Of.model, p.Of.info, &view); err != nil {
			return err
		}
		fmt.Fprintf(&b, "<h2>linearization</h2>\n<iframe srcdoc=\"%s\"></iframe>\n", html.EscapeString(view.String()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
