package impl_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interject/interject/impl"
)

// inThread runs f as a thread of a new runtime and waits for it.
func inThread(edition string, f func(*impl.Thread) error) {
	rt, err := impl.New(edition, impl.Config{Check: true})
	if err != nil {
		panic(err)
	}
	t := rt.NewThread("example", f)
	if err := t.Start(nil); err != nil {
		panic(err)
	}
	<-t.Done()
	if how, err := t.End(); how != impl.Returned {
		fmt.Println(how, err)
	}
}

// Nothing is received in a mask but where it blocks; in the restored part, anything is.
func ExampleThread_Mask() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		return t.Mask(func(r impl.Restore) error {
			t.Post(errTimeout)
			fmt.Println("in the mask:", t.Check())
			err := r.Do(t.Check)
			fmt.Println("restored:", err)
			return err
		})
	})
	// Output:
	// in the mask: <nil>
	// restored: too slow
	// died too slow
}

// A handler takes the errors of its type, wherever they come from.
func ExampleCatch() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		t.Post(fmt.Errorf("reading: %w", context.DeadlineExceeded))
		return impl.Catch(t, t.Check, func(e interface {
			error
			Timeout() bool
		}) error {
			fmt.Println("timeout:", e.Timeout())
			return nil
		})
	})
	// Output: timeout: true
}

// Cleanups run in order; one that fails ends the series, and its error goes on.
func ExampleThread_UnwindProtect() {
	inThread("sbcl@doc", func(t *impl.Thread) error {
		return t.UnwindProtect(
			func() error { fmt.Println("body"); return errTimeout },
			func() error { fmt.Println("first"); return nil },
			func() error { fmt.Println("second"); return errors.New("cannot clean up") },
			func() error { fmt.Println("third"); return nil })
	})
	// Output:
	// body
	// first
	// second
	// died cannot clean up
}

// A function that swallows an error delays an interrupt, but does not lose it.
func ExampleThread_Check() {
	swallows := func(t *impl.Thread) { _ = t.Check() }
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		t.Post(errTimeout)
		swallows(t)
		fmt.Println("still there:", t.Check())
		return nil
	})
	// Output:
	// still there: too slow
	// died too slow
}

// A throw to a tag comes back from the Catch of the tag, with a value.
func ExampleTag() {
	found := impl.NewTag[int]("found")
	inThread("sbcl@doc", func(t *impl.Thread) error {
		n, err := found.Catch(t, func() (int, error) {
			for i := range 1000 {
				if i*i > 2000 {
					return 0, found.Throw(t, i)
				}
			}
			return -1, nil
		})
		fmt.Println(n, err)
		return err
	})
	// Output: 45 <nil>
}

// What takes too long is interrupted where it stands, and nothing of that is left behind.
func ExampleThread_WithTimeout() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		return impl.Catch(t, func() error {
			return t.WithTimeout(time.Millisecond, errTimeout, func() error { return t.Sleep(time.Hour) })
		}, func(err error) error {
			fmt.Println(err)
			return nil
		})
	})
	// Output: too slow
}

// A thread that waits at a Go channel is interrupted like one that waits at an MVar.
func ExampleReceive() {
	requests := make(chan string)
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		time.AfterFunc(time.Millisecond, func() { t.Post(errTimeout) })
		_, _, err := impl.Receive(t, requests)
		fmt.Println(err)
		return impl.Catch(t, t.Check, func(error) error { return nil })
	})
	// Output: too slow
}

// What a thread has started stops with it, if it is given the thread's context.
func ExampleThread_Context() {
	stopped := make(chan error)
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		ctx := t.Context()
		go func() { <-ctx.Done(); stopped <- context.Cause(ctx) }()
		t.Post(errTimeout)
		return t.Check()
	})
	fmt.Println(<-stopped)
	// Output:
	// died too slow
	// too slow
}

// A call that blocks in code which knows nothing of threads is asked to return by its
// context, and what came is received after it.
func ExampleThread_ForeignInterruptible() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		time.AfterFunc(time.Millisecond, func() { t.Post(errTimeout) })
		return t.ForeignInterruptible(func(ctx context.Context) error {
			<-ctx.Done() // as a query to a data base would
			fmt.Println("asked to return")
			return ctx.Err()
		})
	})
	// Output:
	// asked to return
	// died too slow
}

// Without its cleanups a thread ends at once; what it holds stays held.
func ExampleThread_KillNow() {
	rt, _ := impl.New("lcl@doc", impl.Config{})
	lock := impl.NewMutex(rt, "lock")
	worker := rt.NewThread("worker", func(t *impl.Thread) error {
		return lock.With(t, func() error { return t.Sleep(time.Hour) })
	})
	_ = worker.Start(nil)
	killer := rt.Go(nil, func(t *impl.Thread) error {
		if err := t.Await(worker); err != nil {
			return err
		}
		return t.KillNow(worker)
	})
	<-killer.Done()
	how, _ := worker.End()
	fmt.Println(worker.Name(), "is", how, "and holds the lock:", lock.Holder() == worker)
	// Output: worker is killed and holds the lock: true
}

// In tests, a runtime that checks finds a handle that is used from another goroutine.
func ExampleConfig_check() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() { fmt.Println(recover()) }()
			_ = t.Check()
		}()
		<-done
		return nil
	})
	// Output: impl: example: its handle is used from another goroutine; only the functions that the thread runs may
}

