package goimpl

import (
	"errors"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Tape records runs of one program as histories. It is used again for the next run.
type Tape struct {
	Recorder *traces.Recorder
	// Silent marks the bodies of interrupts that are no interrupts of the text, but
	// what the system makes a throwTo or a kill of.
	Silent map[model.Pos]bool
	// Heard, if not nil, is called at the end of each controlled execution.
	Heard func(*Tape)
	// Over is how the last run ended: one in which a thread is still in a loop has been
	// stopped, though impl has nothing left to do.
	Over traces.Over

	classes, words, tags []traces.Name
}

// reel is what one thread knows of its sends in one run. The thread writes an entry before it
// sends; whoever has received the signal reads it after. Hence no lock.
type reel struct {
	ids  [sends]uint64 // in the history, by their number in impl
	gone [sends]bool   // the target had ended, or did without receiving it
	now  uint64        // in the history, of the send that is under way
	last uint64        // in impl, of the last one
	thru error         // what the last function left an operation with that it interrupted
}

// sends is how many sends of a thread can be recorded. A thread that makes more, which
// no program of the catalogue does, has a history in which their receipts have no name.
const sends = 64

// recorded are the kinds of events that a tape has.
var recorded = []traces.Kind{
	traces.Send, traces.Take, traces.Put, traces.Lock, traces.Unlock, traces.Acquire, traces.Post, traces.Wait,
	traces.Notify, traces.WaitUntil, traces.Spin, traces.Join, traces.Sleep, traces.Foreign, traces.Fork, traces.Await,
	traces.Settle, traces.Set, traces.Held, traces.Alive, traces.Recv, traces.Log, traces.GetMask, traces.End,
}

// NewTape makes a tape for runs of p. Of the header it takes what the program does not
// say.
func (p *Program) NewTape(h traces.Header, silent map[model.Pos]bool) (*Tape, error) {
	h.Observed = recorded
	for _, t := range p.source.Threads {
		h.Threads = append(h.Threads, t.Name)
	}
	for _, c := range p.source.Cells {
		h.Cells = append(h.Cells, traces.Cell{Name: c.Name, Kind: CellKind(c.Kind, c.Hidden), Init: int64(c.Init)})
	}
	rec, err := traces.NewRecorder(h, traces.Space{Events: 512})
	if err != nil {
		return nil, err
	}
	x := &Tape{Recorder: rec, Silent: silent}
	x.classes, x.words, x.tags = x.names(p.source.Classes), x.names(p.source.Words), x.names(p.source.Tags)
	return x, nil
}

func (x *Tape) names(of []string) (all []traces.Name) {
	for _, s := range of {
		all = append(all, x.Recorder.Name(s))
	}
	return all
}

// CellKind is what histories call a cell: one that outcomes do not show is a flag.
func CellKind(kind model.CellKind, hidden bool) traces.CellKind {
	if hidden {
		return traces.FlagCell
	}
	return map[model.CellKind]traces.CellKind{
		model.Var: traces.VarCell, model.MVar: traces.MVarCell, model.Mutex: traces.MutexCell,
		model.Semaphore: traces.SemCell, model.Condition: traces.CondCell,
	}[kind]
}

// observe hears from impl what the statements cannot know: which of impl's sends
// is which of the history's, who receives what, and how threads end.
func (r *run) observe(e impl.Event) {
	switch e.Kind {
	case impl.Invoked, impl.Dropped, impl.Received, impl.Ended:
	default:
		return
	}
	// The thread counts as running: either this is before r.over is written, or the
	// thread has been told to end since.
	if r.over {
		return
	}
	i := int(e.Thread.ID() - 1)
	switch e.Kind {
	case impl.Invoked:
		t := &r.reels[i]
		n := e.Signal & 0xffffffff
		t.last = n
		if n < sends {
			t.ids[n], t.gone[n] = t.now, false
		}
	case impl.Dropped:
		by, n := int(e.Signal>>32-1), e.Signal&0xffffffff
		if n < sends && (by == i || r.rt.Policy().Waits) { // else its sender has gone on
			r.reels[by].gone[n] = true
		}
	case impl.Received:
		id := uint64(0)
		if by, n := e.Signal>>32-1, e.Signal&0xffffffff; n < sends {
			id = r.reels[by].ids[n]
		}
		r.tape.Recorder.Thread(i).Recv(id)
	case impl.Ended:
		r.tape.end(i, impl.End(e.Signal), e.What)
	}
}

func (x *Tape) end(i int, how impl.End, err error) {
	t := x.Recorder.Thread(i)
	switch how {
	case impl.Returned:
		t.End(traces.Returned, 0)
	case impl.Died:
		t.End(traces.Died, x.classes[classOf(err)])
	default:
		t.End(traces.Killed, 0)
	}
}

// recording is s, the statement n, put on the tape if there is one.
func (c *compiler) recording(n *model.Node, s code) code {
	kind := callKinds[n.Op]
	switch {
	case kind != 0:
		return func(e *env) error {
			if e.tape == nil || e.over || n.Op == model.UnlockHeld && !e.cells[n.A].mutex.HeldBy(e.t) {
				return s(e)
			}
			call := e.call(kind, n)
			err := s(e)
			e.returns(call, kind, n, err)
			return err
		}
	case n.Op == model.Log || n.Op == model.LogValue || n.Op == model.GetMask:
		return func(e *env) error {
			err := s(e)
			if err == nil && e.tape != nil && !e.over {
				e.pointed(n)
			}
			return err
		}
	}
	return s
}

// callKinds are the operations of histories.
var callKinds = map[model.Op]traces.Kind{
	model.ThrowTo: traces.Send, model.Interrupt: traces.Send, model.Kill: traces.Send, model.KillNow: traces.Send,
	model.Take: traces.Take, model.Put: traces.Put, model.Lock: traces.Lock, model.Unlock: traces.Unlock,
	model.UnlockHeld: traces.Unlock, model.Acquire: traces.Acquire, model.Post: traces.Post, model.Wait: traces.Wait,
	model.Notify: traces.Notify, model.WaitUntil: traces.WaitUntil, model.Spin: traces.Spin, model.Join: traces.Join,
	model.JoinTimeout: traces.Join, model.Sleep: traces.Sleep, model.Foreign: traces.Foreign, model.ForeignInt: traces.Foreign,
	model.Fork: traces.Fork, model.Await: traces.Await, model.Settle: traces.Settle, model.Set: traces.Set,
	model.Held: traces.Held, model.Alive: traces.Alive,
}

func (e *env) track() *traces.Thread { return e.tape.Recorder.Thread(int(e.id)) }

// call records that the statement n is about to be executed.
func (e *env) call(kind traces.Kind, n *model.Node) traces.CallID {
	r := e.track()
	switch kind {
	case traces.Send:
		sig, class := e.signal(n)
		call, id := r.Send(int(n.A), sig, class)
		e.reels[e.id].now = id
		return call
	case traces.Join, traces.Fork, traces.Await, traces.Alive:
		return r.CallThread(kind, int(n.A))
	case traces.Sleep, traces.Foreign, traces.Settle:
		return r.Call(kind)
	case traces.Put, traces.Set, traces.WaitUntil, traces.Spin:
		return r.CallValue(kind, int(n.A), int64(n.N))
	case traces.Wait:
		return r.Wait(int(n.A), int(n.B))
	}
	return r.CallOn(kind, int(n.A))
}

// signal is what the statement n sends, in the words of the text.
func (e *env) signal(n *model.Node) (traces.Signal, traces.Name) {
	switch {
	case n.Op == model.ThrowTo:
		return traces.ExcSignal, e.tape.classes[n.B]
	case n.Op == model.Kill:
		return traces.KillSignal, 0
	case n.Op == model.KillNow:
		return traces.KillNowSignal, 0
	case !e.tape.Silent[n.Body]:
		return traces.ThunkSignal, 0
	}
	if body := &e.source.Nodes[n.Body]; body.Op == model.Raise {
		return traces.ExcSignal, e.tape.classes[body.A]
	}
	return traces.KillSignal, 0
}

// returns records how the statement n ended. One that an unwinding has passed through
// is left open, which says so.
func (e *env) returns(call traces.CallID, kind traces.Kind, n *model.Node, err error) {
	r := e.track()
	switch own := (*impl.Error)(nil); {
	case e.over:
	case err != nil && errors.As(err, &own) && err != e.reels[e.id].thru:
		r.ReturnError(call, e.tape.classes[model.ErrorClass])
	case err != nil:
	case kind == traces.Take:
		r.ReturnValue(call, traces.Done, int64(e.value))
	case kind == traces.Send:
		r.Return(call, e.sent(n))
	case kind == traces.Held || kind == traces.Alive:
		yes := e.logs[e.id][len(e.logs[e.id])-1]
		r.Return(call, pick(yes == "held" || yes == "alive", traces.Yes, traces.No))
	case n.Op == model.JoinTimeout:
		r.Return(call, pick(e.inTime, traces.Done, traces.Timeout))
	default:
		r.Return(call, traces.Done)
	}
}

// sent says what has become of the send that has just returned.
func (e *env) sent(n *model.Node) traces.Result {
	t := &e.reels[e.id]
	switch {
	case n.Op == model.KillNow:
		return traces.Queued // whether there was still something to kill, it does not say
	case t.last < sends && t.gone[t.last]:
		return traces.Gone
	case e.rt.Policy().Waits:
		return traces.Received
	}
	return traces.Queued
}

func (e *env) pointed(n *model.Node) {
	r := e.track()
	switch n.Op {
	case model.Log:
		r.Named(traces.Log, e.tape.words[n.A])
	case model.LogValue:
		r.NamedValue(traces.Log, e.tape.words[n.A], int64(e.value))
	default:
		r.Mask([...]traces.Result{traces.Open, traces.Masked, traces.Closed}[e.t.Level()])
	}
}
