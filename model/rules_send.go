package model

// sends is what the statement n makes thread t send, and to whom.
func (x *Step) sends(t Thread, n *Node) (Thread, Signal) {
	s := Signal{By: t, Send: x.Core(t).At}
	switch n.Op {
	case ThrowTo:
		s.Kind, s.Arg, s.Waits = Exception, n.B, x.Sync
	case Interrupt:
		s.Kind = Thunk
	case Kill:
		s.Kind = Death
	}
	return Thread(n.A), s
}

// atSend is thread t, its send statement, the target and the signal, if t is
// about to send.
func (x *Step) atSend(t Thread) (c Core, n *Node, u Thread, s Signal, ok bool) {
	for _, op := range [...]Op{ThrowTo, Interrupt, Kill} {
		if c, n, ok = x.at(t, op); ok {
			u, s = x.sends(t, n)
			return
		}
	}
	return
}

// T1 send-self. An exception to oneself is raised at once, whatever the mask.
//
//	t at throwTo t E    SelfNow
//	───────────────────────────
//	t raises E
//
// Source: [ghc-throwto-410 s.8]; GHC's killMyself [ghc-rts].
func sendSelf(x *Step, t Thread) bool {
	c, n, u, s, ok := x.atSend(t)
	if !ok || u != t || !x.SelfNow || s.Kind != Exception {
		return false
	}
	x.sent(t, u, s)
	x.emit(Event{Kind: Received, Thread: t, Other: t, Send: s.Send})
	c.At = n.Next // where lazy work that is frozen here goes on
	x.freeze(t, c)
	x.raiseSignal(t, c, s)
	return true
}

// T2 send-gone. Nothing is sent to a thread that has ended, or it is an error.
//
//	t at throwTo u E    u is gone
//	─────────────────────────────
//	t goes on, or raises Error
//
// Source: [ghc-rts throwTo]; [sbcl-src interrupt-thread-error].
func sendGone(x *Step, t Thread) bool {
	c, n, u, _, ok := x.atSend(t)
	if !ok || u == t || !x.Core(u).Status.Gone() {
		return false
	}
	if x.GoneError {
		return x.raise(t, c, ErrorClass)
	}
	return x.goOn(t, c, n)
}

// T3 send. The signal joins the queue and the sender goes on. What joining is, here and
// below, Keep says: it is put with the others, or takes the place of one of its kind, or
// is dropped while an equal one is pending. Where signals fly (Arrival = any-time) it
// cannot be received before it lands (T7).
//
//	t at send u s    s is no throwTo, or not Sync    Arrival ≠ on-return    u not gone
//	──────────────────────────────────────────────────────────────────────────────────
//	queue(u) ← queue(u)·s    t goes on
//
// Source: [sbcl-it ¶1]; [pldi01 (ThrowTo)].
func send(x *Step, t Thread) bool {
	_, n, u, s, ok := x.atSend(t)
	if !ok || s.Waits || x.Arrival == OnReturn || !x.accepts(t, u, s) || x.Through && x.passes(x.Core(u)) {
		return false
	}
	s.Flying = x.Arrival == AnyTime
	x.queue(t, u, s)
	return x.goOn(t, x.Core(t), n)
}

// T4 send-direct. A receptive target receives in the sender's step; the sender
// does not block.
//
//	t at throwTo u E    Sync    Direct    u receptive
//	─────────────────────────────────────────────────
//	u receives E    t goes on
//
// Source: [ghc-rts throwToMsg].
func sendDirect(x *Step, t Thread) bool {
	c, n, u, s, ok := x.atSend(t)
	if !ok || !s.Waits || !x.Direct || !x.accepts(t, u, s) || !x.receptive(u, s) {
		return false
	}
	x.sent(t, u, s)
	s.Waits = false
	x.goOn(t, c, n)
	x.emit(Event{Kind: SendDone, Thread: t, Other: u, Send: s.Send})
	x.receiveSignal(u, s)
	return true
}

// T5 send-queue. The signal joins the queue and the sender is blocked until it
// is received. The sender's place is already behind the throwTo: being woken is
// returning from it.
//
//	t at throwTo u E    Sync    Arrival ≠ any-time    u not gone    not (Direct and u receptive)
//	────────────────────────────────────────────────────────────────────────────────────────────
//	queue(u) ← queue(u)·E    t blocked
//
// Source: [ghc-throwto-2010 s.2, s.12].
func sendQueue(x *Step, t Thread) bool {
	_, n, u, s, ok := x.atSend(t)
	if !ok || !s.Waits || x.Arrival == AnyTime || !x.accepts(t, u, s) || x.Direct && x.receptive(u, s) {
		return false
	}
	return x.sendAndWait(t, u, n, s)
}

