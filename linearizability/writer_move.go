package linearizability

import (
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

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
