package model

// An operation that can be done now is one step. One that cannot, blocks, which
// is a step as well: the status can be seen, and a signal may be received next.
// Operations on cells have wait lists, first come first served; a thread that is
// blocked in another operation goes on by itself once its condition holds.

// B1 take. A full MVar is emptied, or filled again by the first putter that waits.
//
//	t at take m    m = v
//	──────────────────────────────────────
//	value(t) ← v    m ← empty    t goes on
//
// Source: [ghc-base Control.Concurrent.MVar].
func take(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Take)
	if !ok {
		return false
	}
	cell := x.Cell(n.A)
	if cell.Value == Empty {
		return false
	}
	c.Value, cell.Value = cell.Value, Empty
	if u, w, ok := x.first(&cell); ok {
		if x.HandOff {
			cell.Value = x.Nodes[w.At].N
			w.At = x.Nodes[w.At].Next
		}
		x.unblock(u, w)
	}
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// B2 put. An empty MVar is filled. Where puts hand off, the operation of the
// first taker that waits is completed in the same step.
//
//	t at put m v    m empty    u waits first in take m    HandOff
//	─────────────────────────────────────────────────────────────
//	value(u) ← v    u goes on    t goes on
//
// Source: [ghc-rts stg_putMVarzh]; [ghc-base Control.Concurrent.MVar, fairness].
func put(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Put)
	if !ok {
		return false
	}
	cell := x.Cell(n.A)
	if cell.Value != Empty {
		return false
	}
	u, w, waits := x.first(&cell)
	switch {
	case waits && x.HandOff:
		w.Value, w.At = n.N, x.Nodes[w.At].Next
	default:
		cell.Value = n.N
	}
	if waits {
		x.unblock(u, w)
	}
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// first takes the first waiter off the list of a cell.
func (x *Step) first(cell *Cell) (Thread, Core, bool) {
	if cell.Waiters == "" {
		return 0, Core{}, false
	}
	u := Thread(cell.Waiters[0])
	cell.Waiters = cell.Waiters[1:]
	return u, x.Core(u), true
}

// B3 lock. A free mutex is taken. To lock what one holds is an error.
//
//	t at lock l    l free
//	──────────────────────────
//	l ← held by t    t goes on
//
// Source: [sbcl-src grab-mutex, recursive lock attempt].
func lock(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Lock)
	if !ok {
		return false
	}
	cell := x.Cell(n.A)
	switch cell.Owner {
	case 0:
		cell.Owner = byte(t) + 1
		x.SetCell(n.A, cell)
		return x.goOn(t, c, n)
	case byte(t) + 1:
		return x.raise(t, c, ErrorClass)
	}
	return false
}

// B4 unlock. The mutex is free and the first that waits tries again. To unlock
// what one does not hold is an error, or nothing where the statement says so.
//
//	t at unlock l    l held by t
//	─────────────────────────────────────────────────────
//	l ← free    the first waiter tries again    t goes on
//
// Source: [sbcl-src release-mutex, with-mutex].
func unlock(x *Step, t Thread) bool {
	for _, op := range [...]Op{Unlock, UnlockHeld} {
		c, n, ok := x.at(t, op)
		if !ok {
			continue
		}
		cell := x.Cell(n.A)
		switch {
		case cell.Owner == byte(t)+1:
			x.release(n.A, cell)
		case op == Unlock:
			return x.raise(t, c, ErrorClass)
		}
		return x.goOn(t, c, n)
	}
	return false
}

// release frees mutex i.
func (x *Step) release(i uint8, cell Cell) {
	cell.Owner = 0
	if u, w, ok := x.first(&cell); ok {
		x.unblock(u, w)
	}
	x.SetCell(i, cell)
}

