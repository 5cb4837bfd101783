package properties

import (
	"context"
	"iter"
	"sync"

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
	Runner   string       // what else ran them; empty for nothing
	Skipped  int          // programs that it cannot express
	Seen     int          // of the allowed outcomes, by the runner
	Strays   []Stray      // what the runner did and the edition does not allow
	widest   int
}

// Stray is a program in which a runner came to an outcome that is not allowed.
type Stray struct {
	Test  *litmus.Test
	Stray litmus.Stray
}

// Enumerate explores every program of a core of exactly so many statements, and
// lets a runner, if there is one, run each of them. A broken invariant of the
// semantics panics. When ctx ends, what has been done so far is answered beside
// the error.
func Enumerate(ctx context.Context, d model.Dialect, c gen.Core, size int, r runtimes.Runner, o runtimes.Options) (Sweep, error) {
	return sweep(ctx, d, c.Programs(size), size, r, o)
}

func sweep(ctx context.Context, d model.Dialect, tests iter.Seq[*litmus.Test], size int, r runtimes.Runner, o runtimes.Options) (Sweep, error) {
	s := Sweep{Edition: d.Name, Size: size}
	if r != nil {
		s.Runner = r.Name()
	}
	var mu, running sync.Mutex
	_, err := each(ctx, tests, func(i int, t *litmus.Test) error {
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
		mu.Lock()
		defer mu.Unlock()
		s.add(i, a)
		s.judge(t, rep)
		return nil
	})
	return s, err
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
