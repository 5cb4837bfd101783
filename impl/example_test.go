package impl_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
)

var errTimeout = errors.New("too slow")

// A thread raises an error in another one, which is blocked. ThrowTo returns when the
// other has received it.
func ExampleThread_ThrowTo() {
	rt, _ := impl.New("ghc@doc2010", impl.Config{})
	inbox := impl.NewMVar[string](rt)
	worker := rt.Go(nil, func(t *impl.Thread) error {
		return impl.Catch(t, func() error {
			_, err := inbox.Take(t)
			return err
		}, func(err error) error {
			fmt.Println("worker:", err)
			return nil
		})
	})
	done := make(chan struct{})
	rt.Go(nil, func(t *impl.Thread) error {
		defer close(done)
		if err := t.Await(worker); err != nil {
			return err
		}
		if err := t.ThrowTo(worker, errTimeout); err != nil {
			return err
		}
		return t.Join(worker)
	})
	<-done
	how, _ := worker.End()
	fmt.Println("worker has", how)
	// Output:
	// worker: too slow
	// worker has returned
}

// A function is run in a thread that is blocked, and the operation goes on.
func ExampleThread_Interrupt() {
	rt, _ := impl.New("sbcl@doc", impl.Config{})
	inbox := impl.NewMVar[string](rt)
	worker := rt.Go(nil, func(t *impl.Thread) error {
		s, err := inbox.Take(t)
		fmt.Println("worker got", s)
		return err
	})
	done := make(chan struct{})
	rt.Go(nil, func(t *impl.Thread) error {
		defer close(done)
		_ = t.Await(worker)
		_ = t.Interrupt(worker, func(t *impl.Thread) error {
			fmt.Println("worker answers, level", t.Level())
			return inbox.Put(t, "mail")
		})
		return t.Join(worker)
	})
	<-done
	// Output:
	// worker answers, level masked
	// worker got mail
}

// What is acquired is released, wherever the interrupt comes.
func ExampleBracket() {
	rt, _ := impl.New("ghc@doc2010", impl.Config{})
	done := make(chan struct{})
	rt.Go(nil, func(t *impl.Thread) error {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		return impl.Catch(t, func() error {
			return t.WithContext(ctx, func() error {
				_, err := impl.Bracket(t,
					func() (string, error) { fmt.Println("open"); return "conn", nil },
					func(string) (int, error) { return 0, t.Sleep(time.Hour) },
					func(string) error { fmt.Println("close"); return nil })
				return err
			})
		}, func(err error) error { fmt.Println(err); return nil })
	})
	<-done
	// Output:
	// open
	// close
	// context deadline exceeded
}

// Every interleaving of a program can be tried: here, that of two threads that can kill
// each other only one gets to.
func ExampleConfig_scheduler() {
	program := func(x *sched.Exec) {
		rt, _ := impl.New("ghc@doc2010", impl.Config{Scheduler: x})
		var a, b *impl.Thread
		a = rt.NewThread("a", func(t *impl.Thread) error { return t.ThrowTo(b, errTimeout) })
		b = rt.NewThread("b", func(t *impl.Thread) error { return t.ThrowTo(a, errTimeout) })
		_, _ = a.Start(nil), b.Start(nil)
		x.Judge(func() string {
			howA, _ := a.End()
			howB, _ := b.End()
			return fmt.Sprintf("a %v, b %v", howA, howB)
		})
	}
	r := sched.Explore(context.Background(), program, sched.Options{})
	fmt.Println("complete:", r.Exceeded == "")
	for _, text := range r.Texts() {
		fmt.Println(text)
	}
	// Output:
	// complete: true
	// a died, b returned
	// a returned, b died
}
