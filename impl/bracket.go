package impl

// bracket is Bracket where nobody watches: its mask, restore and protect are one frame
// with one deferred call. That it does the same is tested against the composed form.
func bracket[A, V any](t *Thread, acquire func() (A, error), use func(A) (V, error), release func(A) error) (v V, err error) {
	old := t.level
	masked := max(old, Masked)
	var a A
	held, left := false, false
	defer func() {
		if left {
			return
		}
		if t.level = masked; held { // a panic, or Goexit
			t.force, t.level = nil, max(masked, t.rt.policy.Cleanup)
			_ = release(a)
		}
		t.level = old
	}()
	t.level = masked
	if a, err = acquire(); err != nil || t.force != nil {
		if err = t.unwound(err); err != nil {
			left = true
			return v, t.leave(old, err)
		}
	}
	held = true
	if err = t.Enter(old); err == nil {
		v, err = use(a)
	}
	if err != nil || t.force != nil {
		err = t.unwound(err)
	}
	t.level = masked
	held = false
	if t.force != errDoomed {
		err = t.releasing(masked, err, func() error { return release(a) })
	}
	left = true
	return v, t.leave(old, err)
}

// releasing runs the release of a bracket of which use was left with err.
func (t *Thread) releasing(masked Level, err error, release func() error) error {
	force := t.force
	t.force, t.level = nil, max(masked, t.rt.policy.Cleanup)
	e := release()
	if e != nil || t.force != nil {
		e = t.unwound(e)
	}
	t.level = masked
	if e != nil {
		return e
	}
	t.hold(force)
	return err
}
