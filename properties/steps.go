package properties

import (
	"fmt"
	"strings"

	"github.com/interject/interject/model"
)

// Each of these says why a step is bad; empty if it is not.

func conserved(e Edge) string {
	if err := e.Machine.Conserved(e.From, e.Move); err != nil {
		return err.Error()
	}
	return ""
}

func sane(e Edge) string {
	for i := range e.Machine.Checks() {
		if err := e.Machine.Check(i, e.Move.To.Read()); err != nil {
			return err.Error()
		}
	}
	return ""
}

// said is a step for people.
func (e Edge) said(why string, args ...any) string {
	l := e.Move.Label
	at := strings.ReplaceAll(e.Machine.Text(l.Thread, e.From.Read()), ", line 0", "") // no text, no lines
	return fmt.Sprintf("%s: step %s, %s", fmt.Sprintf(why, args...), e.Machine.String(l), at)
}

// receipts are the signals that the step receives from other threads, or by a
// statement that did not send them in this step.
func (e Edge) receipts(visit func(model.Event, Standing) string) string {
	for _, v := range e.Move.Events {
		if v.Kind != model.Received || v.Thread == v.Other {
			continue
		}
		if why := visit(v, e.Before(v.Thread)); why != "" {
			return e.said("%s", why)
		}
	}
	return ""
}

func notWhenClosed(e Edge) string {
	return e.receipts(func(_ model.Event, s Standing) string {
		if s.Mask == model.Closed {
			return "received while closed"
		}
		return ""
	})
}

func maskedOnlyBlocked(e Edge) string {
	return e.receipts(func(_ model.Event, s Standing) string {
		if s.Mask == model.Interruptible && s.Status != model.Blocked {
			return "received while masked and " + s.Status.String()
		}
		return ""
	})
}

func notWhileUnwinding(e Edge) string {
	return e.receipts(func(_ model.Event, s Standing) string {
		if s.Unwinding() {
			return "received while unwinding"
		}
		return ""
	})
}

// landed are the senders of the signals that are pending at t and do not fly, the
// oldest first.
func (e Edge) landed(t model.Thread) (all []model.Thread) {
	for _, s := range e.Before(t).Pending() {
		if !s.Flying {
			all = append(all, s.By)
		}
	}
	return all
}

func firstInFirstOut(e Edge) string {
	return e.receipts(func(v model.Event, _ Standing) string {
		if queue := e.landed(v.Thread); len(queue) > 0 && queue[0] != v.Other {
			return "received from " + e.Machine.Threads[v.Other].Name + " before " + e.Machine.Threads[queue[0]].Name
		}
		return ""
	})
}

func prompt(e Edge) string {
	l := e.Move.Label
	s := e.Before(l.Thread)
	own := model.Rules[l.Rule].By == model.Own
	if own && s.Status == model.Running && !s.Unwinding() && s.Mask == model.Open && len(e.landed(l.Thread)) > 0 {
		return e.said("a signal has landed and the thread goes on")
	}
	return ""
}

// senderWaits: in the step in which an exception is sent to another thread, it is
// received, or the sender is blocked behind it.
func senderWaits(e Edge) string {
	for _, v := range e.Move.Events {
		if v.Kind != model.Sent || v.Thread == v.Other || model.SignalKind(v.Arg) != model.Exception && !isThrow(e.Machine, v.Send) {
			continue
		}
		received := false
		for _, w := range e.Move.Events {
			received = received || w.Kind == model.Received && w.Other == v.Thread && w.Send == v.Send
		}
		if after := standingAt(e.Machine, v.Thread, e.Move.To.Read()); !received && after.Status != model.Blocked {
			return e.said("sent and gone on")
		}
	}
	return ""
}

// isThrow says that the statement is a thunk that only raises: a throwTo.
func isThrow(m *model.Machine, at model.Pos) bool {
	n := m.Nodes[at]
	return n.Op == model.Interrupt && n.Body != 0 && m.Nodes[n.Body].Op == model.Raise && m.Nodes[n.Body].Next == 0
}

func withdrawn(e Edge) string {
	for _, v := range e.Move.Events {
		if v.Kind != model.Withdrawn || e.Machine.Nodes[v.Send].Op == model.Timeout { // a timer's signal is no throw
			continue
		}
		interrupted := false
		for _, w := range e.Move.Events {
			interrupted = interrupted || w.Thread == v.Thread && (w.Kind == model.Received || w.Kind == model.Ended)
		}
		if !interrupted {
			return e.said("taken back without cause")
		}
	}
	return ""
}

func silent(e Edge) string {
	for _, v := range e.Move.Events {
		if v.Kind != model.Dropped && e.Before(v.Thread).Status.Gone() {
			return e.said("%s has ended and does something", e.Machine.Threads[v.Thread].Name)
		}
	}
	to := e.Move.To.Read()
	for t := range e.Machine.Threads {
		if after := standingAt(e.Machine, model.Thread(t), to); after.Status.Gone() && len(after.Pending()) > 0 {
			return e.said("%s has ended and something is pending", e.Machine.Threads[t].Name)
		}
	}
	return ""
}

func thunksShielded(e Edge) string {
	for _, v := range e.Move.Events {
		if v.Kind == model.Entered && v.Frame == model.ThunkFrame {
			if s := standingAt(e.Machine, v.Thread, e.Move.To.Read()); s.Mask == model.Open {
				return e.said("a thunk begins open")
			}
		}
	}
	return ""
}

func forkInherits(e Edge) string {
	for _, v := range e.Move.Events {
		if v.Kind == model.Forked {
			parent, child := e.Before(v.Thread), standingAt(e.Machine, v.Other, e.Move.To.Read())
			if parent.Mask != child.Mask {
				return e.said("the parent is %s, the child %s", parent.Mask, child.Mask)
			}
		}
	}
	return ""
}
