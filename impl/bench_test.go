package impl

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The benchmarks of impl, each with what a Go programmer would use in its place beside it.
// Run them by `go run ./impl/bench`, which interleaves the two of a pair.

// inner is how many operations an iteration has: b.Loop alone costs more than one.
const inner = 128

// per reports what one of n operations in an iteration took, and how much of that on a
// processor: where others use the machine too, only the latter says something.
//
//	defer per(b, n)()
func per(b *testing.B, n int) func() {
	b.ReportAllocs()
	begin := cpuTime()
	return func() {
		each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(b.N) / float64(n) }
		b.ReportMetric(each(b.Elapsed()), "ns/each")
		b.ReportMetric(each(cpuTime()-begin), "cpu-ns/each")
	}
}

// on runs f in a thread and waits for it.
func on(b *testing.B, edition string, f func(t *Thread)) {
	b.Helper()
	inThread(newRuntime(b, edition), f)
}

func inThread(rt *Runtime, f func(t *Thread)) {
	done := make(chan struct{})
	rt.Go(nil, func(t *Thread) error {
		defer close(done)
		f(t)
		return nil
	})
	<-done
}

var (
	sink     uint64
	errBench = errors.New("x")
	ok       = func() error { sink++; return nil }
	bad      = func() error { sink++; return errBench }
	ignore   = func(error) error { return nil }
	catching = func(t *Thread) error {
		return Catch(t, func() error { return t.Unmask(func() error { return nil }) }, ignore)
	}
)

func BenchmarkCheck(b *testing.B) {
	b.Run("no poll", func(b *testing.B) {
		defer per(b, inner)()
		var sum uint64
		for b.Loop() {
			for i := range uint64(inner) {
				sum += i
			}
		}
		sink = sum
	})
	b.Run("bare load", func(b *testing.B) {
		defer per(b, inner)()
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
	})
	b.Run("impl", func(b *testing.B) {
		defer per(b, inner)()
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
	})
	b.Run("ctx.Err", func(b *testing.B) {
		defer per(b, inner)()
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
	})
	b.Run("select", func(b *testing.B) {
		defer per(b, inner)()
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
	})
}

