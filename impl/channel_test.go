package impl

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestChannelsAreInterruptible(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		ch := make(chan int)
		for name, block := range map[string]func(*Thread) error{
			"receive": func(th *Thread) error { _, _, err := Receive(th, ch); return err },
			"send":    func(th *Thread) error { return Send(th, make(chan<- int), 1) },
		} {
			for _, level := range []Level{Open, Masked} {
				a := rt.Go(nil, func(th *Thread) error {
					return th.At(level, func() error { return block(th) })
				})
				synctest.Wait()
				if s := a.status(); s.Op.String() != name {
					t.Errorf("it is in %v, want %s", s.Op, name)
				}
				rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
				synctest.Wait()
				wantEnd(t, a, Died, errA)
			}
		}
	})
}

func (t *Thread) status() Status {
	s, _ := t.describe()
	return s
}

// TestChannelAtItsLevels: at level Closed nothing is received, and the
// operation ends as it would without an interrupt. So it does if it need not block.
func TestChannelAtItsLevels(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		ch := make(chan int, 1)
		closed := rt.Go(nil, func(th *Thread) error {
			return th.MaskUninterruptible(func(Restore) error {
				v, open, err := Receive(th, ch)
				if v != 7 || !open || err != nil {
					t.Errorf("received %d, %v, %v", v, open, err)
				}
				close(ch)
				_, open, err = Receive(th, ch)
				if open || err != nil {
					t.Errorf("from the closed channel: open %v, %v", open, err)
				}
				return nil
			})
		})
		synctest.Wait()
		sender := rt.Go(nil, func(th *Thread) error { return th.ThrowTo(closed, errA) })
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return Send(th, ch, 7) })
		synctest.Wait()
		wantEnd(t, closed, Died, errA) // when the mask is left
		wantEnd(t, sender, Returned, nil)

		one := make(chan int, 1)
		b := rt.Go(nil, func(th *Thread) error {
			return th.Mask(func(Restore) error {
				th.Post(errB)
				return Send(th, one, 1) // there is room: not interrupted
			})
		})
		synctest.Wait()
		wantEnd(t, b, Died, errB)
		if len(one) != 1 {
			t.Error("nothing was sent")
		}
	})
}

// TestFunctionAtAChannel: a function that interrupts is run, and the operation goes on.
func TestFunctionAtAChannel(t *testing.T) {
	run(t, "sbcl@doc", func(rt *Runtime) {
		ch := make(chan int)
		n := 0
		a := rt.Go(nil, func(th *Thread) error { v, _, err := Receive(th, ch); n += v; return err })
		synctest.Wait()
		for range 3 {
			rt.Go(nil, func(th *Thread) error {
				return th.Interrupt(a, func(*Thread) error { n += 10; return nil })
			})
			synctest.Wait()
		}
		ch <- 1
		synctest.Wait()
		wantEnd(t, a, Returned, nil)
		if n != 31 {
			t.Errorf("n = %d, want 31", n)
		}
	})
}

func TestCloseAndKillNowReachAChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := newRuntime(t, "lcl@doc")
		block := func(th *Thread) error {
			return th.At(Closed, func() error { _, _, err := Receive(th, make(chan int)); return err })
		}
		a, b := rt.Go(nil, block), rt.Go(nil, block)
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return th.KillNow(a) })
		synctest.Wait()
		wantEnd(t, a, Killed, nil)
		rt.Close()
		synctest.Wait()
		wantEnd(t, b, Killed, nil)
	})
}

// TestChannelLosesNothing lets receivers be interrupted at random moments: every value that
// was sent is received.
func TestChannelLosesNothing(t *testing.T) {
	rt := newRuntime(t, "ghc@doc2010")
	const values = 2000
	ch, sum := make(chan int), 0
	masked := make(chan struct{})
	// Masked: a handler that ends at level Open is a safe point outside all handlers.
	a := rt.Go(nil, func(th *Thread) error {
		return th.Mask(func(Restore) error {
			close(masked)
			for n := 0; n < values; {
				err := Catch(th, func() error {
					v, _, err := Receive(th, ch)
					if err == nil {
						n, sum = n+1, sum+v
					}
					return err
				}, func(error) error { return nil })
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	<-masked
	interrupts := rt.Go(nil, func(th *Thread) error {
		for {
			if err := th.ThrowTo(a, errA); err != nil {
				return err
			}
			if how, _ := a.End(); how != Alive {
				return nil
			}
			if err := th.Sleep(time.Microsecond); err != nil {
				return err
			}
		}
	})
	inThread(rt, func(th *Thread) {
		for i := range values {
			if err := Send(th, ch, i); err != nil {
				t.Error(err)
			}
		}
	})
	<-a.Done()
	<-interrupts.Done()
	if sum != values*(values-1)/2 {
		t.Errorf("the sum is %d, want %d", sum, values*(values-1)/2)
	}
}

// TestContextOfAThread: it is done when an interrupt unwinds the thread, or that has
// ended; after a handler there is another.
func TestContextOfAThread(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		var last context.Context
		a := rt.Go(nil, func(th *Thread) error {
			first := th.Context()
			if first != th.Context() || first.Err() != nil {
				t.Errorf("the context is %v, and another one the second time", first)
			}
			err := Catch(th, func() error {
				err := th.Sleep(time.Hour)
				if th.Context().Err() == nil {
					t.Error("a context made while the thread unwinds is not done")
				}
				return err
			}, func(error) error { return nil })
			if context.Cause(first) != errA {
				t.Errorf("the cause is %v, want %v", context.Cause(first), errA)
			}
			last = th.Context()
			if last.Err() != nil {
				t.Error("the context is done though a handler has taken the interrupt")
			}
			return errors.Join(err, th.Check())
		})
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
		synctest.Wait()
		wantEnd(t, a, Returned, nil)
		if context.Cause(last) != errEnded {
			t.Errorf("the cause is %v, want %v", context.Cause(last), errEnded)
		}
	})
}
