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
