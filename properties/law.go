package properties

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Law is something that is said of all programs, and that some editions keep.
type Law struct {
	Name   string
	Says   string
	Source string   // a key of docs/sources.md with its place, or ours
	Needs  []string // the features without which it says nothing
	claim  claim
}

// Counterexample shows that an edition does not keep a law.
type Counterexample struct {
	Programs []string // wire forms: the program, or the two that should agree
	Thread   string   `json:",omitempty"` // the one that runs the piece
	Why      string   // an outcome, or what a step did
}

// Finding is what was found about a law and an edition.
type Finding struct {
	Law, Edition string
	Lacks        []string // features without which the law says nothing
	Tried        int      // programs explored, or walked step by step
	Partial      int      // of them, how many a bound kept from being known
	Against      *Counterexample
}

// Range is how far to look.
type Range struct {
	Size   int    // contexts and programs of up to so many statements, all of them
	Beyond int    // of those with one more, so many, chosen by Seed
	Random int    // programs of up to 12 statements made at random, for the laws about all programs
	Seed   uint64 // of what is chosen
	Fault  *Fault // a law must be seen to fail
	States int    // a search ends after so many states, 0: none
}

// Try looks for a counterexample to a law in an edition. Where a fault was made on
// purpose, that the semantics finds itself broken is as good as one.
func (l *Law) Try(ctx context.Context, d model.Dialect, r Range) (f Finding, err error) {
	defer func() {
		if r.Fault == nil {
			return
		}
		if p := recover(); p != nil {
			if _, crash := p.(runtime.Error); crash {
				err = fmt.Errorf("%s, with %s: that shows nothing: %v", l.Name, r.Fault.Name, p)
				return
			}
			why, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			f, err = Finding{Law: l.Name, Edition: d.Name, Against: &Counterexample{Why: why}}, nil
		}
	}()
	all, err := TryAll(ctx, d, []*Law{l}, r)
	return all[0], err
}

// TryAll looks for a counterexample to each of some laws in an edition. What one law
// wants to know of a program, the next need not find out again.
func TryAll(ctx context.Context, d model.Dialect, laws []*Law, r Range) ([]Finding, error) {
	tr := newTrial(ctx, d, r)
	all := make([]Finding, len(laws))
	var pieces, whole []*open
	for i, l := range laws {
		all[i] = Finding{Law: l.Name, Edition: d.Name}
		all[i].Lacks = slices.DeleteFunc(slices.Clone(l.Needs), tr.v.Has)
		switch o := (&open{l, &all[i]}); {
		case len(all[i].Lacks) > 0:
		case l.claim.inContext != nil:
			pieces = append(pieces, o)
		default:
			whole = append(whole, o)
		}
	}
	if err := tr.tryPieces(pieces); err != nil {
		return all, err
	}
	return all, tr.tryPrograms(whole)
}

// open is a law against which nothing was found so far.
type open struct {
	*Law
	*Finding
}

func (tr *trial) tryPieces(laws []*open) error {
	for c := range tr.contexts() {
		if len(laws) == 0 {
			break
		}
		clear(tr.known)
		var still []*open
		for _, l := range laws {
			tr.counts = l.Finding
			var err error
			if l.Against, err = l.claim.inContext(tr, c); err != nil {
				return fmt.Errorf("%s: %w", l.Law.Name, err)
			}
			if l.Against == nil {
				still = append(still, l)
			}
		}
		laws = still
	}
	return nil
}

func (tr *trial) tryPrograms(laws []*open) error {
	for t := range tr.programs() {
		if len(laws) == 0 {
			break
		}
		clear(tr.known)
		steps := tr.walked(t, laws)
		var still []*open
		for _, l := range laws {
			tr.counts = l.Finding
			bad, err := l.claim.refutedBy(tr, t, steps)
			if err != nil {
				return fmt.Errorf("%s: %w", l.Law.Name, err)
			}
			if !bad {
				still = append(still, l)
			} else if l.Against, err = l.claim.smallest(tr, t); err != nil {
				return fmt.Errorf("%s: %w", l.Law.Name, err)
			}
		}
		laws = still
	}
	return nil
}

