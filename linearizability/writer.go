package linearizability

import (
	"encoding/binary"
	"math/rand/v2"
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

// scribe is the recorder of one thread.
type scribe struct {
	n      int32
	todo   []traces.Event // to be recorded before the thread goes on
	may    []traces.Event // may be recorded, or not
	said   bool           // what the thread is about to do is recorded
	inCall bool           // a call is under way
	call   int32          // which,
	kind   traces.Kind    // of which kind,
	at     model.Pos      // of which statement,
	id     uint64         // sending what,
	result traces.Result  // and what it will answer
	open   []open
	cause  uint64 // the signal it unwinds for, while that may be recorded
}

// open is a frame of the model's stack.
type open struct {
	frame  traces.Frame // 0: one that no history shows
	event  int32        // negative: not recorded, or recorded to be left
	cause  uint64       // the signal whose receipt is recorded in it
	saved  *scribe      // a thunk: the recorder of what it interrupted
	ghosts []open       // scopes whose place it has taken
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

// said is how a line can be written: where a system does not tell its sender why a
// send returned, it was queued.
func said(e traces.Event) []traces.Event {
	all := []traces.Event{e}
	if e.Phase == traces.Return && (e.Result == traces.Received || e.Result == traces.Gone) {
		e.Result = traces.Queued
		all = append(all, e)
	}
	return all
}

// inner says that entry i is the entering of a frame in another whose entering is
// to be recorded first.
func (s *scribe) inner(i int) bool {
	return s.todo[i].Kind == traces.Enter && slices.ContainsFunc(s.todo[:i], isEnter)
}

func isEnter(e traces.Event) bool { return e.Kind == traces.Enter }

// optional is what the scribe may record.
func (s *scribe) optional() []traces.Event {
	all := slices.Clone(s.may)
	ids := []uint64{s.cause}
	for i := range s.open {
		ids = append(ids, s.open[i].cause)
	}
	for _, id := range ids {
		if id != 0 && !slices.ContainsFunc(s.todo, func(e traces.Event) bool { return e.ID == id }) {
			all = append(all, traces.Event{Phase: traces.At, Kind: traces.Recv, ID: id})
		}
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

// floats says that the order among what is to be recorded first is free.
func floats(e *traces.Event) bool { return e.Kind == traces.Recv || e.Kind == traces.Enter }

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

// unrecorded is the frame whose entering has just been taken from what is to be
// recorded: those inside it are still there.
func (s *scribe) unrecorded() int {
	i := len(s.open) - 1
	for range slices.DeleteFunc(slices.Clone(s.todo), func(e traces.Event) bool { return !isEnter(e) }) {
		i--
	}
	return i
}

// forget notes that a receipt is recorded.
func (s *scribe) forget(id uint64) {
	if s.cause == id {
		s.cause = 0
	}
	s.open = slices.Clone(s.open)
	for i := range s.open {
		o := &s.open[i]
		if o.cause == id {
			o.cause = 0
		}
		if o.saved != nil {
			saved := *o.saved
			saved.forget(id)
			o.saved = &saved
		}
	}
	s.todo = slices.DeleteFunc(slices.Clone(s.todo), func(e traces.Event) bool { return e.Kind == traces.Recv && e.ID == id })
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

// move is the writer after a step of the model, nil if something must be recorded
// first.
func (w *writer) move(v *model.Move) *writer {
	t := int(v.Label.Thread)
	own := model.Rules[v.Label.Rule].By == model.Own
	if _, ok := w.announce(t); own && (len(w.threads[t].todo) > 0 || ok && !w.threads[t].said) {
		return nil
	}
	for u := range w.threads {
		if w.changed(v, u) && slices.ContainsFunc(w.threads[u].todo, func(e traces.Event) bool { return e.Phase == traces.At && !floats(&e) && e.Kind != traces.Leave }) {
			return nil // its record is one with it
		}
	}
	for i := range v.Events {
		if e := &v.Events[i]; e.Kind == model.Received && !w.reached(int(e.Thread)) {
			return nil
		}
	}
	n := w.clone()
	n.c = v.To
	if own {
		n.statement(w, t)
	}
	for i := range v.Events {
		n.event(w, v, &v.Events[i])
	}
	for u := range n.threads {
		n.finish(w, u)
	}
	return n
}

// reached says that what an operation lets in comes after the record of its call, and
// what a safe point does, after that of all before it.
func (w *writer) reached(u int) bool {
	c := w.c[model.CoreOf(model.Thread(u))].Core()
	if c.Status == model.Running && c.Ctl == model.Run && c.Mask != model.Open && w.of.m.Nodes[c.At].Op == model.Point {
		return len(w.threads[u].todo) == 0
	}
	_, ok := w.announce(u)
	return !ok || c.At == 0 || c.Mask == model.Open || w.threads[u].inCall || !kindOf(w.of.m.Nodes[c.At].Op).IsOperation()
}

func (w *writer) changed(v *model.Move, u int) bool {
	i, j := model.CoreOf(model.Thread(u)), model.StackOf(model.Thread(u))
	return w.c[i] != v.To[i] || w.c[j] != v.To[j]
}

// statement notes what a thread's own step is.
func (w *writer) statement(was *writer, t int) {
	c := was.c[model.CoreOf(model.Thread(t))].Core()
	s := &w.threads[t]
	if c.Status != model.Running || c.Ctl != model.Run {
		return
	}
	if !s.inCall {
		s.said = false
	}
	if c.At == 0 {
		return
	}
	switch w.of.m.Nodes[c.At].Op {
	case model.Raise, model.Exit, model.Throw:
		s.cause = 0
		if w.silent(c.At) && len(s.open) > 0 {
			s.open = slices.Clone(s.open)
			top := &s.open[len(s.open)-1]
			s.cause, top.cause = top.cause, 0
		}
	case model.Point:
		s.todo = []traces.Event{{Phase: traces.At, Kind: traces.Point}}
	}
}

func (w *writer) event(was *writer, v *model.Move, e *model.Event) {
	u := int(e.Thread)
	s := &w.threads[u]
	switch e.Kind {
	case model.Sent:
		f := flight{e.Thread, e.Send, s.id}
		if w.of.m.Nodes[e.Send].Op == model.Timeout {
			f.id = 0 // nobody has sent it
		}
		w.flying = append(w.flying, f)
	case model.Received:
		w.receive(u, w.land(e.Other, e.Send))
	case model.Withdrawn:
		w.land(e.Thread, e.Send)
		if w.of.m.Nodes[e.Send].Op == model.Timeout {
			return
		}
		s.result = traces.Withdrawn
		for i := range s.may {
			s.may[i].Result = traces.Withdrawn
		}
	case model.Dropped, model.Replaced:
		w.land(e.Other, e.Send)
	case model.Merged:
		if slices.ContainsFunc(v.Events, func(x model.Event) bool { return x.Kind == model.Sent }) {
			w.flying = slices.Clone(w.flying[:len(w.flying)-1]) // that one, and not the one that it is equal to
			w.threads[e.Other].result = traces.Queued
			return
		}
		w.land(e.Other, e.Send)
	case model.SendDone:
		r := traces.Received
		if slices.ContainsFunc(v.Events, func(d model.Event) bool { return d.Kind == model.Dropped && d.Other == e.Thread }) {
			r = traces.Gone
		}
		s.back(r)
	case model.Entered:
		w.entered(was, v, u, e)
	case model.Left:
		w.left(v, u, e)
	case model.Logged:
		w.logged(was, u, e)
	case model.Ended:
		w.ended(u, e)
	}
}

func (w *writer) ended(u int, e *model.Event) {
	s := &w.threads[u]
	*s = scribe{n: s.n}
	end := traces.Event{Phase: traces.At, Kind: traces.End, Result: ends[model.Status(e.Arg)]}
	if end.Result == traces.Died {
		end.Name = w.of.m.Classes[w.c[model.CoreOf(e.Thread)].Core().Arg]
	}
	s.todo = []traces.Event{end}
}

// land takes a signal from those in flight.
func (w *writer) land(by model.Thread, send model.Pos) uint64 {
	i := slices.IndexFunc(w.flying, func(f flight) bool { return f.by == by && f.send == send })
	id := w.flying[i].id
	w.flying = slices.Delete(w.flying, i, i+1)
	return id
}

// back has the return of the call under way recorded.
func (s *scribe) back(r traces.Result) {
	s.todo = []traces.Event{{Phase: traces.Return, Kind: s.kind, Of: s.call, Result: r}}
	s.said, s.inCall = false, false
}

func (w *writer) receive(u int, id uint64) {
	s := &w.threads[u]
	c := w.c[model.CoreOf(model.Thread(u))].Core()
	if c.Ctl == model.Run && !c.Status.Gone() {
		s.cause = id // of a thunk: entered takes it over
		return
	}
	inCall := s.inCall
	*s = scribe{n: s.n, call: s.call, kind: s.kind, open: s.open, cause: id}
	if inCall {
		s.may = []traces.Event{{Phase: traces.Return, Kind: s.kind, Of: s.call, Result: traces.Interrupted}}
	}
}

// entered puts a frame on the scribe's stack, and has it recorded.
func (w *writer) entered(was *writer, v *model.Move, u int, e *model.Event) {
	s := &w.threads[u]
	at := was.c[model.CoreOf(e.Thread)].Core().At
	f := open{event: -1}
	enter := traces.Event{Phase: traces.At, Kind: traces.Enter}
	own := model.Rules[v.Label.Rule].By == model.Own && v.Label.Thread == e.Thread
	switch {
	case own && at != 0 && w.of.m.Nodes[at].Op == model.Scope:
		for g, how := range scopes {
			if how == w.of.m.Nodes[at].How && (how != model.Relent || g.String() == w.of.from[at].Form.Word) {
				enter.Frame = g
			}
		}
		if n := len(s.open); n > 0 && s.open[n-1].ghosts != nil && s.open[n-1].frame == 0 {
			f.ghosts = s.open[n-1].ghosts
			s.open = s.open[:n-1]
		}
	case e.Frame == model.ScopeFrame && w.of.m.Nodes[e.Send].Op == model.Scope: // the first form of a cleanup
		for g, how := range scopes {
			if how == w.of.m.Nodes[e.Send].How {
				enter.Frame = g
			}
		}
	case e.Frame == model.HandlerFrame:
		enter.Frame, enter.Name = traces.TryFrame, litmus.Any
		if c := w.of.m.Nodes[at].A; c != model.Any {
			enter.Name = w.of.m.Classes[c]
		}
	case e.Frame == model.TimerFrame:
		enter.Frame = traces.TimedFrame
	case e.Frame == model.AfterFrame && w.of.m.Nodes[e.Send].Op == model.Timeout:
		enter.Frame = traces.ExpiredFrame
	case e.Frame == model.HandleFrame:
		n := &w.of.m.Nodes[at]
		enter.Frame = [...]traces.Frame{model.Open: traces.ImmediateFrame, model.Interruptible: traces.OnBlockingFrame, model.Closed: traces.NeverFrame}[n.N]
		enter.Name = litmus.Any
		if n.A != model.Any {
			enter.Name = w.of.m.Classes[n.A]
		}
	case e.Frame == model.TagFrame:
		enter.Frame, enter.Name = traces.TagFrame, w.of.m.Tags[w.of.m.Nodes[at].A]
	case e.Frame == model.CleanupFrame:
		enter.Frame = traces.ProtectFrame
	case e.Frame == model.CleaningFrame:
		enter.Frame, f.cause, s.cause = traces.CleanupFrame, s.cause, 0
	case e.Frame == model.ThunkFrame:
		saved := *s
		saved.cause = was.threads[u].cause // of the unwinding that it interrupts
		saved.may = slices.DeleteFunc(slices.Clone(s.may), func(m traces.Event) bool { return m.Phase == traces.Return })
		f.cause, f.saved = s.cause, &saved
		*s = scribe{n: s.n, open: s.open}
		if !w.silent(w.of.m.Nodes[e.Send].Body) {
			enter.Frame = traces.ThunkFrame
			s.todo = []traces.Event{{Phase: traces.At, Kind: traces.Recv, ID: f.cause}}
		}
	case e.Frame != model.LoopFrame && w.of.m.Nodes[e.Send].Op == model.Try:
		enter.Frame, f.cause, s.cause = traces.HandlerFrame, s.cause, 0
		if f.cause != 0 {
			s.todo = []traces.Event{{Phase: traces.At, Kind: traces.Recv, ID: f.cause}}
		}
	}
	if f.frame = enter.Frame; f.frame != 0 {
		s.todo = append(s.todo, enter)
	}
	s.open = append(slices.Clone(s.open), f)
}

// left takes a frame off the scribe's stack.
func (w *writer) left(v *model.Move, u int, e *model.Event) {
	s := &w.threads[u]
	f := s.open[len(s.open)-1]
	s.open = slices.Clone(s.open[:len(s.open)-1])
	c := w.c[model.CoreOf(e.Thread)].Core()
	squeezed := !e.Unwinding && e.Frame == model.ScopeFrame && slices.ContainsFunc(v.Events, func(x model.Event) bool { return x.Kind == model.Entered })
	switch {
	case squeezed:
		s.open = append(s.open, open{event: -1, ghosts: append([]open{f}, f.ghosts...)})
	case e.Unwinding && f.event >= 0:
		s.may = append(slices.Clone(s.may), traces.Event{Phase: traces.At, Kind: traces.Leave, Result: traces.Unwind, Of: f.event})
	case !e.Unwinding:
		for _, g := range f.ghosts {
			s.todo = append(s.todo, traces.Event{Phase: traces.At, Kind: traces.Leave, Result: traces.Normal, Of: g.event})
		}
	}
	switch {
	case f.frame == traces.CleanupFrame && !e.Unwinding && c.Ctl != model.Run:
		s.cause = f.cause
	case f.saved != nil && !e.Unwinding:
		n, open := s.n, s.open
		*s = *f.saved
		s.n, s.open = n, open
		if s.inCall && s.result == traces.Withdrawn {
			s.back(traces.Withdrawn)
		}
	case f.saved != nil && f.saved.inCall:
		s.may = append(slices.Clone(s.may), traces.Event{Phase: traces.Return, Kind: f.saved.kind, Of: f.saved.call, Result: traces.Interrupted})
	case f.frame == traces.TagFrame && c.Ctl == model.Run:
		s.cause = 0
	}
}

func (w *writer) logged(was *writer, u int, e *model.Event) {
	s := &w.threads[u]
	word := w.of.m.Word(e.Arg)
	n := &w.of.m.Nodes[was.c[model.CoreOf(e.Thread)].Core().At]
	line := traces.Event{Phase: traces.At, Kind: traces.Log, Name: word}
	switch n.Op {
	case model.Held, model.Alive:
		s.result = traces.No
		if word == "held" || word == "alive" {
			s.result = traces.Yes
		}
		return
	case model.GetMask:
		line = traces.Event{Phase: traces.At, Kind: traces.GetMask}
		for _, r := range traces.GetMask.Results() {
			if r.String() == word {
				line.Result = r
			}
		}
	case model.LogValue:
		line.V, line.HasV = int64(e.Value), true
	}
	s.todo = []traces.Event{line}
}

// finish notes that a call is over.
func (w *writer) finish(was *writer, u int) {
	s := &w.threads[u]
	a, b := was.c[model.CoreOf(model.Thread(u))].Core(), w.c[model.CoreOf(model.Thread(u))].Core()
	if !s.inCall || a.At != s.at || b.At == s.at || b.Status == model.Blocked || b.Status == model.Sending {
		return
	}
	op := w.of.m.Nodes[s.at].Op
	switch {
	case b.Ctl == model.Raising:
		s.cause = 0
		s.back(traces.Error)
		s.todo[0].Name = w.of.m.Classes[b.Arg]
		s.may, s.todo = s.todo, nil // who records calls by hand may not come to it
	case s.result != 0:
		s.back(s.result)
	case kindOf(op) == traces.Send:
		s.back(traces.Gone)
		if a.Status == model.Sending || w.sentBy(was, u) || op == model.KillNow && !was.c[model.CoreOf(model.Thread(w.of.m.Nodes[s.at].A))].Core().Status.Gone() {
			s.back(traces.Queued)
		}
	case op == model.JoinTimeout:
		s.back(traces.Timeout)
		if u := was.c[model.CoreOf(model.Thread(w.of.m.Nodes[s.at].A))].Core(); u.Status.Gone() || u.Lost {
			s.back(traces.Done)
		}
	case op == model.Take:
		s.back(traces.Done)
		s.todo[0].V, s.todo[0].HasV = int64(b.Value), true
	default:
		s.back(traces.Done)
	}
}

// sentBy says that the send of u did send something.
func (w *writer) sentBy(was *writer, u int) bool {
	id := w.threads[u].id
	has := func(f flight) bool { return f.id == id }
	return slices.ContainsFunc(w.flying, has) || slices.ContainsFunc(was.flying, has)
}

// key is the state of the writer, without what it has written.
func (w *writer) key() string {
	b := append([]byte(nil), w.at...)
	for i := range w.threads {
		b = w.threads[i].key(b)
	}
	for _, f := range w.flying {
		b = numbers(b, uint64(f.by), uint64(f.send), f.id)
	}
	return string(numbers(b, w.ids))
}

func numbers(b []byte, all ...uint64) []byte {
	for _, n := range all {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func events(b []byte, all []traces.Event) []byte {
	b = numbers(b, uint64(len(all)))
	for i := range all {
		e := &all[i]
		b = numbers(b, uint64(e.Phase), uint64(e.Kind), uint64(uint32(e.Of)), e.ID, uint64(e.Result), uint64(e.Frame), uint64(e.V), uint64(len(e.Name)))
		b = append(b, e.Name...)
	}
	return b
}

func (s *scribe) key(b []byte) []byte {
	b = events(events(b, s.todo), s.may)
	b = numbers(b, uint64(s.n), bit(s.said)|bit(s.inCall)<<1, uint64(s.call), uint64(s.kind), uint64(s.at), s.id, uint64(s.result), s.cause, uint64(len(s.open)))
	for i := range s.open {
		b = s.open[i].key(b)
	}
	return b
}

func (o *open) key(b []byte) []byte {
	b = numbers(b, uint64(o.frame), uint64(uint32(o.event)), o.cause, uint64(len(o.ghosts)), bit(o.saved != nil))
	for i := range o.ghosts {
		b = o.ghosts[i].key(b)
	}
	if o.saved != nil {
		b = o.saved.key(b)
	}
	return b
}

// Record is a history of a random run of the test under the dialect, of at most
// so many steps and lines, and the run.
func Record(t *litmus.Test, d model.Dialect, r *rand.Rand, steps int) (*traces.History, []model.Label, error) {
	of, err := newWriting(t, d)
	if err != nil {
		return nil, nil, err
	}
	h, run := of.record(r, steps)
	return h, run, nil
}

func (of *writing) record(r *rand.Rand, steps int) (*traces.History, []model.Label) {
	w := of.start()
	h := &traces.History{Header: w.header()}
	return h, w.proceed(h, r, steps)
}

// proceed goes on at random and writes what it records behind h.
func (w *writer) proceed(h *traces.History, r *rand.Rand, steps int) []model.Label {
	var run []model.Label
	for range steps {
		all := w.ways()
		if len(all) == 0 {
			h.Over = traces.Quiescent
			if w.of.m.Dead(w.c.Read()) {
				h.Over = traces.Crashed
			}
			return run
		}
		x := all[r.IntN(len(all))]
		if x.line != nil {
			e := *x.line
			e.Stamp = uint64(len(h.Events) + 1)
			h.Events = append(h.Events, e)
		}
		if x.move != nil {
			run = append(run, *x.move)
		}
		w = x.to
	}
	h.Over = traces.Stopped
	return run
}
