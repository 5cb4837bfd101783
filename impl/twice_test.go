//go:build !race

package impl

import (
	"strings"
	"testing"
)

// TestTwoGoroutinesCannotBlockAsOneThread: that would break the runtime, so it is found
// without Check too. It is a data race besides, which is left to the race detector.
func TestTwoGoroutinesCannotBlockAsOneThread(t *testing.T) {
	rt := newRuntime(t, "ghc@doc2010")
	m := NewMVar[int](rt)
	th := rt.NewThread("worker", func(th *Thread) error { _, err := m.Take(th); return err })
	if err := th.Start(nil); err != nil {
		t.Fatal(err)
	}
	inThread(rt, func(t *Thread) { _ = t.Await(th) })
	full := NewMVarOf(rt, 1)
	for _, op := range []func(){
		func() { _ = full.Put(th, 2) },
		func() { _ = th.Sleep(1) },
		func() { _ = th.Foreign(func() error { return nil }) },
		func() { _, _, _ = Receive(th, make(chan int)) },
	} {
		if got := panics(op); !strings.Contains(got, "worker") || !strings.Contains(got, "is in take") {
			t.Errorf("panic %q, want one that names the thread and what it is in", got)
		}
	}
	inThread(rt, func(t *Thread) { _ = m.Put(t, 1) })
	<-th.Done()
	if got := panics(func() { _ = full.Put(th, 2) }); !strings.Contains(got, "has ended") {
		t.Errorf("panic %q, want one that says that it has ended", got)
	}
	inThread(rt, func(t *Thread) { _, _ = full.Take(t) }) // its lock is free
}
