package model

// The statements. Each is one step; what it executes is a beginning for a thunk
// that was received, except for a scope, which only changes the level.

// S1 nop. Nothing happens.
//
//	t at nop
//	─────────
//	t goes on
func nop(x *Step, t Thread) bool {
	for _, op := range [...]Op{Nop, Point} {
		if c, n, ok := x.at(t, op); ok {
			return x.goOn(t, c, n)
		}
	}
	return false
}

// S2 log. The thread's own log grows by a word, or by word=value.
//
//	t at log w
//	──────────────────────────────
//	log(t) ← log(t)·w    t goes on
func logWord(x *Step, t Thread) bool {
	for _, op := range [...]Op{Log, LogValue} {
		if c, n, ok := x.at(t, op); ok {
			x.write(t, n.A, c.Value, op == LogValue)
			return x.goOn(t, c, n)
		}
	}
	return false
}

// S3 value. The block's value is set.
//
//	t at value v
//	─────────────────────────
//	value(t) ← v    t goes on
func value(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Value)
	if !ok {
		return false
	}
	c.Value = n.N
	return x.goOn(t, c, n)
}

// S4 set. A shared variable is set.
//
//	t at set x v
//	──────────────────
//	x ← v    t goes on
func set(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Set)
	if !ok {
		return false
	}
	x.SetCell(n.A, Cell{Value: n.N})
	return x.goOn(t, c, n)
}

// S5 spin. A running wait: it goes on once the variable has the value. Until
// then the thread has no step of its own, but is not blocked.
//
//	t at spin x v    x = v
//	──────────────────────
//	t goes on
func spin(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Spin)
	return ok && x.Cell(n.A).Value == n.N && x.goOn(t, c, n)
}

// S6 scope. The level changes for a block. A scope in tail position whose frame
// on top restores the level that it sets makes no frame, where scopes are
// squeezed: that frame is taken away and what it would have done is done.
//
//	t at scope(how, B)
//	────────────────────────────────────────────────
//	mask(t) ← level(how)    t runs B, then restores
//
// Source: [ghc-base mask]; [ghc-rts maskAsyncExceptions, squeezing]; [sbcl-src without-interrupts];
// [sbcl-it ¶3].
func scope(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Scope)
	if !ok {
		return false
	}
	f := Frame{Kind: ScopeFrame, Mask: c.Mask, Node: c.At}
	was, to := c.Mask, n.level(c)
	if n.binds() {
		c.save(n.Slot)
	}
	c.Mask = to
	if top, ok := x.Stack(t).Top(); ok && x.Squeeze && to != was && n.Next == 0 && top.Kind == ScopeFrame && top.Mask == to {
		x.pop(t, top, false)
		f = Frame{Kind: AfterFrame, Node: top.Node}
	}
	return x.enter(t, c, f, n.Body)
}

// level is what the scope n makes of a thread's level.
func (n *Node) level(c Core) Level {
	now, saved := c.Mask, c.saved(n.Slot)
	switch n.How {
	case Shut:
		return max(now, Interruptible)
	case Seal, Without:
		return Closed
	case Restore:
		return saved
	case Unmask:
		return Open
	case Relent:
		if now == Interruptible {
			return Open
		}
	case Allow:
		if saved != Closed {
			return Interruptible
		}
	case Local:
		if saved != Closed {
			return Open
		}
	}
	return now
}

// S7 try. A handler is installed for a block.
//
//	t at try B catch E H
//	──────────────────────────────────
//	t runs B in handler(E, mask(t), H)
func try(x *Step, t Thread) bool { return x.install(t, Try, HandlerFrame) }

// S8 tag. A tag is there for a block.
//
//	t at tag a B
//	───────────────────────────
//	t runs B in tag(a, mask(t))
func tag(x *Step, t Thread) bool { return x.install(t, Tag, TagFrame) }

// S9 protect. A cleanup is there for a block.
//
//	t at protect B cleanup C
//	───────────────────────────────
//	t runs B in cleanup(C, mask(t))
func protect(x *Step, t Thread) bool { return x.install(t, Protect, CleanupFrame) }

func (x *Step) install(t Thread, op Op, k FrameKind) bool {
	c, n, ok := x.at(t, op)
	if !ok {
		return false
	}
	c.Fresh = false
	return x.enter(t, c, Frame{Kind: k, Mask: c.Mask, Node: c.At}, n.Body)
}

// S10 while. The block runs as long as the variable has the value.
//
//	t at while x v B    x = v
//	─────────────────────────
//	t runs B in loop
func while(x *Step, t Thread) bool {
	c, n, ok := x.at(t, While)
	if !ok {
		return false
	}
	if x.Cell(n.A).Value != n.N {
		return x.goOn(t, c, n)
	}
	c.Fresh = false
	return x.enter(t, c, Frame{Kind: LoopFrame, Mask: c.Mask, Node: c.At}, n.Body)
}

// S11 raise. The thread raises a class itself.
//
//	t at raise E
//	────────────
//	t raises E
func raise(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Raise)
	return ok && x.raise(t, c, n.A)
}

// S12 throw. The thread's own stack is searched, and only that; if the tag is
// there, the throw travels.
//
//	t at throw a v    tag(a) ∈ stack(t)
//	───────────────────────────────────
//	t throws a with v
//
// Source: [lcl50-aug ¶3]; [clhs throw].
func throw(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Throw)
	if !ok || !x.hasTag(t, n.A) {
		return false
	}
	c.Ctl, c.Arg, c.Value, c.At, c.Fresh = Throwing, n.A, n.N, 0, false
	x.SetCore(t, c)
	return true
}

// S13 no-tag. If it is not there, that is an error where the throw stands, and
// nothing has been unwound.
//
//	t at throw a v    tag(a) ∉ stack(t)
//	───────────────────────────────────
//	t raises Error
//
// Source: [clhs throw]; [lcl50-aug ¶3].
func noTag(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Throw)
	return ok && !x.hasTag(t, n.A) && x.raise(t, c, ErrorClass)
}

func (x *Step) hasTag(t Thread, a uint8) bool {
	return x.Stack(t).Has(func(f Frame) bool { return f.Kind == TagFrame && x.Nodes[f.Node].A == a })
}

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
	c.Ctl, c.Arg, c.At, c.Fresh = Killing, 0, 0, false
	x.SetCore(t, c)
	return true
}

// S15 fork. A thread that was declared later starts; where levels are inherited,
// at the level of its parent.
//
//	t at fork u    u unstarted
//	────────────────────────────────────────────────────
//	u runs at mask(t) if Inherit, else open    t goes on
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
	child := Core{Status: Running, At: x.Threads[u].Start}
	if x.Inherit {
		child.Mask = c.Mask
	}
	x.SetCore(u, child)
	x.emit(Event{Kind: Forked, Thread: t, Other: u})
	return x.goOn(t, c, n)
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
// whether another thread is alive.
//
//	t at getmask
//	────────────────────────────────────
//	log(t) ← log(t)·mask(t)    t goes on
func look(x *Step, t Thread) bool {
	for _, op := range [...]Op{GetMask, Held, Alive} {
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
		return answer(!x.Core(Thread(n.A)).Status.Gone(), SeesAlive, SeesDead)
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
)

// LastWord is the highest index that a program's own words may have.
const LastWord = SeesDead - 1

var seen = map[uint8]string{
	SeesOpen: "open", SeesMasked: "masked", SeesClosed: "closed",
	SeesHeld: "held", SeesNotHeld: "notheld", SeesAlive: "alive", SeesDead: "dead",
}

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
