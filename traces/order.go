package traces

import (
	"fmt"
	"math"
)

// Limits bound the memory of a reader. A zero field stands for its default.
type Limits struct {
	Line int // bytes of a line; default 1 MiB
	Open int // operations and frames that are open at once, all threads together; default 1<<20
	Gaps int // gaps in the numbering of the signals; default 1<<16
}

func (l Limits) orDefault() Limits {
	for _, d := range []struct {
		at    *int
		value int
	}{{&l.Line, 1 << 20}, {&l.Open, 1 << 20}, {&l.Gaps, 1 << 16}} {
		if *d.at <= 0 {
			*d.at = d.value
		}
	}
	return l
}

// order checks what events say of each other: that they can have been recorded
// at all, whatever the runtime did. That a signal is received twice, by another
// thread or under a mask is none of its business: such a history is good input
// and a bad run.
type order struct {
	header   *Header
	limits   Limits
	threads  []threadOrder
	observed [lastKind + 1]bool
	blind    bool // sends may have gone unobserved
	last     uint64
	count    uint64
	open     int
	sent     idSet
}

type threadOrder struct {
	next       int32
	unobserved bool
	ended      bool
	stack      []opened
}

// opened is an operation that has not returned or a frame that was not left.
type opened struct {
	n    int32
	kind Kind
}

func newOrder(h *Header, l Limits) *order {
	o := &order{header: h, limits: l.orDefault(), threads: make([]threadOrder, len(h.Threads)), sent: newIDSet(len(h.Threads))}
	for i, t := range h.Threads {
		for _, u := range h.Unobserved {
			if t == u {
				o.threads[i].unobserved = true
			}
		}
	}
	for _, k := range h.Observed {
		o.observed[k] = true
	}
	o.blind = !o.observed[Send] || len(h.Unobserved) > 0
	return o
}

// check takes the next event, or says why it cannot be next.
func (o *order) check(e *Event) *fault {
	t := &o.threads[e.Thread]
	name := o.header.Threads[e.Thread]
	switch {
	case e.Stamp == o.last:
		return faultf(0, "stamp %d twice", e.Stamp)
	case e.Stamp < o.last:
		return faultf(0, "stamp %d after stamp %d: lines must be in the order of their stamps", e.Stamp, o.last)
	case t.unobserved:
		return faultf(0, "an event of thread %s, which the header calls unobserved", name)
	case !o.observed[e.Kind]:
		return faultf(0, "an event of kind %s, which the header does not list as observed", e.Kind)
	case e.N > t.next:
		return faultf(0, "event %d of thread %s, expected its event %d: lines are missing", e.N, name, t.next)
	case e.N < t.next:
		return faultf(0, "event %d of thread %s again, expected its event %d", e.N, name, t.next)
	case t.ended:
		return faultf(0, "thread %s goes on after its end", name)
	case e.Kind == Start && e.N > 0:
		return faultf(0, "thread %s starts after its first event", name)
	}
	if f := o.nest(t, e); f != nil {
		return f
	}
	if f := o.payload(e); f != nil {
		return f
	}
	o.last = e.Stamp
	o.count++
	t.next++
	t.ended = e.Kind == End
	return nil
}

// nest opens and closes operations and frames. What is still open inside of
// what is closed was abandoned: an unwinding passed through it.
func (o *order) nest(t *threadOrder, e *Event) *fault {
	switch {
	case e.Phase == Call, e.Kind == Enter && o.observed[Leave]:
		if o.open >= o.limits.Open {
			return faultf(0, "more than %d operations and frames are open at once", o.limits.Open)
		}
		t.stack = append(t.stack, opened{e.N, e.Kind})
		o.open++
	case e.Phase == Return, e.Kind == Leave:
		return o.close(t, e)
	case e.Kind == End:
		o.open -= len(t.stack)
		t.stack = nil
	}
	return nil
}

func (o *order) close(t *threadOrder, e *Event) *fault {
	want := e.Kind
	if want == Leave {
		want = Enter
	}
	for i := len(t.stack) - 1; i >= 0 && t.stack[i].n >= e.Of; i-- {
		if t.stack[i].n != e.Of {
			continue
		}
		if t.stack[i].kind != want {
			return faultf(0, "%s of event %d, which is a %s", e.what(), e.Of, t.stack[i].kind)
		}
		o.open -= len(t.stack) - i
		t.stack = t.stack[:i]
		return nil
	}
	return faultf(0, "%s of event %d, but no %s with that number is open in thread %s", e.what(), e.Of, want, o.header.Threads[e.Thread])
}

