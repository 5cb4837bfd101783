package linearizability

import (
	"encoding/binary"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// writer is a run of a litmus test with somebody who records it: the converse of
// what a judge does, and written without it. Wherever a recorder is free, a writer
// can go each way.
type writer struct {
	of      *writing
	c       model.Config
	at      string // the key of c
	threads []scribe
	flying  []flight // signals by who sent them where
	ids     uint64
	all     []way // what can happen next, if that was asked
}

// writing is what all writers of the histories of a test share.
type writing struct {
	test  *litmus.Test
	m     *model.Machine
	from  []*litmus.Stmt
	parts map[model.Part]uint32
	moves map[string][]step // by the key of a configuration
}

// step is a move and the key of the configuration to which it leads.
type step struct {
	model.Move
	at string
}

type flight struct {
	by   model.Thread
	send model.Pos
	id   uint64
}

func newWriting(t *litmus.Test, d model.Dialect) (*writing, error) {
	m, err := t.Machine(d)
	if err != nil {
		return nil, err
	}
	return &writing{t, m, t.Statements(d.Idioms), map[model.Part]uint32{}, map[string][]step{}}, nil
}

// start is the writer of a run that begins.
func (of *writing) start() *writer {
	c := of.m.Start()
	return &writer{of: of, c: c, at: of.key(c), threads: make([]scribe, len(of.m.Threads))}
}

// key is the configuration in few bytes.
func (of *writing) key(c model.Config) string {
	var b []byte
	for _, p := range c {
		id, ok := of.parts[p]
		if !ok {
			id = uint32(len(of.parts))
			of.parts[p] = id
		}
		b = binary.AppendUvarint(b, uint64(id))
	}
	return string(b)
}

// steps are the moves of a writer's configuration.
func (w *writer) steps() []step {
	all, ok := w.of.moves[w.at]
	if !ok {
		moves, _ := w.of.m.Moves(w.c)
		for _, v := range moves {
			all = append(all, step{v, w.of.key(v.To)})
		}
		w.of.moves[w.at] = all
	}
	return all
}

// header is that of the histories of the writer.
func (w *writer) header() traces.Header {
	h := traces.Header{Test: w.of.test.Hash(), Name: w.of.test.Name, Program: w.of.test.Wire(), Edition: w.of.m.Dialect.Name, Runtime: "model", Observed: recordable()}
	for _, t := range w.of.m.Threads {
		h.Threads = append(h.Threads, t.Name)
	}
	kind := map[model.CellKind]traces.CellKind{}
	for a, b := range cellKinds {
		if a != traces.FlagCell {
			kind[b] = a
		}
	}
	for _, c := range w.of.m.Cells {
		x := traces.Cell{Name: c.Name, Kind: kind[c.Kind], Init: int64(c.Init)}
		if c.Hidden {
			x.Kind = traces.FlagCell
		}
		h.Cells = append(h.Cells, x)
	}
	return h
}

// recordable are the kinds that a writer records.
func recordable() []traces.Kind {
	return slices.DeleteFunc(traces.Kinds(), func(k traces.Kind) bool {
		return k == traces.Read || k == traces.Broadcast || k == traces.Start
	})
}

// clone is a copy that can go another way.
func (w *writer) clone() *writer {
	n := *w
	n.threads = slices.Clone(w.threads)
	n.flying = slices.Clone(w.flying)
	n.all = nil
	return &n
}

// way is one thing that can happen next, and the line that it writes, if any.
type way struct {
	to   *writer
	line *traces.Event
	move *model.Label
}

// ways is everything that can happen next.
func (w *writer) ways() []way {
	if w.all != nil || w.of.m.Dead(w.c.Read()) {
		return w.all
	}
	w.all = []way{}
	for t := range w.threads {
		w.all = append(w.all, w.lines(t)...)
	}
	steps := w.steps()
	for i := range steps {
		v := &steps[i]
		if n := w.move(&v.Move); n != nil {
			n.at = v.at
			w.all = append(w.all, way{to: n, move: &v.Label})
		}
	}
	return w.all
}

// lines is what the recorder of thread t can write now.
func (w *writer) lines(t int) []way {
	var all []way
	s := &w.threads[t]
	for i := range s.todo {
		if i == 0 || floats(&s.todo[i]) && floats(&s.todo[0]) && !s.inner(i) {
			for _, e := range said(s.todo[i]) {
				n := w.clone()
				n.threads[t].todo = slices.Delete(slices.Clone(s.todo), i, i+1)
				all = append(all, n.write(t, e))
			}
		}
	}
	for _, e := range s.optional() {
		all = append(all, w.clone().write(t, e))
	}
	if e, ok := w.announce(t); ok && len(s.todo) == 0 && !s.said {
		all = append(all, w.clone().say(t, e))
	}
	return all
}

// say records what the thread is about to do.
func (w *writer) say(t int, e traces.Event) way {
	s := &w.threads[t]
	s.said = true
	if e.Kind == traces.Leave {
		s.open = slices.Clone(s.open)
		s.open[len(s.open)-1].event = -2 // that it is left is said, once
	}
	if e.Phase == traces.Call {
		s.inCall, s.call, s.kind, s.result = true, s.n, e.Kind, 0
		s.at = w.c[model.CoreOf(model.Thread(t))].Core().At
		if e.Kind == traces.Send {
			w.ids++
			e.ID, s.id = w.ids, w.ids
		}
	}
	return w.write(t, e)
}

// write numbers a line. What it closes or covers can no longer be recorded.
func (w *writer) write(t int, e traces.Event) way {
	s := &w.threads[t]
	e.Thread, e.N = int16(t), s.n
	s.n++
	of := int32(-1)
	switch {
	case e.Kind == traces.Enter:
		s.open = slices.Clone(s.open)
		s.open[s.unrecorded()].event = e.N
	case e.Kind == traces.Recv:
		s.forget(e.ID)
		of = e.N
	case e.Phase == traces.Return, e.Kind == traces.Leave:
		of = e.Of
	case e.Phase == traces.At:
		of = e.N
	}
	on := e.Kind != traces.Recv && e.Result != traces.Unwind // it goes on with something else
	s.may = slices.DeleteFunc(slices.Clone(s.may), func(m traces.Event) bool { return m.Of >= of || on && m.Phase == traces.Return })
	return way{to: w, line: &e}
}

// announce is the line that thread t writes before it does what it is about to do.
func (w *writer) announce(t int) (e traces.Event, ok bool) {
	c := w.c[model.CoreOf(model.Thread(t))].Core()
	if c.Status != model.Running || c.Ctl != model.Run {
		return e, false
	}
	s := &w.threads[t]
	if c.At == 0 {
		if len(s.open) == 0 {
			return e, false
		}
		top := s.open[len(s.open)-1]
		return traces.Event{Phase: traces.At, Kind: traces.Leave, Result: traces.Normal, Of: top.event}, top.frame != 0
	}
	n := &w.of.m.Nodes[c.At]
	e = traces.Event{Phase: traces.At, Kind: kindOf(n.Op)}
	switch {
	case n.Op == model.UnlockHeld && !w.holds(t, n.A):
		return e, false
	case e.Kind.IsOperation():
		e.Phase = traces.Call
		w.operands(&e, n)
		return e, true
	case w.silent(c.At):
		return e, false
	case e.Kind == traces.Raise:
		e.Name = w.of.m.Classes[n.A]
	case e.Kind == traces.Throw:
		e.Name, e.V, e.HasV = w.of.m.Tags[n.A], int64(n.N), true
	case e.Kind == traces.SetMask:
		e.Result = [...]traces.Result{model.Open: traces.Open, model.Interruptible: traces.Masked, model.Closed: traces.Closed}[n.N]
	case e.Kind != traces.Exit:
		return e, false
	}
	return e, true
}

func (w *writer) holds(t int, mutex uint8) bool {
	_, owner := w.of.m.Content(int(mutex), w.c.Read())
	return owner == w.of.m.Threads[t].Name
}

// silent says that the statement is what the system makes a send of.
func (w *writer) silent(at model.Pos) bool {
	from := w.of.from[at]
	n := &w.of.m.Nodes[at]
	return (n.Op == model.Raise || n.Op == model.Exit) && from != nil && (from.Form.Word == "throwTo" || from.Form.Word == "kill")
}

func (w *writer) operands(e *traces.Event, n *model.Node) {
	m := w.of.m
	switch e.Kind {
	case traces.Send:
		e.To, e.Signal = int16(n.A), traces.ThunkSignal
		switch {
		case n.Op == model.ThrowTo:
			e.Signal, e.Name = traces.ExcSignal, m.Classes[n.B]
		case n.Op == model.Kill:
			e.Signal = traces.KillSignal
		case n.Op == model.KillNow:
			e.Signal = traces.KillNowSignal
		case w.silent(n.Body) && m.Nodes[n.Body].Op == model.Raise:
			e.Signal, e.Name = traces.ExcSignal, m.Classes[m.Nodes[n.Body].A]
		case w.silent(n.Body):
			e.Signal = traces.KillSignal
		}
	case traces.Join, traces.Fork, traces.Await, traces.Alive:
		e.To = int16(n.A)
	case traces.Sleep, traces.Foreign, traces.Settle:
	case traces.Put, traces.Set, traces.WaitUntil, traces.Spin, traces.Busy:
		e.Cell, e.V, e.HasV = int16(n.A), int64(n.N), true
	case traces.Wait:
		e.Cell, e.With = int16(n.A), int16(n.B)
	default:
		e.Cell = int16(n.A)
	}
}
