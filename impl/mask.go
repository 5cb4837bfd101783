package impl

// Level returns how far t is masked.
func (t *Thread) Level() Level { return t.level }

// Restore is the scope of a mask: it knows the level that the mask found.
type Restore struct {
	t     *Thread
	scope uint64 // its identity, in a runtime that checks
	saved Level
}

// Mask runs body at least at level Masked [ghc-base Control.Exception mask].
func (t *Thread) Mask(body func(Restore) error) (err error) {
	old := t.level
	defer func() { // for a panic, or Goexit; to ask whether it is one costs more
		if !fault(faultLateRestore) {
			t.level = old
		}
	}()
	t.level = max(old, Masked)
	if t.watched {
		return t.maskWatched(old, body)
	}
	err = body(Restore{t, 0, old})
	if faulty || t.w.Attention() { // as it is while anything is in force
		return t.leave(old, t.unwound(err))
	}
	t.level = old
	return err
}

// maskWatched is the rest of a mask about which something is to be told.
func (t *Thread) maskWatched(old Level, body func(Restore) error) error {
	t.entered(FrameMask)
	scope := t.beginScope()
	err := body(Restore{t, scope, old})
	t.endScope(scope)
	return t.leave(old, t.scopeLeft(err))
}

// MaskUninterruptible runs body at level Closed [ghc-base Control.Exception
// uninterruptibleMask].
func (t *Thread) MaskUninterruptible(body func(Restore) error) error {
	old := t.level
	return t.scope(Closed, func() error {
		scope := t.beginScope()
		err := body(Restore{t, scope, old})
		t.endScope(scope)
		return err
	})
}

// Do runs body at the level that the mask found, wherever in the mask it is called.
func (r Restore) Do(body func() error) error {
	r.t.checkScope(r.scope, "a Restore")
	return r.t.scope(r.saved, body)
}

// Unmask runs body at level Open, whatever the level is [ghc-base GHC.IO unsafeUnmask].
func (t *Thread) Unmask(body func() error) error { return t.scope(Open, body) }

// Interruptible runs body at level Open if the level is Masked, and else as it is:
// GHC's interruptible, SBCL's with-interrupts.
func (t *Thread) Interruptible(body func() error) error {
	if t.level == Masked {
		return t.scope(Open, body)
	}
	return t.scope(t.level, body)
}

// Without is the scope of WithoutInterrupts.
type Without struct {
	t     *Thread
	scope uint64
	saved Level
}

// WithoutInterrupts runs body at level Closed [sbcl-src without-interrupts].
func (t *Thread) WithoutInterrupts(body func(Without) error) error {
	old := t.level
	return t.scope(Closed, func() error {
		scope := t.beginScope()
		err := body(Without{t, scope, old})
		t.endScope(scope)
		return err
	})
}

// WithInterrupts runs body at level Open unless an enclosing WithoutInterrupts does not
// allow that [sbcl-src with-interrupts]; a function that interrupts is allowed.
func (t *Thread) WithInterrupts(body func() error) error { return t.Interruptible(body) }

// Allow runs body at level Masked, in which WithInterrupts opens, if the scope was
// entered at such a level or an open one [sbcl-src allow-with-interrupts].
func (w Without) Allow(body func() error) error {
	w.t.checkScope(w.scope, "a Without")
	if w.saved == Closed {
		return w.t.scope(w.t.level, body)
	}
	return w.t.scope(Masked, body)
}

// Local runs body at level Open if the scope was entered at level Open or Masked
// [sbcl-src with-local-interrupts].
func (w Without) Local(body func() error) error {
	w.t.checkScope(w.scope, "a Without")
	if w.saved == Closed {
		return w.t.scope(w.t.level, body)
	}
	return w.t.scope(Open, body)
}

// At runs body at level l, whatever the level is: what the other scopes are made of.
func (t *Thread) At(l Level, body func() error) error {
	if l > Closed {
		t.badLevel(l)
	}
	return t.scope(l, body)
}

// scope runs body at level l. Entering or leaving a scope that opens the mask is a safe
// point: what is pending is received there, and the value of the scope is lost.
func (t *Thread) scope(l Level, body func() error) (err error) {
	old := t.level
	defer func() {
		if !fault(faultLateRestore) {
			t.level = old
		}
	}()
	t.entered(FrameMask)
	if err = t.Enter(l); err == nil {
		err = body()
	}
	if t.force != nil || t.watched {
		err = t.scopeLeft(err)
	}
	return t.leave(old, err)
}

// scopeLeft returns with which error a scope is left whose body returned err.
func (t *Thread) scopeLeft(err error) error {
	err = t.unwound(err)
	t.left(FrameMask, err)
	return err
}

// Enter sets the level and is a safe point if that is Open. It is for hot paths and
// pairs with Leave:
//
//	old := t.Level()
//	err := t.Enter(impl.Masked)
//	...
//	return t.Leave(old, err)
//
// A panic in between leaves the level as it is; [Thread.Mask] does not have this flaw.
func (t *Thread) Enter(l Level) error {
	if t.level = l; t.w.Attention() {
		return t.open()
	}
	return nil
}

// Leave sets the level back to old. It returns err or what was received at that.
func (t *Thread) Leave(old Level, err error) error {
	if t.level = old; t.w.Attention() {
		return t.opened(err)
	}
	return err
}

func (t *Thread) leave(old Level, err error) error {
	if faulty {
		return t.leaveFaulty(old, err)
	}
	if t.level = old; t.w.Attention() {
		return t.opened(err)
	}
	return err
}

func (t *Thread) leaveFaulty(old Level, err error) error {
	switch {
	case fault(faultLateRestore) && err != nil:
		return err
	case fault(faultNoReceiptAtExit):
		t.level = old
		return err
	}
	return t.Leave(old, err)
}

// open receives what is pending as a scope opens, if it opens. A function that has not
// begun yet is begun first: opening is no step of its own.
//
//go:noinline
func (t *Thread) open() error {
	t.rt.checkOwner(t)
	if t.level > Closed { // seen where something is pending, and always in a runtime that checks
		t.badLevel(t.level)
	}
	if t.level != Open || t.fresh || fault(faultUnmaskNoPoint) {
		return nil
	}
	return t.point()
}

// opened receives what is pending as a scope is left with err.
//
//go:noinline
func (t *Thread) opened(err error) error {
	if err == nil {
		return t.open()
	}
	return t.between(err)
}
