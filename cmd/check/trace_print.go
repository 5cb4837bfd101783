package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/traces"
)

// context is how many events around the one in question are shown.
const shownBefore, shownBehind = 24, 6

func (v *verdict) print(w io.Writer) {
	fmt.Fprint(w, v.words())
	if v.verdict() != linearizability.Forbidden {
		return
	}
	fmt.Fprintf(w, "\nobserved:\n%s", indent(v.chart().String(v.h)))
	if v.nearest != nil {
		c := v.chart()
		c.Notes, c.Last = nil, min(c.Last, len(v.nearest.Events))
		fmt.Fprintf(w, "\nnearest allowed: %s:\n%s", v.how, indent(c.String(v.nearest)))
	}
}

// words is the verdict in words.
func (v *verdict) words() string {
	var b strings.Builder
	what := "free history"
	if v.test != nil {
		what = "history of " + v.test.Name
	}
	if v.h.Name != "" && v.test == nil {
		what += " " + v.h.Name
	}
	r := v.report
	fmt.Fprintf(&b, "%s: %s, %s: %s under %s\n", v.name, what, plural(r.Events, "event", "events"), v.verdict(), r.Edition)
	if r.Verdict == linearizability.Forbidden {
		fmt.Fprintf(&b, "  explained: %s; then %s\n", plural(r.Explained, "event", "events"), r.Why)
		for _, c := range r.Could {
			fmt.Fprintf(&b, "  there: %s\n", c)
		}
	}
	if v.strict != nil {
		fmt.Fprintf(&b, "  only if something went unrecorded (a frame entered as a signal came, a lock scope that failed): else, behind %s, %s (-strict forbids it)\n",
			plural(v.strict.Explained, "event", "events"), v.strict.Why)
	}
	if r.Verdict == linearizability.Inconclusive {
		fmt.Fprintf(&b, "  the search: inconclusive: %s\n", strings.Join(r.Reasons, ", "))
	}
	if len(r.Partial) > 0 {
		fmt.Fprintf(&b, "  not recorded, so nothing is said of it: %s\n", commas(r.Partial))
	}
	if v.h.Truncated {
		fmt.Fprintf(&b, "  truncated: a buffer ran over; judged as far as it goes\n")
	}
	if v.h.Incomplete {
		fmt.Fprintf(&b, "  incomplete: the last line was cut short and left out\n")
	}
	if v.linear != nil {
		fmt.Fprintf(&b, "  porcupine: %s, %s%s\n", v.linear.Verdict, plural(v.linear.Pieces, "piece", "pieces"), v.where())
	}
	return b.String()
}

// where says of what porcupine does not find in order which events those are, and why.
func (v *verdict) where() string {
	l := v.linear
	if l.Verdict == linearizability.Allowed {
		return ""
	}
	at := fmt.Sprintf("; events %d to %d", l.Piece[0]+1, l.Piece[1])
	if len(l.Reasons) > 0 {
		at += ": " + strings.Join(l.Reasons, ", ")
	}
	return at
}

// chart is that of what was observed, around the event that does not fit.
func (v *verdict) chart() traces.Chart {
	r := v.report
	switch {
	case v.verdict() != linearizability.Forbidden:
		return traces.Chart{Last: min(len(v.h.Events), 200)}
	case r.Verdict != linearizability.Forbidden: // porcupine says so alone, and does not say of which event
		return traces.Chart{First: v.linear.Piece[0], Last: min(v.linear.Piece[1], v.linear.Piece[0]+200)}
	}
	c := traces.Chart{First: max(0, r.Explained-shownBefore), Last: min(len(v.h.Events), r.Explained+shownBehind)}
	if r.Explained < len(v.h.Events) {
		c.Notes = map[int]string{r.Explained: "cannot follow"}
	}
	return c
}

func (v *verdict) json() map[string]any {
	r := v.report
	m := map[string]any{"file": v.name, "test": v.h.Test, "name": v.h.Name, "edition": r.Edition, "events": r.Events, "verdict": v.verdict().String(),
		"explained": r.Explained, "peak": r.Peak, "configurations": r.States}
	if v.test != nil {
		m["name"] = v.test.Name
	}
	if r.Verdict == linearizability.Forbidden {
		m["why"], m["could"] = r.Why, r.Could
	}
	if v.strict != nil {
		m["strict"] = map[string]any{"verdict": v.strict.Verdict.String(), "explained": v.strict.Explained, "why": v.strict.Why}
	}
	if len(r.Partial) > 0 {
		m["partial"] = r.Partial
	}
	if len(r.Reasons) > 0 {
		m["search"], m["reasons"] = r.Verdict.String(), r.Reasons
	}
	if v.linear != nil {
		m["porcupine"] = v.linear.Verdict.String()
		if v.linear.Verdict != linearizability.Allowed {
			m["piece"] = v.linear.Piece
		}
		if len(v.linear.Reasons) > 0 {
			m["porcupineReasons"] = v.linear.Reasons
		}
	}
	if v.nearest != nil {
		m["nearest"], m["differs"] = v.nearest.String(), v.how
	}
	return m
}

func (v *verdict) page(path string) error {
	p := linearizability.Page{Title: cmp.Or(v.h.Name, v.name), Verdict: v.words(), History: v.h, Chart: v.chart(), Nearest: v.nearest, How: v.how, Of: v.linear}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		return err
	}
	return replaceFile(path, b.Bytes())
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ") + "\n"
}