// A runtime is closed and waited for: threads that block or check end, and their cleanups run.
func ExampleRuntime_Close() {
	rt, _ := impl.New("ghc@doc2010", impl.Config{})
	for _, name := range []string{"a", "b"} {
		begun := make(chan struct{})
		_ = rt.NewThread(name, func(t *impl.Thread) error {
			return t.UnwindProtect(
				func() error { close(begun); return t.Sleep(time.Hour) },
				func() error { fmt.Println(t.Name(), "cleans up"); return nil })
		}).Start(nil)
		<-begun
	}
	rt.Close()
	fmt.Println(rt.Wait(context.Background()))
	// Unordered output:
	// a cleans up
	// b cleans up
	// <nil>
}

// Waiting for a condition: the mutex is held again when Wait returns nil, and With frees it.
func ExampleCond() {
	rt, _ := impl.New("sbcl@doc", impl.Config{})
	lock, changed := impl.NewMutex(rt, "lock"), impl.NewCond(rt)
	var jobs []string
	worker := rt.Go(nil, func(t *impl.Thread) error {
		return lock.With(t, func() error {
			for len(jobs) == 0 {
				if err := changed.Wait(t, lock); err != nil {
					return err
				}
			}
			fmt.Println("got", jobs[0])
			return nil
		})
	})
	rt.Go(nil, func(t *impl.Thread) error {
		return lock.With(t, func() error {
			jobs = append(jobs, "a job")
			changed.Notify()
			return nil
		})
	})
	<-worker.Done()
	// Output: got a job
}

// A semaphore limits how many do something at once. Its units come back by Post, which anyone
// may call; in a Bracket they do so whatever happens.
func ExampleSemaphore() {
	rt, _ := impl.New("ghc@doc2010", impl.Config{})
	slots := impl.NewSemaphore(rt, 1)
	limited := func(t *impl.Thread, work func() error) error {
		_, err := impl.Bracket(t,
			func() (struct{}, error) { return struct{}{}, slots.Acquire(t) },
			func(struct{}) (struct{}, error) { return struct{}{}, work() },
			func(struct{}) error { slots.Post(); return nil })
		return err
	}
	worker := rt.Go(nil, func(t *impl.Thread) error {
		return limited(t, func() error { return t.Sleep(time.Hour) })
	})
	worker.Post(errTimeout)
	<-worker.Done()
	_, err := worker.End()
	fmt.Println(err, "and there are units:", slots.Value())
	// Output: too slow and there are units: 1
}

// In the manner of SBCL: no interrupts, but where they are allowed.
func ExampleThread_WithoutInterrupts() {
	inThread("sbcl@doc", func(t *impl.Thread) error {
		t.PostFunc(func(*impl.Thread) error { fmt.Println("interrupt"); return nil })
		return t.WithoutInterrupts(func(w impl.Without) error {
			fmt.Println("nothing comes here")
			err := w.Allow(func() error { return t.WithInterrupts(t.Check) })
			fmt.Println("nor here")
			return err
		})
	})
	// Output:
	// nothing comes here
	// interrupt
	// nor here
}

// A goroutine that is no thread tells a thread of a result by a variable.
func ExampleVar() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		done := impl.NewVar(t.Runtime(), 0)
		go func() { done.Set(6 * 7) }()
		err := done.WaitUntil(t, func(n int) bool { return n > 0 })
		fmt.Println(done.Get(), err)
		return err
	})
	// Output: 42 <nil>
}

// A test waits until all threads have come to rest, and sees where each is.
func ExampleRuntime_AwaitQuiet() {
	rt, _ := impl.New("ghc@doc2010", impl.Config{Quiet: true, Check: true})
	jobs := impl.NewMVar[string](rt)
	worker := rt.NewThread("worker", func(t *impl.Thread) error {
		job, err := jobs.Take(t)
		fmt.Println("job:", job, "error:", err)
		return err
	})
	_ = worker.Start(nil)
	fmt.Println(rt.AwaitQuiet(context.Background()), rt.Stuck())
	worker.Post(errors.New("no more"))
	fmt.Println(rt.AwaitQuiet(context.Background()), rt.Stuck())
	fmt.Println(worker.End())
	// Output:
	// <nil> [worker: is in take *impl.MVar[string], 0 pending]
	// job:  error: no more
	// <nil> []
	// died no more
}

// A request's context interrupts the thread that serves it, even where that waits for a cell.
func ExampleThread_WithContext() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		answer := impl.NewMVar[string](t.Runtime())
		request, cancel := context.WithCancelCause(context.Background())
		err := t.WithContext(request, func() error {
			cancel(errors.New("the client has gone"))
			_, err := answer.Take(t)
			return err
		})
		fmt.Println(err)
		return impl.Catch(t, t.Check, func(err error) error { // which is in force until it is handled
			fmt.Println("handled:", err)
			return nil
		})
	})
	// Output:
	// the client has gone
	// handled: the client has gone
}

// A supervisor waits for its worker and starts another one in its place.
func ExampleThread_Join() {
	inThread("ghc@doc2010", func(t *impl.Thread) error {
		for try := 1; ; try++ {
			worker := t.Runtime().Go(t, func(*impl.Thread) error {
				if try < 3 {
					return fmt.Errorf("failure %d", try)
				}
				return nil
			})
			if err := t.Join(worker); err != nil {
				return err
			}
			how, err := worker.End()
			fmt.Println(how, err)
			if how == impl.Returned {
				return nil
			}
		}
	})
	// Output:
	// died failure 1
	// died failure 2
	// returned <nil>
}
