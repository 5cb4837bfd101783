package linearizability

import (
	"fmt"
	"maps"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// subject is what a history is about: a machine, and how names and numbers of the
// history are those of the machine. The program of a machine grows: a send has a
// statement of its own, so that its signal can be told from others in flight.
type subject struct {
	h       *traces.History
	x       *traces.Index
	m       *model.Machine
	free    bool
	strict  bool
	targets []int                   // of each thread: how many signals are sent to it
	sees    [][]bool                // by thread and kind: is it recorded?
	tag     map[uint64]uint16       // of each id a number that no other signal in flight has
	nodes   map[stmt]model.Pos      // the statements that were made
	tagOf   map[model.Pos]uint16    // of statements that send
	origin  map[model.Pos]model.Pos // of copies, the statement of the program
	silent  map[model.Pos]bool      // statements that no history shows: what a send is made of
	classes map[string]uint8
	tags    map[string]uint8
	values  map[int64]int16
	frames  map[frameKey]model.Pos // what enters them
	timed   bool                   // there are timers
}

// frameKey is a frame and what its statement depends on.
type frameKey struct {
	frame traces.Frame
	slot  uint8
	name  string
}

// stmt is a statement and the tag of the signal that it sends.
type stmt struct {
	node model.Node
	copy model.Pos
	tag  uint16
}

// inputError is an error of who asks, not of the run that is judged.
type inputError struct{ error }

func inputf(format string, args ...any) error { return inputError{fmt.Errorf(format, args...)} }

// newSubject makes the machine of a history under a dialect: of the litmus test t,
// or of any program at all if t is nil.
func newSubject(h *traces.History, d model.Dialect, t *litmus.Test) (*subject, error) {
	if d.Turns {
		return nil, inputf("%s: threads take turns there, and histories do not tell whose turn it is", d.Name)
	}
	s := &subject{h: h, x: traces.NewIndex(h), free: t == nil, nodes: map[stmt]model.Pos{}, tagOf: map[model.Pos]uint16{},
		origin: map[model.Pos]model.Pos{}, silent: map[model.Pos]bool{}, classes: map[string]uint8{}, tags: map[string]uint8{}, values: map[int64]int16{}}
	if len(h.Threads) > 100 || len(h.Cells) > 100 {
		return nil, inputf("%d threads and %d cells, of which at most 100 can be judged", len(h.Threads), len(h.Cells))
	}
	s.see()
	s.number()
	var err error
	if t == nil {
		err = s.makeFree(d)
	} else {
		err = s.makeTest(d, t)
	}
	if err != nil {
		return nil, err
	}
	s.m.Bounds = model.Bounds{Frames: 200, Pending: 1 << 20, Words: 1 << 20}
	for i, c := range s.m.Classes {
		s.classes[c] = uint8(i)
	}
	for i, c := range s.m.Tags {
		s.tags[c] = uint8(i)
	}
	return s, nil
}

// see notes what is recorded of whom.
func (s *subject) see() {
	for _, name := range s.h.Threads {
		kinds := make([]bool, traces.End+1)
		for _, k := range s.h.Observed {
			kinds[k] = !slices.Contains(s.h.Unobserved, name)
		}
		s.sees = append(s.sees, kinds)
	}
}

// number gives every signal a tag for the time of its flight, so that long
// histories need few. One that is received twice keeps its tag.
func (s *subject) number() {
	s.tag = map[uint64]uint16{}
	s.targets = make([]int, len(s.h.Threads))
	var free []uint16
	last := uint16(0)
	to := map[int16]map[uint64]bool{}
	release := func(id uint64) {
		f := s.x.Signals[id]
		if f == nil || f.Send < 0 || len(f.Recvs) > 1 {
			return
		}
		target := s.h.Events[f.Send].To
		if to[target][id] {
			delete(to[target], id)
			free = append(free, s.tag[id])
		}
	}
	for i := range s.h.Events {
		switch e := &s.h.Events[i]; {
		case e.Frame == traces.TimedFrame, e.Frame == traces.ExpiredFrame:
			s.timed = true
		case e.Kind == traces.Send && e.Phase == traces.Call:
			s.targets[e.To]++
			if len(free) == 0 {
				last++
				free = append(free, last)
			}
			s.tag[e.ID], free = free[len(free)-1], free[:len(free)-1]
			if to[e.To] == nil {
				to[e.To] = map[uint64]bool{}
			}
			to[e.To][e.ID] = true
		case e.Kind == traces.Recv:
			release(e.ID)
		case e.Kind == traces.Send && (e.Result == traces.Withdrawn || e.Result == traces.Gone || e.Result == traces.Error):
			release(s.h.Events[s.x.Match[i]].ID)
		case e.Kind == traces.End:
			for _, id := range slices.Sorted(maps.Keys(to[e.Thread])) {
				release(id)
			}
		}
	}
}

// unrecorded are statements of which histories cannot tell: a signal that the end of a
// thread sends over a link has no event of its own.
var unrecorded = model.Ops(model.Message, model.Receive, model.Trap, model.Link, model.Unlink)

func (s *subject) makeTest(d model.Dialect, t *litmus.Test) error {
	m, err := t.Machine(d)
	if err != nil {
		return inputError{err}
	}
	for _, c := range m.Cells {
		if c.Kind == model.LazyCell {
			return inputf("the test %s has the lazy cell %s: histories cannot tell of work that one thread leaves and another takes up", t.Name, c.Name)
		}
	}
	for _, n := range m.Nodes {
		if unrecorded.Has(n.Op) {
			return inputf("the test %s has in line %d what histories do not record: messages, links, and exits that are trapped", t.Name, n.Line)
		}
	}
	p := *m.Program
	p.Nodes = slices.Clone(p.Nodes)
	s.m = model.NewMachine(&p, d)
	if len(p.Threads) != len(s.h.Threads) || len(p.Cells) != len(s.h.Cells) && len(s.h.Cells) > 0 {
		return inputf("the history has %d threads and %d cells, the test %s %d and %d", len(s.h.Threads), len(s.h.Cells), t.Name, len(p.Threads), len(p.Cells))
	}
	for i, th := range p.Threads {
		if s.h.Threads[i] != th.Name {
			return inputf("thread %d of the history is %q, of the test %s it is %q", i+1, s.h.Threads[i], t.Name, th.Name)
		}
	}
	for i, c := range s.h.Cells {
		if c.Name != p.Cells[i].Name {
			return inputf("cell %d of the history is %q, of the test %s it is %q", i+1, c.Name, t.Name, p.Cells[i].Name)
		}
	}
	s.findSilent(t.Statements(d.Idioms))
	return nil
}

// findSilent marks what the system makes a send of: the body of its thunk.
func (s *subject) findSilent(from []*litmus.Stmt) {
	for p := range s.m.Nodes {
		n := &s.m.Nodes[p]
		if n.Op == model.Interrupt && from[p] != nil && from[p].Form.Op != model.Interrupt {
			s.silent[n.Body] = true
		}
	}
}

var cellKinds = map[traces.CellKind]model.CellKind{
	traces.FlagCell: model.Var, traces.VarCell: model.Var, traces.MVarCell: model.MVar, traces.MutexCell: model.Mutex,
	traces.SemCell: model.Semaphore, traces.CondCell: model.Condition,
}

func (s *subject) makeFree(d model.Dialect) error {
	p := &model.Program{Nodes: make([]model.Node, 2), Classes: []string{litmus.ErrorClass}}
	p.Classes = append(p.Classes, model.KillClass, model.TimeoutClass)
	for _, name := range s.h.Threads {
		p.Threads = append(p.Threads, model.ThreadDecl{Name: name, Start: model.Free})
	}
	for _, c := range s.h.Cells {
		init, err := s.value(c.Kind, c.Init)
		if err != nil {
			return err
		}
		p.Cells = append(p.Cells, model.CellDecl{Name: c.Name, Kind: cellKinds[c.Kind], Init: init})
	}
	p.Cells = append(p.Cells, model.CellDecl{Kind: model.Var, Hidden: true}) // what nobody sets, for calls that last
	s.m = model.NewMachine(p, d)
	for i := range s.h.Events {
		e := &s.h.Events[i]
		if e.Kind == traces.Fork && e.Phase == traces.Call {
			p.Threads[e.To].Later = true
		}
		if err := s.name(p, e); err != nil {
			return err
		}
	}
	return nil
}

// name gives the names of e an index.
func (s *subject) name(p *model.Program, e *traces.Event) error {
	list := &p.Classes
	switch {
	case e.Name == "" || e.Kind == traces.Log || e.Name == litmus.Any:
		return nil
	case e.Kind == traces.Throw, e.Kind == traces.Enter && e.Frame == traces.TagFrame:
		list = &p.Tags
	}
	if slices.Contains(*list, e.Name) {
		return nil
	}
	if len(*list) > 250 {
		return inputf("more than 250 classes or tags")
	}
	*list = append(*list, e.Name)
	return nil
}

// value is a number of the history as the model has it. Contents other than
// counts mean nothing to the rules, and are numbered as they come.
func (s *subject) value(k traces.CellKind, v int64) (int16, error) {
	switch {
	case !s.free && v != int64(int16(v)):
		return 0, inputf("the value %d is not one of a litmus test", v)
	case k == traces.SemCell && v > 30000:
		return 0, inputf("a semaphore begins with %d, at most 30000 can be judged", v)
	case k == traces.SemCell, k == traces.MutexCell, k == traces.CondCell, !s.free, v == 0, v == traces.Empty:
		return int16(v), nil
	}
	n, ok := s.values[v]
	if !ok {
		if len(s.values) > 32000 {
			return 0, inputf("more than 32000 values of cells")
		}
		n = int16(len(s.values) + 1)
		s.values[v] = n
	}
	return n, nil
}

// node is the address of a statement of a free program.
func (s *subject) node(n model.Node, tag uint16) model.Pos {
	n.Next, n.Alt = model.Free, model.Free
	if n.Body == 0 {
		n.Body = model.Free
	}
	return s.add(stmt{node: n, tag: tag})
}

// tagged is the statement at, of the program, sending the signal with the tag.
func (s *subject) tagged(at model.Pos, tag uint16) model.Pos {
	return s.add(stmt{node: s.m.Nodes[at], copy: at, tag: tag})
}

func (s *subject) add(k stmt) model.Pos {
	at, ok := s.nodes[k]
	if !ok {
		if len(s.m.Nodes) > litmus.MaxNodes {
			panic(inputf("more than %d different statements", litmus.MaxNodes))
		}
		at = model.Pos(len(s.m.Nodes))
		s.m.Nodes = append(s.m.Nodes, k.node)
		s.nodes[k] = at
		if k.tag != 0 {
			s.tagOf[at] = k.tag
		}
		if k.copy != 0 {
			s.origin[at] = k.copy
		}
	}
	return at
}

// original is the statement of the program that at is a copy of.
func (s *subject) original(at model.Pos) model.Pos {
	if o := s.origin[at]; o != 0 {
		return o
	}
	return at
}
