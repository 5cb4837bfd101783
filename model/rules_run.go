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

// S24 busy. A running wait in a loop that does nothing else: it goes on as S5 does,
// but where such a loop has no safe point nothing is received in it (NoPoint).
//
//	t at busy x v    x = v
//	──────────────────────
//	t goes on
//
// Source: [ghc-throwto-2010 s.15-16].
func busy(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Busy)
	return ok && x.Cell(n.A).Value == n.N && x.goOn(t, c, n)
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
//
//	t at while x v B    x ≠ v
//	─────────────────────────
//	t goes on
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

// S25 raise-bare. Where to make an exception is a cue that heeds no mask, as sending
// is, what is pending may be received before it is raised.
//
//	t at raise E, or at throw a without its tag    s ∈ queue(t)
//	───────────────────────────────────────────────────────────
//	t raises E, and looks
//
// Source: [ecl-src ecl_enable_interrupts_env, ecl_check_pending_interrupts]; [ecl-obs].
func raiseBare(x *Step, t Thread) bool {
	if x.Arm&OnSent == 0 || x.Core(t).Mask == Open {
		return false
	}
	class := uint8(ErrorClass)
	c, n, ok := x.at(t, Throw)
	if ok = ok && !x.hasTag(t, n.A); !ok {
		if c, n, ok = x.at(t, Raise); !ok {
			return false
		}
		class = n.A
	}
	if c = x.bare(t, c); !c.Bare {
		return false
	}
	return x.raise(t, c, class)
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
