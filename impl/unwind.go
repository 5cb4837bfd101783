package impl

import (
	"errors"
	"unsafe"
)

// unwound returns with which error a frame is left whose body returned err: what is in
// force stays so, unless err is that or wraps it.
func (t *Thread) unwound(err error) error {
	if t.force == nil || fault(faultEdgeTriggered) {
		return err
	}
	return t.reinjected(err)
}

//go:noinline
func (t *Thread) reinjected(err error) error {
	if identical(err, t.force) || err != nil && errors.Is(err, t.force) {
		return err
	}
	return t.force
}

// identical tells whether two errors are the same two words, which is so of one that is passed on
// as it was, and much faster to see than by errors.Is. With == it would panic where errors of
// their type cannot be compared.
func identical(a, b error) bool {
	return *(*[2]uintptr)(unsafe.Pointer(&a)) == *(*[2]uintptr)(unsafe.Pointer(&b))
}

// Catch runs body and, if that is left by an error of type E (as by errors.As), h. No
// handler takes the unwinding of a kill, an exit or a throw to a tag. The handler runs
// at the level of the call, or Masked where the edition says so.
func Catch[E error](t *Thread, body func() error, h func(E) error) error {
	level := t.level
	t.entered(FrameCatch)
	err := body()
	if err == nil && t.force == nil {
		t.left(FrameCatch, nil)
		return nil
	}
	if t.watched || t.force != nil && !identical(err, t.force) {
		err = t.caught(err)
	}
	if t.controlled() {
		return t.between(err)
	}
	if all, ok := any(h).(func(error) error); ok { // no need to look at the error's type
		return t.handle(level, err, all)
	}
	e, ok := any(err).(E) // the usual case, and five times as fast
	if !ok {
		e, ok = errors.AsType[E](err)
	}
	if ok {
		return t.handle(level, err, func(error) error { return h(e) })
	}
	return t.between(err)
}

// Handle is Catch by a condition of the caller's own.
func (t *Thread) Handle(body func() error, match func(error) bool, h func(error) error) error {
	level := t.level
	t.entered(FrameCatch)
	err := body()
	if err == nil && t.force == nil {
		t.left(FrameCatch, nil)
		return nil
	}
	if err = t.caught(err); !t.controlled() && match(err) {
		return t.handle(level, err, h)
	}
	return t.between(err)
}

// caught is the end of the body of a handler's frame that was left by err, or in which
// an error in force was swallowed.
func (t *Thread) caught(err error) error {
	err = t.unwound(err)
	t.left(FrameCatch, err)
	return err
}

// handle ends the unwinding by err and runs its handler. The level is that of the handler
// from the moment of the match: nothing is received in between.
func (t *Thread) handle(old Level, err error, h func(error) error) error {
	defer func() {
		if !fault(faultHandlerLevelStays) {
			t.level = old
		}
	}()
	if !fault(faultStillInForce) {
		t.force = nil
	}
	t.level = max(old, t.rt.policy.Handler)
	if fault(faultHandlerOpen) {
		t.level = old
	}
	t.entered(FrameHandler)
	err = h(err)
	if t.force != nil || t.watched {
		err = t.unwound(err)
		t.left(FrameHandler, err)
	}
	if fault(faultHandlerLevelStays) {
		return err
	}
	return t.leave(old, err)
}

// UnwindProtect runs body and then the cleanups, in order, however body is left: by
// returning, by an error, a panic or runtime.Goexit. They run at the level of the call,
// or above it where the edition masks cleanups. A cleanup that returns an error ends
// the series: it replaces what body was left with, and the cleanups after it are
// dropped [sbcl-it ¶6, lcl50-aug ¶5].
func (t *Thread) UnwindProtect(body func() error, cleanups ...func() error) error {
	if len(cleanups) == 1 { // seen by the caller of one: no list is made
		return t.protect(body, cleanups[0])
	}
	return t.protectAll(body, cleanups)
}

func (t *Thread) protectAll(body func() error, cleanups []func() error) error {
	return t.protect(body, func() error { return t.forms(cleanups) })
}

// protect is UnwindProtect with one cleanup.
func (t *Thread) protect(body, cleanup func() error) error {
	level, returned := t.level, false
	defer func() {
		if !returned {
			t.abandoned(level, cleanup)
		}
	}()
	t.entered(FrameProtect)
	err := body()
	returned = true
	if err != nil || t.force != nil || t.careful || fault(faultCleanupTwice) || fault(faultCleanupGoesOn) {
		return t.protected(level, err, cleanup)
	}
	t.level = level
	if err = cleanup(); err != nil || t.force != nil {
		err = t.unwound(err)
	}
	return err
}

// abandoned runs the cleanup of a protection that a panic or Goexit leaves.
func (t *Thread) abandoned(level Level, cleanup func() error) {
	t.level, t.force = level, nil
	_ = t.clean(level, cleanup)
}

// protected runs the cleanup of a protection whose body returned err.
func (t *Thread) protected(level Level, err error, cleanup func() error) error {
	err = t.unwound(err)
	t.left(FrameProtect, err)
	if err = t.between(err); t.force == errDoomed && !fault(faultDoomedCleans) || fault(faultCleanupSkipped) && err != nil {
		return err
	}
	return t.cleanHolding(level, err, cleanup)
}

// cleanHolding runs a cleanup while err, and what is in force, waits to go on.
func (t *Thread) cleanHolding(level Level, err error, cleanup func() error) error {
	force := t.force
	t.force = nil
	if e := t.clean(level, cleanup); e != nil && !fault(faultCleanupErrorLost) {
		return e // what was held is dropped
	}
	if fault(faultUnwindingDropped) {
		return nil
	}
	t.hold(force)
	return err
}

// clean runs a cleanup at its level, and returns its error.
func (t *Thread) clean(level Level, cleanup func() error) error {
	masked := max(level, t.rt.policy.Cleanup)
	t.level = masked
	t.entered(FrameCleanup)
	if fault(faultCleanupTwice) {
		_ = cleanup()
	}
	err := t.unwound(cleanup())
	if fault(faultCleanupGoesOn) {
		err = nil
	}
	t.left(FrameCleanup, err)
	if err != nil {
		t.level = level
		return err
	}
	if masked == level {
		return nil
	}
	return t.leave(level, nil)
}

// forms runs cleanups, until one fails.
func (t *Thread) forms(cleanups []func() error) error {
	for _, c := range cleanups {
		if err := c(); (err != nil || t.force != nil) && !fault(faultCleanupGoesOn) {
			return t.unwound(err)
		}
	}
	return nil
}

// Finally runs body and then cleanup, masked, however body is left: what GHC calls
// finally [ghc-base Control.Exception finally].
func (t *Thread) Finally(body, cleanup func() error) error {
	return t.Mask(func(r Restore) error {
		return t.UnwindProtect(func() error { return r.Do(body) }, cleanup)
	})
}

// Bracket acquires, uses and releases: acquire and release run masked, so that what is
// acquired is released [ghc-base Control.Exception bracket].
func Bracket[A, V any](t *Thread, acquire func() (A, error), use func(A) (V, error), release func(A) error) (v V, err error) {
	if !t.careful {
		return bracket(t, acquire, use, release)
	}
	err = t.Mask(func(r Restore) error {
		a, err := acquire()
		if err = t.unwound(err); err != nil {
			return err
		}
		return t.UnwindProtect(
			func() error { return r.Do(func() (err error) { v, err = use(a); return err }) },
			func() error { return release(a) })
	})
	return v, err
}
