package explore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A crowd is a random system of members that are alike: each has two parts, its own
// state and the name of a member that it knows, and there are two shared parts, a
// number and a name. Member i may know any other, so names are everywhere.
type crowd struct {
	members, values int
	ring            bool // only rotations are symmetries: a member also sees its right neighbour
	rules           [][]int
}

func newCrowd(rng *rand.Rand) *crowd {
	c := &crowd{members: 2 + rng.IntN(3), values: 2 + rng.IntN(2), ring: rng.IntN(2) == 0}
	for range 1 + rng.IntN(2) {
		r := make([]int, 512)
		for i := range r {
			r[i] = rng.IntN(1 << 20)
		}
		c.rules = append(c.rules, r)
	}
	return c
}

func (c *crowd) Parts() int  { return 2*c.members + 2 }
func (c *crowd) Agents() int { return c.members }
func (c *crowd) Initial(i int) int {
	if i == 2*c.members+1 || i < 2*c.members && i%2 == 1 {
		return -1 // nobody
	}
	return 0
}

// Expand looks at the member's own state, at what it knows and who is shared, all by
// what they are and not by their names.
func (c *crowd) Expand(m int, v *View[int]) {
	n, own, knows, shared, who := c.members, v.Get(2*m), v.Get(2*m+1), v.Get(2*c.members), v.Get(2*c.members+1)
	seen := own + c.values*shared
	for _, x := range []int{knows, who} {
		seen *= 3
		switch {
		case x == m:
			seen++
		case x >= 0:
			seen += 2
		}
	}
	for i, r := range c.rules {
		do := r[seen%len(r)]
		if do%3 == 0 {
			continue
		}
		v.Set(2*m, (own+do/3)%c.values)
		v.Set(2*c.members, (shared+do/9)%c.values)
		switch do / 27 % 5 {
		case 1:
			v.Set(2*m+1, who)
		case 2:
			v.Set(2*c.members+1, m)
		case 3:
			if who >= 0 && who != m {
				v.Set(2*who, (v.Get(2*who)+1)%c.values)
			}
		case 4:
			if c.ring {
				v.Set(2*m+1, (m+1)%n)
			}
		}
		v.Commit(uint32(i))
	}
}

func (c *crowd) Facts() int                     { return 0 }
func (c *crowd) Fact(int, *View[int]) uint64    { return 0 }
func (c *crowd) Enough([]uint64) (uint64, bool) { return 0, false }
func (c *crowd) Mentions(i int, p int) (all []uint8) {
	if i < 2*c.members {
		all = append(all, uint8(i/2))
	}
	if i%2 == 1 && p >= 0 && !slices.Contains(all, uint8(p)) {
		all = append(all, uint8(p))
	}
	return all
}

func (c *crowd) Rename(i, p int, to []uint8) int {
	if i%2 == 1 && p >= 0 {
		return int(to[p])
	}
	return p
}

func (c *crowd) Symmetry() Symmetry {
	s := Symmetry{Members: c.members, Width: 2}
	if !c.ring {
		all := make([]uint8, c.members)
		for m := range all {
			all[m] = uint8(m)
		}
		s.Classes = [][]uint8{all}
		return s
	}
	for by := range c.members {
		to := make([]uint8, c.members)
		for m := range to {
			to[m] = uint8((m + by) % c.members)
		}
		s.Group = append(s.Group, to)
	}
	return s
}

