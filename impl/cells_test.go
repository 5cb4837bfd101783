package impl_test

import (
	"strings"
	"testing"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
)

// A scheduler cannot put off what is done with a cell that it does not know: it would look as if every
// interleaving had been tried.
func TestCellsThatTheSchedulerDoesNotKnow(t *testing.T) {
	for want, use := range map[string]func(*impl.Thread) error{
		"take *impl.MVar[int]":       func(t *impl.Thread) error { _, err := new(impl.MVar[int]).Take(t); return err },
		"put *impl.MVar[int]":        func(t *impl.Thread) error { return new(impl.MVar[int]).Put(t, 1) },
		"lock a mutex":               func(t *impl.Thread) error { return new(impl.Mutex).Lock(t) },
		"acquire *impl.Semaphore":    func(t *impl.Thread) error { return new(impl.Semaphore).Acquire(t) },
		"wait *impl.Cond":            func(t *impl.Thread) error { return new(impl.Cond).Wait(t, new(impl.Mutex)) },
		"wait-until *impl.Var[bool]": func(t *impl.Thread) error { return new(impl.Var[bool]).WaitUntil(t, func(bool) bool { return true }) },
	} {
		r := sched.Explore(t.Context(), func(x *sched.Exec) {
			rt, err := impl.New("ghc@doc2010", impl.Config{Scheduler: x})
			if err != nil {
				t.Fatal(err)
			}
			rt.Go(nil, use)
		}, sched.Options{})
		for _, o := range r.Outcomes {
			if !strings.Contains(o.Failure, "thread 1: "+want+": the scheduler does not know the cell") {
				t.Errorf("%s: %+v", want, *o)
			}
		}
	}
}

// Messages call a cell by its type, since its fields are not for who reads them.
func TestCellsInMessages(t *testing.T) {
	rt, err := impl.New("ghc@doc2010", impl.Config{Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	m, free := impl.NewMVar[int](rt), impl.NewMutex(rt, "")
	blocked := rt.NewThread("a", func(t *impl.Thread) error { _, err := m.Take(t); return err })
	spinning := rt.NewThread("b", func(t *impl.Thread) error {
		if err := free.Unlock(t); err == nil || err.Error() != "impl: b: unlock a mutex: the thread does not hold it" {
			return err
		}
		return impl.NewVar(rt, 0).Spin(t, func(v int) bool { return v > 0 })
	})
	for _, u := range []*impl.Thread{blocked, spinning} {
		if err := u.Start(nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := rt.AwaitQuiet(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range rt.Stuck() {
		got = append(got, s.String())
	}
	if want := "a: is in take *impl.MVar[int], 0 pending; b: is in spin *impl.Var[int], 0 pending"; strings.Join(got, "; ") != want {
		t.Errorf("%q, want %q", got, want)
	}
}
