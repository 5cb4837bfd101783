package impl_test

import (
	"errors"
	"fmt"

	"github.com/interject/interject/impl"
)

// masks: a signal is received before, after or at the end of a mask, never inside.
func masks(w *world) {
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		err := t.Mask(func(impl.Restore) error {
			if err := t.Check(); err != nil {
				return err
			}
			log("in")
			log(t.Level().String())
			return t.Check()
		})
		if err != nil {
			return err
		}
		log("out")
		log(t.Level().String())
		return t.Check()
	})
	w.thread(throwTo(&a, 1))
}

// swallowed: code that drops an error does not keep the handler from running, masked;
// the level is back to what it was after it.
func swallowed(w *world) {
	m := impl.NewMVar[int](w.Runtime)
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		err := impl.Catch(t, func() error {
			_, _ = m.Take(t)
			_ = t.Check()
			return nil
		}, func(err error) error {
			log(err.Error())
			log(t.Level().String())
			return nil
		})
		if err != nil {
			return err
		}
		log(t.Level().String())
		return t.Check()
	})
	w.thread(func(t *impl.Thread, _ func(string)) error {
		if err := t.Await(a); err != nil {
			return err
		}
		return t.ThrowTo(a, errX)
	})
}

func joiners(w *world) {
	c := impl.NewVar(w.Runtime, 0)
	a := w.thread(func(t *impl.Thread, _ func(string)) error {
		return c.Spin(t, func(n int) bool { return n == 1 })
	})
	b := w.thread(func(t *impl.Thread, _ func(string)) error { return t.Join(a) })
	w.thread(func(t *impl.Thread, _ func(string)) error {
		if err := t.Await(b); err != nil {
			return err
		}
		c.Set(1)
		return t.Join(a)
	})
}

// cleanups: what is received in a cleanup cuts that cleanup and those behind it, and
// none of an outer protection.
func cleanups(w *world) {
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		form := func(word string) func() error {
			return func() error {
				if err := t.Check(); err != nil {
					return err
				}
				log(word)
				return nil
			}
		}
		return t.UnwindProtect(func() error {
			return t.UnwindProtect(t.Check, form("c1"), func() error { log("c2"); return nil })
		}, func() error { log("outer"); return nil })
	})
	w.thread(func(t *impl.Thread, _ func(string)) error { return t.Kill(a) })
}

// function: it runs masked, and what it interrupts is as it was after it.
func function(w *world) {
	m := impl.NewMVar[int](w.Runtime)
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		v, err := m.Take(t)
		log(fmt.Sprint(v, t.Level()))
		return err
	})
	w.thread(func(t *impl.Thread, _ func(string)) error {
		err := t.Interrupt(a, func(t *impl.Thread) error {
			w.logs[0] = append(w.logs[0], t.Level().String())
			return nil
		})
		if err != nil {
			return err
		}
		return m.Put(t, 1)
	})
}

// semaphore: of two that wait, one is killed; the unit goes to the other, or to the one
// before it died.
func semaphore(w *world) {
	s := impl.NewSemaphore(w.Runtime, 0)
	take := func(t *impl.Thread, log func(string)) error {
		err := s.Acquire(t)
		if err == nil {
			log("got")
		}
		return err
	}
	a := w.thread(take)
	b := w.thread(func(t *impl.Thread, log func(string)) error {
		if err := t.Await(a); err != nil {
			return err
		}
		return take(t, log)
	})
	w.thread(func(t *impl.Thread, _ func(string)) error {
		if err := t.Await(b); err != nil {
			return err
		}
		return t.ThrowTo(a, errX)
	})
	w.thread(func(t *impl.Thread, _ func(string)) error {
		if err := t.Await(b); err != nil {
			return err
		}
		s.Post()
		return nil
	})
	w.extra = func() string { return fmt.Sprintf("left=%d", s.Value()) }
}

