package impl

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
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

// operations are all in which a thread does something, by the name that its failure has.
func operations(rt *Runtime) map[string]func(t *Thread) {
	m, full, n, lock := NewMVar[int](rt), NewMVarOf(rt, 1), NewVar(rt, 1), NewMutex(rt, "lock")
	idle := rt.NewThread("idle", (*Thread).Check)
	none, ctx := func() error { return nil }, context.Background()
	return map[string]func(*Thread){
		"(*MVar).Take":                   func(t *Thread) { _, _ = m.Take(t) },
		"(*MVar).Put":                    func(t *Thread) { _ = full.Put(t, 2) },
		"(*Mutex).Lock":                  func(t *Thread) { _ = lock.Lock(t) },
		"(*Mutex).Unlock":                func(t *Thread) { _ = lock.Unlock(t) },
		"(*Mutex).UnlockHeld":            func(t *Thread) { lock.UnlockHeld(t) },
		"(*Cond).Wait":                   func(t *Thread) { _ = NewCond(rt).Wait(t, lock) },
		"(*Semaphore).Acquire":           func(t *Thread) { _ = NewSemaphore(rt, 0).Acquire(t) },
		"(*Var).WaitUntil":               func(t *Thread) { _ = n.WaitUntil(t, func(n int) bool { return n > 1 }) },
		"(*Var).Spin":                    func(t *Thread) { _ = n.Spin(t, func(n int) bool { return n > 0 }) },
		"Receive":                        func(t *Thread) { _, _, _ = Receive(t, make(chan int)) },
		"Send":                           func(t *Thread) { _ = Send(t, make(chan int), 1) },
		"(*Thread).Sleep":                func(t *Thread) { _ = t.Sleep(time.Hour) },
		"(*Thread).Join":                 func(t *Thread) { _ = t.Join(idle) },
		"(*Thread).JoinFor":              func(t *Thread) { _, _ = t.JoinFor(idle, time.Hour) },
		"(*Thread).Await":                func(t *Thread) { _ = t.Await(idle) },
		"(*Thread).ThrowTo":              func(t *Thread) { _ = t.ThrowTo(idle, errA) },
		"(*Thread).Kill":                 func(t *Thread) { _ = t.Kill(idle) },
		"(*Thread).KillNow":              func(t *Thread) { _ = t.KillNow(idle) },
		"(*Thread).Interrupt":            func(t *Thread) { _ = t.Interrupt(idle, (*Thread).Check) },
		"(*Thread).Post":                 func(t *Thread) { t.Post(errA) },
		"(*Thread).PostFunc":             func(t *Thread) { t.PostFunc((*Thread).Check) },
		"(*Thread).Foreign":              func(t *Thread) { _ = t.Foreign(none) },
		"(*Thread).ForeignInterruptible": func(t *Thread) { _ = t.ForeignInterruptible(func(context.Context) error { return nil }) },
		"(*Thread).Context":              func(t *Thread) { t.Context() },
		"(*Thread).WithContext":          func(t *Thread) { _ = t.WithContext(ctx, none) },
		"(*Thread).WithTimeout":          func(t *Thread) { _ = t.WithTimeout(time.Hour, errA, none) },
		"(*Thread).Start":                func(t *Thread) { _ = t.Start(nil) },
		"(*Thread).Exit":                 func(t *Thread) { _ = t.Exit() },
		"(*Tag).Catch":                   func(t *Thread) { _, _ = NewTag[int]("").Catch(t, func() (int, error) { return 0, nil }) },
		"(*Tag).Throw":                   func(t *Thread) { _ = NewTag[int]("").Throw(t, 1) },
	}
}

// frames are what a nil thread is not named in: its own access fails, as anywhere in Go.
func frames() map[string]func(t *Thread) {
	none := func() error { return nil }
	return map[string]func(*Thread){
		"Check":             func(t *Thread) { _ = t.Check() },
		"Enter":             func(t *Thread) { _ = t.Enter(Masked) },
		"Mask":              func(t *Thread) { _ = t.Mask(func(Restore) error { return nil }) },
		"Unmask":            func(t *Thread) { _ = t.Unmask(none) },
		"WithoutInterrupts": func(t *Thread) { _ = t.WithoutInterrupts(func(Without) error { return nil }) },
		"Catch":             func(t *Thread) { _ = Catch(t, none, func(error) error { return nil }) },
		"UnwindProtect":     func(t *Thread) { _ = t.UnwindProtect(none, none) },
		"Bracket": func(t *Thread) {
			_, _ = Bracket(t, func() (int, error) { return 1, nil }, func(int) (int, error) { return 1, nil }, func(int) error { return nil })
		},
	}
}

// TestNilThread: no operation goes on without a thread, and each says which one it is.
func TestNilThread(t *testing.T) {
	rt := newRuntime(t, "lcl@doc")
	for name, op := range operations(rt) {
		want := "impl." + name + ": the *Thread is nil"
		if got := panics(func() { op(nil) }); !strings.HasPrefix(got, want) {
			t.Errorf("panic %q, want %q", got, want)
		}
	}
	for name, op := range frames() {
		if got := panics(func() { op(nil) }); !strings.Contains(got, "nil pointer") {
			t.Errorf("%s: panic %q, want one that says that a pointer is nil", name, got)
		}
	}
}

