package traces

import "math"

// Never is a stamp after all others.
const Never uint64 = math.MaxUint64

// Index answers questions about a history that needs more than one event. Events
// are named by their place in History.Events; -1 is none.
type Index struct {
	History *History
	Threads [][]int32          // the events of each thread, in its order
	Match   []int32            // of a Call its Return, of an Enter its Leave, and back; -1 if there is none
	Over    []int32            // of a Call or Enter without Match: the event by which it is known to be over; -1 if it is open at the end
	Signals map[uint64]*Flight // by id
}

// Flight is what is known of one signal.
type Flight struct {
	Send  int32   // -1 if sending was not observed
	Recvs []int32 // in order; a right run has at most one
}

// NewIndex indexes a history for which Check returns nil.
func NewIndex(h *History) *Index {
	x := &Index{History: h, Threads: make([][]int32, len(h.Threads)), Signals: map[uint64]*Flight{},
		Match: make([]int32, len(h.Events)), Over: make([]int32, len(h.Events))}
	open := make([][]int32, len(h.Threads))
	for i := range h.Events {
		e := &h.Events[i]
		x.Match[i], x.Over[i] = -1, -1
		switch {
		case e.Phase == Call, e.Kind == Enter:
			open[e.Thread] = append(open[e.Thread], int32(i))
		case e.Phase == Return, e.Kind == Leave:
			open[e.Thread] = x.close(open[e.Thread], i)
		case e.Kind == End:
			x.abandon(open[e.Thread], i)
			open[e.Thread] = nil
		}
		x.Threads[e.Thread] = append(x.Threads[e.Thread], int32(i))
		x.signal(i)
	}
	return x
}

func (x *Index) close(open []int32, i int) []int32 {
	at := len(open) - 1
	for x.History.Events[open[at]].N != x.History.Events[i].Of {
		at--
	}
	x.abandon(open[at+1:], i)
	x.Match[open[at]], x.Match[i] = int32(i), open[at]
	return open[:at]
}

func (x *Index) abandon(open []int32, i int) {
	for _, c := range open {
		x.Over[c] = int32(i)
	}
}

func (x *Index) signal(i int) {
	e := &x.History.Events[i]
	if e.ID == 0 {
		return
	}
	s := x.Signals[e.ID]
	if s == nil {
		s = &Flight{Send: -1}
		x.Signals[e.ID] = s
	}
	if e.Kind == Send {
		s.Send = int32(i)
	} else {
		s.Recvs = append(s.Recvs, int32(i))
	}
}

// Span is the stamps between which event i really happened. Of a Call or Return
// it is the whole operation's; hi is Never if it is pending. A point happened
// between its stamp and the neighbouring one of its thread, on the side that
// its kind says; a receipt not before its sending.
func (x *Index) Span(i int) (lo, hi uint64) {
	ev := x.History.Events
	e := &ev[i]
	switch {
	case e.Phase == Return:
		return ev[x.Match[i]].Stamp, e.Stamp
	case e.Phase == Call && x.Match[i] >= 0:
		return e.Stamp, ev[x.Match[i]].Stamp
	case e.Phase == Call && x.Over[i] >= 0:
		return e.Stamp, ev[x.Over[i]].Stamp
	case e.Phase == Call:
		return e.Stamp, Never
	case shapes[e.Kind].before && !(e.Kind == Leave && e.Result == Unwind):
		return e.Stamp, x.neighbour(e, 1, Never)
	}
	lo = x.neighbour(e, -1, 0)
	if f := x.Signals[e.ID]; e.Kind == Recv && f != nil && f.Send >= 0 {
		lo = max(lo, ev[f.Send].Stamp)
	}
	return lo, e.Stamp
}

func (x *Index) neighbour(e *Event, by int32, none uint64) uint64 {
	t := x.Threads[e.Thread]
	if n := e.N + by; n >= 0 && int(n) < len(t) {
		return x.History.Events[t[n]].Stamp
	}
	return none
}

// Pending lists the calls without a return, in order.
func (x *Index) Pending() []int32 {
	var p []int32
	for i := range x.History.Events {
		if x.History.Events[i].Phase == Call && x.Match[i] < 0 {
			p = append(p, int32(i))
		}
	}
	return p
}