// twoWaiters: of two that wait for a condition, the first one is interrupted by a
// function that does not return before the condition was notified, and then raises. The
// notification goes on to the other.
func twoWaiters(w *world) {
	m, c := impl.NewMutex(w.Runtime, "m"), impl.NewCond(w.Runtime)
	given := impl.NewVar(w.Runtime, 0)
	wait := func(t *impl.Thread, log func(string)) error {
		return m.With(t, func() error {
			err := c.Wait(t, m)
			if err == nil {
				log("woken")
			}
			return err
		})
	}
	a := w.thread(wait)
	b := w.thread(func(t *impl.Thread, log func(string)) error {
		if err := t.Await(a); err != nil {
			return err
		}
		return wait(t, log)
	})
	w.thread(func(t *impl.Thread, _ func(string)) error {
		if err := t.Await(b); err != nil {
			return err
		}
		err := t.Interrupt(a, func(t *impl.Thread) error {
			given.Set(1)
			if err := given.WaitUntil(t, func(n int) bool { return n == 2 }); err != nil {
				return err
			}
			return errX
		})
		if err != nil {
			return err
		}
		if err := given.Spin(t, func(n int) bool { return n == 1 }); err != nil {
			return err
		}
		c.Notify()
		given.Set(2)
		return nil
	})
}

// tagged: a throw to a tag from inside a mask opens it again.
func tagged(w *world) {
	g := impl.NewTag[int]("g")
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		v, err := g.Catch(t, func() (int, error) {
			return 0, t.WithoutInterrupts(func(impl.Without) error { return g.Throw(t, 7) })
		})
		if err != nil {
			return err
		}
		log(fmt.Sprint(v))
		log(t.Level().String())
		return nil
	})
	w.thread(func(t *impl.Thread, _ func(string)) error { return t.Kill(a) })
}

// withdrawnBefore: of two that are blocked in a throw to b, the first is interrupted;
// the second is served nevertheless.
func withdrawnBefore(w *world) {
	gone, masked := impl.NewVar(w.Runtime, false), impl.NewVar(w.Runtime, false)
	yes := func(b bool) bool { return b }
	var a, c *impl.Thread
	throw := func(u **impl.Thread, err error, after func(t *impl.Thread) error) func(*impl.Thread, func(string)) error {
		return func(t *impl.Thread, _ func(string)) error {
			if err := after(t); err != nil {
				return err
			}
			return t.ThrowTo(*u, err)
		}
	}
	var b *impl.Thread
	a = w.thread(throw(&b, errX, func(t *impl.Thread) error { return masked.Spin(t, yes) }))
	b = w.thread(func(t *impl.Thread, _ func(string)) error {
		return t.Mask(func(impl.Restore) error { masked.Set(true); return gone.Spin(t, yes) })
	})
	c = w.thread(throw(&b, errors.New("Y"), func(t *impl.Thread) error { return t.Await(a) }))
	d := w.thread(throw(&a, errX, func(t *impl.Thread) error { return t.Await(c) }))
	w.thread(func(t *impl.Thread, _ func(string)) error {
		if err := t.Join(d); err != nil {
			return err
		}
		if err := t.Join(a); err != nil {
			return err
		}
		gone.Set(true)
		return nil
	})
}

// endsWithPending: b ends by an error of its own, without having received what a throws
// at it, while c interrupts a. Then a throws again, at d, which receives nothing.
func endsWithPending(w *world) {
	never := impl.NewMVar[int](w.Runtime)
	var a, b *impl.Thread
	d := w.thread(func(t *impl.Thread, _ func(string)) error {
		return t.MaskUninterruptible(func(impl.Restore) error { _, err := never.Take(t); return err })
	})
	a = w.thread(func(t *impl.Thread, log func(string)) error {
		if err := t.Await(d); err != nil {
			return err
		}
		err := impl.Catch(t, func() error { return t.ThrowTo(b, errX) }, func(error) error { log("hit"); return nil })
		if err != nil {
			return err
		}
		log("again")
		return t.ThrowTo(d, errX)
	})
	b = w.thread(func(t *impl.Thread, _ func(string)) error {
		return t.Mask(func(impl.Restore) error {
			if err := t.Await(a); err != nil {
				return err
			}
			return errors.New("Y")
		})
	})
	w.thread(throwTo(&a, 1))
}

// killedNow: the cleanup does nothing that could fail.
func killedNow(w *world) {
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		return t.UnwindProtect(t.Check, func() error { log("cleaned"); return nil })
	})
	w.thread(func(t *impl.Thread, _ func(string)) error { return t.KillNow(a) })
}
