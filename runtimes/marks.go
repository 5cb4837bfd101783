package runtimes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/runtimes/goimpl"
	"github.com/interject/interject/traces"
)

// Recorder is a runner that can record a history of each run.
type Recorder interface {
	Runner
	// Record runs p as Run does and calls found for each run with an outcome. A history
	// is missing where the run was too long for the recorder, or its process died.
	Record(ctx context.Context, p Program, o Options, found func(Recorded) error) (Tally, error)
}

// mark is an event as a driver records it: its thread, its stamp, what it is, the
// statement, and a value.
type mark []int64

const markSize = 5

func (m mark) thread() int   { return int(m[0]) }
func (m mark) stamp() uint64 { return uint64(m[1]) }

// What a mark is.
const (
	markCall    = iota + 1 // a statement that is an operation begins
	markReturn             // it has returned; the value is that of a take, or 1 and 0 for yes and no
	markPoint              // log, logv, getmask: the value is that of the block, or the mask
	markReceipt            // a signal is received: the value is the stamp of the call that sent it, or 0
)

// Record runs p as Run does, and asks the driver for a history of each run.
func (d *Driver) Record(ctx context.Context, p Program, o Options, found func(Recorded) error) (Tally, error) {
	t, err := litmus.ReadWire(p.Wire)
	if err != nil {
		return Tally{}, err
	}
	runtime, err := d.Version(ctx)
	if err != nil {
		return Tally{}, err
	}
	s := newScribe(t, p.Wire, traces.Header{Edition: d.edition, Runtime: runtime, Seed: o.Seed})
	return d.run(ctx, p, o, "history", func(r reply) error {
		rec := Recorded{Outcome: r.Outcome}
		if r.History != nil {
			h, err := s.history(r.Outcome, r.History, d.child.unobserved)
			if err != nil {
				return &Broken{Got: err.Error(), Want: "a history as docs/protocol.md says"}
			}
			rec.History = h
		}
		for range r.Count {
			if err := found(rec); err != nil {
				return err
			}
		}
		return nil
	})
}

// scribe writes the marks of a driver as events of a history.
type scribe struct {
	test   *litmus.Test
	header traces.Header
	forms  map[int64]*litmus.Stmt // by the number of the parenthesis that opens them
}

func newScribe(t *litmus.Test, wire string, h traces.Header) *scribe {
	h.Test, h.Name, h.Program = t.Hash(), t.Name, t.Wire()
	for _, th := range t.Threads {
		h.Threads = append(h.Threads, th.Name)
	}
	for _, c := range t.Cells {
		h.Cells = append(h.Cells, traces.Cell{Name: c.Name, Kind: goimpl.CellKind(c.Kind, c.Hidden), Init: int64(c.Init)})
	}
	s := &scribe{t, h, map[int64]*litmus.Stmt{}}
	t.Walk(func(st *litmus.Stmt) {
		s.forms[int64(strings.Count(wire[:st.Pos.Col], "("))] = st
	})
	return s
}

// kindOfForm is how statements are recorded, by their wire forms.
var kindOfForm = map[string]traces.Kind{
	"throwTo": traces.Send, "interrupt": traces.Send, "kill": traces.Send, "kill!": traces.Send, "take": traces.Take, "put": traces.Put,
	"lock": traces.Lock, "unlock": traces.Unlock, "acquire": traces.Acquire, "post": traces.Post, "wait": traces.Wait, "notify": traces.Notify,
	"wait-until": traces.WaitUntil, "spin": traces.Spin, "set": traces.Set, "join": traces.Join, "join-timeout": traces.Join, "sleep": traces.Sleep,
	"foreign": traces.Foreign, "foreign-interruptible": traces.Foreign, "fork": traces.Fork, "await": traces.Await, "settle": traces.Settle,
	"held?": traces.Held, "alive?": traces.Alive, "log": traces.Log, "logv": traces.Log, "getmask": traces.GetMask,
}

