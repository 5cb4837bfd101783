package traces

import (
	"strconv"
	"strings"
)

// Text is event i as a person would say it, in the words of the litmus
// language: "throwTo b Kill #3", "take m", "} mask", "received".
func (x *Index) Text(i int) string {
	h := x.History
	e := &h.Events[i]
	switch {
	case e.Kind == Send && e.Phase == Call:
		return x.send(e)
	case e.Phase == Return:
		return x.returned(i)
	case e.Kind == Enter:
		return join(e.Frame.String(), e.Name, "{")
	case e.Kind == Leave:
		return x.left(e, int(x.Match[i]))
	case e.Kind == Recv && e.ID == 0:
		return join("recv", e.Name, "?")
	case e.Kind == Recv:
		return join("recv", "#"+strconv.FormatUint(e.ID, 10))
	case e.Kind == End:
		return join(e.Result.String(), e.Name)
	}
	return x.plain(e)
}

// plain spells the fields of an event one after the other.
func (x *Index) plain(e *Event) string {
	h, has := x.History, e.has()
	parts := []string{e.Kind.String()}
	if has&fTo != 0 {
		parts = append(parts, h.Threads[e.To])
	}
	if has&fCell != 0 {
		parts = append(parts, h.Cells[e.Cell].Name)
	}
	if has&fWith != 0 {
		parts = append(parts, h.Cells[e.With].Name)
	}
	parts = append(parts, e.Name)
	if has&fV != 0 {
		parts = append(parts, strconv.FormatInt(e.V, 10))
	}
	if has&fRes != 0 {
		parts = append(parts, e.Result.String())
	}
	return join(parts...)
}

func (x *Index) send(e *Event) string {
	to := x.History.Threads[e.To]
	if e.To == e.Thread {
		to = "self"
	}
	verb := [...]string{"send", "throwTo", "interrupt", "kill", "kill!"}[e.Signal]
	return join(verb, to, e.Name, "#"+strconv.FormatUint(e.ID, 10))
}

// returned names the operation that returns, and what it was about.
func (x *Index) returned(i int) string {
	e := &x.History.Events[i]
	call := &x.History.Events[x.Match[i]]
	what := call.Kind.String()
	switch {
	case call.Kind == Send:
		what = "#" + strconv.FormatUint(call.ID, 10)
	case call.has()&fCell != 0:
		what += " " + x.History.Cells[call.Cell].Name
	case call.has()&fTo != 0:
		what += " " + x.History.Threads[call.To]
	}
	parts := []string{what, e.Result.String(), e.Name}
	if e.HasV {
		parts = append(parts, strconv.FormatInt(e.V, 10))
	}
	return join(parts...)
}

func (x *Index) left(e *Event, enter int) string {
	how := ""
	if e.Result == Unwind {
		how = "unwound"
	}
	return join("}", x.History.Events[enter].Frame.String(), how)
}

// join joins the words that are there by one blank.
func join(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, " ")
}

// label is the text of event i as the chart shows it, indented by the frames
// around it.
func (p *painter) label(i int) string {
	return strings.Repeat(" ", p.indent(i)) + p.index.Text(i)
}

// indent is two for each frame, up to a depth that keeps columns narrow.
func (p *painter) indent(i int) int { return 2 * min(p.depth[i], 12) }
