package impl

// Level returns how far t is masked.
func (t *Thread) Level() Level { return t.level }

// Restore is the scope of a mask: it knows the level that the mask found.
type Restore struct {
	t     *Thread
	saved Level
}

// Mask runs body at least at level Masked [ghc-base Control.Exception mask].
func (t *Thread) Mask(body func(Restore) error) (err error) {
	f := frame{t: t, old: t.level}
	defer f.end()
	t.entered(FrameMask)
	t.level = max(f.old, Masked)
	err = body(Restore{t, f.old})
	return f.leave(err)
}

// MaskUninterruptible runs body at level Closed [ghc-base Control.Exception
// uninterruptibleMask].
func (t *Thread) MaskUninterruptible(body func(Restore) error) error {
	old := t.level
	return t.scope(Closed, func() error { return body(Restore{t, old}) })
}

// Do runs body at the level that the mask found, wherever it is called.
func (r Restore) Do(body func() error) error { return r.t.scope(r.saved, body) }

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
	saved Level
}

// WithoutInterrupts runs body at level Closed [sbcl-src without-interrupts].
func (t *Thread) WithoutInterrupts(body func(Without) error) error {
	old := t.level
	return t.scope(Closed, func() error { return body(Without{t, old}) })
}

// WithInterrupts runs body at level Open unless an enclosing WithoutInterrupts does not
// allow that [sbcl-src with-interrupts]; a function that interrupts is allowed.
func (t *Thread) WithInterrupts(body func() error) error { return t.Interruptible(body) }

// Allow runs body at level Masked, in which WithInterrupts opens, if the scope was
// entered at such a level or an open one [sbcl-src allow-with-interrupts].
func (w Without) Allow(body func() error) error {
	if w.saved == Closed {
		return w.t.scope(w.t.level, body)
	}
	return w.t.scope(Masked, body)
}

// Local runs body at level Open if the scope was entered at level Open or Masked
// [sbcl-src with-local-interrupts].
func (w Without) Local(body func() error) error {
	if w.saved == Closed {
		return w.t.scope(w.t.level, body)
	}
	return w.t.scope(Open, body)
}

// At runs body at level l, whatever the level is: what the other scopes are made of.
func (t *Thread) At(l Level, body func() error) error { return t.scope(l, body) }

// scope runs body at level l. Entering or leaving a scope that opens the mask is a safe
// point: what is pending is received there, and the value of the scope is lost.
func (t *Thread) scope(l Level, body func() error) (err error) {
	f := frame{t: t, old: t.level}
	defer f.end()
	t.entered(FrameMask)
	if err = t.Enter(l); err == nil {
		err = body()
	}
	return f.leave(err)
}

// frame is a scope in progress: its end is reached by a panic or Goexit too.
type frame struct {
	t    *Thread
	old  Level
	left bool
}

// end restores the level if the scope was not left.
func (f *frame) end() {
	if !f.left {
		f.t.level = f.old
	}
}

// leave ends the scope of which body returned err.
func (f *frame) leave(err error) error {
	t := f.t
	f.left = true
	if t.force != nil || t.watched {
		err = t.unwound(err)
		t.left(FrameMask, err)
	}
	return t.leave(f.old, err)
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
	t.level = l
	if l == Open && t.w.Attention() {
		return t.open()
	}
	return nil
}

// Leave sets the level back to old. It returns err or what was received at that.
func (t *Thread) Leave(old Level, err error) error {
	t.level = old
	if old == Open && t.w.Attention() {
		return t.opened(err)
	}
	return err
}

func (t *Thread) leave(old Level, err error) error {
	if fault(FaultLateRestore) && err != nil {
		return err
	}
	t.level = old
	if old == Open && t.w.Attention() && !fault(FaultNoReceiptAtExit) {
		return t.opened(err)
	}
	return err
}

// open receives what is pending as a scope opens. A function that has not begun yet
// is begun first: opening is no step of its own.
func (t *Thread) open() error {
	if t.fresh || fault(FaultUnmaskNoPoint) {
		return nil
	}
	return t.point()
}

// opened receives what is pending as a scope is left with err.
func (t *Thread) opened(err error) error {
	if err == nil {
		return t.open()
	}
	return t.between(err)
}
