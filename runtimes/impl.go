package runtimes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/runtimes/goimpl"
)

// Impl runs programs on package impl, in this process.
type Impl struct{ dialect model.Dialect }

// NewImpl is a runner of package impl under one of the editions that it implements.
func NewImpl(edition string) (*Impl, error) {
	if !slices.Contains(impl.Editions(), edition) {
		return nil, fmt.Errorf("impl does not implement %s; it implements %v", edition, impl.Editions())
	}
	d, err := model.Edition(edition)
	return &Impl{d}, err
}

// ImplEditions are the editions that package impl implements and the model has.
func ImplEditions() (all []model.Dialect) {
	for _, d := range model.Editions {
		if slices.Contains(impl.Editions(), d.Name) {
			all = append(all, d)
		}
	}
	return all
}

// Name is impl.
func (r *Impl) Name() string { return "impl" }

// Edition is the one whose policy the runtime has.
func (r *Impl) Edition() string { return r.dialect.Name }

// Dialect is that edition.
func (r *Impl) Dialect() model.Dialect { return r.dialect }

// Missing names a form that the edition lacks.
func (r *Impl) Missing(p Program) string {
	t, err := litmus.ReadWire(p.Wire)
	if err != nil {
		return ""
	}
	if missing := t.MissingIn(r.dialect); len(missing) > 0 {
		return missing[0]
	}
	return ""
}

// abreast is how many runs of a program go on at once, where many are asked for: those that
// sleep leave the processor to the others.
const abreast = 16

// Run runs p on goroutines; the seed chooses where threads are held up.
func (r *Impl) Run(ctx context.Context, p Program, o Options) (Tally, error) {
	g, err := r.compile(p)
	if err != nil {
		return Tally{}, err
	}
	o = o.withDefaults()
	var next atomic.Int64
	some := func() (Tally, error) { return r.some(ctx, g, o, &next) }
	if o.Runs < 100 {
		return some()
	}
	var tallies [abreast]Tally
	var failed [abreast]error
	var group sync.WaitGroup
	for w := range abreast {
		group.Go(func() { tallies[w], failed[w] = some() })
	}
	group.Wait()
	var sum Tally
	for _, t := range tallies {
		sum.add(t)
	}
	return sum, cmp.Or(failed[:]...)
}

// some makes runs until there are enough, of which next counts those that have begun.
func (r *Impl) some(ctx context.Context, g *goimpl.Program, o Options, next *atomic.Int64) (tally Tally, err error) {
	for {
		i := int(next.Add(1)) - 1
		if i >= o.Runs {
			return tally, nil
		}
		if ctx.Err() != nil {
			tally.Stopped = ctx.Err().Error()
			return tally, ctx.Err()
		}
		text, err := r.once(ctx, g, o, i, nil)
		switch {
		case err == errRestless:
			tally.undecided(Restless, 1)
		case err != nil:
			return tally, err
		default:
			tally.outcome(text, 1)
		}
	}
}

var errRestless = errors.New("it did not come to rest within the limit of a run")

// once makes the i-th run. The error is errRestless if that is all there is to say.
func (r *Impl) once(ctx context.Context, g *goimpl.Program, o Options, i int, tape *goimpl.Tape) (string, error) {
	limited, cancel := context.WithTimeout(ctx, o.Limit)
	defer cancel()
	text, err := g.Run(limited, r.dialect.Name, o.Seed+uint64(i), tape)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = errRestless
	}
	return text, err
}

func (r *Impl) compile(p Program) (*goimpl.Program, error) {
	t, err := litmus.ReadWire(p.Wire)
	if err != nil {
		return nil, err
	}
	flat, err := t.Program(r.dialect.Idioms)
	if err != nil {
		return nil, err
	}
	g, err := goimpl.Compile(flat)
	if err != nil {
		return nil, &Unsupported{"impl", p.Name, err.Error()}
	}
	return g, nil
}

// Interleavings is what a program does in every interleaving of impl's steps.
type Interleavings struct {
	Tally
	Executions int
	Steps      int
	Partial    string // which bound ended the search; empty if it is complete
	Elapsed    time.Duration
}

// Bounds are those within which the interleavings of a program are sought: every
// program of two or three threads stays within them.
func Bounds(p Program) sched.Options {
	o := sched.Options{MaxExecutions: 150_000, MaxSteps: 600}
	if strings.Count(p.Wire, "(thread ") > 3 {
		o.MaxExecutions = 4_000
	}
	return o
}

// Explore runs p through every interleaving, or as many as the options permit.
func (r *Impl) Explore(ctx context.Context, p Program, o sched.Options) (Interleavings, error) {
	g, err := r.compile(p)
	if err != nil {
		return Interleavings{}, err
	}
	from := time.Now()
	res, err := g.Explore(ctx, r.dialect.Name, o)
	if err != nil {
		return Interleavings{}, err
	}
	all := Interleavings{Executions: res.Executions, Steps: res.Steps, Partial: res.Exceeded, Elapsed: time.Since(from)}
	if res.Truncated > 0 && all.Partial == "" {
		all.Partial = fmt.Sprintf("%d executions were too long", res.Truncated)
	}
	for _, text := range res.Texts() {
		all.outcome(text, 1)
	}
	return all, nil
}

// Smallest looks for an interleaving that ends in outcome, or in a failure that it
// names, with as few preemptions as possible.
func (r *Impl) Smallest(ctx context.Context, p Program, outcome string) (o sched.Outcome, preemptions int, ok bool) {
	const most, budget = 3, 3000
	g, err := r.compile(p)
	if err != nil {
		return o, 0, false
	}
	return sched.Minimise(ctx, g.Interleaved(r.dialect.Name, nil), ending(outcome), most, budget)
}

// ending tells of an interleaving whether it ends in outcome, or in a failure that that names.
func ending(outcome string) func(sched.Outcome) bool {
	return func(o sched.Outcome) bool {
		return o.Text == outcome || o.Failure != "" && strings.Contains(outcome, o.Failure)
	}
}

// first finds any such interleaving.
func (r *Impl) first(ctx context.Context, p Program, outcome string) (sched.Outcome, bool) {
	g, err := r.compile(p)
	if err != nil {
		return sched.Outcome{}, false
	}
	o := Bounds(p)
	o.Until = ending(outcome)
	if found := sched.Explore(ctx, g.Interleaved(r.dialect.Name, nil), o).Found; found != nil {
		return *found, true
	}
	return sched.Outcome{}, false
}

// Replay makes the interleaving of p that s describes.
func (r *Impl) Replay(p Program, s sched.Schedule) (sched.Outcome, error) {
	g, err := r.compile(p)
	if err != nil {
		return sched.Outcome{}, err
	}
	return sched.Replay(g.Interleaved(r.dialect.Name, nil), s), nil
}

// HowTo says how to see again that a test comes to outcome in some interleaving.
func (r *Impl) HowTo(ctx context.Context, t *litmus.Test, outcome string) string {
	o, n, ok := r.Smallest(ctx, ProgramOf(t), outcome)
	size := fmt.Sprintf("preemptions: %d, steps: %d", n, o.Steps)
	if !ok {
		if o, ok = r.first(ctx, ProgramOf(t), outcome); !ok {
			return "it was not found again"
		}
		size = fmt.Sprintf("steps: %d, not the fewest", o.Steps)
	}
	return fmt.Sprintf("%s; replay: check replay -d %s %s '%v'", size, r.Edition(), t.Path(), o.Schedule)
}
