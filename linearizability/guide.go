package linearizability

import (
	"slices"

	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Where signals are received in the order in which they were queued, the receipts
// that a history shows say in which order they were queued. A state in which they
// are queued otherwise leads nowhere; left out early, of the k! orders of k
// concurrent sends one is kept. And where nobody can notice that a signal is queued,
// because its sender receives nothing itself and nobody awaits it, it is queued no sooner
// than it is the next to be received: a step that commutes with all between.

// guide finds out whether that holds here. The order of recorded receipts is that
// of receipts unless a signal is received while an earlier one waits to be
// recorded, which takes a cleanup, a thunk, or an unwinding or handler that lets
// signals in.
func (p *product) guide() {
	d := p.m.Dialect
	p.guided = d.Order == model.FIFO && d.Arrival == model.AtOnce && d.Sync && d.HandlerMask >= model.Interruptible && d.UnwindPoints == model.Nowhere
	for i := range p.h.Events {
		e := &p.h.Events[i]
		if e.Kind == traces.Enter && (e.Frame == traces.ProtectFrame || e.Frame == traces.CleanupFrame || e.Frame == traces.ThunkFrame) ||
			e.Kind == traces.Send && e.Phase == traces.Call && e.Signal != traces.ExcSignal {
			p.guided = false
		}
	}
	for _, k := range []traces.Kind{traces.Send, traces.Recv, traces.Enter} {
		p.guided = p.guided && slices.Contains(p.h.Observed, k) && len(p.h.Unobserved) == 0
	}
	p.guided = p.guided && p.free
	if !p.guided {
		return
	}
	p.late = make([]bool, len(p.h.Threads))
	for t := range p.late {
		p.late[t] = p.targets[t] == 0 && !slices.ContainsFunc(p.h.Events, func(e traces.Event) bool {
			return e.Kind == traces.Await || e.Kind == traces.Recv && e.ID == 0
		})
	}
	for _, own := range p.own {
		at := map[uint16][]int32{}
		var every []int32
		for i, e := range own {
			if e := &p.h.Events[e]; e.Kind == traces.Recv && e.ID != 0 {
				at[p.tag[e.ID]] = append(at[p.tag[e.ID]], int32(i))
				every = append(every, int32(i))
			}
		}
		p.everyReceipt = append(p.everyReceipt, every)
		p.receipts = append(p.receipts, at)
	}
}

// receipt is which of thread u's own events, from its next one on, receives the
// signal that the statement sent; -1 if none does. The tag may be that of a later
// signal, when this one is taken back; then that has not been called yet.
func (x *try) receipt(u int, at model.Pos) int32 {
	all := x.receipts[u][x.tagOf[at]]
	i, _ := slices.BinarySearch(all, x.now[u].next)
	if i == len(all) {
		return -1
	}
	call := &x.h.Events[x.x.Signals[x.event(u, all[i]).ID].Send]
	if x.now[call.Thread].next <= call.N {
		return -1
	}
	return all[i]
}

// inOrder says that what the step queues can be received in the order that the
// history shows.
func (x *try) inOrder() bool {
	for i := range x.move.events {
		e := &x.move.events[i]
		if e.Kind == model.Sent && (!x.ordered(int(e.Other), e.Send) || x.late[e.Thread] && !x.due(int(e.Other), e.Send)) {
			return false
		}
	}
	return true
}

// due says that the signal last queued for u is the next that u is seen to receive, or
// that u receives nothing more.
func (x *try) due(u int, at model.Pos) bool {
	all := x.everyReceipt[u]
	i, _ := slices.BinarySearch(all, x.now[u].next)
	if i == len(all) {
		return true
	}
	return all[i] == x.receipt(u, at)
}

// ordered compares the signal last queued for u with the one before.
func (x *try) ordered(u int, at model.Pos) bool {
	mine := x.receipt(u, at)
	if mine < 0 {
		return true
	}
	q := x.queue(x.to, u)
	for i := q.Len() - 2; i >= 0; i-- {
		if r := x.receipt(u, q.At(i).Send); r >= 0 {
			return r < mine
		}
	}
	return true
}
