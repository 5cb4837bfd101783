package model

import "slices"

// B9 wait. The mutex is given back and the thread waits on the condition, in one
// step. To wait without holding the mutex is an error. Where a wait may end because of
// others (Spurious = after-others), any of those that wait already may end in this step.
//
//	t at wait c l    l held by t
//	────────────────────────────────
//	l ← free    t blocked in wait c
//
// Source: [sbcl-src condition-wait].
func wait(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Wait)
	if !ok {
		return false
	}
	if x.Cell(n.B).Owner != byte(t)+1 {
		return x.raise(t, c, ErrorClass)
	}
	x.release(n.B)
	x.token(n.A, byte(t)+1)
	cell := x.Cell(n.A)
	cell.Waiters += string([]byte{byte(t)})
	x.SetCell(n.A, cell)
	x.emit(Event{Kind: BlockedOn, Thread: t, Send: c.At})
	c.Status, c.Op, c.On, c.Fresh = Blocked, Wait, n.A, false
	x.SetCore(t, c)
	return true
}

// B19 wake-spuriously. A wait ends though nobody notified it. That is settled when it
// begins, for the thread may take its mutex again (B11) as late as it likes; or when it
// goes on after a thunk (R7). Nobody is owed such a step: no run has infinitely many.
//
//	t at wait c l    l held by t    Spurious = any-time
//	───────────────────────────────────────────────────
//	l ← free    t blocked in relock
//
// Source: [posix pthread_cond_wait]; [java-api Condition].
func wakeSpuriously(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Wait)
	if !ok || x.Spurious != Whenever || x.Cell(n.B).Owner != byte(t)+1 {
		return false
	}
	x.release(n.B)
	x.emit(Event{Kind: BlockedOn, Thread: t, Send: c.At})
	c.Status, c.Fresh = Blocked, false
	x.relocks(t, c)
	return true
}

// Occasional says of the label of a step that no run has infinitely many like it: a
// wait that ends though nobody notified it.
func (m *Machine) Occasional(label uint32) bool {
	l := Unpack(label)
	switch Rules[l.Rule].ID {
	case "B19":
		return true
	case "B9", "B10":
		return m.Spurious == AfterOthers && l.Choice > 0
	}
	return false
}

// token is set to 1 + the thread that begins to wait on condition i, or to 0 by a
// notification, where a wait may end because of others. Who waits compares it with what
// it was: between giving back the mutex and falling asleep, and whenever anything, be it
// a thunk or the garbage collector, has woken it. So any of those that sleep may end.
// Source: [sbcl-src condition-wait]; [sbcl-obs condition-wait].
func (x *Step) token(i, to uint8) {
	if x.Spurious != AfterOthers {
		return
	}
	cell := x.Cell(i)
	cell.Owner = to
	x.SetCell(i, cell)
	var others []Thread
	for j := range len(cell.Waiters) {
		if u := Thread(cell.Waiters[j]); byte(u)+1 != to && x.sleeps(u, i) && !slices.Contains(others, u) {
			others = append(others, u)
		}
	}
	if len(others) > 7 {
		x.over = "choices among those that wait on " + x.Cells[i].Name
		return
	}
	which := x.Choose(1 << len(others))
	for j, u := range others {
		if which>>j&1 != 0 {
			x.wakeWaiter(u, x.Core(u))
		}
	}
}

// sleeps says that u is blocked in a wait on condition i, and no thunk runs in it.
func (x *Step) sleeps(u Thread, i uint8) bool {
	c := x.Core(u)
	return c.Status == Blocked && c.Op == Wait && c.On == i
}

// resumeWait is thread t back in the wait on which a thunk that has returned lay, or
// on its way out of it: notified, or spuriously.
func (x *Step) resumeWait(t Thread, c Core, f Frame) Core {
	c.Status, c.Op, c.On = Blocked, Wait, x.Nodes[f.At].A
	stays := x.Spurious != AfterOthers || x.Cell(c.On).Owner == byte(t)+1
	if f.Wait == StillWaits && stays && !(x.Spurious == Whenever && x.Choose(2) == 1) {
		return c
	}
	if f.Wait == StillWaits {
		x.unlist(t, c.On)
	}
	c.Op, c.On = Relock, x.Nodes[f.At].B
	return c
}

