package linearizability

import (
	"cmp"
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

func newSet(of *states) set {
	s := set{states: of.sorted()}
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
		Step: func(s, in, _ any) (bool, any) {
			n := j.applied(s.(set), in.(*operation))
			return len(n.states) > 0, n
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
	done    map[*operation][]application // what was applied in this piece: every question asks most of it again
	init    set
	known   *states // the ends that were found
	within  bound
	stopped error // why it gave up
	last    set   // the ends that are new
}

// application is what an operation makes of a set.
type application struct{ from, to set }

// applied is apply, remembered.
func (j *linearizer) applied(s set, o *operation) set {
	if j.stopped == nil {
		j.stopped = j.within.ctx.Err()
	}
	if j.stopped != nil {
		return set{}
	}
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
	now := setOf(s.states...)
	may := permit{o.thread, o.event}
	switch o.what {
	case another:
		j.last = newSet(now.filter(func(x state) bool { return !j.known.has(x) }))
		return j.last
	case ending:
		return newSet(now.filter(j.finishes))
	case line:
		e := j.product.event(o.thread, o.event)
		return newSet(j.closed(j.lines(now, o.thread, o.event), j.stirs(e), nothing))
	case made:
		return newSet(j.closed(now, o.thread, may).filter(func(x state) bool { return j.of(x.locals, o.thread).ahead }))
	case perhaps:
		return newSet(j.closed(now, o.thread, may))
	case then:
		now = j.closed(now, o.thread, may)
	case whole:
		now = j.closed(j.lines(now, o.thread, o.event), o.thread, may)
	}
	return newSet(j.closed(now.filter(j.complete(o)), everyone, nothing))
}

// closed is closure, within the bounds of the question; none where they are exceeded.
func (j *linearizer) closed(set *states, t int, may permit) *states {
	if j.stopped = j.closure(set, t, may, j.within); j.stopped != nil {
		return &states{}
	}
	return set
}

// complete says of states whether the step that the event's line announces is made.
func (j *linearizer) complete(o *operation) func(state) bool {
	if j.product.event(o.thread, o.event).Phase == traces.Call {
		return func(s state) bool { return j.hasBegun(s, o.thread) }
	}
	return func(s state) bool { return j.of(s.locals, o.thread).owed != o.event+1 } // what a thunk has interrupted may be owed again
}

// follows says that a step of its own comes before the event's line.
func follows(e *traces.Event) bool {
	return e.Kind == traces.Log || e.Kind == traces.GetMask || e.Kind == traces.Point || e.Kind == traces.End
}

// unnoticed says that nobody but its thread can tell when the event's step was made: it may
// as well come just before its line, which leaves places to cut where threads do nothing but
// log. Of a thread to which signals are sent it can be told: it may have to come before one.
func (p *product) unnoticed(e *traces.Event) bool {
	return (e.Kind == traces.Log || e.Kind == traces.GetMask) && p.targets[e.Thread] == 0 && !p.timed
}

// announces says that the event's step comes behind its line.
func announces(e *traces.Event) bool {
	return e.Kind == traces.Leave && e.Result == traces.Normal || e.Kind == traces.Raise || e.Kind == traces.Throw || e.Kind == traces.Exit || e.Kind == traces.SetMask
}

func (j *linearizer) hasBegun(s state, t int) bool {
	top := j.top(j.of(s.locals, t).nest)
	return top == nil || top.kind != opEntry || top.phase != called
}

// Porcupine's clock: event i is at 2i; the odd times lie between events, so that what
// comes behind a line is not at the same time as the line. Forever is behind all events,
// and atEnd behind that.
const forever, atEnd = math.MaxInt64 - 1, math.MaxInt64

// place is the time of the event with the stamp.
func (p *product) place(stamp uint64) int64 {
	i, ok := slices.BinarySearchFunc(p.h.Events, stamp, func(e traces.Event, s uint64) int { return cmp.Compare(e.Stamp, s) })
	if !ok {
		return forever + 1
	}
	return 2 * int64(i)
}

// operations are the events from place a up to b of the history as porcupine
// takes them. A line has been written at its stamp and at no other time; steps lie
// somewhere between two of them. What is pending is closed: it may have begun at
// any time, or never.
func (p *product) operations(a, b int) []porcupine.Operation {
	var all []porcupine.Operation
	for i := a; i < b; i++ {
		e := &p.h.Events[i]
		add := func(w what, lo, hi int64) {
			all = append(all, interval(&operation{int(e.Thread), e.N, w}, lo, hi))
		}
		at := 2 * int64(i)
		_, stamp := p.x.Span(i)
		hi := p.place(stamp) - 1
		switch {
		case e.Phase != traces.Call && !announces(e):
			switch {
			case follows(e) && p.unnoticed(e):
				add(made, at-1, at-1)
			case follows(e):
				add(made, p.since(i)+1, at-1)
			}
			add(line, at, at)
		case !p.interrupted(i) && p.writes(e) && !p.isLate(e):
			add(whole, at, hi)
		case !p.interrupted(i):
			lo, hi := p.queued(i, hi)
			add(line, at, at)
			add(then, lo, hi)
		default:
			if announces(e) {
				hi = forever
			}
			lo, hi := p.queued(i, hi)
			add(line, at, at)
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

// queued is the times between which the step of the call at place i lies: if it is such a
// sending, behind the receipt before its own.
func (p *product) queued(i int, hi int64) (int64, int64) {
	e, called := &p.h.Events[i], 2*int64(i)+1
	if !p.isLate(e) {
		return called, hi
	}
	all, f := p.everyReceipt[e.To], p.x.Signals[e.ID]
	k, lo, last := len(all), called, hi
	if len(f.Recvs) > 1 || len(f.Recvs) == 1 && p.h.Events[f.Recvs[0]].Thread != e.To {
		return called, hi // no run does that
	}
	if len(f.Recvs) == 1 {
		r := f.Recvs[0]
		k, _ = slices.BinarySearch(all, p.h.Events[r].N)
		last = min(hi, 2*int64(r)-1)
	}
	if k > 0 {
		lo = max(lo, 2*int64(p.own[e.To][all[k-1]])+1)
	}
	if lo > last {
		return called, hi // nor that
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

// since is the time of the thread's event before event i; that of the beginning if it
// is the first.
func (p *product) since(i int) int64 {
	e := &p.h.Events[i]
	if e.N == 0 {
		return -2
	}
	return 2 * int64(p.own[e.Thread][e.N-1])
}

func interval(o *operation, lo, hi int64) porcupine.Operation {
	return porcupine.Operation{ClientId: o.thread, Input: o, Call: lo, Return: hi}
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
