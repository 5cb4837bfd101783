package traces

import (
	"io"
	"math"
)

// History makes a history of what was recorded. All threads must be through, or
// be blocked for good. If a buffer ran over, the history ends before the first
// event that was lost, in all threads, so that what it says is still true; it
// says so in its header, and over is then taken for Stopped.
func (r *Recorder) History(over Over) (*History, error) {
	h := &History{Header: r.header, Over: over}
	err := r.each(&h.Header, func(e Event) error {
		h.Events = append(h.Events, e)
		return nil
	})
	if h.Header.Truncated {
		h.Over = Stopped
	}
	if err == nil {
		err = h.Check()
	}
	return h, err
}

// Write writes the history that was recorded, as History makes it, without
// making it first.
func (r *Recorder) Write(w io.Writer, over Over) error {
	h := r.header
	if r.cut() != math.MaxUint64 {
		h.Truncated, over = true, Stopped
	}
	enc, err := NewEncoder(w, h)
	if err == nil {
		err = r.each(&h, enc.Write)
	}
	if err != nil {
		return err
	}
	return enc.Close(over)
}

// cut is the stamp of the first event that was lost.
func (r *Recorder) cut() uint64 {
	first := uint64(math.MaxUint64)
	for _, t := range r.threads {
		if t.lost != 0 {
			first = min(first, t.lost)
		}
	}
	return first
}

// each merges the threads' events by stamp.
func (r *Recorder) each(h *Header, do func(Event) error) error {
	end := r.cut()
	h.Truncated = end != math.MaxUint64
	cursors := make([]int, len(r.threads))
	next := make([]*entry, len(r.threads))
	for i, t := range r.threads {
		next[i] = t.at(0)
	}
	for {
		first := -1
		for i, e := range next {
			if e != nil && e.stamp < end && (first < 0 || e.stamp < next[first].stamp) {
				first = i
			}
		}
		if first < 0 {
			return nil
		}
		if err := do(r.event(first, cursors[first], next[first])); err != nil {
			return err
		}
		cursors[first]++
		next[first] = r.threads[first].at(cursors[first])
	}
}

// at is the thread's event n, nil after the last.
func (t *Thread) at(n int) *entry {
	if n >= t.base {
		if n -= t.base; n < t.used {
			return &t.buf[n]
		}
		return nil
	}
	return &t.full[n/len(t.buf)][n%len(t.buf)] // all chunks have one size
}

// event is entry e, the n-th of its thread, in full.
func (r *Recorder) event(thread, n int, e *entry) Event {
	v := Event{Stamp: e.stamp, Thread: int16(thread), N: int32(n), Phase: e.phase(), Kind: e.kind(),
		Of: e.of(), Result: e.result(), Name: r.names[e.name()]}
	if v.Phase == Return {
		// The kind of a return is that of its call. An Of that is no call is kept
		// as it is, for the check to refuse.
		if c := r.threads[thread].at(int(max(v.Of, 0))); c != nil {
			v.Kind = c.kind()
		}
	}
	switch s := &shapes[v.Kind]; {
	case v.Phase == Return:
	case s.must&fTo != 0:
		v.To = e.on()
	case s.must&fCell != 0:
		v.Cell = e.on()
	}
	switch {
	case v.Kind == Send && v.Phase == Call:
		v.ID, v.Signal = e.arg, Signal(e.sort())
	case v.Kind == Wait && v.Phase == Call:
		v.With = int16(e.arg)
	case v.Kind == Recv:
		v.ID = e.arg
	case v.Kind == Enter:
		v.Frame = Frame(e.sort())
	case e.what&hasValue != 0:
		v.V, v.HasV = int64(e.arg), true
	}
	return v
}
