package goimpl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
)

// outcome describes the state of r, in which nothing can run: the threads and then the
// observed cells, in the order of their declarations.
func (r *run) outcome() string {
	stuck := r.rt.Stuck()
	var parts []string
	for i, t := range r.threads {
		s := t.Name() + "="
		if k := slices.IndexFunc(stuck, func(b impl.Status) bool { return b.Thread == t }); k >= 0 {
			s += r.standing(i, stuck[k])
		} else {
			s += r.end(t)
		}
		if len(r.logs[i]) > 0 {
			s += " [" + strings.Join(r.logs[i], " ") + "]"
		}
		parts = append(parts, s)
	}
	for i, d := range r.source.Cells {
		if c := r.content(i, d); c != "" {
			parts = append(parts, d.Name+"="+c)
		}
	}
	return strings.Join(parts, "; ")
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
		if on == any(r.vars[i]) || on == any(r.mvars[i]) || on == any(r.mutexes[i]) ||
			on == any(r.semaphores[i]) || on == any(r.conditions[i]) {
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
		return fmt.Sprint(r.vars[i].Get())
	case d.Kind == model.Semaphore:
		return fmt.Sprint(r.semaphores[i].Value())
	case d.Kind == model.Mutex:
		if t := r.mutexes[i].Holder(); t != nil {
			return "held " + t.Name()
		}
		return "free"
	}
	switch v, full := r.mvars[i].Peek(); {
	case !full:
		return "empty"
	case v == model.Full:
		return "full"
	default:
		return fmt.Sprint(v)
	}
}
