package impl

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestPanicThatIsRecovered: the frames that a panic passes are left as by an error: levels
// are restored, cleanups run, and what it was that unwound the thread is over.
func TestPanicThatIsRecovered(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		var log []string
		say := func(word string) func() error { return func() error { log = append(log, word); return nil } }
		a := rt.Go(nil, func(th *Thread) error {
			got := panics(func() {
				_ = th.UnwindProtect(func() error {
					return th.Mask(func(r Restore) error {
						return th.MaskUninterruptible(func(Restore) error {
							return th.UnwindProtect(func() error { panic("user") }, say("inner"), func() error { panic("cleanup") }, say("dropped"))
						})
					})
				}, say("outer"))
			})
			if !strings.Contains(got, "cleanup") {
				t.Errorf("recovered %q, want the panic of the cleanup", got)
			}
			if th.Level() != Open {
				t.Errorf("the level is %v, want open", th.Level())
			}
			return th.Check()
		})
		synctest.Wait()
		wantEnd(t, a, Returned, nil)
		if got := fmt.Sprint(log); got != "[inner outer]" {
			t.Errorf("cleanups %v, want [inner outer]", got)
		}
	})
}

// TestPanicInEveryFrame: whatever the panic passes, the level is restored, and a bracket
// releases.
func TestPanicInEveryFrame(t *testing.T) {
	boom := func() error { panic("user") }
	for name, frame := range map[string]func(th *Thread, released *int) error{
		"mask":          func(th *Thread, _ *int) error { return th.Mask(func(Restore) error { return boom() }) },
		"uninterrupted": func(th *Thread, _ *int) error { return th.WithoutInterrupts(func(Without) error { return boom() }) },
		"restored":      func(th *Thread, _ *int) error { return th.Mask(func(r Restore) error { return r.Do(boom) }) },
		"handler":       func(th *Thread, _ *int) error { return Catch(th, bad, func(error) error { return boom() }) },
		"catch":         func(th *Thread, _ *int) error { return Catch(th, boom, ignore) },
		"tag": func(th *Thread, _ *int) error {
			_, err := NewTag[int]("g").Catch(th, func() (int, error) { return 0, boom() })
			return err
		},
		"foreign":     func(th *Thread, _ *int) error { return th.Foreign(boom) },
		"function":    func(th *Thread, _ *int) error { return th.Interrupt(th, func(*Thread) error { return boom() }) },
		"finally":     func(th *Thread, n *int) error { return th.Finally(boom, func() error { *n++; return nil }) },
		"bracket use": func(th *Thread, n *int) error { return bracketWith(th, n, func() error { return nil }, boom) },
		"bracket acqui.": func(th *Thread, n *int) error {
			*n = 1
			var no int
			return bracketWith(th, &no, boom, func() error { return nil })
		},
		"mutex": func(th *Thread, n *int) error {
			m := NewMutex(th.rt, "m")
			defer func() {
				if m.Holder() == nil {
					*n++
				}
			}()
			return m.With(th, boom)
		},
	} {
		run(t, "ghc@doc2010", func(rt *Runtime) {
			released, counts := 0, strings.Contains("finally bracket use bracket acqui. mutex", name)
			a := rt.Go(nil, func(th *Thread) error {
				if got := panics(func() { _ = frame(th, &released) }); got != "user" {
					t.Errorf("%s: recovered %q, want the user's panic", name, got)
				}
				if th.Level() != Open {
					t.Errorf("%s: the level is %v, want open", name, th.Level())
				}
				return th.Sleep(time.Second) // it still works as a thread
			})
			synctest.Wait()
			rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
			synctest.Wait()
			wantEnd(t, a, Died, errA)
			if counts && released != 1 {
				t.Errorf("%s: released %d times, want once", name, released)
			}
		})
	}
}

func bracketWith(th *Thread, released *int, acquire, use func() error) error {
	_, err := Bracket(th, func() (int, error) { return 1, acquire() }, func(int) (int, error) { return 1, use() },
		func(int) error { *released++; return nil })
	return err
}

// TestPanicThatIsNot: it ends the process, as in Go, but not before the cleanups have run.
func TestPanicThatIsNot(t *testing.T) {
	if os.Getenv("IMPL_PANIC") != "" {
		rt := newRuntime(t, "ghc@doc2010")
		done := rt.Go(nil, func(th *Thread) error {
			return th.UnwindProtect(func() error { panic("user") }, func() error { fmt.Println("cleaned"); return nil })
		}).Done()
		<-done
		time.Sleep(time.Hour)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestPanicThatIsNot$")
	cmd.Env = append(os.Environ(), "IMPL_PANIC=1")
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("ended with %v, want exit status 2", err)
	}
	if text := string(out); !strings.Contains(text, "cleaned") || !strings.Contains(text, "panic: user") {
		t.Errorf("output %q, want the cleanup's and the panic", text)
	}
}

// TestGoexitInEveryPlace: the thread has ended as exited, its senders are woken, those who
// join it too, and its mutex is free.
func TestGoexitInEveryPlace(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		m := NewMutex(rt, "m")
		a := rt.Go(nil, func(th *Thread) error {
			return m.With(th, func() error {
				return th.MaskUninterruptible(func(Restore) error {
					time.Sleep(time.Second)
					runtime.Goexit()
					return nil
				})
			})
		})
		synctest.Wait()
		thrower := rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
		joiner := rt.Go(nil, func(th *Thread) error { return th.Join(a) })
		locker := rt.Go(nil, func(th *Thread) error { return m.With(th, func() error { return nil }) })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		wantEnd(t, a, Exited, nil)
		for _, u := range []*Thread{thrower, joiner, locker} {
			wantEnd(t, u, Returned, nil)
		}
	})
}

// A thread that Close has not come to yet, and that sees by itself that it is to end, sees
// so again though what was pending for it meanwhile is withdrawn. It may have left its own
// throw in its target's queue, and must not throw another one.
func TestClosedStaysClosed(t *testing.T) {
	rt := newRuntime(t, "ghc@doc2010")
	rt.Close()
	th := rt.Go(nil, func(th *Thread) error {
		return th.MaskUninterruptible(func(Restore) error {
			s, id, _ := th.sendIn(errA)
			if err := th.stopping(); err != ErrClosed {
				t.Errorf("stopping: %v", err)
			}
			th.takeBack(s, id)
			if th.force = nil; th.Check() != ErrClosed { // as in a cleanup
				t.Error("it goes on in a runtime that is closed")
			}
			return nil
		})
	})
	<-th.Done()
}