// Again says whether what was once a counterexample still is one.
func (l *Law) Again(ctx context.Context, d model.Dialect, x *Counterexample) (bool, error) {
	var tests []*litmus.Test
	for _, wire := range x.Programs {
		t, err := litmus.ReadWire(wire)
		if err != nil {
			return false, err
		}
		if len(t.MissingIn(d)) > 0 {
			return false, nil
		}
		tests = append(tests, t)
	}
	return l.claim.still(newTrial(ctx, d, Range{}), x, tests)
}

func newTrial(ctx context.Context, d model.Dialect, r Range) *trial {
	return &trial{Range: r, ctx: ctx, d: d, v: gen.Of(d), core: gen.CoreOf(d), counts: &Finding{}, known: map[string]*litmus.Allowed{}}
}

// trial is one attempt to refute laws.
type trial struct {
	Range
	ctx    context.Context
	d      model.Dialect
	v      gen.Vocabulary
	core   gen.Core
	counts *Finding                   // of the law that is being tried
	known  map[string]*litmus.Allowed // of the context or program that is being tried, by the dialect's changes and the wire form
}

// explore is what the edition, with the fault if there is one, allows of a test.
func (tr *trial) explore(t *litmus.Test) (*litmus.Allowed, error) {
	return tr.exploreUnder(t, tr.d, "", tr.Fault)
}

// exploreUnder is explore under a dialect that is the edition but for a change.
func (tr *trial) exploreUnder(t *litmus.Test, d model.Dialect, change string, f *Fault) (*litmus.Allowed, error) {
	key := change + t.Wire()
	a, ok := tr.known[key]
	if !ok {
		m, err := f.machine(t, d)
		if err != nil {
			return nil, err
		}
		if a, err = t.ExploreMachine(tr.ctx, m, explore.Options{MaxStates: tr.States}); err != nil {
			return nil, err
		}
		if err := tr.ctx.Err(); err != nil {
			return nil, err
		}
		tr.known[key] = a
	}
	tr.counts.Tried++
	if a.Partial {
		tr.counts.Partial++
	}
	return a, nil
}

// contexts are those of the range, the small ones first.
func (tr *trial) contexts() iter.Seq[gen.Context] {
	return sized(tr.Range, tr.core.Contexts)
}

// programs are those of the range, the small ones first, then those made at random.
func (tr *trial) programs() iter.Seq[*litmus.Test] {
	return func(yield func(*litmus.Test) bool) {
		for t := range sized(tr.Range, tr.core.Programs) {
			if !yield(t) {
				return
			}
		}
		for i := range uint64(tr.Random) {
			if !yield(gen.Program(tr.v, 12, gen.Seeded(tr.Seed+i))) {
				return
			}
		}
	}
}

// sized is everything of up to r.Size statements, and a part of what is one longer.
func sized[T any](r Range, of func(int) iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for n := range r.Size + 1 {
			for x := range of(n) {
				if !yield(x) {
					return
				}
			}
		}
		if r.Beyond == 0 {
			return
		}
		var all []T
		for x := range of(r.Size + 1) {
			all = append(all, x)
		}
		choose := gen.Seeded(r.Seed)
		for range min(r.Beyond, len(all)) {
			if !yield(all[choose(len(all))]) {
				return
			}
		}
	}
}

// against is a counterexample, or nil where nothing is said against.
func against(why string, programs ...*litmus.Test) *Counterexample {
	if why == "" {
		return nil
	}
	x := &Counterexample{Why: why}
	for _, t := range programs {
		x.Programs = append(x.Programs, t.Wire())
	}
	return x
}

// difference says how two sets of outcomes differ; empty if they do not.
func difference(a, b litmus.Set, nameA, nameB string) string {
	for _, o := range a.Outcomes {
		if !b.Has(o) {
			return fmt.Sprintf("only %s: %s", nameA, o)
		}
	}
	for _, o := range b.Outcomes {
		if !a.Has(o) {
			return fmt.Sprintf("only %s: %s", nameB, o)
		}
	}
	return ""
}
