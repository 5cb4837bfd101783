package model

import (
	"maps"
	"slices"
)

// S14 exit. The thread kills itself: it unwinds to its end.
//
//	t at exit
//	────────────────────
//	t unwinds to its end
//
// Source: [sbcl-src terminate-thread, abort-thread].
func exit(x *Step, t Thread) bool {
	c, _, ok := x.at(t, Exit)
	if !ok {
		return false
	}
	x.strike(t, c)
	return true
}

// S15 fork. A thread that was declared later starts; where levels are inherited,
// at the level of its parent. Where new threads are deaf at first (Booting), it boots
// (S21). To start one a second time is an error.
//
//	t at fork u    u unstarted
//	────────────────────────────────────────────────────────
//	u runs at mask(t) if Inherit, else at Begin    t goes on
//
// Source: [ghc-base forkIO].
func fork(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Fork)
	if !ok {
		return false
	}
	u := Thread(n.A)
	if x.Core(u).Status != Unborn {
		return x.raise(t, c, ErrorClass)
	}
	child := Core{Status: Running, Mask: x.Begin, At: x.Threads[u].Start}
	if x.Inherit {
		child.Mask, child.Own = c.Mask, c.Own
	}
	if x.Booting {
		child.Status = Booting
	}
	x.SetCore(u, child)
	x.emit(Event{Kind: Forked, Thread: t, Other: u})
	return x.goOn(t, c, n)
}

// S21 begin. Where a new thread is deaf at first, it begins to hear; what was
// sent to it before, is pending.
//
//	t booting
//	─────────
//	t running
//
// Source: [ecl-src mp_interrupt_process, phases of a process].
func boot(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.Status != Booting {
		return false
	}
	c.Status = Running
	x.SetCore(t, c)
	return true
}

// S16 await. The test's own means: it goes on once the other thread is blocked
// or gone. A running wait, like spin.
//
//	t at await u    u blocked or gone
//	─────────────────────────────────
//	t goes on
func await(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Await)
	if !ok {
		return false
	}
	s := x.Core(Thread(n.A)).Status
	return (s == Blocked || s.Gone()) && x.goOn(t, c, n)
}

// S17 settle. The test's own means: it goes on once nothing flies to this thread.
//
//	t at settle    nothing flies to t
//	─────────────────────────────────
//	t goes on
func settle(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Settle)
	return ok && x.Queue(t).Find(func(s Signal) bool { return s.Flying }) < 0 && x.goOn(t, c, n)
}

// S18 look. The thread logs what it sees: its level, whether it holds a mutex,
// whether another thread is alive, whether it is cancelled itself.
//
//	t at getmask
//	────────────────────────────────────
//	log(t) ← log(t)·mask(t)    t goes on
func look(x *Step, t Thread) bool {
	for _, op := range [...]Op{GetMask, Held, Alive, Cancelled} {
		if c, n, ok := x.at(t, op); ok {
			x.write(t, x.sees(t, c, n), 0, false)
			return x.goOn(t, c, n)
		}
	}
	return false
}

func (x *Step) sees(t Thread, c Core, n *Node) uint8 {
	switch n.Op {
	case Held:
		return answer(x.Cell(n.A).Owner == byte(t)+1, SeesHeld, SeesNotHeld)
	case Alive:
		u := x.Core(Thread(n.A))
		return answer(!u.Status.Gone() && !u.Lost, SeesAlive, SeesDead)
	case Cancelled:
		if x.Counts {
			return answer(c.Asked > 0, SeesCancelled, SeesClean)
		}
		return answer(c.Again != 0 || x.Queue(t) != "", SeesCancelled, SeesClean)
	}
	return SeesOpen - uint8(c.Mask)
}

func answer(yes bool, a, b uint8) uint8 {
	if yes {
		return a
	}
	return b
}

// Words that S18 logs have indices above those of a program.
const (
	SeesOpen uint8 = 255 - iota
	SeesMasked
	SeesClosed
	SeesHeld
	SeesNotHeld
	SeesAlive
	SeesDead
	SeesCancelled
	SeesClean
)

// LastWord is the highest index that a program's own words may have.
const LastWord = SeesClean - 1

var seen = map[uint8]string{
	SeesOpen: "open", SeesMasked: "masked", SeesClosed: "closed",
	SeesHeld: "held", SeesNotHeld: "notheld", SeesAlive: "alive", SeesDead: "dead",
	SeesCancelled: "cancelled", SeesClean: "clean",
}

// SeenWords are the words that S18 logs, sorted.
func SeenWords() []string { return slices.Sorted(maps.Values(seen)) }

// Word is the text of word w.
func (p *Program) Word(w uint8) string {
	if s, ok := seen[w]; ok {
		return s
	}
	return p.Words[w]
}

// logSize is the size of a record of a log.
const logSize = 4

func logRecord(word uint8, value int16, valued bool) string {
	if !valued {
		return string([]byte{word, 0, 0, 0})
	}
	return string([]byte{word, 1, byte(value), byte(uint16(value) >> 8)})
}
