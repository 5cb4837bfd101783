package linearizability

import (
	"context"
	"fmt"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Nearest is a history that the semantics allows and that differs from h, which r
// forbids, in one place, or in its end, and in what; nil if none was found. If h is long, it is
// the part of it up to some events behind the place.
func Nearest(ctx context.Context, h *traces.History, d model.Dialect, t *litmus.Test, r *Report) (*traces.History, string) {
	if r.Verdict != Forbidden {
		return nil, ""
	}
	n := &nearest{h: upTo(h, r.Explained+24), at: r.Explained, tried: 400}
	n.ok = func(m *traces.History) bool {
		if n.tried--; n.tried < 0 || ctx.Err() != nil {
			return false
		}
		v, err := Validate(ctx, m, d, t, Options{MaxStates: 20000, brief: true})
		return err == nil && v.Verdict == Allowed
	}
	if r.Explained >= len(h.Events) {
		return n.stopped()
	}
	for _, change := range []func() (*traces.History, string){n.exchanged, n.answered, n.later, n.earlier, n.without, n.cut} {
		if m, how := change(); m != nil {
			return m, how
		}
	}
	return nil, ""
}

// upTo is the history up to some event, as if the recording had stopped there.
func upTo(h *traces.History, events int) *traces.History {
	m := *h
	if events < len(h.Events) {
		m.Events, m.Over = h.Events[:events], traces.Stopped
	}
	return &m
}

// nearest tries changes of the event that does not fit, and of those around it.
type nearest struct {
	h     *traces.History
	at    int
	tried int
	ok    func(*traces.History) bool
}

func (n *nearest) copy() *traces.History {
	m := *n.h
	m.Events = slices.Clone(n.h.Events)
	return &m
}

// fits says whether the changed history is one, and allowed.
func (n *nearest) fits(m *traces.History) bool { return renumber(m) && n.ok(m) }

// exchanged exchanges two receipts.
func (n *nearest) exchanged() (*traces.History, string) {
	for i := max(0, n.at-40); i <= n.at && i < len(n.h.Events); i++ {
		for j := i + 1; j < len(n.h.Events) && n.h.Events[i].Kind == traces.Recv; j++ {
			if n.h.Events[j].Kind != traces.Recv || n.h.Events[j].Thread != n.h.Events[i].Thread {
				continue
			}
			m := n.copy()
			m.Events[i].ID, m.Events[j].ID = m.Events[j].ID, m.Events[i].ID
			if n.fits(m) || n.returned(m, i, j) && n.fits(m) {
				return m, fmt.Sprintf("#%d is received before #%d", m.Events[i].ID, m.Events[j].ID)
			}
		}
	}
	return nil, ""
}

// returned exchanges where the senders of the signals received at i and j learn of it;
// false if they do not.
func (n *nearest) returned(m *traces.History, i, j int) bool {
	x := traces.NewIndex(n.h)
	at := func(i int) int {
		if f := x.Signals[n.h.Events[i].ID]; f != nil && f.Send >= 0 {
			return int(x.Match[f.Send])
		}
		return -1
	}
	a, b := at(i), at(j)
	if a < 0 || b < 0 {
		return false
	}
	m.Events = slices.Clone(m.Events)
	for k := range m.Events { // as they are: an earlier try has numbered them anew
		m.Events[k].N, m.Events[k].Of = n.h.Events[k].N, n.h.Events[k].Of
	}
	m.Events[a], m.Events[b] = m.Events[b], m.Events[a]
	return true
}

// answered gives the event another result.
func (n *nearest) answered() (*traces.History, string) {
	e := n.h.Events[n.at]
	for _, r := range e.Kind.Results() {
		if r == e.Result || e.Phase == traces.Call {
			continue
		}
		m := n.copy()
		m.Events[n.at].Result = r
		m.Events[n.at].HasV = false
		if e.Kind == traces.End && r == traces.Died {
			continue
		}
		m.Events[n.at].Name = ""
		if n.fits(m) {
			return m, fmt.Sprintf("%s of %s is %s", e.Kind, n.h.Threads[e.Thread], r)
		}
	}
	return nil, ""
}

// later lets the event come later.
func (n *nearest) later() (*traces.History, string) {
	for j := n.at + 1; j < len(n.h.Events); j++ {
		m := n.copy()
		m.Events = slices.Insert(slices.Delete(m.Events, n.at, n.at+1), j, n.h.Events[n.at])
		if n.fits(m) {
			return m, "the event comes later"
		}
	}
	return nil, ""
}

// earlier lets an event behind it come before it.
func (n *nearest) earlier() (*traces.History, string) {
	for j := n.at + 1; j < len(n.h.Events); j++ {
		m := n.copy()
		m.Events = slices.Insert(slices.Delete(m.Events, j, j+1), n.at, n.h.Events[j])
		if n.fits(m) {
			return m, "event " + fmt.Sprint(j+1) + " comes before it"
		}
	}
	return nil, ""
}

// without leaves the event out, or one before it.
func (n *nearest) without() (*traces.History, string) {
	for i := n.at; i >= max(0, n.at-40); i-- {
		m := n.copy()
		m.Events = slices.Delete(m.Events, i, i+1)
		if n.fits(m) {
			if i == n.at {
				return m, "without the event"
			}
			return m, "without event " + fmt.Sprint(i+1)
		}
	}
	return nil, ""
}

// stopped ends the recording only, where the threads cannot have come to rest.
func (n *nearest) stopped() (*traces.History, string) {
	m := n.copy()
	m.Over = traces.Stopped
	if n.ok(m) {
		return m, "the recording has stopped, and what is missing is yet to come"
	}
	return nil, ""
}

// cut ends the history before the event.
func (n *nearest) cut() (*traces.History, string) {
	m := upTo(n.copy(), n.at)
	if n.at > 0 && n.fits(m) {
		return m, "it ends before the event"
	}
	return nil, ""
}

// renumber gives the events their numbers and stamps anew after a change; false
// if they then make no history.
func renumber(m *traces.History) bool {
	was := make([]map[int32]int32, len(m.Threads))
	next := make([]int32, len(m.Threads))
	for i := range m.Events {
		e := &m.Events[i]
		t := e.Thread
		if was[t] == nil {
			was[t] = map[int32]int32{}
		}
		if e.Phase == traces.Return || e.Kind == traces.Leave {
			of, ok := was[t][e.Of]
			if !ok {
				return false
			}
			e.Of = of
		}
		was[t][e.N] = next[t]
		e.N, e.Stamp = next[t], uint64(i+1)
		next[t]++
	}
	return m.Check() == nil
}
