package model

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
	return x.enterScope(t, c, n)
}

func (x *Step) enterScope(t Thread, c Core, n *Node) bool {
	f := Frame{Kind: ScopeFrame, Mask: c.Mask, Node: c.At}
	was, env, to := c.Mask, c.Env, n.level(c)
	if n.binds() {
		c.save(n.Slot)
	}
	cue := OnEnter
	if n.How == Reopen {
		cue = 0
	}
	c = x.level(t, c, to, cue)
	if top, ok := x.Stack(t).Top(); ok && x.Squeeze && to != was && n.Next == 0 && top.Kind == ScopeFrame && top.Mask == to {
		x.pop(t, top, false)
		f = Frame{Kind: AfterFrame, Node: top.Node, Env: env}
	}
	return x.enter(t, c, f, n.Body)
}

// level sets the level of t. Where that opens its mask it may be a cue.
func (x *Step) level(t Thread, c Core, to Level, cue Cues) Core {
	was := c.Mask
	c.Mask = to
	if was != Open && to == Open {
		return x.arm(t, c, cue)
	}
	return c
}

// level is what the scope n makes of a thread's level.
func (n *Node) level(c Core) Level {
	now, saved := c.Mask, c.saved(n.Slot)
	switch n.How {
	case Shut:
		return max(now, Interruptible)
	case Seal, Without:
		return Closed
	case Restore, Reopen:
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

// S19 assign. The level changes until the scope that is left next restores it.
//
//	t at set-mask l
//	──────────────────────
//	mask(t) ← l    t goes on
//
// Source: [posix pthread_setcancelstate, pthread_setcanceltype]; [lw-manual current-process-block-interrupts].
func assign(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Assign)
	return ok && x.goOn(t, x.level(t, c, Level(n.N), OnEnter), n)
}

// S20 handle. The level of a class, or of every class, changes for a block; that
// of others stays. Entering is a time to look for signals.
//
//	t at handle E l B
//	──────────────────────────────────────────
//	mask(t, E) ← l    t runs B, then restores
//
// Source: [ruby-doc Thread.handle_interrupt].
func handle(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Handle)
	if !ok {
		return false
	}
	if len(x.Classes) > MaxOwn {
		x.over = "classes with a level of their own"
	}
	f := Frame{Kind: HandleFrame, Mask: c.Mask, Node: c.At, Own: c.Own}
	c.setClass(n.A, Level(n.N))
	return x.enter(t, x.arm(t, c, OnEnter), f, n.Body)
}
