package linearizability

import (
	"slices"

	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// shown is the frame that histories show of one of the model's; 0 if none does.
func (x *try) shown(u int, e *model.Event) traces.Frame {
	n := &x.m.Nodes[e.Send]
	if x.move.by == model.Own && u == x.t {
		if c := x.core(x.from, u); c.At != 0 && c.Ctl == model.Run && x.m.Nodes[c.At].Op == model.Scope {
			return x.frameOf(x.m.Nodes[c.At].How)
		}
	}
	switch e.Frame {
	case model.HandlerFrame:
		return traces.TryFrame
	case model.TagFrame:
		return traces.TagFrame
	case model.HandleFrame:
		return handleOf(n.N)
	case model.TimerFrame:
		return traces.TimedFrame
	case model.CleanupFrame:
		return traces.ProtectFrame
	case model.CleaningFrame:
		return traces.CleanupFrame
	case model.ThunkFrame:
		return traces.ThunkFrame
	case model.ScopeFrame, model.AfterFrame:
		switch n.Op {
		case model.Try:
			return traces.HandlerFrame
		case model.Timeout:
			return traces.ExpiredFrame
		case model.Scope:
			return x.frameOf(n.How) // the first form of a cleanup
		}
	}
	return 0
}

// handleOf is the frame in which a class has the level.
func handleOf(level int16) traces.Frame {
	for f, l := range handles {
		if l == model.Level(level) {
			return f
		}
	}
	return 0
}

func (x *try) enterFrame(u int, e *model.Event) bool {
	l := &x.now[u]
	f := entry{kind: frameEntry, frame: x.shown(u, e), event: -1, node: e.Send}
	if u == x.t && x.move.by == model.Own {
		if c := x.core(x.from, u); c.At != 0 {
			f.node = c.At
		}
	}
	switch {
	case e.Frame == model.ThunkFrame:
		if x.silent[x.m.Nodes[e.Send].Body] {
			f.frame = 0
		}
		f.due, f.slot = f.frame != 0 && x.sees(u, traces.Recv), e.Send
		f.owed, l.owed = l.owed, 0
		f.held, l.cause = l.cause, 0
		if !x.sees(u, traces.Recv) {
			f.slot = 0
		}
	case f.frame == traces.HandlerFrame:
		f.due, f.slot, l.cause = l.cause != 0, l.cause, 0
	case f.frame == traces.CleanupFrame:
		f.slot, l.cause = l.cause, 0
	}
	f.fresh = f.frame != 0 && x.sees(u, traces.Enter)
	l.nest = x.push(l.nest, f)
	return true
}

// leaveFrame takes the innermost frame off the nest, and with it what is open
// inside: it was abandoned.
func (x *try) leaveFrame(u int, e *model.Event) bool {
	l := &x.now[u]
	f := x.drop(u, l)
	if !e.Unwinding && !x.returned(u, l, f) {
		return false
	}
	switch {
	case e.Frame == model.ThunkFrame && e.Unwinding:
		x.amend(u, cut)
	case e.Frame == model.ThunkFrame:
		l.owed, l.cause = f.owed, f.held
	case e.Frame == model.CleaningFrame && !e.Unwinding && x.core(x.to, u).Ctl != model.Run:
		l.cause = f.slot
	case e.Frame == model.TagFrame && x.core(x.to, u).Ctl == model.Run:
		l.cause = 0
	}
	return true
}

// drop takes entries off the nest down to the innermost frame, and answers that. The
// end of an operation may be recorded later.
func (x *try) drop(u int, l *local) entry {
	for {
		top := x.top(l.nest)
		if top == nil {
			panic("linearizability: a frame is left that was not entered")
		}
		e := *top
		l.nest = e.below
		if e.kind == frameEntry {
			return e
		}
		if e.kind == opEntry && int(l.next) < len(x.own[u]) {
			if next := x.event(u, l.next); next.Phase == traces.Return && next.Of == e.event && x.results(u, &e, next) {
				l.lost = e.event + 1
			}
		}
	}
}

// returned says whether the frame f may be returned into. A scope in tail position
// that has taken the place of another stays, so that its end can be recorded.
func (x *try) returned(u int, l *local, f entry) bool {
	if f.frame == 0 {
		return true
	}
	if f.fresh || f.due {
		return false
	}
	if x.squeezes(u) {
		f.kind = ghostEntry
		l.nest = x.push(l.nest, f)
		return true
	}
	if !x.sees(u, traces.Leave) {
		return true
	}
	ok := l.owed != 0 && x.left(u, l.owed-1) == f.event && x.may.allows(u, l.owed-1)
	l.owed = 0
	return ok
}

// squeezes says that the step enters one scope in the place of another.
func (x *try) squeezes(u int) bool {
	return u == x.t && slices.ContainsFunc(x.move.events, func(e model.Event) bool { return e.Kind == model.Entered }) &&
		x.core(x.from, u).At != 0
}
