package gen

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// key is the same for programs that differ only in names and the order of threads.
func key(t *litmus.Test) string {
	var bodies []litmus.Block
	var threads []string
	for _, th := range t.Threads {
		bodies, threads = append(bodies, th.Body), append(threads, th.Name)
	}
	least := encode(bodies, threads)
	inits := initials(t, bodies)
	for p := range permutations(len(bodies)) {
		moved, place := make([]litmus.Block, len(bodies)), make([]string, len(bodies))
		for i, j := range p {
			moved[j], place[j] = bodies[i], threads[i]
		}
		if e := encode(moved, place); bytes.Compare(e, least) < 0 {
			least, inits = e, initials(t, moved)
		}
	}
	return string(append(least, inits...))
}

// initials are the initial values of the cells, in the order in which they come.
func initials(t *litmus.Test, bodies []litmus.Block) (all []byte) {
	for _, name := range order(bodies) {
		for _, cell := range t.Cells {
			if cell.Name == name {
				all = append(all, byte(cell.Init))
			}
		}
	}
	return all
}

// No two programs are the same but for names and order, and none that the random
// generator makes of the same part of the language is missing.
func TestProgramsAreAllAndEachOnce(t *testing.T) {
	cores := map[string]bool{}
	for _, d := range model.Editions {
		c := CoreOf(d)
		if forms := fmt.Sprint(c.Forms); cores[forms] {
			continue // another edition has the same forms
		} else {
			cores[forms] = true
		}
		all := map[string]bool{}
		for size := 1; size <= 3; size++ {
			for p := range c.Programs(size) {
				if Size(p) != size {
					t.Fatalf("size %d, not %d: %s", Size(p), size, p.Wire())
				}
				if k := key(p); all[k] {
					t.Fatalf("twice: %s", p.Wire())
				} else {
					all[k] = true
				}
			}
		}
		met := 0
		for seed := range uint64(20_000) {
			p := Program(c.Forms, 3, Seeded(seed))
			if !inCore(p) || Size(p) > 3 {
				continue
			}
			if met++; !all[key(p)] {
				t.Errorf("%s: missing: %s", d.Name, p.Wire())
			}
		}
		t.Logf("%s: %d programs of up to 3 statements; %d made at random are among them", d.Name, len(all), met)
		if met < 500 {
			t.Errorf("%s: only %d programs made at random are small enough to tell", d.Name, met)
		}
	}
}

// inCore says that a program keeps to what is said of a Core, but for its forms.
func inCore(t *litmus.Test) bool {
	sent, ok := false, true
	used := map[litmus.Role]map[string]bool{}
	t.Walk(func(s *litmus.Stmt) {
		sent = sent || sends(s.Form)
		ok = ok && s.N == numbers(s.Form)[0]
		for i, r := range s.Form.Names {
			if r == litmus.AClassOrAny && *nameOf(s, i) != litmus.Any {
				r = litmus.AClass
			}
			if used[r] == nil {
				used[r] = map[string]bool{}
			}
			used[r][*nameOf(s, i)] = true
		}
	})
	for _, r := range []litmus.Role{litmus.AClass, litmus.AnMVar, litmus.ATag} {
		ok = ok && len(used[r]) <= 1
	}
	for _, th := range t.Threads {
		ok = ok && len(th.Body) > 0 && !awaits(th.Body, th.Name) && !dead(th.Body)
	}
	return ok && sent
}

func awaits(b litmus.Block, self string) bool {
	for _, s := range b {
		if s.Form.Op == model.Await && s.Name == self {
			return true
		}
		for _, k := range s.Blocks {
			if awaits(k, self) {
				return true
			}
		}
	}
	return false
}

func BenchmarkExplore(b *testing.B) {
	d := model.GHCDoc2010
	var some []*litmus.Test
	for p := range CoreOf(d).Programs(3) {
		some = append(some, p)
	}
	b.ResetTimer()
	states := 0
	for i := range b.N {
		a, err := some[i%len(some)].Explore(context.Background(), d, explore.Options{})
		if err != nil {
			b.Fatal(err)
		}
		states += a.States
	}
	b.ReportMetric(float64(states)/float64(b.N), "states/op")
}

// dead says that a statement stands behind one that never returns.
func dead(b litmus.Block) bool {
	for i, s := range b {
		if leaves(s.Form) && i < len(b)-1 || slices.ContainsFunc(s.Blocks, dead) {
			return true
		}
	}
	return false
}

func TestShrink(t *testing.T) {
	for seed := range uint64(200) {
		p := Program(Of(), 20, Seeded(seed))
		if !slices.Contains(p.Features(), "protect") || !slices.Contains(p.Features(), "take") {
			continue
		}
		both := func(q *litmus.Test) bool {
			return slices.Contains(q.Features(), "protect") && slices.Contains(q.Features(), "take")
		}
		before := p.Format()
		if q := Shrink(p, both); Size(q) != 2 || len(q.Threads) > 2 {
			t.Errorf("seed %d shrinks to\n%s", seed, q.Format())
		}
		if p.Format() != before {
			t.Fatalf("seed %d: shrinking changed the test that it began with", seed)
		}
	}
}

// order is the names of cells by when they come first.
func order(bodies []litmus.Block) (all []string) {
	for _, b := range bodies {
		one := litmus.Test{Threads: []litmus.Thread{{Body: b}}}
		one.Walk(func(s *litmus.Stmt) {
			for i, r := range s.Form.Names {
				if _, ok := cells[r]; ok && !slices.Contains(all, *nameOf(s, i)) {
					all = append(all, *nameOf(s, i))
				}
			}
		})
	}
	return all
}
