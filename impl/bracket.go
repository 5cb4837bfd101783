package impl

// bracket is Bracket where nobody watches and cleanups have no level of their own: its mask, restore and protect are one frame
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
			t.force = nil
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
	var force error
	if err != nil || t.force != nil {
		err = t.unwound(err)
		force, t.force = t.force, nil
	}
	held = false
	if force != errDoomed {
		t.level = masked
		if e := release(a); e != nil || t.force != nil {
			if e = t.unwound(e); e != nil {
				err, force = e, t.force // what was held is dropped
			}
		}
	}
	left = true
	if t.level = masked; force != nil {
		t.hold(force)
	}
	return v, t.leave(old, err)
}
