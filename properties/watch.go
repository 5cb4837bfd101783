package properties

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// watch is a machine with one part more, in which it is noted where one thread was
// when it received the auditor's signal.
type watch struct {
	*model.Machine
	thread model.Thread
	from   []*litmus.Stmt // of the nodes
}

// noted is a part of the machine, or the note.
type noted struct {
	part model.Part
	note string
}

// A note is the nodes and kinds of the thread's frames, three bytes each; once the
// signal was received, a mark and the point: two bytes for the statement, one for
// the block, counted from 1.
const receivedMark = "!"

func newWatch(m *model.Machine, t *litmus.Test, d model.Dialect, name string) *watch {
	i := slices.IndexFunc(t.Threads, func(th litmus.Thread) bool { return th.Name == name })
	return &watch{m, model.Thread(i), t.Statements(d.Idioms)}
}

func (w *watch) Parts() int { return w.Machine.Parts() + 1 }

func (w *watch) Initial(i int) noted {
	if i == w.Machine.Parts() {
		return noted{}
	}
	return noted{part: w.Machine.Initial(i)}
}

// Expand makes every step of an agent and keeps the note.
func (w *watch) Expand(agent int, v *explore.View[noted]) {
	s := &watchStore{watch: w, v: v}
	s.before = standingAt(w.Machine, w.thread, s)
	w.Machine.Expand(agent, s)
	s.flush()
}

// watchStore holds a step back until its events are known.
type watchStore struct {
	*watch
	v      *explore.View[noted]
	before Standing
	label  uint32
	held   bool
}

func (s *watchStore) Get(i int) model.Part    { return s.v.Get(i).part }
func (s *watchStore) Set(i int, p model.Part) { s.v.Set(i, noted{part: p}) }
func (s *watchStore) Exceeded(bound string)   { s.v.Exceeded(bound) }
func (s *watchStore) Commit(label uint32)     { s.label, s.held = label, true }

func (s *watchStore) Events(all []model.Event) {
	part := s.Machine.Parts()
	was := s.v.Get(part).note
	note := was
	for _, e := range all {
		if e.Thread == s.thread {
			note = s.take(note, e)
		}
	}
	if note != was {
		s.v.Set(part, noted{note: note})
	}
	s.flush()
}

func (s *watchStore) flush() {
	if s.held {
		s.held = false
		s.v.Commit(s.label)
	}
}

// take is the note after an event.
func (s *watchStore) take(note string, e model.Event) string {
	if strings.HasPrefix(note, receivedMark) {
		return note
	}
	switch e.Kind {
	case model.Entered:
		b := binary.LittleEndian.AppendUint16(nil, uint16(e.Send))
		return note + string(append(b, byte(e.Frame)))
	case model.Left:
		return note[:len(note)-3]
	case model.Ended:
		return ""
	case model.Received:
		if s.Threads[e.Other].Name == auditor {
			stmt, block := s.place(note)
			b := binary.LittleEndian.AppendUint16(nil, uint16(stmt))
			return receivedMark + string(append(b, byte(block+1)))
		}
	}
	return note
}

// place is the statement at which the thread stands, or the block at whose end.
func (s *watchStore) place(frames string) (stmt, block int) {
	switch {
	case s.before.Line() > 0:
		return s.before.Line(), -1
	case frames == "":
		return 0, -1
	}
	top := frames[len(frames)-3:]
	node := model.Pos(top[0]) | model.Pos(top[1])<<8
	from := s.from[node]
	if from.Form.Op == model.Interrupt && model.FrameKind(top[2]) == model.ThunkFrame {
		return 0, -1 // at the end of a thunk: nowhere in the thread's own text
	}
	return from.Pos.Line, endOf(from, &s.Nodes[node], model.FrameKind(top[2]))
}

// endOf is the block at whose end a thread stands that returns into a frame, or
// that unwinds into it.
func endOf(s *litmus.Stmt, n *model.Node, k model.FrameKind) int {
	last := len(s.Form.Blocks) - 1
	switch {
	case n.Op == model.Protect && k == model.CleanupFrame:
		return max(last-1, 0)
	case n.Op == model.Try && k != model.HandlerFrame:
		return 1
	case n.Op == model.Scope && n.How == model.Restore && s.Form.Op != model.Scope:
		return max(last-1, 0)
	case n.Op == model.Protect, n.Op == model.Scope:
		return last
	}
	return 0
}

// point is where the thread received the signal in a run that ends so.
func (w *watch) point(state []noted) (Point, bool) {
	note := state[len(state)-1].note
	if !strings.HasPrefix(note, receivedMark) {
		return Point{}, false
	}
	b := note[len(receivedMark):]
	return Point{Thread: w.Threads[w.thread].Name, Stmt: int(b[0]) | int(b[1])<<8, Block: int(b[2]) - 1}, true
}

// outcome is what can be seen of a run that ends in a state, or never leaves some
// states: whoever does not stand still in them is running.
func (w *watch) outcome(r *explore.Report[noted], states []int) litmus.Outcome {
	first := w.seen(r, states[0])
	for _, s := range states[1:] {
		for i, t := range w.seen(r, s).Threads {
			if t.End != first.Threads[i].End {
				first.Threads[i].End = model.Running.String()
			}
		}
	}
	first.Threads = slices.DeleteFunc(first.Threads, func(t litmus.ThreadEnd) bool { return t.Name == auditor })
	return first
}

func (w *watch) seen(r *explore.Report[noted], state int) litmus.Outcome {
	parts := r.State(state, nil)
	c := make(model.Config, len(parts)-1)
	for i := range c {
		c[i] = parts[i].part
	}
	return litmus.OutcomeOf(w.Machine, c)
}