// B5 acquire. A semaphore that is not zero is counted down.
//
//	t at acquire s    s = n > 0
//	───────────────────────────
//	s ← n − 1    t goes on
func acquire(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Acquire)
	if !ok {
		return false
	}
	cell := x.Cell(n.A)
	if cell.Value == 0 {
		return false
	}
	cell.Value--
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// B6 post. A semaphore is counted up and the first that waits tries again.
//
//	t at post s    s = n
//	──────────────────────────────────────────────────────
//	s ← n + 1    the first waiter tries again    t goes on
func post(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Post)
	if !ok {
		return false
	}
	cell := x.Cell(n.A)
	cell.Value++
	if u, w, ok := x.first(&cell); ok {
		x.unblock(u, w)
	}
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// B9 wait. The mutex is given back and the thread waits on the condition, in one
// step. To wait without holding the mutex is an error.
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
	l := x.Cell(n.B)
	if l.Owner != byte(t)+1 {
		return x.raise(t, c, ErrorClass)
	}
	x.release(n.B, l)
	cell := x.Cell(n.A)
	cell.Waiters += string([]byte{byte(t)})
	x.SetCell(n.A, cell)
	x.emit(Event{Kind: BlockedOn, Thread: t, Send: c.At})
	c.Status, c.Op, c.On, c.Fresh = Blocked, Wait, n.A, false
	x.SetCore(t, c)
	return true
}

// B10 notify. The first that waits goes on to take its mutex again; also while a
// thunk runs in it.
//
//	t at notify c    u waits first on c
//	───────────────────────────────────
//	u blocked in relock    t goes on
//
// Source: [sbcl-src condition-notify].
func notify(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Notify)
	if !ok {
		return false
	}
	cell := x.Cell(n.A)
	if u, w, ok := x.first(&cell); ok {
		x.SetCell(n.A, cell)
		x.notifyOne(u, w, n.A)
	}
	return x.goOn(t, c, n)
}

// notifyOne lets u, which waits on the condition i, go on. The wait that began
// first is the one deepest in the stack.
func (x *Step) notifyOne(u Thread, w Core, i uint8) {
	stack := x.Stack(u)
	for j := range stack.Len() {
		if f := stack.At(j); f.Wait == StillWaits && x.Nodes[f.At].A == i {
			f.Wait = Notified
			x.SetStack(u, stack.Replace(j, f))
			return
		}
	}
	w.Op, w.On = Relock, x.Nodes[w.At].B
	x.SetCore(u, w)
}

// B11 relock. Who was notified takes its mutex again, and cannot be interrupted in
// that.
//
//	t blocked in relock l    l free
//	───────────────────────────────
//	l ← held by t    t goes on
//
// Source: [sbcl-src condition-wait].
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
	n := &x.Nodes[c.At]
	c.Status, c.Op, c.On = Running, 0, 0
	return x.goOn(t, c, n)
}

// B7 block. An operation that cannot be done now blocks, on the cell's list if
// it is about a cell.
//
//	t at op    op cannot be done now
//	────────────────────────────────
//	t blocked in op
func block(x *Step, t Thread) bool {
	c := x.Core(t)
	if !c.steps() || c.At == 0 {
		return false
	}
	n := &x.Nodes[c.At]
	if !x.blocks(t, n) {
		return false
	}
	switch n.Op {
	case Take, Put, Lock, Acquire:
		cell := x.Cell(n.A)
		cell.Waiters += string([]byte{byte(t)})
		x.SetCell(n.A, cell)
	}
	x.emit(Event{Kind: BlockedOn, Thread: t, Send: c.At})
	c.Status, c.Op, c.On, c.Fresh = Blocked, n.Op, n.A, false
	x.SetCore(t, c)
	return true
}

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
	case Acquire:
		return x.Cell(n.A).Value == 0
	case WaitUntil:
		return x.Cell(n.A).Value != n.N
	case Join, JoinTimeout:
		return !x.Core(Thread(n.A)).Status.Gone()
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
	case WaitUntil, Join:
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
	return x.goOn(t, c, n)
}