// observed are the kinds that a driver records unless it says that it leaves them out.
func observed(unobserved []string) (all []traces.Kind, err error) {
	var words []string
	for _, k := range traces.Kinds() {
		recorded := k == traces.Recv || k == traces.End
		for _, of := range kindOfForm {
			recorded = recorded || of == k
		}
		if words = append(words, k.String()); recorded && !slices.Contains(unobserved, k.String()) {
			all = append(all, k)
		}
	}
	for _, w := range unobserved {
		if !slices.Contains(words, w) {
			return nil, fmt.Errorf("unobserved names %q, which is no kind of event", w)
		}
	}
	return all, nil
}

// history makes a history of marks. Threads do not record their ends: they stand behind all
// else, as the outcome has them.
func (s *scribe) history(outcome string, marks []mark, unobserved []string) (*traces.History, error) {
	h := &traces.History{Header: s.header, Over: traces.Quiescent}
	var err error
	if h.Observed, err = observed(unobserved); err != nil {
		return nil, err
	}
	end, err := litmus.ParseOutcome(outcome)
	if err != nil {
		return nil, err
	}
	if len(end.Threads) != len(h.Threads) {
		return nil, fmt.Errorf("%q has %d threads, the program %d", outcome, len(end.Threads), len(h.Threads))
	}
	marks = slices.Clone(marks)
	slices.SortStableFunc(marks, func(a, b mark) int { return int(a[1] - b[1]) })
	w := scribbling{scribe: s, h: h, next: make([]int32, len(h.Threads)), open: make([][]opened, len(h.Threads)), ids: map[int64]uint64{}}
	for i, m := range marks {
		if i > 0 && m[1] == marks[i-1][1] {
			return nil, fmt.Errorf("two marks have the stamp %d", m[1])
		}
		if err := w.mark(m); err != nil {
			return nil, fmt.Errorf("mark %v: %w", m, err)
		}
	}
	for i, t := range end.Threads {
		if err := w.end(i, t.End); err != nil {
			return nil, err
		}
	}
	for i := range h.Events {
		h.Events[i].Stamp = uint64(i + 1) // stamps that are left out say nothing
	}
	return h, h.Check()
}

// scribbling is a history that is being made.
type scribbling struct {
	*scribe
	h    *traces.History
	next []int32 // of each thread, the number of its next event
	open [][]opened
	ids  map[int64]uint64 // of signals, by the stamp of the call that sent them
	last uint64
}

// opened is a call that has not returned.
type opened struct {
	n    int32
	form int64
}

func (w *scribbling) mark(m mark) error {
	t := m.thread()
	if t < 0 || t >= len(w.next) || m[1] <= 0 {
		return errors.New("no such thread, or no stamp")
	}
	w.last = max(w.last, m.stamp())
	if m[2] == markReceipt {
		return w.receipt(m)
	}
	s := w.forms[m[3]]
	if s == nil || kindOfForm[s.Form.Wire] == 0 {
		return errors.New("no statement that is recorded begins with that parenthesis")
	}
	e := traces.Event{Kind: kindOfForm[s.Form.Wire]}
	if e.Kind.IsOperation() == (m[2] == markPoint) {
		return fmt.Errorf("%s is an operation, or a point, and not the other", s.Form.Wire)
	}
	switch m[2] {
	case markCall:
		return w.call(m, s, e)
	case markReturn:
		return w.returns(m, s, e)
	case markPoint:
		return w.point(m, s, e)
	}
	return errors.New("no such thing; want 1 to 4")
}

// add gives e its place in its thread.
func (w *scribbling) add(m mark, e traces.Event, p traces.Phase) error {
	t := m.thread()
	if slices.Contains(w.h.Observed, e.Kind) {
		e.Stamp, e.Thread, e.Phase, e.N = m.stamp(), int16(t), p, w.next[t]
		w.next[t]++
		w.h.Events = append(w.h.Events, e)
	}
	return nil
}