// T6 send-flying. As T5, but the signal flies: it cannot be received before it
// lands.
//
//	t at throwTo u E    Sync    Arrival = AnyTime    u not gone
//	───────────────────────────────────────────────────────────
//	queue(u) ← queue(u)·(E, flying)    t blocked
//
// Source: [ghc-rts MSG_THROWTO between capabilities].
func sendFlying(x *Step, t Thread) bool {
	_, n, u, s, ok := x.atSend(t)
	if !ok || !s.Waits || x.Arrival != AnyTime || !x.accepts(t, u, s) {
		return false
	}
	s.Flying = true
	return x.sendAndWait(t, u, n, s)
}

// T7 land. A flying signal lands; those of different senders in any order.
//
//	(E, flying) ∈ queue(t)
//	──────────────────────
//	(E, landed) ∈ queue(t)
//
// Source: [ghc-rts executeMessage].
func land(x *Step, t Thread) bool {
	if x.Arrival != AnyTime {
		return false
	}
	q := x.Queue(t)
	var flying []int
	from := map[Thread]bool{} // those of one sender keep their order
	for i := range q.Len() {
		if s := q.At(i); s.Flying && !from[s.By] {
			from[s.By] = true
			flying = append(flying, i)
		}
	}
	if len(flying) == 0 {
		return false
	}
	i := flying[x.Choose(len(flying))]
	s := q.At(i)
	s.Flying = false
	// The order of receipt is that of landing.
	x.join(t, q.Remove(i), s)
	x.emit(Event{Kind: Landed, Thread: t, Other: s.By, Send: s.Send})
	x.noticed(t)
	return true
}

// T8 kill-now. The target ends in this step: no frame is unwound, nothing that
// it holds is given back.
//
//	t at kill! u    u not gone
//	──────────────────────────
//	u killed
//
// Source: [lcl50-aug ¶5].
func killNow(x *Step, t Thread) bool {
	c, n, ok := x.at(t, KillNow)
	if !ok {
		return false
	}
	u := Thread(n.A)
	x.goOn(t, c, n)
	if !x.Core(u).Status.Gone() {
		x.end(u, Killed, 0)
	}
	return true
}

// T9 send-begin. The signal is queued; the sender is closed until its call
// returns, and the signal cannot be received before that.
//
//	t at interrupt u F    Arrival = OnReturn    u not gone
//	──────────────────────────────────────────────────────
//	queue(u) ← queue(u)·(F, flying)    t sending
//
// Source: [sbcl-src %interrupt-thread].
func sendBegin(x *Step, t Thread) bool {
	c, _, u, s, ok := x.atSend(t)
	if !ok || s.Waits || x.Arrival != OnReturn || !x.accepts(t, u, s) {
		return false
	}
	s.Flying = true
	x.queue(t, u, s)
	c = x.Core(t)
	c.Status, c.On = Sending, uint8(u)
	x.SetCore(t, c)
	return true
}

// T10 send-return. The call returns with a trigger: the first signal that flies
// to the target lands, be it this sender's or not, and the sender goes on. Where
// sending is a cue, it looks for signals itself, whatever its mask.
//
//	t sending to u    (F, flying) first in queue(u)
//	───────────────────────────────────────────────
//	F lands    t goes on
//
// Source: [sbcl-src %interrupt-thread]; [ecl-src mp_interrupt_process,
// ECL_UNWIND_PROTECT_THREAD_SAFE_END].
func sendReturn(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.Status != Sending {
		return false
	}
	u, n := Thread(c.On), &x.Nodes[c.At]
	q := x.Queue(u)
	if i := q.Find(func(s Signal) bool { return s.Flying }); i >= 0 {
		s := q.At(i)
		s.Flying = false
		x.SetQueue(u, q.Replace(i, s))
		x.emit(Event{Kind: Landed, Thread: u, Other: s.By, Send: s.Send})
		x.noticed(u)
	}
	c = x.Core(t)
	c.Status, c.On = Running, 0
	return x.goOn(t, x.bare(t, c), n)
}