// B10 notify. The first that waits goes on to take its mutex again; also while a
// thunk runs in it. Where a wait may end because of others (Spurious = after-others), it
// is the first that sleeps, any other may end in this step, and one in which a thunk runs does
// when the thunk returns.
//
//	t at notify c    u waits first on c
//	───────────────────────────────────
//	u blocked in relock    t goes on
//
// Source: [sbcl-src condition-notify].
func notify(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Notify)
	if !ok || x.unheld(t, n.A) {
		return false
	}
	x.notifyFirst(n.A)
	x.token(n.A, 0)
	return x.goOn(t, c, n)
}

// B16 notify-unheld. To notify those who wait with a mutex that one does not hold is an
// error, where a condition belongs to its mutex.
//
//	t at notify c    l the mutex of c    l not held by t    OwnNotify
//	─────────────────────────────────────────────────────────────────
//	t raises Error
//
// Source: [java-api Condition.signal].
func notifyUnheld(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Notify)
	return ok && x.unheld(t, n.A) && x.raise(t, c, ErrorClass)
}

// unheld says that t needs the mutex of condition i, and does not hold it. The mutex
// is that of the first wait on i in the program.
func (x *Step) unheld(t Thread, i uint8) bool {
	if !x.OwnNotify {
		return false
	}
	for j := range x.Nodes {
		if n := &x.Nodes[j]; n.Op == Wait && n.A == i {
			return x.Cell(n.B).Owner != byte(t)+1
		}
	}
	return false
}

// notifyFirst lets the first that waits on condition i go on.
func (x *Step) notifyFirst(i uint8) {
	cell := x.Cell(i)
	j := 0
	for x.Spurious == AfterOthers && j < len(cell.Waiters) && !x.sleeps(Thread(cell.Waiters[j]), i) {
		j++
	}
	if j == len(cell.Waiters) {
		return
	}
	u := Thread(cell.Waiters[j])
	cell.Waiters = cell.Waiters[:j] + cell.Waiters[j+1:]
	x.SetCell(i, cell)
	if x.EndsWaits == PerhapsItsOwn && x.Core(u).Op == Wait && x.Core(u).On == i {
		x.endOwn(u, i)
	} else if x.Spurious != AfterOthers && x.notifyUnder(u, i) {
		return
	}
	x.relocks(u, x.Core(u))
}

// wakeWaiter ends the wait of u, which nobody notified.
func (x *Step) wakeWaiter(u Thread, c Core) {
	x.unlist(u, c.On)
	x.relocks(u, c)
}

// relocks makes u, which is woken from a wait, take its mutex again.
func (x *Step) relocks(u Thread, w Core) {
	w.Op, w.On = Relock, x.Nodes[w.At].B
	x.SetCore(u, w)
}

// notifyUnder notifies a wait of u that a thunk interrupted; of several the one that
// began first, which is the deepest in its stack.
func (x *Step) notifyUnder(u Thread, i uint8) bool {
	stack := x.Stack(u)
	for j := range stack.Len() {
		if f := stack.At(j); f.Wait == StillWaits && x.Nodes[f.At].A == i {
			f.Wait = Notified
			x.SetStack(u, stack.Replace(j, f))
			return true
		}
	}
	return false
}

// endOwn takes every wait of u on condition i off the list, and perhaps ends those that
// a thunk interrupted: what says that u was notified is u's, not the wait's, and is
// forgotten if u has to wait for its mutex.
func (x *Step) endOwn(u Thread, i uint8) {
	cell := x.Cell(i)
	under := 0
	for strike(cell.Waiters, u) != cell.Waiters {
		cell.Waiters = strike(cell.Waiters, u)
		under++
	}
	x.SetCell(i, cell)
	if under > 0 && x.Choose(2) == 0 {
		for x.notifyUnder(u, i) {
		}
	}
}

// B11 relock. Who was notified takes its mutex again, and cannot be interrupted in
// that; then it goes on, or unwinds because of what interrupted its wait.
//
//	t blocked in relock l    l free
//	───────────────────────────────
//	l ← held by t    t goes on
//
// Source: [sbcl-src condition-wait]; [posix pthread_cond_wait].
func relock(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.Status != Blocked || c.Op != Relock {
		return false
	}
	l := x.Cell(c.On)
	if l.Owner != 0 {
		return false
	}
	l.Owner = byte(t) + 1
	x.SetCell(c.On, l)
	if c.Ctl != Run {
		x.unblock(t, c)
		return true
	}
	n := &x.Nodes[c.At]
	c.Status, c.Op, c.On = Running, 0, 0
	return x.goOn(t, c, n)
}