func BenchmarkFrames(b *testing.B) {
	var lock sync.Mutex
	var word atomic.Uint64
	for _, c := range []struct {
		name string
		f    func(t *Thread) error
	}{
		{"Enter and Leave", func(t *Thread) error {
			old := t.Level()
			err := t.Enter(max(old, Masked))
			sink++
			return t.Leave(old, err)
		}},
		{"Mask", func(t *Thread) error { return t.Mask(func(Restore) error { sink++; return nil }) }},
		{"Mask, floor", func(t *Thread) error { return maskFloor(t, func(Restore) error { sink++; return nil }) }},
		{"Mask and Do", func(t *Thread) error { return t.Mask(func(r Restore) error { return r.Do(ok) }) }},
		{"atomic or and and", func(*Thread) error { word.Or(1); sink++; word.And(^uint64(1)); return nil }},
		{"Catch", func(t *Thread) error { return Catch(t, ok, ignore) }},
		{"Catch an error", func(t *Thread) error { return Catch(t, bad, ignore) }},
		{"if err", func(*Thread) error {
			if err := bad(); err != nil {
				return ignore(err)
			}
			return nil
		}},
		{"defer and recover", func(*Thread) (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = r.(error)
				}
			}()
			return ok()
		}},
		{"UnwindProtect", func(t *Thread) error { return t.UnwindProtect(ok, ok) }},
		{"UnwindProtect, floor", func(*Thread) error { return protectFloor(ok, ok) }},
		{"defer", func(*Thread) error { defer ok(); return ok() }},
		{"Finally", func(t *Thread) error { return t.Finally(ok, ok) }},
		{"Bracket", func(t *Thread) error {
			_, err := Bracket(t, func() (int, error) { return 1, nil },
				func(int) (int, error) { sink++; return 1, nil }, func(int) error { return nil })
			return err
		}},
		{"lock, defer unlock", func(*Thread) error { lock.Lock(); defer lock.Unlock(); return ok() }},
		{"ThrowTo self", func(t *Thread) error {
			return Catch(t, func() error { return t.ThrowTo(t, errBench) }, ignore)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			defer per(b, inner)()
			on(b, "ghc@doc2010", func(t *Thread) {
				for b.Loop() {
					for range inner {
						if err := c.f(t); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		})
	}
}

// maskFloor is the least that a mask of a closure can be which a panic does not break: no
// safe point at its end, nothing in force, nobody who watches.
//
//go:noinline
func maskFloor(t *Thread, body func(Restore) error) error {
	old := t.level
	defer func() { t.level = old }()
	t.level = max(old, Masked)
	return body(Restore{t, 0, old})
}

// protectFloor is the same of a cleanup.
//
//go:noinline
func protectFloor(body, cleanup func() error) error {
	returned := false
	defer func() {
		if !returned {
			_ = cleanup()
		}
	}()
	err := body()
	if returned = true; err != nil {
		return err
	}
	return cleanup()
}

func BenchmarkCells(b *testing.B) {
	each := func(name string, make func(rt *Runtime) func(t *Thread)) {
		b.Run(name, func(b *testing.B) {
			defer per(b, inner)()
			on(b, "ghc@doc2010", func(t *Thread) {
				f := make(t.rt)
				for b.Loop() {
					for range inner {
						f(t)
					}
				}
			})
		})
	}
	each("MVar put and take", func(rt *Runtime) func(*Thread) {
		m := NewMVar[int](rt)
		return func(t *Thread) { _ = m.Put(t, 1); _, _ = m.Take(t) }
	})
	each("channel of one", func(*Runtime) func(*Thread) {
		ch := make(chan int, 1)
		return func(*Thread) { ch <- 1; <-ch }
	})
	each("Mutex", func(rt *Runtime) func(*Thread) {
		m := NewMutex(rt, "m")
		return func(t *Thread) { _ = m.Lock(t); _ = m.Unlock(t) }
	})
	each("sync.Mutex", func(*Runtime) func(*Thread) {
		var m sync.Mutex
		return func(*Thread) { m.Lock(); m.Unlock() }
	})
	each("Receive and Send", func(*Runtime) func(*Thread) {
		ch := make(chan int, 1)
		return func(t *Thread) { _ = Send(t, ch, 1); _, _, _ = Receive(t, ch) }
	})
}

// BenchmarkParked: the target is blocked, is thrown at, catches and blocks again.
func BenchmarkParked(b *testing.B) {
	b.Run("impl", func(b *testing.B) {
		defer per(b, 1)()
		rt := newRuntime(b, "ghc@doc2010")
		m := NewMVar[int](rt)
		ready := make(chan struct{})
		target := rt.Go(nil, func(t *Thread) error {
			close(ready)
			return t.Mask(func(Restore) error {
				for {
					err := Catch(t, func() error { _, err := m.Take(t); return err }, ignore)
					if err != nil {
						return err
					}
				}
			})
		})
		<-ready
		inThread(rt, func(t *Thread) {
			for b.Loop() {
				_ = t.ThrowTo(target, errBench)
			}
		})
		rt.Close()
	})
	b.Run("unbuffered channel", func(b *testing.B) {
		defer per(b, 1)()
		ch := make(chan error)
		go func() {
			for range ch {
			}
		}()
		for b.Loop() {
			ch <- errBench
		}
		close(ch)
	})
	b.Run("ctx cancel and done", func(b *testing.B) {
		defer per(b, 1)()
		ctxs, done := make(chan context.Context), make(chan struct{})
		go func() {
			for ctx := range ctxs {
				<-ctx.Done()
				done <- struct{}{}
			}
		}()
		for b.Loop() {
			ctx, cancel := context.WithCancel(context.Background())
			ctxs <- ctx
			cancel()
			<-done
		}
		close(ctxs)
	})
}

// BenchmarkMasked: the target is masked and yields, so that the sender parks.
func BenchmarkMasked(b *testing.B) {
	b.Run("impl", func(b *testing.B) {
		defer per(b, 1)()
		rt := newRuntime(b, "ghc@doc2010")
		var stop atomic.Bool
		ready, ended := make(chan struct{}), make(chan struct{})
		target := rt.Go(nil, func(t *Thread) error {
			defer close(ended)
			return t.Mask(func(Restore) error {
				close(ready)
				for !stop.Load() {
					runtime.Gosched()
					_ = catching(t)
				}
				return nil
			})
		})
		<-ready
		inThread(rt, func(t *Thread) {
			for b.Loop() {
				_ = t.ThrowTo(target, errBench)
			}
		})
		stop.Store(true)
		<-ended
	})
	b.Run("condition, there and back", func(b *testing.B) {
		defer per(b, 1)()
		var lock sync.Mutex
		turn, cond := 0, sync.NewCond(&lock)
		wait := func(mine int) {
			for turn != mine {
				cond.Wait()
			}
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			lock.Lock()
			defer lock.Unlock()
			for {
				if wait(1); turn < 0 {
					return
				}
				turn = 0
				cond.Signal()
			}
		}()
		lock.Lock()
		for b.Loop() {
			turn = 1
			cond.Signal()
			wait(0)
		}
		lock.Unlock()
	})
}

// BenchmarkRunning: the target runs on another processor and polls; both are pinned, where
// the system permits. The other one is a flag that goes there and back.
func BenchmarkRunning(b *testing.B) {
	if runtime.GOMAXPROCS(0) < 2 {
		b.Skip("needs two processors")
	}
	report := func(b *testing.B, took []time.Duration) {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
		b.ReportMetric(float64(took[len(took)/10].Nanoseconds()), "p10-ns")
		b.ReportMetric(float64(took[0].Nanoseconds()), "min-ns")
	}
	b.Run("impl", func(b *testing.B) {
		rt := newRuntime(b, "ghc@doc2010")
		var stop atomic.Bool
		ready, ended := make(chan struct{}), make(chan struct{})
		target := rt.Go(nil, func(t *Thread) error {
			defer pin(1)()
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
					_ = Catch(t, func() error { return t.Unmask(poll) }, ignore)
				}
				return nil
			})
		})
		<-ready
		var took []time.Duration
		inThread(rt, func(t *Thread) {
			defer pin(0)()
			for b.Loop() {
				begin := time.Now()
				_ = t.ThrowTo(target, errBench)
				took = append(took, time.Since(begin))
			}
		})
		stop.Store(true)
		<-ended
		report(b, took)
	})
	b.Run("flag, there and back", func(b *testing.B) {
		var flag atomic.Int64
		ended, back := make(chan struct{}), make(chan struct{})
		go func() {
			defer pin(1)()
			defer close(ended)
			for {
				switch flag.Load() {
				case 1:
					flag.Store(0)
				case -1:
					return
				}
			}
		}()
		var took []time.Duration
		go func() {
			defer close(back)
			defer pin(0)()
			for b.Loop() {
				begin := time.Now()
				flag.Store(1)
				for n := 0; flag.Load() != 0; n++ {
					if n > 1_000_000 { // somebody else has the other processor
						runtime.Gosched()
					}
				}
				took = append(took, time.Since(begin))
			}
		}()
		<-back
		flag.Store(-1)
		<-ended
		report(b, took)
	})
}