// TestMisuseIsNamed: a runtime that checks finds a handle that is used from another
// goroutine, while its thread runs and after it has ended, whatever is done with it.
func TestMisuseIsNamed(t *testing.T) {
	anyone := map[string]bool{ // these are for others
		"(*Thread).Post": true, "(*Thread).PostFunc": true, "(*Thread).Start": true,
	}
	for _, over := range []bool{false, true} {
		rt, err := New("lcl@doc", Config{Check: true})
		if err != nil {
			t.Fatal(err)
		}
		all := operations(rt)
		maps.Copy(all, frames())
		in, out := make(chan struct{}), make(chan struct{})
		th := rt.NewThread("worker", func(*Thread) error { close(in); <-out; return nil })
		_ = th.Start(nil)
		if <-in; over {
			close(out)
			<-th.Done()
		}
		for name, op := range all {
			want := "worker: its handle is used from another goroutine"
			if got := panics(func() { op(th) }); !anyone[name] && !strings.Contains(got, want) {
				t.Errorf("%s from another goroutine (it has ended: %v): panic %q, want one with %q", name, over, got, want)
			}
		}
		if !over {
			close(out)
		}
		<-th.Done()
	}
}

// TestUseBeforeStart: a thread that is not started cannot block.
func TestUseBeforeStart(t *testing.T) {
	rt := newRuntime(t, "lcl@doc")
	for _, name := range []string{"(*MVar).Take", "(*MVar).Put", "(*Semaphore).Acquire", "(*Var).WaitUntil", "Receive", "Send",
		"(*Thread).Sleep", "(*Thread).Join", "(*Thread).Foreign"} {
		th := rt.NewThread("worker", (*Thread).Check)
		want := "the thread is not started"
		if got := panics(func() { operations(rt)[name](th) }); !strings.HasPrefix(got, "impl: worker: ") || !strings.Contains(got, want) {
			t.Errorf("%s: panic %q, want one with %q", name, got, want)
		}
	}
}

// TestAfterClose: in a closed runtime nothing blocks, nothing begins, and to close it again
// changes nothing.
func TestAfterClose(t *testing.T) {
	rt := newRuntime(t, "lcl@doc")
	closed := make(chan struct{})
	th := rt.Go(nil, func(th *Thread) error {
		<-closed
		all := operations(rt)
		for _, name := range []string{"(*Mutex).Unlock", "(*Mutex).UnlockHeld", "(*Thread).Start", "(*Thread).Post", "(*Thread).PostFunc"} {
			delete(all, name)
		}
		maps.Copy(all, frames())
		for name, op := range all {
			if op(th); th.force != ErrClosed && name != "(*Thread).Context" && name != "(*Tag).Throw" {
				t.Errorf("%s: %v is in force", name, th.force)
			}
		}
		return th.Check()
	})
	rt.Close()
	rt.Close()
	late := rt.Go(nil, func(*Thread) error { t.Error("it has begun"); return nil })
	close(closed)
	if err := rt.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, u := range []*Thread{th, late} {
		wantEnd(t, u, Killed, nil)
		if u.Post(errA) {
			t.Errorf("%s takes signals", u.Name())
		}
	}
}

// TestWait: it ends with the last thread, or with its context.
func TestWait(t *testing.T) {
	rt := newRuntime(t, "ghc@doc2010")
	m := NewMVar[int](rt)
	rt.Go(nil, func(th *Thread) error {
		rt.Go(th, func(th *Thread) error { _, err := m.Take(th); return err })
		return nil
	})
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := rt.Wait(over); err != context.Canceled {
		t.Errorf("Wait: %v", err)
	}
	inThread(rt, func(th *Thread) { _ = m.Put(th, 1) })
	if err := rt.Wait(t.Context()); err != nil || len(rt.alive()) > 0 {
		t.Errorf("Wait: %v, still there: %v", err, rt.Stuck())
	}
}

// TestForeignCallWithoutItsThread: code that is foreign must not use the thread.
func TestForeignCallWithoutItsThread(t *testing.T) {
	rt := checking(t)
	th := rt.NewThread("worker", func(th *Thread) error {
		return th.Foreign(func() error {
			if got, want := panics(func() { _ = th.Check() }), "worker: its handle is used inside of its foreign call"; !strings.Contains(got, want) {
				t.Errorf("panic %q, want one with %q", got, want)
			}
			return nil
		})
	})
	_ = th.Start(nil)
	<-th.Done()
	wantEnd(t, th, Returned, nil)
}

// TestParents: only a running thread of the same runtime hands its mask down.
func TestParents(t *testing.T) {
	rt := checking(t)
	stranger := checking(t).NewThread("stranger", (*Thread).Check)
	parent := rt.NewThread("parent", (*Thread).Check)
	for want, misuse := range map[string]func(){
		"start child: its parent stranger is a thread of another runtime": func() { _ = rt.NewThread("child", (*Thread).Check).Start(stranger) },
		"parent: its handle is used from another goroutine":               func() { _ = rt.NewThread("child", (*Thread).Check).Start(parent) },
		"start: the thread was not made by NewThread":                     func() { _ = new(Thread).Start(nil) },
	} {
		if got := panics(misuse); !strings.Contains(got, want) {
			t.Errorf("panic %q, want one with %q", got, want)
		}
	}
	if _ = parent.Start(nil); parent.Start(nil) == nil {
		t.Error("it can be started twice")
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
