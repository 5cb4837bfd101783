package properties

import (
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
)

// renamed gives everything another name: what it was called, with a mark.
func renamed(t *litmus.Test) *litmus.Test {
	for i := range t.Cells {
		t.Cells[i].Name += mark
	}
	for i := range t.Threads {
		t.Threads[i].Name += mark
	}
	t.Walk(func(s *litmus.Stmt) {
		for i, r := range s.Form.Names {
			n := []*string{&s.Name, &s.Other}[i]
			if *n != litmus.Self && (*n != litmus.Any || r != litmus.AClassOrAny) && *n != litmus.ErrorClass && *n != "Kill" {
				*n += mark
			}
		}
	})
	return t
}

const mark = "-"

// givenBack undoes renamed in an outcome.
func givenBack(o litmus.Outcome) litmus.Outcome {
	o.Threads, o.Cells = slices.Clone(o.Threads), slices.Clone(o.Cells)
	for i := range o.Threads {
		t := &o.Threads[i]
		t.Name, t.End = strings.TrimSuffix(t.Name, mark), strings.TrimSuffix(t.End, mark)
		t.Log = slices.Clone(t.Log)
		for j, w := range t.Log {
			word, value, valued := strings.Cut(w, mark+"=")
			if t.Log[j] = strings.TrimSuffix(w, mark); valued {
				t.Log[j] = word + "=" + value
			}
		}
	}
	for i := range o.Cells {
		o.Cells[i].Name = strings.TrimSuffix(o.Cells[i].Name, mark)
		o.Cells[i].Value = strings.TrimSuffix(o.Cells[i].Value, mark)
	}
	return o
}

func reversed(t *litmus.Test) *litmus.Test {
	slices.Reverse(t.Threads)
	slices.Reverse(t.Cells)
	return t
}

func reversedBack(o litmus.Outcome) litmus.Outcome {
	o.Threads, o.Cells = slices.Clone(o.Threads), slices.Clone(o.Cells)
	slices.Reverse(o.Threads)
	slices.Reverse(o.Cells)
	return o
}

func withBystander(t *litmus.Test) *litmus.Test {
	t.Threads = append([]litmus.Thread{{Name: "bystander"}}, t.Threads...)
	return t
}

func withoutBystander(o litmus.Outcome) litmus.Outcome {
	if o.Crash {
		return o
	}
	o.Threads = o.Threads[1:]
	return o
}