func (o *order) payload(e *Event) *fault {
	switch {
	case e.Kind == Send && e.Phase == Call:
		if !o.sent.add(e.ID) {
			return faultf(0, "signal %d is sent a second time: each send has an id of its own", e.ID)
		}
		if o.sent.gaps > o.limits.Gaps {
			return faultf(0, "more than %d gaps in the ids of the signals: number them densely", o.limits.Gaps)
		}
	case e.Kind == Recv && e.ID != 0 && !o.blind && !o.sent.has(e.ID):
		return faultf(0, "signal %d is received before any line sends it", e.ID)
	}
	return nil
}

// Over says why nothing follows the last event.
type Over uint8

// The endings of a history.
const (
	Unknown   Over = iota // no last line says it
	Ended                 // "ended": every thread has ended
	Quiescent             // "quiescent": nothing could move any more; what is open is blocked for ever
	Stopped               // "stopped": the recording ended, the threads perhaps not
	Crashed               // "crashed": the process died
)

var overWords = words{"", "ended", "quiescent", "stopped", "crashed"}

func (o Over) String() string { return overWords.text(uint8(o)) }

// finish checks the last line of a history.
func (o *order) finish(over Over, events uint64) *fault {
	if events != o.count {
		return faultf(0, "the last line counts %d events, the history has %d", events, o.count)
	}
	if over != Ended || !o.observed[End] {
		return nil
	}
	for i := range o.threads {
		if t := &o.threads[i]; t.next > 0 && !t.ended {
			return faultf(0, "the last line says that all threads have ended, but there is no end of thread %s", o.header.Threads[i])
		}
	}
	return nil
}

// wellFormed checks an event that was made by a program, as decoder checks a line.
func (o *order) wellFormed(e *Event) *fault {
	switch {
	case e.Kind == 0 || e.Kind > lastKind || e.Phase == 0 || e.Phase > At:
		return faultf(0, "kind %d, phase %d: no such event", e.Kind, e.Phase)
	case e.Stamp == 0 || e.Stamp > 1<<63-1 || e.ID > 1<<63-1 || e.N < 0 || e.Of < 0 || e.V == math.MinInt64:
		return faultf(0, "stamp %d, id %d, n %d, of %d, v %d: out of range", e.Stamp, e.ID, e.N, e.Of, e.V)
	case !inTable(e.Thread, len(o.header.Threads)):
		return faultf(0, "thread %d: the header has %d", e.Thread, len(o.header.Threads))
	}
	must, may := e.fields()
	has := e.has()
	for _, c := range []struct {
		bit field
		bad bool
		why string
	}{
		{fTo, !inTable(e.To, len(o.header.Threads)), "to is not a thread of the header"},
		{fCell, !inTable(e.Cell, len(o.header.Cells)), "cell is not a cell of the header"},
		{fWith, !inTable(e.With, len(o.header.Cells)), "with is not a cell of the header"},
		{fID, e.ID == 0, "id is 0"},
		{fSig, e.Signal == 0 || int(e.Signal) >= len(signalWords), "no such signal"},
		{fFrame, e.Frame == 0 || int(e.Frame) >= len(frameWords), "no such frame"},
		{fClass | fTag | fWord, badName(e.Name) != "", badName(e.Name)},
		{fV, !e.HasV, "no value"},
		{fRes, !e.Kind.allows(e.Result), fmt.Sprintf("no such result: %s", e.Result)},
	} {
		if has&c.bit != 0 && c.bad {
			return faultf(0, "%s: %s", e.what(), c.why)
		}
	}
	if e.Kind.IsOperation() == (e.Phase == At) || e.Name != "" && (must|may)&(fClass|fTag|fWord) == 0 {
		return faultf(0, "%s in the wrong phase, or with a name", e.what())
	}
	if e.Phase == Return && e.Result != Error && e.Name != "" {
		return faultf(0, "a class belongs to the result error, not to %s", e.Result)
	}
	return nil
}

func inTable(i int16, n int) bool { return i >= 0 && int(i) < n }
