package model

// An operation that can be done now is one step. One that cannot, blocks (B7),
// which is a step as well: the status can be seen, and a signal may be received
// next. A thread blocked on a cell goes on by itself once its operation can be
// done and it is first in line; a newcomer may be faster. Where operations hand
// off, whoever makes the operation of the first waiter possible completes it. Where
// they are tried again, it wakes the first waiter and no other; if that one is
// thrown out before it has tried, the wake-up is lost. Elsewhere none can be.

// B1 take. A full MVar is emptied, or filled again by the first putter that waits.
//
//	t at take m    m = v
//	──────────────────────────────────────
//	value(t) ← v    m ← empty    t goes on
//
// Source: [ghc-base Control.Concurrent.MVar].
func take(x *Step, t Thread) bool {
	c, n, cell, ok := x.ready(t, Take)
	if !ok || cell.Value == Empty {
		return false
	}
	c.Value, cell.Value = cell.Value, Empty
	if u, w, ok := x.handOff(&cell, Put); ok {
		cell.Value = x.Nodes[w.At].N
		x.complete(u, w)
	} else {
		x.wakeFirst(&cell, Put)
	}
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// B2 put. An empty MVar is filled. Where takes are handed what is put, the
// operation of the first taker that waits is completed in the same step.
//
//	t at put m v    m empty
//	───────────────────────
//	m ← v    t goes on
//
//	t at put m v    m empty    u waits first in take m    take ∈ HandOff
//	────────────────────────────────────────────────────────────────────
//	value(u) ← v    u goes on    t goes on
//
// Source: [ghc-rts stg_putMVarzh]; [ghc-base Control.Concurrent.MVar, fairness].
func put(x *Step, t Thread) bool {
	c, n, cell, ok := x.ready(t, Put)
	if !ok || cell.Value != Empty {
		return false
	}
	if u, w, ok := x.handOff(&cell, Take); ok {
		w.Value = n.N
		x.complete(u, w)
	} else {
		cell.Value = n.N
		x.wakeFirst(&cell, Take)
	}
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// B3 lock. A free mutex is taken. To lock what one holds is an error.
//
//	t at lock l    l free
//	──────────────────────────
//	l ← held by t    t goes on
//
// Source: [sbcl-src grab-mutex, recursive lock attempt].
func lock(x *Step, t Thread) bool {
	c, n, cell, ok := x.ready(t, Lock)
	switch {
	case !ok:
		return false
	case cell.Owner == byte(t)+1:
		return x.raise(t, c, ErrorClass)
	case cell.Owner != 0:
		return false
	}
	cell.Owner = byte(t) + 1
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// B13 lock-cycle. To wait for a mutex whose holder waits, over however many others,
// for one that the thread holds is an error, where such circles are found.
//
//	t at lock l    l held by u    u blocked in lock l2    …    held by t    LockCycle
//	─────────────────────────────────────────────────────────────────────────────────
//	t raises Error
//
// Source: [sbcl-src check-deadlock].
func lockCycle(x *Step, t Thread) bool {
	if !x.LockCycle {
		return false
	}
	c, n, ok := x.at(t, Lock)
	return ok && x.Cell(n.A).Owner != byte(t)+1 && x.closesCycle(t, n.A) && x.raise(t, c, ErrorClass)
}

// closesCycle says that who holds mutex i waits, over others, for t.
func (x *Step) closesCycle(t Thread, i uint8) bool {
	for range x.Threads {
		o := x.Cell(i).Owner
		if o == 0 {
			return false
		}
		u := Thread(o - 1)
		c := x.Core(u)
		switch {
		case u == t:
			return true
		case c.Status != Blocked || c.Op != Lock:
			return false
		}
		i = c.On
	}
	return false
}

// B4 unlock. The mutex is free, or held by the first that waits where locks are
// handed off. To unlock what one does not hold is an error, or nothing where the
// statement says so.
//
//	t at unlock l    l held by t
//	────────────────────────────
//	l ← free    t goes on
//
// Source: [sbcl-src release-mutex, with-mutex]; [ecl-src mp_giveup_lock].
func unlock(x *Step, t Thread) bool {
	for _, op := range [...]Op{Unlock, UnlockHeld} {
		c, n, ok := x.at(t, op)
		if !ok {
			continue
		}
		if x.Cell(n.A).Owner == byte(t)+1 {
			x.release(n.A)
		} else if op == Unlock {
			return x.raise(t, c, ErrorClass)
		}
		if u := x.Cell(n.A).Owner; x.WakeError && u != 0 {
			c.Status, c.On = Waking, u-1
			x.SetCore(t, c)
			return true
		}
		return x.goOn(t, c, n)
	}
	return false
}

// release frees mutex i, or hands it on.
func (x *Step) release(i uint8) {
	cell := x.Cell(i)
	cell.Owner = 0
	if u, w, ok := x.handOff(&cell, Lock); ok {
		cell.Owner = byte(u) + 1
		x.complete(u, w)
	} else {
		x.wakeFirst(&cell, Lock)
	}
	x.SetCell(i, cell)
}

// B15 not-held. What would lock a mutex again fails before it has begun.
//
//	t at not-held l    l held by t
//	──────────────────────────────
//	t raises Error
//
// Source: [ecl-src with-lock]: it compares the owner with that at its entry.
func notHeld(x *Step, t Thread) bool {
	c, n, ok := x.at(t, NotHeld)
	if !ok {
		return false
	}
	if x.Cell(n.A).Owner == byte(t)+1 {
		return x.raise(t, c, ErrorClass)
	}
	return x.goOn(t, c, n)
}

// B14 wake. Who handed a mutex on wakes the other; if that has ended meanwhile, thrown
// out of its wait, this is an error.
//
//	t waking u
//	────────────────────────────────────
//	t goes on, or raises Error if u gone
//
// Source: [ecl-src mp_giveup_lock, ecl_wakeup_process].
func wake(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.Status != Waking {
		return false
	}
	u := Thread(c.On)
	c.Status, c.On = Running, 0
	if x.Core(u).Status.Gone() {
		return x.raise(t, c, ErrorClass)
	}
	return x.goOn(t, c, &x.Nodes[c.At])
}

// B5 acquire. A semaphore that is not zero is counted down. Which of the two
// statements it is makes a difference only to what is received meanwhile.
//
//	t at acquire s    s = n > 0
//	───────────────────────────
//	s ← n − 1    t goes on
func acquire(x *Step, t Thread) bool {
	for _, op := range [...]Op{Acquire, AcquireOpen} {
		c, n, cell, ok := x.ready(t, op)
		if !ok || cell.Value == 0 {
			continue
		}
		cell.Value--
		x.SetCell(n.A, cell)
		return x.goOn(t, c, n)
	}
	return false
}

// B6 post. A semaphore is counted up, or the first that waits has its acquire
// completed where that is handed off, or is woken where it is to try again.
//
//	t at post s    s = n
//	────────────────────────
//	s ← n + 1    t goes on
//
//	t at post s    s = n    u waits first in acquire s    acquire ∈ Retry
//	─────────────────────────────────────────────────────────────────────
//	s ← n + 1    u at acquire s    t goes on
//
// Source: [py-src Semaphore.release].
func post(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Post)
	if !ok {
		return false
	}
	cell := x.Cell(n.A)
	if u, w, ok := x.handOff(&cell, Acquire); ok {
		x.complete(u, w)
	} else {
		cell.Value++
		x.wakeFirst(&cell, Acquire)
	}
	x.SetCell(n.A, cell)
	return x.goOn(t, c, n)
}

// ready is thread t at its statement op on a cell, or blocked in it and first in
// line, where there is one; it is returned as running and off the wait list.
func (x *Step) ready(t Thread, op Op) (c Core, n *Node, cell Cell, ok bool) {
	c = x.Core(t)
	if c.Ctl != Run || c.At == 0 || x.Nodes[c.At].Op != op {
		return
	}
	n = &x.Nodes[c.At]
	switch {
	case c.Status == Running:
		cell = x.Cell(n.A)
		stands, _ := x.behind(t, n)
		return c, n, cell, !stands
	case c.Status != Blocked || c.Op != op || x.Retry.Has(op):
		return
	}
	cell = x.Cell(n.A)
	if first, ok := x.firstIn(cell, op); !ok || first != t && !x.NoLine.Has(op) {
		return c, n, cell, false
	}
	cell.Waiters = strike(cell.Waiters, t)
	c.Status, c.Op, c.On = Running, 0, 0
	return c, n, cell, true
}

// behind says whether t, which comes to n, must stand behind others, and whether it may:
// those that are about to leave their wait because of a signal need not be waited for.
func (x *Step) behind(t Thread, n *Node) (must, may bool) {
	if !x.Behind.Has(n.Op) || x.Cell(n.A).Owner == byte(t)+1 {
		return false, false
	}
	waiters := x.Cell(n.A).Waiters
	for i := range len(waiters) {
		u := Thread(waiters[i])
		may = true
		must = must || len(x.candidates(u)) == 0
	}
	return must, may && x.Core(t).Status == Running
}

// firstIn is the first of those who wait in op on a cell.
func (x *Step) firstIn(cell Cell, op Op) (Thread, bool) {
	for i := range len(cell.Waiters) {
		if u := Thread(cell.Waiters[i]); x.Core(u).Op == op {
			return u, true
		}
	}
	return 0, false
}

// handOff takes the first that waits in op off the list of a cell, if such
// operations are handed off.
func (x *Step) handOff(cell *Cell, op Op) (Thread, Core, bool) {
	if cell.Waiters == "" || !x.HandOff.Has(op) {
		return 0, Core{}, false
	}
	u, ok := x.firstIn(*cell, op)
	if !ok {
		return 0, Core{}, false
	}
	cell.Waiters = strike(cell.Waiters, u)
	return u, x.Core(u), true
}

// wakeFirst lets the first that waits in op try again, if such operations are. It
// runs, and stands before the operation; only those that are woken try.
func (x *Step) wakeFirst(cell *Cell, op Op) {
	if !x.Retry.Has(op) {
		return
	}
	if u, ok := x.firstIn(*cell, op); ok {
		cell.Waiters = strike(cell.Waiters, u)
		x.unblock(u, x.Core(u))
	}
}

// complete lets u go on behind the operation in which it was blocked.
func (x *Step) complete(u Thread, w Core) {
	w.At = x.Nodes[w.At].Next
	x.unblock(u, w)
}
