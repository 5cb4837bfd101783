package impl

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// on runs f in a thread and waits for it.
func on(b *testing.B, edition string, f func(t *Thread)) {
	b.Helper()
	b.ReportAllocs()
	rt := newRuntime(b, edition)
	done := make(chan struct{})
	rt.Go(nil, func(t *Thread) error {
		defer close(done)
		f(t)
		return nil
	})
	<-done
}

const inner = 128 // operations in an iteration: b.Loop alone costs more than one

func per(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/inner, "ns/each")
}

var sink uint64

func BenchmarkCheck(b *testing.B) {
	b.Run("no poll", func(b *testing.B) {
		var sum uint64
		for b.Loop() {
			for i := range uint64(inner) {
				sum += i
			}
		}
		sink = sum
		per(b)
	})
	b.Run("bare load", func(b *testing.B) {
		w := new(atomic.Uint64)
		var sum uint64
		for b.Loop() {
			for i := range uint64(inner) {
				if int64(w.Load()) < 0 {
					b.Fatal("negative")
				}
				sum += i
			}
		}
		sink = sum
		per(b)
	})
	b.Run("Check", func(b *testing.B) {
		on(b, "ghc@doc2010", func(t *Thread) {
			var sum uint64
			for b.Loop() {
				for i := range uint64(inner) {
					if t.Check() != nil {
						b.Fatal("interrupted")
					}
					sum += i
				}
			}
			sink = sum
		})
		per(b)
	})
	b.Run("ctx.Err", func(b *testing.B) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for b.Loop() {
			for i := range uint64(inner) {
				if ctx.Err() != nil {
					b.Fatal("cancelled")
				}
				sink += i
			}
		}
		per(b)
	})
	b.Run("select", func(b *testing.B) {
		done := make(chan struct{})
		for b.Loop() {
			for i := range uint64(inner) {
				select {
				case <-done:
					b.Fatal("cancelled")
				default:
				}
				sink += i
			}
		}
		per(b)
	})
}

var errBench = errors.New("x")

