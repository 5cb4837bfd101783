package impl

import (
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"
)

var errA, errB = errors.New("a"), errors.New("b")

func newRuntime(t testing.TB, edition string) *Runtime {
	t.Helper()
	rt, err := New(edition, Config{})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// run starts threads in a bubble, in order, and waits until nothing moves.
func run(t *testing.T, edition string, program func(rt *Runtime)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rt := newRuntime(t, edition)
		program(rt)
		synctest.Wait()
		if stuck := rt.Stuck(); len(stuck) > 0 {
			t.Errorf("still there: %v", stuck)
		}
		rt.Close()
	})
}

func wantEnd(t *testing.T, u *Thread, how End, err error) {
	t.Helper()
	if h, e := u.End(); h != how || e != err {
		t.Errorf("%s ended %v (%v), want %v (%v)", u.Name(), h, e, how, err)
	}
}

func TestThrowToParked(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		m := NewMVar[int](rt)
		a := rt.Go(nil, func(th *Thread) error { _, err := m.Take(th); return err })
		synctest.Wait()
		b := rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
		synctest.Wait()
		wantEnd(t, a, Died, errA)
		wantEnd(t, b, Returned, nil)
	})
}

func TestThrowersAreServedInOrder(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		var got []error
		m := NewMVar[int](rt)
		a := rt.Go(nil, func(th *Thread) error {
			return th.MaskUninterruptible(func(r Restore) error {
				if _, err := m.Take(th); err != nil {
					return err
				}
				for range 2 {
					err := th.Handle(func() error { return th.Unmask(func() error { return nil }) },
						func(error) bool { return true }, func(e error) error { got = append(got, e); return nil })
					if err != nil {
						return err
					}
				}
				return nil
			})
		})
		synctest.Wait()
		for _, e := range []error{errA, errB} {
			rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, e) })
			synctest.Wait()
		}
		rt.Go(nil, func(th *Thread) error { return m.Put(th, 1) })
		synctest.Wait()
		if len(got) != 2 || got[0] != errA || got[1] != errB {
			t.Errorf("got %v, want [a b]", got)
		}
	})
}

func TestInterruptedThrowIsWithdrawn(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		m := NewMVar[int](rt)
		b := rt.Go(nil, func(th *Thread) error {
			err := th.MaskUninterruptible(func(Restore) error { _, err := m.Take(th); return err })
			return errors.Join(err, th.Check())
		})
		synctest.Wait()
		a := rt.Go(nil, func(th *Thread) error { return th.ThrowTo(b, errA) })
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errB) })
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return m.Put(th, 1) })
		synctest.Wait()
		wantEnd(t, a, Died, errB)
		wantEnd(t, b, Returned, nil)
	})
}

func TestCleanupsOfTheKilledRun(t *testing.T) {
	run(t, "sbcl@doc", func(rt *Runtime) {
		var log []string
		add := func(s string) func() error { return func() error { log = append(log, s); return nil } }
		a := rt.Go(nil, func(th *Thread) error {
			return th.UnwindProtect(func() error {
				return Catch(th, func() error { return th.Sleep(time.Hour) }, func(error) error { return nil })
			}, add("c1"), add("c2"))
		})
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return th.Kill(a) })
		synctest.Wait()
		wantEnd(t, a, Killed, nil)
		if len(log) != 2 {
			t.Errorf("cleanups %v, want [c1 c2]", log)
		}
	})
}

func TestFunctionRunsAndTheWaitGoesOn(t *testing.T) {
	run(t, "sbcl@doc", func(rt *Runtime) {
		m := NewMVar[int](rt)
		n := 0
		a := rt.Go(nil, func(th *Thread) error { v, err := m.Take(th); n += v; return err })
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error {
			return th.Interrupt(a, func(th *Thread) error {
				if th.Level() != Masked {
					t.Errorf("the function runs at level %v, want masked", th.Level())
				}
				n += 10
				return nil
			})
		})
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return m.Put(th, 1) })
		synctest.Wait()
		if n != 11 {
			t.Errorf("n = %d, want 11", n)
		}
		wantEnd(t, a, Returned, nil)
	})
}

func TestSwallowedInterruptStaysInForce(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		m := NewMVar[int](rt)
		a := rt.Go(nil, func(th *Thread) error {
			_, first := m.Take(th)
			_, second := m.Take(th)
			if first != errA || second != errA {
				t.Errorf("got %v, then %v; want a twice", first, second)
			}
			return nil
		})
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
		synctest.Wait()
		wantEnd(t, a, Died, errA)
	})
}

func TestThrowToTag(t *testing.T) {
	run(t, "sbcl@doc", func(rt *Runtime) {
		g := NewTag[int]("g")
		m := NewMVar[int](rt)
		v := 0
		a := rt.Go(nil, func(th *Thread) (err error) {
			v, err = g.Catch(th, func() (int, error) { return m.Take(th) })
			return err
		})
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error {
			return th.Interrupt(a, func(th *Thread) error { return g.Throw(th, 7) })
		})
		synctest.Wait()
		wantEnd(t, a, Returned, nil)
		if v != 7 {
			t.Errorf("caught %d, want 7", v)
		}
	})
}

// incomparable is an error that panics when it is compared.
type incomparable struct{ s []int }

func (incomparable) Error() string { return "incomparable" }

func TestIncomparableErrors(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		cleaned := 0
		a := rt.Go(nil, func(th *Thread) error {
			return Catch(th, func() error {
				return th.UnwindProtect(func() error { return th.Sleep(time.Hour) }, func() error { cleaned++; return nil })
			}, func(e incomparable) error { cleaned += len(e.s); return nil })
		})
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, incomparable{[]int{1, 2}}) })
		synctest.Wait()
		wantEnd(t, a, Returned, nil)
		if cleaned != 3 {
			t.Errorf("cleaned = %d, want 3", cleaned)
		}
	})
}

// TestMemory: a thread that has ended is not kept by its runtime.
func TestMemory(t *testing.T) {
	rt := newRuntime(t, "ghc@doc2010")
	for range 100 {
		u := rt.Go(nil, func(*Thread) error { return nil })
		done := make(chan struct{})
		rt.Go(nil, func(th *Thread) error { defer close(done); return th.Join(u) })
		<-done
	}
	for len(rt.alive()) > 0 {
		runtime.Gosched()
	}
	if size := unsafe.Sizeof(Thread{}); size > 256 {
		t.Errorf("a Thread is %d bytes", size)
	}
	t.Logf("a Thread is %d bytes", unsafe.Sizeof(Thread{}))
}

// TestDoneOfTheEnding: who asks for the end of a thread just as it ends is told once.
func TestDoneOfTheEnding(t *testing.T) {
	rt := newRuntime(t, "ghc@doc2010")
	for range 5000 {
		<-rt.Go(nil, func(*Thread) error { return nil }).Done()
	}
}
