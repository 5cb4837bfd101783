package impl_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
)

// TestBracketIsItsParts: the short form of a bracket, which is for threads that nobody
// watches, does in every interleaving what the composed form does.
func TestBracketIsItsParts(t *testing.T) {
	for _, edition := range impl.Editions() {
		for fails := range 4 { // none, acquire, use, release
			short := sched.Explore(context.Background(), bracketed(t, edition, fails, nil), sched.Options{})
			whole := sched.Explore(context.Background(), bracketed(t, edition, fails, func(impl.Event) {}), sched.Options{})
			if short.Exceeded != "" || short.Executions != whole.Executions || !slices.Equal(short.Texts(), whole.Texts()) {
				t.Errorf("%s, part %d fails: %d executions\n%s\nthe parts: %d executions\n%s", edition, fails,
					short.Executions, strings.Join(short.Texts(), "\n"), whole.Executions, strings.Join(whole.Texts(), "\n"))
			}
		}
	}
}

func bracketed(t *testing.T, edition string, fails int, observe func(impl.Event)) sched.Program {
	return func(x *sched.Exec) {
		rt, err := impl.New(edition, impl.Config{Scheduler: x, Observe: observe})
		if err != nil {
			t.Fatal(err)
		}
		var log []string
		m := impl.NewMVarOf(rt, 1)
		part := func(i int, name string, th *impl.Thread) error {
			log = append(log, name+" "+th.Level().String())
			if i == fails {
				return errors.New(name)
			}
			return nil
		}
		a := rt.NewThread("a", func(th *impl.Thread) error {
			v, err := impl.Bracket(th,
				func() (int, error) {
					v, err := m.Take(th)
					if err == nil {
						err = part(1, "acquire", th)
					}
					return v, err
				},
				func(v int) (int, error) {
					if err := part(2, "use", th); err != nil {
						return 0, err
					}
					return v + 1, th.Check()
				},
				func(v int) error {
					if err := m.Put(th, v); err != nil {
						return err
					}
					return part(3, "release", th)
				})
			log = append(log, fmt.Sprint(v, err, th.Level()))
			return err
		})
		b := rt.NewThread("b", func(th *impl.Thread) error {
			for range 2 {
				if err := th.ThrowTo(a, errX); err != nil {
					return err
				}
			}
			return nil
		})
		for _, th := range []*impl.Thread{a, b} {
			if err := th.Start(nil); err != nil {
				t.Fatal(err)
			}
		}
		x.Judge(func() string {
			how, err := a.End()
			_, full := m.Peek()
			return fmt.Sprint(log, how, err, full)
		})
	}
}
