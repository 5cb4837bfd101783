package impl

import (
	"fmt"
	"strings"
	"testing"
)

// panics returns what f panics with.
func panics(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}

func checking(t *testing.T) *Runtime {
	t.Helper()
	rt, err := New("ghc@doc2010", Config{Check: true})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// TestMisuseIsNamed: what a runtime that checks says of each misuse.
func TestMisuseIsNamed(t *testing.T) {
	elsewhere := "worker: its handle is used from another goroutine"
	for _, c := range []struct {
		what, want string
		misuse     func(th *Thread, m *MVar[int])
	}{
		{"Check", elsewhere, func(th *Thread, _ *MVar[int]) { _ = th.Check() }},
		{"Take", elsewhere, func(th *Thread, m *MVar[int]) { _, _ = m.Take(th) }},
		{"Mask", elsewhere, func(th *Thread, _ *MVar[int]) { _ = th.Mask(func(Restore) error { return nil }) }},
		{"ThrowTo", elsewhere, func(th *Thread, _ *MVar[int]) { _ = th.ThrowTo(th.rt.Go(nil, (*Thread).Check), errA) }},
	} {
		rt := checking(t)
		handed, over := make(chan *Thread), make(chan struct{})
		go func() {
			th := <-handed
			m := NewMVarOf(rt, 1)
			if got := panics(func() { c.misuse(th, m) }); !strings.Contains(got, c.want) {
				t.Errorf("%s from another goroutine: panic %q, want one with %q", c.what, got, c.want)
			}
			close(over)
		}()
		th := rt.NewThread("worker", func(th *Thread) error {
			handed <- th
			<-over
			return th.Check()
		})
		_ = th.Start(nil)
		<-th.Done()
		wantEnd(t, th, Returned, nil)
	}
}

func TestScopesThatHaveBeenLeft(t *testing.T) {
	rt := checking(t)
	none := func() error { return nil }
	th := rt.NewThread("worker", func(th *Thread) error {
		var old Restore
		var without Without
		_ = th.Mask(func(r Restore) error { old = r; return r.Do(none) })
		_ = th.WithoutInterrupts(func(w Without) error { without = w; return w.Local(none) })
		return th.Mask(func(r Restore) error { // in another mask a stale Restore would open this one
			for name, use := range map[string]func(){
				"a Restore":  func() { _ = old.Do(none) },
				"a Without":  func() { _ = without.Allow(none) },
				"a Without ": func() { _ = without.Local(none) },
			} {
				want := "worker: " + strings.TrimSpace(name) + " is used outside of its mask"
				if got := panics(use); !strings.Contains(got, want) {
					t.Errorf("panic %q, want one with %q", got, want)
				}
			}
			_ = panics(func() { _ = th.Mask(func(Restore) error { panic("out") }) })
			return r.Do(none) // is still in progress
		})
	})
	_ = th.Start(nil)
	<-th.Done()
	wantEnd(t, th, Returned, nil)
}

// TestWhatCannotBe: arguments that no operation can take are named, in every runtime.
func TestWhatCannotBe(t *testing.T) {
	rt, err := New("lcl@doc", Config{})
	if err != nil {
		t.Fatal(err)
	}
	none := func() error { return nil }
	stranger := checking(t).NewThread("stranger", (*Thread).Check)
	th := rt.NewThread("worker", func(th *Thread) error {
		for want, misuse := range map[string]func(){
			"worker: throwTo: the target is nil":                          func() { _ = th.ThrowTo(nil, errA) },
			"worker: throwTo: the target is nil ":                         func() { _ = th.Kill(nil) },
			"worker: interrupt: the target is nil":                        func() { _ = th.Interrupt(nil, (*Thread).Check) },
			"worker: interrupt: the target is nil ":                       func() { _ = th.KillNow(nil) },
			"worker: join: the target is nil":                             func() { _ = th.Join(nil) },
			"worker: join: the target is nil ":                            func() { _, _ = th.JoinFor(nil, 1) },
			"worker: await: the target is nil":                            func() { _ = th.Await(nil) },
			"worker: throwTo stranger: the target is a thread of another": func() { _ = th.ThrowTo(stranger, errA) },
			"worker: join stranger: the target is a thread of another":    func() { _ = th.Join(stranger) },
			"worker: interrupt worker: the function is nil":               func() { _ = th.Interrupt(th, nil) },
			"ThrowTo of a nil error to worker":                            func() { _ = th.ThrowTo(th, nil) },
			"Post of a nil error to worker":                               func() { th.Post(nil) },
			"PostFunc of a nil function to worker":                        func() { th.PostFunc(nil) },
			"NewThread x: the function is nil":                            func() { rt.NewThread("x", nil) },
			"NewThread: the runtime is nil":                               func() { (*Runtime)(nil).NewThread("x", (*Thread).Check) },
			"NewMVar: the runtime is nil":                                 func() { NewMVar[int](nil) },
			"NewMutex: the runtime is nil":                                func() { NewMutex(nil, "") },
			"NewSemaphore: -3 units":                                      func() { NewSemaphore(rt, -3) },
			"worker: level 9 is none of open, masked, closed":             func() { _ = th.At(9, none) },
		} {
			if got := panics(misuse); !strings.Contains(got, strings.TrimSpace(want)) {
				t.Errorf("panic %q, want one with %q", got, want)
			}
		}
		return nil
	})
	_ = th.Start(nil)
	<-th.Done()
	wantEnd(t, th, Returned, nil)

	th = checking(t).NewThread("worker", func(th *Thread) error {
		old := th.Level()
		want := "worker: level 7 is none of"
		if got := panics(func() { _ = th.Enter(7) }); !strings.Contains(got, want) {
			t.Errorf("panic %q, want one with %q", got, want)
		}
		return th.Leave(old, nil)
	})
	_ = th.Start(nil)
	<-th.Done()
	wantEnd(t, th, Returned, nil)
}
