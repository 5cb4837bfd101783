package litmus

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/interject/interject/model"
)

// Fits finds what is wrong with an outcome as one of the test: it must have the
// threads and the observed cells of the test, in their order, in states that fit
// their kinds, and name only what the test names. An outcome that does not fit is no
// outcome of the test that is not allowed, but none of the test at all.
func (t *Test) Fits(o Outcome) error {
	if o.Crash {
		return nil
	}
	f := t.fitter()
	if err := f.layout(o); err != nil {
		return fmt.Errorf("outcome %q: %w", o, err)
	}
	for _, th := range o.Threads {
		if err := f.thread(th); err != nil {
			return fmt.Errorf("outcome %q: thread %s: %w", o, th.Name, err)
		}
	}
	for i, c := range o.Cells {
		if !f.value(f.cells[i].Kind, c.Value) {
			return fmt.Errorf("outcome %q: found cell %s=%s, expected a value of %s %s", o, c.Name, c.Value, f.cells[i].form().word, c.Name)
		}
	}
	return nil
}

// Shape is what the test's outcomes have, in their order: "a=…; b=…; m=…".
func (t *Test) Shape() string {
	f := t.fitter()
	return strings.Join(append(f.names(), f.cellNames()...), "; ")
}

// fitter is what outcomes of a test are made of.
type fitter struct {
	t       *Test
	cells   []*Cell // those that are observed
	words   []string
	classes []string
}

func (t *Test) fitter() *fitter {
	f := &fitter{t: t}
	for i := range t.Cells {
		if t.Cells[i].observed() {
			f.cells = append(f.cells, &t.Cells[i])
		}
	}
	f.classes, f.words = t.vocabulary()
	return f
}

// vocabulary is the classes that a thread of the test can die of and the words that one
// can log, sorted.
func (t *Test) vocabulary() (classes, words []string) {
	dies, logs := map[string]bool{}, map[string]bool{}
	for _, c := range ownClasses {
		dies[c] = true
	}
	receives := false
	t.Walk(func(s *Stmt) {
		for i, role := range s.Form.Names {
			switch role {
			case AClass:
				dies[s.name(i)] = true
			case AWord:
				logs[s.name(i)] = true
			}
		}
		switch op := s.Form.Op; {
		case looks.Has(op):
			for _, w := range model.SeenWords() {
				logs[w] = true
			}
		case op == model.Link:
			dies[model.NormalClass], dies[model.NobodyClass], dies[model.KilledClass] = true, true, true
		case op == model.Receive:
			receives = true
		}
	})
	if receives { // also exit signals that were trapped
		maps.Copy(logs, dies)
	}
	return slices.Sorted(maps.Keys(dies)), slices.Sorted(maps.Keys(logs))
}

// looks are the operations that log what they see.
var looks = model.Ops(model.GetMask, model.Held, model.Alive, model.Cancelled)

func (f *fitter) names() (all []string) {
	for _, th := range f.t.Threads {
		all = append(all, th.Name+"=…")
	}
	return all
}

func (f *fitter) cellNames() (all []string) {
	for _, c := range f.cells {
		all = append(all, c.Name+"=…")
	}
	return all
}

// layout: the components are those of the test.
func (f *fitter) layout(o Outcome) error {
	var found []string
	for _, th := range o.Threads {
		found = append(found, th.Name+"=…")
	}
	if want := f.names(); !slices.Equal(found, want) {
		return fmt.Errorf("found the threads %s, expected %s", strings.Join(found, "; "), strings.Join(want, "; "))
	}
	found = nil
	for _, c := range o.Cells {
		found = append(found, c.Name+"=…")
	}
	if want := f.cellNames(); !slices.Equal(found, want) {
		return fmt.Errorf("found the cells %s, expected %s", strings.Join(found, "; "), strings.Join(want, "; "))
	}
	return nil
}

// thread: what it died of, waits for and has logged is named in the test.
func (f *fitter) thread(th ThreadEnd) error {
	end := strings.Fields(th.End)
	switch {
	case end[0] == "died" && !slices.Contains(f.classes, end[1]):
		return fmt.Errorf("found the class %s, expected one of %s", end[1], strings.Join(f.classes, ", "))
	case end[0] == "blocked" && len(end) == 3 && !f.named(end[2], waiting(end[1]).Names[0]):
		return fmt.Errorf("found %s, expected the name of a declared %s", th.End, waiting(end[1]).Names[0])
	}
	for _, w := range th.Log {
		word, _, _ := strings.Cut(w, "=")
		if !slices.Contains(f.words, word) {
			return fmt.Errorf("found the word %q, expected words that the test logs: %s", w, strings.Join(f.words, " "))
		}
	}
	return nil
}

// named says whether name is declared as what the role asks for.
func (f *fitter) named(name string, role Role) bool {
	if role.thread() {
		return slices.ContainsFunc(f.t.Threads, func(th Thread) bool { return th.Name == name })
	}
	return slices.ContainsFunc(f.t.Cells, func(c Cell) bool { return c.Name == name && c.Kind == role.kind() })
}

// value says whether v is a value of a kind of cell.
func (f *fitter) value(k model.CellKind, v string) bool {
	switch k {
	case model.MVar:
		return v == "full" || v == "empty" || isNumber(v) && v != "0"
	case model.Mutex:
		holder, held := strings.CutPrefix(v, "held ")
		return v == "free" || held && f.named(holder, AThread)
	}
	return isNumber(v)
}