// B7 block. An operation that cannot be done now blocks, on the cell's list if
// it is about a cell. So does one that can, where its being done can be seen.
//
//	t at op    op cannot be done now
//	────────────────────────────────
//	t blocked in op
func block(x *Step, t Thread) bool {
	c := x.Core(t)
	if !c.steps() || c.At == 0 || x.joinsSelf(t, c) {
		return false
	}
	n := &x.Nodes[c.At]
	_, behind := x.behind(t, n)
	if !behind && !x.blocks(t, n) && !x.shows(t, n) || n.Op == Lock && x.LockCycle && x.closesCycle(t, n.A) {
		return false
	}
	if inLine.Has(n.Op) {
		cell := x.Cell(n.A)
		cell.Waiters += string([]byte{byte(t)})
		x.SetCell(n.A, cell)
	}
	x.emit(Event{Kind: BlockedOn, Thread: t, Send: c.At})
	c.Status, c.Op, c.On, c.Fresh = Blocked, n.Op, n.A, false
	x.SetCore(t, x.arm(t, c, OnBlock))
	return true
}

// shows says that n can be done, and that its being done can be seen.
func (x *Step) shows(t Thread, n *Node) bool {
	return x.Both.Has(n.Op) && inLine.Has(n.Op) && !(n.Op == Lock && x.Cell(n.A).Owner == byte(t)+1)
}

// inLine are the operations in which threads stand in line for a cell.
var inLine = Ops(Take, Put, Lock, Acquire, AcquireOpen)

// blocks says that n cannot be done now.
func (x *Step) blocks(t Thread, n *Node) bool {
	switch n.Op {
	case Take:
		return x.Cell(n.A).Value == Empty
	case Put:
		return x.Cell(n.A).Value != Empty
	case Lock:
		o := x.Cell(n.A).Owner
		return o != 0 && o != byte(t)+1
	case Acquire, AcquireOpen:
		return x.Cell(n.A).Value == 0
	case WaitUntil, ForeignUntil:
		return x.Cell(n.A).Value != n.N
	case Join, JoinTimeout, JoinShielded:
		u := x.Core(Thread(n.A))
		return !u.Status.Gone() && !u.Lost && !(x.JoinEarly && u.Status == Exiting)
	case Force:
		return x.forceBlocks(n.A)
	case Receive:
		return x.mail(t) < 0
	case Sleep, Foreign, ForeignInt:
		return true
	}
	return false
}

// B8 done. An operation without a wait list is done once its condition holds:
// at once, or after having been blocked. Time passes whenever it likes.
//
//	t at or blocked in op    op can be done
//	───────────────────────────────────────
//	t goes on
//
// Source: [lcl50-aug process-wait]; [py-post18 join].
func done(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.At == 0 || c.Ctl != Run || c.Status != Running && c.Status != Blocked {
		return false
	}
	n := &x.Nodes[c.At]
	switch n.Op {
	case WaitUntil, ForeignUntil, Join, JoinShielded:
		if x.blocks(t, n) {
			return false
		}
	case JoinTimeout, Sleep, Foreign, ForeignInt:
		if c.Status == Running && x.blocks(t, n) {
			return false
		}
	default:
		return false
	}
	if c.Status == Blocked && c.Op != n.Op {
		return false // blocked in the throwTo before it
	}
	c.Status, c.Op, c.On = Running, 0, 0
	switch u := x.joined(n); {
	case n.Op == ForeignInt:
		c.Value = 0
	case u.Status == Died && x.JoinRaises:
		return x.raise(t, c, u.Arg)
	}
	return x.goOn(t, c, n)
}

// joined is the core of the thread that n joins.
func (x *Step) joined(n *Node) Core {
	if n.Op != Join && n.Op != JoinTimeout && n.Op != JoinShielded {
		return Core{}
	}
	return x.Core(Thread(n.A))
}

// B18 join-self. To join oneself is an error, where that is looked for.
//
//	t at join t    join ∈ JoinSelf
//	──────────────────────────────
//	t raises Error
//
// Source: [py-src Thread.join, Task.__step].
func joinSelf(x *Step, t Thread) bool {
	c := x.Core(t)
	return x.joinsSelf(t, c) && x.raise(t, c, ErrorClass)
}

// joinsSelf says that t is about to join itself, and must not. Where a join passes
// signals on, one that is pending comes before the error.
func (x *Step) joinsSelf(t Thread, c Core) bool {
	if x.JoinSelf == 0 || !c.steps() || c.At == 0 {
		return false
	}
	n := &x.Nodes[c.At]
	return x.JoinSelf.Has(n.Op) && n.A == uint8(t) && !(x.Through && x.Queue(t) != "")
}
