package properties

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Parting is a program on which two editions allow different outcomes.
type Parting struct {
	Test *litmus.Test // answered exactly by both
	Only [2][]litmus.Outcome
	at   int
}

// Partings is what came of looking for programs that tell two editions apart.
type Partings struct {
	All   []Parting
	Size  int  // statements of the programs found; if none was found, that far all were tried
	Whole int  // up to so many statements, all programs of the core were tried
	Tried int  // programs
	Luck  bool // found in the catalogue or among random ones, and shrunk: there may be smaller ones
}

// Distinguish finds the smallest programs on which two editions part: all of the
// least size up to max of the core that both have, and when there is none a test
// of the catalogue or a program made at random, as small as it shrinks.
func Distinguish(ctx context.Context, one, two model.Dialect, max, random int, seed uint64, catalogue []*litmus.Test) (Partings, error) {
	var p Partings
	core := gen.CoreOf(one, two)
	core.Classes = 2 // to tell by what a thread was hit
	for p.Size = 1; p.Size <= max; p.Size++ {
		var mu sync.Mutex
		n, err := each(ctx, core.Programs(p.Size), func(i int, t *litmus.Test) error {
			part, ok, err := parts(ctx, t, one, two)
			if err != nil || !ok {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			part.at = i
			p.All = append(p.All, part)
			return nil
		})
		p.Tried += n
		if err != nil || len(p.All) > 0 {
			slices.SortFunc(p.All, func(a, b Parting) int { return cmp.Compare(a.at, b.at) })
			return p.named(one, two), err
		}
	}
	p.Size--
	p.Whole = p.Size
	return p.byLuck(ctx, one, two, lucky(one, two, random, seed, catalogue))
}

// lucky are the tests of a catalogue that both editions can express, and random
// programs.
func lucky(one, two model.Dialect, random int, seed uint64, catalogue []*litmus.Test) iter.Seq[*litmus.Test] {
	return func(yield func(*litmus.Test) bool) {
		for _, t := range catalogue {
			if len(t.MissingIn(one))+len(t.MissingIn(two)) == 0 && !yield(bare(t)) {
				return
			}
		}
		for i := range uint64(random) {
			if !yield(gen.Program(gen.Of(one, two), 12, gen.Seeded(seed+i))) {
				return
			}
		}
	}
}

// byLuck tries programs until one tells the editions apart.
func (p Partings) byLuck(ctx context.Context, one, two model.Dialect, tests iter.Seq[*litmus.Test]) (Partings, error) {
	for t := range tests {
		p.Tried++
		if _, ok, err := parts(ctx, t, one, two); err != nil || ctx.Err() != nil {
			return p, cmp.Or(err, ctx.Err())
		} else if !ok {
			continue
		}
		small := gen.Shrink(t, func(t *litmus.Test) bool {
			_, ok, err := parts(ctx, t, one, two)
			return ok && err == nil
		})
		part, _, err := parts(ctx, small, one, two)
		p.All, p.Luck, p.Size = []Parting{part}, true, gen.Size(small)
		return p.named(one, two), err
	}
	return p, nil
}

// partBound keeps a random program from taking all the time.
const partBound = 100_000

// parts says whether two editions part on a test; what is not known whole does not
// tell.
func parts(ctx context.Context, t *litmus.Test, one, two model.Dialect) (Parting, bool, error) {
	a, err := t.Explore(ctx, one, explore.Options{MaxStates: partBound})
	if err != nil {
		return Parting{}, false, err
	}
	b, err := t.Explore(ctx, two, explore.Options{MaxStates: partBound})
	if err != nil || a.Partial || b.Partial {
		return Parting{}, false, err
	}
	p := Parting{Test: answered(t, a, b), Only: [2][]litmus.Outcome{less(a.Set, b.Set), less(b.Set, a.Set)}}
	return p, len(p.Only[0])+len(p.Only[1]) > 0, nil
}

// less are the outcomes of a that are not in b.
func less(a, b litmus.Set) []litmus.Outcome {
	return slices.DeleteFunc(slices.Clone(a.Outcomes), b.Has)
}

// named gives the programs names and titles.
func (p Partings) named(one, two model.Dialect) Partings {
	for i := range p.All {
		t := p.All[i].Test
		t.Name = "part-" + t.Hash()
		t.Title = fmt.Sprintf("%s and %s part", one.Name, two.Name)
	}
	return p
}