// BenchmarkPending: n functions are queued, then all are received.
func BenchmarkPending(b *testing.B) {
	f := func(*Thread) error { sink++; return nil }
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			var queued, received time.Duration
			all := func(t *Thread) {
				var full time.Duration
				begin := cpuTime()
				_ = t.WithoutInterrupts(func(Without) error {
					for range n {
						_ = t.Interrupt(t, f)
					}
					full = cpuTime()
					return nil
				})
				queued, received = queued+full-begin, received+cpuTime()-full
			}
			on(b, "sbcl@doc", func(t *Thread) {
				all(t) // makes the signals, which stay
				queued, received = 0, 0
				for b.Loop() {
					for range max(1, 10_000/n) {
						all(t)
					}
				}
			})
			each := float64(b.N) * float64(n*max(1, 10_000/n))
			b.ReportMetric(float64(queued.Nanoseconds())/each, "cpu-ns/enqueue")
			b.ReportMetric(float64(received.Nanoseconds())/each, "cpu-ns/drain")
		})
	}
}

// BenchmarkThrowers: n threads are blocked in a throw to one that then receives them all;
// beside it, n goroutines blocked in a send to one channel.
func BenchmarkThrowers(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(fmt.Sprintf("impl %d", n), func(b *testing.B) { throwers(b, n) })
		b.Run(fmt.Sprintf("channel %d", n), func(b *testing.B) { senders(b, n) })
	}
}