// Of each orbit at least one state is kept, what is kept is reachable, and a path, walked
// back through the renamings, is a run of the system itself.
func TestOrbits(t *testing.T) {
	n := 300
	if raced || testing.Short() {
		n = 60
	}
	saved := 0
	for seed := range uint64(n) {
		sys := newCrowd(rand.New(rand.NewPCG(seed, 6)))
		plain, r := mustExplore(t, sys, Options{MaxStates: 3000}), mustExplore(t, sys, Options{MaxStates: 3000, Reduce: true})
		if plain.Stop != Exhausted {
			continue
		}
		if !r.Orbits || plain.Orbits {
			t.Fatalf("seed %d: orbits were kept whole, or in a search that was not asked to reduce", seed)
		}
		saved += plain.States - r.States
		for what, of := range map[string][2][]int{"states": {upTo(plain.States), upTo(r.States)}, "finals": {plain.Finals, r.Finals}} {
			want, got := map[string]bool{}, map[string]bool{}
			for _, s := range of[0] {
				want[fmt.Sprint(plain.State(s, nil))] = true
			}
			for _, s := range of[1] {
				for _, o := range Orbit(sys, r.State(s, nil), func(x []int) string { return fmt.Sprint(x) }) {
					got[fmt.Sprint(o.State)] = true
				}
			}
			if len(got) != len(want) {
				t.Fatalf("seed %d: %d %s instead of %d", seed, len(got), what, len(want))
			}
			for s := range want {
				if !got[s] {
					t.Fatalf("seed %d: of the %s, %s is missing", seed, what, s)
				}
			}
		}
		followRenamed(t, seed, sys, r, plain)
		sameOrbits(t, seed, sys, r)
	}
	if saved < n {
		t.Errorf("%d states saved in %d systems: the test tests little", saved, n)
	}
	t.Logf("%d states saved in %d systems", saved, n)
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// followRenamed follows the paths to some states in the graph of the plain search.
func followRenamed(t *testing.T, seed uint64, sys *crowd, r, plain *Report[int]) {
	t.Helper()
	edges := map[string]bool{}
	for s := range plain.States {
		from := fmt.Sprint(plain.State(s, nil))
		plain.s.(*search[[1]uint64]).visit(s, func(_ int, _ uint32, k *[1]uint64) bool {
			ids := make([]uint32, sys.Parts())
			unpack(plain.s.about().fields, k, ids)
			to := make([]int, len(ids))
			for c, id := range ids {
				to[c] = plain.v.tables[c].parts[id]
			}
			edges[from+fmt.Sprint(to)] = true
			return true
		})
	}
	last := r.States - 1
	for i, path := range r.Paths(last/2, last) {
		states := [][]int{r.State(0, nil)}
		for _, st := range path {
			states = append(states, r.State(st.State, nil))
		}
		self := make([]uint8, sys.members)
		for m := range self {
			self[m] = uint8(m)
		}
		run := Unrename(sys, states, path, self)
		if want := r.State([]int{last / 2, last}[i], nil); !slices.Equal(run[len(run)-1], want) || !slices.Equal(run[0], states[0]) {
			t.Fatalf("seed %d: a run from %v to %v, want from the initial state to %v", seed, run[0], run[len(run)-1], want)
		}
		for j := range path {
			if !edges[fmt.Sprint(run[j])+fmt.Sprint(run[j+1])] {
				t.Fatalf("seed %d: step %d of a run, from %v to %v, is none of the system", seed, j+1, run[j], run[j+1])
			}
		}
	}
}

// sameOrbits compares with a search of several workers.
func sameOrbits(t *testing.T, seed uint64, sys *crowd, r *Report[int]) {
	t.Helper()
	many := mustExplore(t, sys, Options{MaxStates: 3000, Reduce: true, Workers: 3})
	if many.States != r.States || many.Transitions != r.Transitions || !slices.Equal(many.Finals, r.Finals) {
		t.Fatalf("seed %d: %d workers found %d states, one %d", seed, 3, many.States, r.States)
	}
	for i := range r.States {
		if !slices.Equal(many.State(i, nil), r.State(i, nil)) {
			t.Fatalf("seed %d: state %d is another with several workers", seed, i)
		}
	}
}

// A symmetry that is none loses states: the test above would see it.
func TestWrongSymmetryIsSeen(t *testing.T) {
	lost := 0
	for seed := range uint64(100) {
		sys := newCrowd(rand.New(rand.NewPCG(seed, 6)))
		if sys.members < 3 || !sys.ring {
			continue
		}
		plain := mustExplore(t, sys, Options{MaxStates: 3000})
		r := mustExplore(t, &loose{sys}, Options{MaxStates: 3000, Reduce: true})
		all := map[string]bool{}
		for s := range r.States {
			for _, o := range Orbit(sys, r.State(s, nil), func(x []int) string { return fmt.Sprint(x) }) {
				all[fmt.Sprint(o.State)] = true
			}
		}
		if plain.Stop == Exhausted && len(all) != plain.States {
			lost++
		}
	}
	if lost < 5 {
		t.Errorf("taking rings for crowds lost states in %d systems only", lost)
	}
}

// loose is a ring that is taken for a crowd.
type loose struct{ *crowd }

func (l *loose) Symmetry() Symmetry {
	c := *l.crowd
	c.ring = false
	return c.Symmetry()
}
