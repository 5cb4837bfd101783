package linearizability

import (
	"context"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/interject/interject/traces"
)

// operation is what porcupine puts in order: events of a thread, or a part of one.
// A call is one operation, in which the thread begins what it was called for (a
// blocking send takes its place in the queue); the return of one that may have
// blocked is another (the send has been received).
type operation struct {
	thread int
	event  int32 // the thread's own
	what   what
}

type what uint8

const (
	whole   what = iota // the line of an event and the step that follows it
	line                // the line of an event, without a step
	made                // the step that an event's line will follow
	then                // the step of an event whose line is an operation of its own
	perhaps             // the step of it, or nothing: a receipt may have come before
	ending              // the history is over: what must have come to pass
	another             // not a state that is known already
)

// set is a state of the sequential specification: every state of the product in
// which the run can be, with all that needs no event. It is sorted.
type set struct {
	states []state
	hash   uint64
}

var seed = maphash.MakeSeed()

func newSet(of map[state]bool) set {
	s := set{states: sorted(of)}
	for _, x := range s.states {
		s.hash = s.hash*31 + maphash.Comparable(seed, x)
	}
	return s
}

// sequential is the rules as porcupine asks for them. It is the only place that
// knows porcupine's untyped interface.
func (j *linearizer) sequential() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return j.init },
		StepContext: func(ctx context.Context, s, in, _ any) (bool, any) {
			n := j.applied(s.(set), in.(*operation))
			return len(n.states) > 0 && ctx.Err() == nil, n
		},
		Equal:             func(a, b any) bool { return slices.Equal(a.(set).states, b.(set).states) },
		Hash:              func(s any) uint64 { return s.(set).hash },
		DescribeOperation: func(in, _ any) string { return j.describe(in.(*operation)) },
		DescribeState: func(s any) string {
			return j.describeSet(s.(set))
		},
	}
}

// linearizer asks porcupine about one history.
type linearizer struct {
	*product
	done  map[*operation][]application // what was applied in this piece: every question asks most of it again
	init  set
	known map[state]bool // the ends that were found
	last  set            // the ends that are new
}

// application is what an operation makes of a set.
type application struct{ from, to set }

// applied is apply, remembered.
func (j *linearizer) applied(s set, o *operation) set {
	if o.what == another {
		return j.apply(s, o) // what is known changes
	}
	for _, a := range j.done[o] {
		if a.from.hash == s.hash && slices.Equal(a.from.states, s.states) {
			return a.to
		}
	}
	to := j.apply(s, o)
	j.done[o] = append(j.done[o], application{s, to})
	return to
}

// apply is the set of states behind an operation.
func (j *linearizer) apply(s set, o *operation) set {
	now := make(map[state]bool, len(s.states))
	for _, x := range s.states {
		now[x] = true
	}
	may := permit{o.thread, o.event}
	switch o.what {
	case another:
		j.last = newSet(filter(now, func(x state) bool { return !j.known[x] }))
		return j.last
	case ending:
		return newSet(filter(now, j.finishes))
	case line:
		e := j.product.event(o.thread, o.event)
		return newSet(j.closure(j.lines(now, o.thread, o.event), j.stirs(e), nothing))
	case made:
		return newSet(filter(j.closure(now, o.thread, may), func(x state) bool { return j.of(x.locals, o.thread).ahead }))
	case perhaps:
		return newSet(j.closure(now, o.thread, may))
	case then:
		now = j.closure(now, o.thread, may)
	case whole:
		now = j.closure(j.lines(now, o.thread, o.event), o.thread, may)
	}
	return newSet(j.closure(filter(now, j.complete(o)), everyone, nothing))
}

// complete says of states whether the step that the event's line announces is made.
func (j *linearizer) complete(o *operation) func(state) bool {
	if j.product.event(o.thread, o.event).Phase == traces.Call {
		return func(s state) bool { return j.hasBegun(s, o.thread) }
	}
	return func(s state) bool { return j.of(s.locals, o.thread).owed != o.event+1 } // what a thunk has interrupted may be owed again
}

// lines is the states behind the line of an event.
func (j *linearizer) lines(now map[state]bool, t int, i int32) map[state]bool {
	behind := map[state]bool{}
	for s := range now {
		for _, n := range j.pass(s, t, i) {
			behind[n] = true
		}
	}
	return behind
}

// follows says that a step of its own comes before the event's line.
func follows(e *traces.Event) bool {
	return e.Kind == traces.Log || e.Kind == traces.GetMask || e.Kind == traces.Point || e.Kind == traces.End
}

// announces says that the event's step comes behind its line.
func announces(e *traces.Event) bool {
	return e.Kind == traces.Leave && e.Result == traces.Normal || e.Kind == traces.Raise || e.Kind == traces.Throw || e.Kind == traces.Exit || e.Kind == traces.SetMask
}

func (j *linearizer) hasBegun(s state, t int) bool {
	top := j.top(j.of(s.locals, t).nest)
	return top == nil || top.kind != opEntry || top.phase != called
}

func filter(of map[state]bool, ok func(state) bool) map[state]bool {
	all := map[state]bool{}
	for s := range of {
		if ok(s) {
			all[s] = true
		}
	}
	return all
}

// closure adds what the states can come to without an event but those of thread may.
// Those given are closed already but for steps of thread t.
func (p *product) closure(from map[state]bool, t int, may permit) map[state]bool {
	all := make(map[state]bool, len(from))
	openStates := make([]state, 0, len(from))
	for s := range from {
		all[s] = true
		openStates = append(openStates, s)
	}
	for i := 0; i < len(openStates); i++ {
		only := everyone
		if i < len(from) {
			only = t
		}
		p.next(openStates[i], only, may, func(n state) {
			if !all[n] {
				all[n] = true
				openStates = append(openStates, n)
			}
		})
	}
	return all
}

