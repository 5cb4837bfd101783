package properties

import (
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/runtimes"
)

// Sweep is what came of running every program of one size.
type Sweep struct {
	Edition  string
	Size     int // statements
	Programs int
	States   int          // explored, in all
	Outcomes int          // allowed, in all
	Certain  int          // programs with one outcome only
	Most     int          // outcomes of the program that has most
	Widest   *litmus.Test // that program, the first of several
	Partial  int          // programs that a bound kept from being known

	// Where package impl implements the edition:
	Impl          int // programs of which the interleavings of impl were tried
	Interleavings int // so many
	Complete      int // programs of which none is left

	Runner  string  // what else ran them; empty for nothing
	Skipped int     // programs that it cannot express
	Seen    int     // of the allowed outcomes, by the runner
	Strays  []Stray // what impl or the runner did and the edition does not allow
	widest  int
}

// Stray is a program in which a runner came to an outcome that is not allowed.
type Stray struct {
	Test  *litmus.Test
	Stray litmus.Stray
}

// The interleavings of one program that are tried, and the steps of one of them.
const maxExecutions, maxSteps = 20_000, 1000

// Enumerate explores every program of a core of exactly so many statements, goes
// through the interleavings of each in package impl where it implements the edition,
// and lets a runner, if there is one, run each. A broken invariant of the semantics
// panics. When ctx ends, what has been done so far is answered beside the error.
func Enumerate(ctx context.Context, d model.Dialect, c gen.Core, size int, r runtimes.Runner, o runtimes.Options) (Sweep, error) {
	s := Sweep{Edition: d.Name, Size: size}
	if r != nil {
		s.Runner = r.Name()
	}
	own, _ := runtimes.NewImpl(d.Name) // nil: impl does not implement it
	if e, err := model.Edition(d.Name); err != nil || !reflect.DeepEqual(e, d) {
		own = nil // it has been changed
	}
	var mu, running sync.Mutex
	_, err := each(ctx, c.Programs(size), func(i int, t *litmus.Test) error {
		a, err := t.Explore(ctx, d, explore.Options{})
		if err != nil || ctx.Err() != nil {
			return err
		}
		var rep runtimes.Report
		if r != nil {
			running.Lock() // a driver runs one program at a time
			rep, err = runtimes.Conform(ctx, r, t, []model.Dialect{d}, o)
			running.Unlock()
			if err != nil {
				return err
			}
		}
		every, err := interleavings(ctx, own, t)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		s.add(i, a)
		s.judge(t, rep)
		return s.refine(t, a, every)
	})
	return s, err
}

// interleavings are those of a program in impl; nil where it cannot express it.
func interleavings(ctx context.Context, own *runtimes.Impl, t *litmus.Test) (*runtimes.Interleavings, error) {
	if own == nil {
		return nil, nil
	}
	all, err := own.Explore(ctx, runtimes.ProgramOf(t), sched.Options{MaxExecutions: maxExecutions, MaxSteps: maxSteps})
	if no := (*runtimes.Unsupported)(nil); errors.As(err, &no) {
		return nil, nil
	}
	return &all, err
}

// refine holds what impl does against what is allowed.
func (s *Sweep) refine(t *litmus.Test, a *litmus.Allowed, every *runtimes.Interleavings) error {
	if every == nil {
		return nil
	}
	s.Impl++
	s.Interleavings += every.Executions
	if every.Partial == "" {
		s.Complete++
	}
	j, err := litmus.Conforms(a.Set, every.Counts)
	if err == nil && j.Verdict == litmus.Violating {
		s.Strays = append(s.Strays, Stray{t, j.Stray[0]})
	}
	return err
}

func (s *Sweep) add(i int, a *litmus.Allowed) {
	n := len(a.Outcomes)
	s.Programs++
	s.States += a.States
	s.Outcomes += n
	if n == 1 {
		s.Certain++
	}
	if a.Partial {
		s.Partial++
	}
	if n > s.Most || n == s.Most && i < s.widest {
		s.Most, s.Widest, s.widest = n, a.Test, i
	}
}

func (s *Sweep) judge(t *litmus.Test, rep runtimes.Report) {
	if rep.Skipped != "" {
		s.Skipped++
	}
	for _, j := range rep.Judged {
		s.Seen += j.Seen
		for _, stray := range j.Stray {
			s.Strays = append(s.Strays, Stray{t, stray})
		}
	}
}
