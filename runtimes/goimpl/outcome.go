package goimpl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
)

// outcome describes the state of r, in which nothing can run: the threads and then the
// observed cells, in the order of their declarations.
func (r *run) outcome() string {
	stuck := r.rt.Stuck()
	var all strings.Builder
	for i, t := range r.threads {
		if i > 0 {
			all.WriteString("; ")
		}
		all.WriteString(t.Name())
		all.WriteByte('=')
		if k := slices.IndexFunc(stuck, func(b impl.Status) bool { return b.Thread == t }); k >= 0 {
			all.WriteString(r.standing(i, stuck[k]))
		} else {
			all.WriteString(r.end(t))
		}
		for j, word := range r.logs[i] {
			all.WriteString(pick(j == 0, " [", " "))
			all.WriteString(word)
		}
		if len(r.logs[i]) > 0 {
			all.WriteByte(']')
		}
	}
	for i, d := range r.source.Cells {
		if c := r.content(i, d); c != "" {
			all.WriteString("; ")
			all.WriteString(d.Name)
			all.WriteByte('=')
			all.WriteString(c)
		}
	}
	return all.String()
}

func (r *run) end(t *impl.Thread) string {
	how, err := t.End()
	if how == impl.Died {
		return "died " + r.source.Classes[classOf(err)]
	}
	return how.String()
}

func (r *run) standing(i int, b impl.Status) string {
	s := "running"
	switch b.Op {
	case impl.OpNone, impl.OpSpin, impl.OpAwait:
	case impl.OpThrowTo:
		s = "blocked " + r.sending[i]
	default:
		s = strings.TrimSpace("blocked " + b.Op.String() + " " + r.name(b.On))
	}
	if b.Due {
		s += " (pending)"
	}
	return s
}

// name is the declared name of a thread or cell.
func (r *run) name(on any) string {
	if t, ok := on.(*impl.Thread); ok {
		return t.Name()
	}
	for i, d := range r.source.Cells {
		c := &r.cells[i]
		if on == any(c.v) || on == any(c.mvar) || on == any(c.mutex) || on == any(c.semaphore) || on == any(c.condition) {
			return d.Name
		}
	}
	return ""
}

func (r *run) content(i int, d model.CellDecl) string {
	switch {
	case d.Kind == model.Condition || d.Hidden:
		return ""
	case d.Kind == model.Var:
		return strconv.Itoa(int(r.cells[i].v.Get()))
	case d.Kind == model.Semaphore:
		return strconv.Itoa(r.cells[i].semaphore.Value())
	case d.Kind == model.Mutex:
		if t := r.cells[i].mutex.Holder(); t != nil {
			return "held " + t.Name()
		}
		return "free"
	}
	switch v, full := r.cells[i].mvar.Peek(); {
	case !full:
		return "empty"
	case v == model.Full:
		return "full"
	default:
		return strconv.Itoa(int(v))
	}
}