// forever is a stamp behind those of all events, and atEnd one behind that.
const forever, atEnd = math.MaxInt64 - 1, math.MaxInt64

// operations are the events from place a up to b of the history as porcupine
// takes them. A line has been written at its stamp and at no other time; steps lie
// somewhere between two of them. What is pending is closed: it may have begun at
// any time, or never.
func (p *product) operations(a, b int) []porcupine.Operation {
	var all []porcupine.Operation
	for i := a; i < b; i++ {
		e := &p.h.Events[i]
		add := func(w what, lo, hi uint64) {
			all = append(all, interval(&operation{int(e.Thread), e.N, w}, lo, hi))
		}
		_, hi := p.x.Span(i)
		hi = min(hi, forever)
		switch {
		case e.Phase != traces.Call && !announces(e):
			if follows(e) {
				add(made, p.since(i), e.Stamp)
			}
			add(line, e.Stamp, e.Stamp)
		case !p.interrupted(i) && p.writes(e) && !p.isLate(e):
			add(whole, e.Stamp, hi)
		case !p.interrupted(i):
			lo, hi := p.queued(e, hi)
			add(line, e.Stamp, e.Stamp)
			add(then, lo, hi)
		default:
			if announces(e) {
				hi = forever
			}
			lo, hi := p.queued(e, hi)
			add(line, e.Stamp, e.Stamp)
			add(perhaps, lo, hi)
		}
	}
	return all
}

// isLate says that e sends a signal that is queued no sooner than it is the next to be
// received.
func (p *product) isLate(e *traces.Event) bool {
	return p.guided && e.Kind == traces.Send && e.Phase == traces.Call && p.late[e.Thread]
}

// queued is the stamps between which the step of e lies: if it is such a sending, behind
// the receipt before its own.
func (p *product) queued(e *traces.Event, hi uint64) (uint64, uint64) {
	if !p.isLate(e) {
		return e.Stamp, hi
	}
	all, f := p.everyReceipt[e.To], p.x.Signals[e.ID]
	i, lo, last := len(all), e.Stamp, hi
	if len(f.Recvs) > 1 || len(f.Recvs) == 1 && p.h.Events[f.Recvs[0]].Thread != e.To {
		return e.Stamp, hi // no run does that
	}
	if len(f.Recvs) == 1 {
		r := &p.h.Events[f.Recvs[0]]
		i, _ = slices.BinarySearch(all, r.N)
		last = min(hi, r.Stamp)
	}
	if i > 0 {
		lo = max(lo, p.event(int(e.To), all[i-1]).Stamp)
	}
	if lo > last {
		return e.Stamp, hi // nor that
	}
	return lo, last
}

// writes says that what the thread has recorded before e leaves no doubt that it can
// write the line of e. It can be in doubt if the thread may not have been started, or
// be in an operation that nobody has recorded.
func (p *product) writes(e *traces.Event) bool {
	if e.N == 0 {
		return false
	}
	for k := traces.Send; k.IsOperation(); k++ {
		if (k == traces.Send || ops[k] != 0) && !p.sees[e.Thread][k] {
			return false
		}
	}
	return true
}

// since is the stamp of the thread's event before event i, 0 if it is the first.
func (p *product) since(i int) uint64 {
	e := &p.h.Events[i]
	if e.N == 0 {
		return 0
	}
	return p.h.Events[p.own[e.Thread][e.N-1]].Stamp
}

func interval(o *operation, lo, hi uint64) porcupine.Operation {
	return porcupine.Operation{ClientId: o.thread, Input: o, Call: int64(lo), Return: int64(hi)}
}

// interrupted says that a receipt may have come before what event i calls or
// announces: it is the last event of its thread, or the next one is none of
// those by which the thread goes on.
func (p *product) interrupted(i int) bool {
	e := &p.h.Events[i]
	if int(e.N)+1 >= len(p.own[e.Thread]) || !p.sees[e.Thread][traces.Recv] || !p.sees[e.Thread][traces.Enter] {
		return true // or that cannot be told
	}
	n := p.event(int(e.Thread), e.N+1)
	if e.Phase == traces.Call {
		return n.Phase != traces.Return || n.Of != e.N || n.Result == traces.Interrupted || n.Result == traces.Withdrawn
	}
	switch n.Kind {
	case traces.Recv, traces.End:
		return true
	case traces.Enter: // of what runs because of a receipt
		return n.Frame == traces.ThunkFrame || n.Frame == traces.HandlerFrame || n.Frame == traces.CleanupFrame || n.Frame == traces.ExpiredFrame
	}
	return n.Result == traces.Unwind
}

func (j *linearizer) describe(o *operation) string {
	if o.what == ending {
		return "over: " + j.h.Over.String()
	}
	if o.what == another {
		return "another end"
	}
	text := j.x.Text(int(j.own[o.thread][o.event]))
	return text + [...]string{"", "", " (its step)", " (its step)", " (perhaps)"}[o.what]
}

func (j *linearizer) describeSet(s set) string {
	if len(s.states) == 0 {
		return "none"
	}
	var all []string
	for t := range j.h.Threads {
		c := j.core(s.states[0].config, t)
		all = append(all, fmt.Sprintf("%s %s %s, %d pending", j.h.Threads[t], c.Status, c.Mask, j.queue(s.states[0].config, t).Len()))
	}
	return strings.Join(all, "; ") + fmt.Sprintf(" (one of %d)", len(s.states))
}
