package properties

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/runtimes"
	"github.com/interject/interject/traces"
)

// What is tried of one generated program: so many interleavings of so many steps, so
// many runs on goroutines, so many histories, and so many configurations that fit a
// history.
const (
	executions, executionSteps = 100, 400
	parallelRuns               = 4
	histories, historyStates   = 6, 4000
)

// interleaved: each interleaving of the steps of impl ends as the model, with the
// fault if there is one, allows.
func interleaved(d model.Dialect, p *litmus.Test, f *Fault) string {
	return refines(d, p, f, "in some interleaving", func(r *runtimes.Impl) (litmus.Counts, error) {
		all, err := r.Explore(context.Background(), runtimes.ProgramOf(p), sched.Options{MaxExecutions: executions, MaxSteps: executionSteps})
		return all.Counts, err
	})
}

// patience is how long a run on goroutines may take to come to rest. A loop that
// changes something on each way through never does.
const patience = 200 * time.Millisecond

// parallel: so does each run on goroutines that comes to rest.
func parallel(d model.Dialect, p *litmus.Test, f *Fault) string {
	return refines(d, p, f, "in a real run", func(r *runtimes.Impl) (litmus.Counts, error) {
		all, err := r.Run(context.Background(), runtimes.ProgramOf(p), runtimes.Options{Runs: parallelRuns, Seed: 1, Limit: patience})
		return all.Counts, err
	})
}

// refines holds what impl does against what the model allows. What impl cannot
// express says nothing.
func refines(d model.Dialect, p *litmus.Test, f *Fault, when string, run func(*runtimes.Impl) (litmus.Counts, error)) string {
	a := allowed(d, p, f)
	if a.Partial {
		return ""
	}
	r, err := runtimes.NewImpl(d.Name)
	if err != nil {
		return err.Error()
	}
	counts, err := run(r)
	if no := (*runtimes.Unsupported)(nil); errors.As(err, &no) {
		return ""
	} else if err != nil {
		return err.Error()
	}
	j, err := litmus.Conforms(a.Set, counts)
	switch {
	case err != nil:
		return when + ": " + err.Error() // it panicked, as a rule
	case j.Verdict == litmus.Violating:
		return fmt.Sprintf("%s: %s is not allowed; nearest allowed: %s", when, j.Stray[0].Outcome, j.Stray[0].Nearest)
	}
	return ""
}

// reducedAgrees: where the edition permits reductions, the search with all of them
// finds the outcomes that the search without finds.
func reducedAgrees(d model.Dialect, p *litmus.Test, f *Fault) string {
	a := allowed(d, p, nil)
	m, err := f.machine(p, d)
	if err != nil {
		return err.Error()
	}
	b, err := p.ExploreMachine(context.Background(), m, explore.Options{MaxStates: propertyBound, Reduce: true})
	if err != nil {
		return err.Error()
	}
	if a.Partial {
		return ""
	}
	if b.Partial {
		return "the reduced search has more states: " + strings.Join(b.Reasons, "; ")
	}
	return difference(a.Set, b.Set, "without reductions", "with reductions")
}

// explained: the history of each interleaving of impl is a view of a run of the
// model, and linearizable.
func explained(d model.Dialect, p *litmus.Test, f *Fault) (why string) {
	r, err := runtimes.NewImpl(d.Name)
	if err != nil {
		return err.Error()
	}
	changed := d
	if f != nil && f.Dialect != nil {
		f.Dialect(&changed)
	}
	_, err = r.RecordEvery(context.Background(), runtimes.ProgramOf(p), sched.Options{MaxExecutions: histories, MaxSteps: executionSteps}, func(h *traces.History) error {
		v, err := linearizability.Validate(context.Background(), h, changed, p, linearizability.Options{MaxStates: historyStates})
		if err == nil && v.Verdict == linearizability.Forbidden {
			why = fmt.Sprintf("no run of the model looks so: event %d: %s\n%s", v.Explained, v.Why, h)
			err = errFound
		}
		if err != nil || v.Verdict != linearizability.Allowed {
			return err
		}
		l, err := linearizability.Linearize(context.Background(), h, changed, p, linearizability.How{})
		if err == nil && l.Verdict == linearizability.Forbidden {
			why = fmt.Sprintf("porcupine forbids what a run of the model explains:\n%s", h)
			err = errFound
		}
		return err
	})
	if no := (*runtimes.Unsupported)(nil); err == errFound || errors.As(err, &no) {
		err = nil
	}
	if err != nil {
		return err.Error()
	}
	return why
}