func spent(b *testing.B, d time.Duration, n int) {
	b.ReportMetric(float64(d.Nanoseconds())/float64(b.N)/float64(n), "cpu-ns/each")
}

func throwers(b *testing.B, n int) {
	var took time.Duration
	for b.Loop() {
		rt := newRuntime(b, "ghc@doc2010")
		masked, gate, drained := make(chan struct{}), make(chan struct{}), make(chan struct{})
		target := rt.Go(nil, func(t *Thread) error {
			return t.MaskUninterruptible(func(Restore) error {
				close(masked)
				<-gate
				_ = catching(t) // the collector has cut the stack, which grows again
				begin := cpuTime()
				for range n - 1 {
					_ = catching(t)
				}
				took += cpuTime() - begin
				close(drained)
				return nil
			})
		})
		<-masked
		for range n {
			rt.Go(nil, func(t *Thread) error { return t.ThrowTo(target, errBench) })
		}
		awaitBlocked(rt, n)
		runtime.GC() // not while it is measured
		close(gate)
		<-drained
	}
	spent(b, took, n-1)
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
	var took time.Duration
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
		runtime.GC()
		<-ch
		begin := cpuTime()
		for range n - 1 {
			<-ch
		}
		took += cpuTime() - begin
	}
	spent(b, took, n-1)
}

// BenchmarkWithdraw: n threads are blocked in a throw to one; each is interrupted, the
// newest first, which withdraws its throw.
func BenchmarkWithdraw(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var took time.Duration
			for b.Loop() {
				rt := newRuntime(b, "ghc@doc2010")
				masked, gate := make(chan struct{}), make(chan struct{})
				target := rt.Go(nil, func(t *Thread) error {
					return t.MaskUninterruptible(func(Restore) error { close(masked); <-gate; return nil })
				})
				<-masked
				var all []*Thread
				for range n {
					all = append(all, rt.Go(nil, func(t *Thread) error { return t.ThrowTo(target, errBench) }))
				}
				awaitBlocked(rt, n)
				inThread(rt, func(t *Thread) {
					begin := cpuTime()
					for _, u := range slices.Backward(all) {
						_ = t.ThrowTo(u, errBench)
					}
					took += cpuTime() - begin
				})
				close(gate)
			}
			spent(b, took, n)
		})
	}
}

func BenchmarkSpawn(b *testing.B) {
	b.Run("go, kill, join", func(b *testing.B) {
		defer per(b, 1)()
		on(b, "ghc@doc2010", func(t *Thread) {
			m := NewMVar[int](t.rt)
			for b.Loop() {
				u := t.rt.Go(t, func(u *Thread) error { _, err := m.Take(u); return err })
				_ = t.Kill(u)
				_ = t.Join(u)
			}
		})
	})
	b.Run("go, ctx cancel, done", func(b *testing.B) {
		defer per(b, 1)()
		for b.Loop() {
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() { <-ctx.Done(); close(done) }()
			cancel()
			<-done
		}
	})
}