func BenchmarkFrames(b *testing.B) {
	ok := func() error { sink++; return nil }
	bad := func() error { sink++; return errBench }
	ignore := func(error) error { return nil }
	for _, c := range []struct {
		name string
		f    func(t *Thread) error
	}{
		{"mask by Enter and Leave", func(t *Thread) error {
			old := t.Level()
			err := t.Enter(max(old, Masked))
			sink++
			return t.Leave(old, err)
		}},
		{"Mask", func(t *Thread) error { return t.Mask(func(Restore) error { sink++; return nil }) }},
		{"Mask and Restore", func(t *Thread) error { return t.Mask(func(r Restore) error { return r.Do(ok) }) }},
		{"Catch", func(t *Thread) error { return Catch(t, ok, ignore) }},
		{"Catch an error", func(t *Thread) error { return Catch(t, bad, ignore) }},
		{"UnwindProtect", func(t *Thread) error { return t.UnwindProtect(ok, ok) }},
		{"Finally", func(t *Thread) error { return t.Finally(ok, ok) }},
		{"Bracket", func(t *Thread) error {
			_, err := Bracket(t, func() (int, error) { return 1, nil },
				func(int) (int, error) { sink++; return 1, nil }, func(int) error { return nil })
			return err
		}},
		{"ThrowTo self, caught", func(t *Thread) error {
			return Catch(t, func() error { return t.ThrowTo(t, errBench) }, ignore)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			on(b, "ghc@doc2010", func(t *Thread) {
				for b.Loop() {
					for range inner {
						if err := c.f(t); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
			per(b)
		})
	}
}

func BenchmarkMVarUncontended(b *testing.B) {
	on(b, "ghc@doc2010", func(t *Thread) {
		m := NewMVar[int](t.rt)
		for b.Loop() {
			for range inner {
				_ = m.Put(t, 1)
				_, _ = m.Take(t)
			}
		}
	})
	per(b)
}

func BenchmarkMutexUncontended(b *testing.B) {
	on(b, "ghc@doc2010", func(t *Thread) {
		m := NewMutex(t.rt, "m")
		for b.Loop() {
			for range inner {
				_ = m.Lock(t)
				_ = m.Unlock(t)
			}
		}
	})
	per(b)
}

func BenchmarkInterruptSelf(b *testing.B) {
	f := func(*Thread) error { sink++; return nil }
	on(b, "sbcl@doc", func(t *Thread) {
		for b.Loop() {
			for range inner {
				_ = t.Interrupt(t, f)
			}
		}
	})
	per(b)
}

// BenchmarkThrowToParked: the target is blocked, catches and blocks again.
func BenchmarkThrowToParked(b *testing.B) {
	b.Run("ThrowTo", func(b *testing.B) {
		rt := newRuntime(b, "ghc@doc2010")
		m := NewMVar[int](rt)
		ready := make(chan struct{})
		target := rt.Go(nil, func(t *Thread) error {
			close(ready)
			return t.Mask(func(Restore) error {
				for {
					err := Catch(t, func() error { _, err := m.Take(t); return err }, func(error) error { return nil })
					if err != nil {
						return err
					}
				}
			})
		})
		<-ready
		b.ReportAllocs()
		done := make(chan struct{})
		rt.Go(nil, func(t *Thread) error {
			defer close(done)
			for b.Loop() {
				if err := t.ThrowTo(target, errBench); err != nil {
					return err
				}
			}
			return nil
		})
		<-done
		rt.Close()
	})
	b.Run("unbuffered channel", func(b *testing.B) {
		ch := make(chan error)
		go func() {
			for range ch {
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			ch <- errBench
		}
		close(ch)
	})
	b.Run("ctx cancel and done", func(b *testing.B) {
		ctxs, done := make(chan context.Context), make(chan struct{})
		go func() {
			for ctx := range ctxs {
				<-ctx.Done()
				done <- struct{}{}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			ctx, cancel := context.WithCancel(context.Background())
			ctxs <- ctx
			cancel()
			<-done
		}
		close(ctxs)
	})
}

// BenchmarkThrowToMasked: the target is masked and yields, so that the sender parks.
func BenchmarkThrowToMasked(b *testing.B) {
	rt := newRuntime(b, "ghc@doc2010")
	var stop atomic.Bool
	ready, ended := make(chan struct{}), make(chan struct{})
	target := rt.Go(nil, func(t *Thread) error {
		defer close(ended)
		return t.Mask(func(Restore) error {
			close(ready)
			for !stop.Load() {
				runtime.Gosched()
				_ = Catch(t, func() error { return t.Unmask(func() error { return nil }) }, func(error) error { return nil })
			}
			return nil
		})
	})
	<-ready
	b.ReportAllocs()
	done := make(chan struct{})
	rt.Go(nil, func(t *Thread) error {
		defer close(done)
		for b.Loop() {
			_ = t.ThrowTo(target, errBench)
		}
		return nil
	})
	<-done
	stop.Store(true)
	<-ended
}

// BenchmarkPending: n functions are queued, then all are received.
func BenchmarkPending(b *testing.B) {
	f := func(*Thread) error { sink++; return nil }
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run(itoa(n), func(b *testing.B) {
			on(b, "sbcl@doc", func(t *Thread) {
				all := func() {
					_ = t.WithoutInterrupts(func(Without) error {
						for range n {
							_ = t.Interrupt(t, f)
						}
						return nil
					})
				}
				all() // makes the signals, which stay
				for b.Loop() {
					all()
				}
			})
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/each")
		})
	}
}

// BenchmarkBlockedThrowers: n threads are blocked in a throw to one that then receives
// them all; beside it, n goroutines blocked in a send to one channel.
func BenchmarkBlockedThrowers(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(itoa(n), func(b *testing.B) { throwers(b, n) })
		b.Run(itoa(n)+" senders to a channel", func(b *testing.B) { senders(b, n) })
	}
}

func throwers(b *testing.B, n int) {
	var spent time.Duration
	for b.Loop() {
		rt := newRuntime(b, "ghc@doc2010")
		masked, gate, drained := make(chan struct{}), make(chan struct{}), make(chan struct{})
		target := rt.Go(nil, func(t *Thread) error {
			return t.MaskUninterruptible(func(Restore) error {
				close(masked)
				<-gate
				begin := time.Now()
				for range n {
					_ = Catch(t, func() error { return t.Unmask(func() error { return nil }) }, func(error) error { return nil })
				}
				spent += time.Since(begin)
				close(drained)
				return nil
			})
		})
		<-masked
		for range n {
			rt.Go(nil, func(t *Thread) error { return t.ThrowTo(target, errBench) })
		}
		awaitBlocked(rt, n)
		close(gate)
		<-drained
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N)/float64(n), "ns/each")
}

func awaitBlocked(rt *Runtime, n int) {
	for {
		k := 0
		for _, s := range rt.Stuck() {
			if s.Op == OpThrowTo {
				k++
			}
		}
		if k == n {
			return
		}
		runtime.Gosched()
	}
}

func senders(b *testing.B, n int) {
	var spent time.Duration
	for b.Loop() {
		ch := make(chan error)
		var begun atomic.Int64
		for range n {
			go func() { begun.Add(1); ch <- errBench }()
		}
		for begun.Load() < int64(n) {
			runtime.Gosched()
		}
		for range 10 {
			runtime.Gosched()
		}
		begin := time.Now()
		for range n {
			<-ch
		}
		spent += time.Since(begin)
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N)/float64(n), "ns/each")
}

func BenchmarkSpawnKillJoin(b *testing.B) {
	on(b, "ghc@doc2010", func(t *Thread) {
		m := NewMVar[int](t.rt)
		for b.Loop() {
			u := t.rt.Go(t, func(u *Thread) error { _, err := m.Take(u); return err })
			_ = t.Kill(u)
			_ = t.Join(u)
		}
	})
}

func itoa(n int) string {
	s := ""
	for ; n > 0; n /= 10 {
		s = string(rune('0'+n%10)) + s
	}
	return s
}

// BenchmarkThrowToRunning: the target runs on another processor and polls. With one
// processor it measures the Go scheduler's time slice.
func BenchmarkThrowToRunning(b *testing.B) {
	if runtime.GOMAXPROCS(0) < 2 {
		b.Skip("needs two processors")
	}
	rt := newRuntime(b, "ghc@doc2010")
	var stop atomic.Bool
	ready, ended := make(chan struct{}), make(chan struct{})
	target := rt.Go(nil, func(t *Thread) error {
		runtime.LockOSThread()
		defer close(ended)
		poll := func() error {
			for !stop.Load() {
				if err := t.Check(); err != nil {
					return err
				}
			}
			return nil
		}
		return t.Mask(func(Restore) error {
			close(ready)
			for !stop.Load() {
				_ = Catch(t, func() error { return t.Unmask(poll) }, func(error) error { return nil })
			}
			return nil
		})
	})
	<-ready
	b.ReportAllocs()
	done := make(chan struct{})
	var took []time.Duration
	rt.Go(nil, func(t *Thread) error {
		defer close(done)
		for b.Loop() {
			begin := time.Now()
			_ = t.ThrowTo(target, errBench)
			took = append(took, time.Since(begin))
		}
		return nil
	})
	<-done
	stop.Store(true)
	<-ended
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[0].Nanoseconds()), "min-ns")
}