func (w *scribbling) receipt(m mark) error {
	id, ok := w.ids[m[4]]
	if !ok && m[4] != 0 {
		return errors.New("no signal was sent by a call with that stamp")
	}
	return w.add(m, traces.Event{Kind: traces.Recv, ID: id}, traces.At)
}

func (w *scribbling) call(m mark, s *litmus.Stmt, e traces.Event) error {
	switch s.Form.Wire {
	case "throwTo":
		e.Signal, e.Name = traces.ExcSignal, s.Other
	case "interrupt":
		e.Signal = traces.ThunkSignal
	case "kill":
		e.Signal = traces.KillSignal
	case "kill!":
		e.Signal = traces.KillNowSignal
	case "put", "set", "wait-until", "spin":
		e.V, e.HasV = int64(s.N), true
	case "wait":
		e.With = w.cell(s.Other)
	}
	switch e.Kind {
	case traces.Send:
		w.ids[m[1]] = uint64(len(w.ids) + 1)
		e.ID = w.ids[m[1]]
		e.To = w.thread(s.Name, m)
	case traces.Join, traces.Fork, traces.Await, traces.Alive:
		e.To = w.thread(s.Name, m)
	case traces.Sleep, traces.Foreign, traces.Settle:
	default:
		e.Cell = w.cell(s.Name)
	}
	t := m.thread()
	w.open[t] = append(w.open[t], opened{w.next[t], m[3]})
	return w.add(m, e, traces.Call)
}

// returns closes the innermost call of the statement, and abandons what is open inside.
func (w *scribbling) returns(m mark, s *litmus.Stmt, e traces.Event) error {
	t := m.thread()
	all := w.open[t]
	i := len(all) - 1
	for i >= 0 && all[i].form != m[3] {
		i--
	}
	if i < 0 {
		return errors.New("it returns, and was not called")
	}
	w.open[t] = all[:i]
	e.Of, e.Result = all[i].n, traces.Done
	switch {
	case e.Kind == traces.Send:
		e.Result = traces.Queued // or received: the edition says which
	case e.Kind == traces.Take:
		e.V, e.HasV = m[4], true
	case e.Kind == traces.Held || e.Kind == traces.Alive:
		if e.Result = traces.No; m[4] != 0 {
			e.Result = traces.Yes
		}
	case s.Form.Wire == "join-timeout":
		e.Result = traces.Timeout // which also one has that came in time
	}
	return w.add(m, e, traces.Return)
}

func (w *scribbling) point(m mark, s *litmus.Stmt, e traces.Event) error {
	switch s.Form.Wire {
	case "getmask":
		if m[4] < 0 || m[4] > 2 {
			return errors.New("no mask; want 0, 1 or 2")
		}
		e.Result = [...]traces.Result{traces.Open, traces.Masked, traces.Closed}[m[4]]
	case "logv":
		e.V, e.HasV = m[4], true
		fallthrough
	default:
		e.Name = s.Name
	}
	return w.add(m, e, traces.At)
}

// end records the end of a thread as the outcome has it.
func (w *scribbling) end(t int, how string) error {
	e := traces.Event{Kind: traces.End}
	class, died := strings.CutPrefix(how, "died ")
	switch {
	case how == "returned":
		e.Result = traces.Returned
	case how == "killed":
		e.Result = traces.Killed
	case died:
		e.Result, e.Name = traces.Died, class
	default:
		return nil
	}
	w.last++
	return w.add(mark{int64(t), int64(w.last), markPoint, 0, 0}, e, traces.At)
}

func (w *scribbling) cell(name string) int16 {
	return int16(slices.IndexFunc(w.h.Cells, func(c traces.Cell) bool { return c.Name == name }))
}

// thread is the thread of a name, or who says self.
func (w *scribbling) thread(name string, m mark) int16 {
	if i := slices.Index(w.h.Threads, name); i >= 0 {
		return int16(i)
	}
	return int16(m.thread())
}
