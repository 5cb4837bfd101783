package explore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A tableSystem is a random graph of at most 30 states, spread over parts, with some
// agents. An agent looks at the parts in an order of its own that depends on what it
// sees, and steps by a table.
type tableSystem struct {
	copies
	radix  []int // of the parts
	agents []tableAgent
}

type tableAgent struct {
	orders [2][]int // in which it looks, by the parity of the first part it sees
	to     [][]int  // successors of each state
}

// copies is how many equal copies there are of each part, each a part for the search:
// with many of them keys get wide and are often laid out anew. A look picks one of
// them by what is looked for.
type copies int

func (n copies) get(v *View[int], c, salt int) int { return v.Get(c*int(n) + salt%int(n)) }

func (n copies) set(v *View[int], c, x int) {
	for i := range int(n) {
		v.Set(c*int(n)+i, x)
	}
}

func someCopies(rng *rand.Rand) copies {
	if rng.IntN(4) > 0 {
		return 1
	}
	return copies(1 + rng.IntN(20))
}

func newTableSystem(rng *rand.Rand) *tableSystem {
	s := &tableSystem{copies: someCopies(rng)}
	n := 1
	for {
		r := 1 + rng.IntN(4)
		if n*r > 30 {
			break
		}
		n *= r
		s.radix = append(s.radix, r)
	}
	density := rng.IntN(4)
	for range 1 + rng.IntN(4) {
		s.agents = append(s.agents, newTableAgent(rng, s, n, density))
	}
	return s
}

func newTableAgent(rng *rand.Rand, s *tableSystem, n, density int) tableAgent {
	a := tableAgent{to: make([][]int, n)}
	a.orders[0] = rng.Perm(len(s.radix))
	a.orders[1] = rng.Perm(len(s.radix))
	first := slices.Index(a.orders[1], a.orders[0][0])
	a.orders[1][0], a.orders[1][first] = a.orders[1][first], a.orders[1][0]
	for i := range a.to {
		for range max(0, rng.IntN(4)-2+density/2) {
			a.to[i] = append(a.to[i], rng.IntN(n))
		}
	}
	return a
}

func (s *tableSystem) Parts() int      { return len(s.radix) * int(s.copies) }
func (s *tableSystem) Agents() int     { return len(s.agents) }
func (s *tableSystem) Initial(int) int { return 0 }

func (s *tableSystem) Expand(a int, v *View[int]) {
	ag := s.agents[a]
	digits := make([]int, len(s.radix))
	for _, c := range ag.orders[s.get(v, ag.orders[0][0], a)%2] {
		digits[c] = s.get(v, c, a+c)
	}
	n := 0
	for c, r := range s.radix {
		n = n*r + digits[c]
	}
	for i, to := range ag.to[n] {
		for c := len(s.radix) - 1; c >= 0; c-- {
			s.set(v, c, to%s.radix[c])
			to /= s.radix[c]
		}
		v.Commit(uint32(i))
	}
}

// A guardSystem has agents that look at a few parts, each chosen by what the one
// before held, and write a few: footprints smaller than the state.
type guardSystem struct {
	copies
	parts  int
	values int
	rules  [][]uint32
}

func newGuardSystem(rng *rand.Rand) *guardSystem {
	s := &guardSystem{copies: someCopies(rng), parts: 1 + rng.IntN(5), values: 2 + rng.IntN(2)}
	for range 1 + rng.IntN(4) {
		r := make([]uint32, 64)
		for i := range r {
			r[i] = rng.Uint32()
		}
		s.rules = append(s.rules, r)
	}
	return s
}

func (s *guardSystem) Parts() int      { return s.parts * int(s.copies) }
func (s *guardSystem) Agents() int     { return len(s.rules) }
func (s *guardSystem) Initial(int) int { return 0 }

func (s *guardSystem) Expand(a int, v *View[int]) {
	r, h := s.rules[a], uint32(a)
	for i := range 2 {
		h = h*7 + uint32(s.get(v, int(r[(h+uint32(i))%64])%s.parts, a)) + 1
	}
	for label := range r[h%64] % 3 {
		for i := range 1 + r[(h+label)%64]%2 {
			x := r[(h*5+label*3+i)%64]
			s.set(v, int(x%uint32(s.parts)), int(x>>8%uint32(s.values)))
		}
		v.Commit(label)
	}
}

func TestRandomSystemsAgainstNaiveSearch(t *testing.T) {
	n := 2000
	if raced || testing.Short() {
		n = 300
	}
	cyclic, fairCycles, repacked := 0, 0, 0
	for seed := range uint64(n) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var sys System[int] = newTableSystem(rng)
		if seed%2 == 1 {
			sys = newGuardSystem(rng)
		}
		unfair := rng.IntN(8)
		fair := func(a int) bool { return a != unfair }
		want := naively(sys, fair)
		repacks, err := compareWithNaive(sys, want, fair, seed)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if repacks > 0 {
			repacked++
		}
		fairCycles += len(want.cycles)
		if len(want.cycles) > 0 {
			cyclic++
		}
	}
	t.Logf("%d systems, %d with fair cycles, %d fair cycles", n, cyclic, fairCycles)
	if cyclic < n/20 || repacked < n/20 {
		t.Errorf("of %d systems %d have a fair cycle and %d were repacked: the test tests little", n, cyclic, repacked)
	}
}

func compareWithNaive(sys System[int], want *naive, fair func(int) bool, seed uint64) (repacks int, err error) {
	r, err := Explore(context.Background(), sys, Options{Fair: fair, Workers: 1 + int(seed%3)})
	if err != nil {
		return 0, err
	}
	if !r.Complete || r.Transitions != want.transitions || r.Expanded != r.States {
		return 0, fmt.Errorf("complete %v, %d transitions, want %d; %d of %d expanded", r.Complete, r.Transitions, want.transitions, r.Expanded, r.States)
	}
	names := make([]string, r.States)
	for i := range names {
		names[i] = name(r.State(i, nil))
	}
	if !slices.Equal(names, want.states) {
		return 0, fmt.Errorf("states in order of discovery:\n got %v\nwant %v", names, want.states)
	}
	if got := named(names, r.Finals); !slices.Equal(got, slices.Sorted(slices.Values(want.finals))) {
		return 0, fmt.Errorf("finals: got %v, want %v", got, want.finals)
	}
	if err := compareCycles(r, names, want); err != nil {
		return 0, err
	}
	if err := comparePaths(r, names, want); err != nil {
		return 0, err
	}
	for i := range r.Cycles {
		if err := followLasso(r, &r.Cycles[i], names, want, fair); err != nil {
			return 0, err
		}
	}
	return r.Repacks, CheckFootprint(sys, r, 50, seed)
}

func named(names []string, states []int) (out []string) {
	for _, i := range states {
		out = append(out, names[i])
	}
	slices.Sort(out)
	return out
}

func compareCycles(r *Report[int], names []string, want *naive) error {
	if len(r.Cycles) != len(want.cycles) {
		return fmt.Errorf("%d fair cycles, want %d", len(r.Cycles), len(want.cycles))
	}
	for i, c := range r.Cycles {
		w := want.cycles[i]
		if !slices.Equal(named(names, c.States), w.states) || !slices.Equal(c.Movers, w.movers) {
			return fmt.Errorf("cycle %d: states %v, movers %v; want %v, %v", i, named(names, c.States), c.Movers, w.states, w.movers)
		}
	}
	return nil
}

// comparePaths follows the witness of every state and compares its length.
func comparePaths(r *Report[int], names []string, want *naive) error {
	all := make([]int, r.States)
	for i := range all {
		all[i] = i
	}
	for i, path := range r.Paths(all...) {
		if len(path) != want.depth[names[i]] {
			return fmt.Errorf("state %s: a witness of %d steps, but %d suffice", names[i], len(path), want.depth[names[i]])
		}
		if end, err := follow(names[0], path, names, want); err != nil || end != names[i] {
			return fmt.Errorf("the witness of %s ends in %s: %v", names[i], end, err)
		}
	}
	return nil
}

func follow(at string, path []Step, names []string, want *naive) (string, error) {
	for _, st := range path {
		i := slices.IndexFunc(want.edges[at], func(e naiveEdge) bool { return e.agent == st.Agent && e.label == st.Label })
		if i < 0 || want.edges[at][i].to != names[st.State] {
			return at, fmt.Errorf("no step of agent %d with label %d from %s to %s", st.Agent, st.Label, at, names[st.State])
		}
		at = names[st.State]
	}
	return at, nil
}

func followLasso(r *Report[int], c *Cycle, names []string, want *naive, fair func(int) bool) error {
	stem, loop := r.Lasso(c)
	at, err := follow(names[0], stem, names, want)
	if err != nil {
		return err
	}
	if end, err := follow(at, loop, names, want); err != nil || end != at || len(loop) == 0 {
		return fmt.Errorf("the loop of %d steps goes from %s to %s: %v", len(loop), at, end, err)
	}
	for a := range r.sys.Agents() {
		passed := slices.ContainsFunc(loop, func(st Step) bool {
			enabled := slices.ContainsFunc(want.edges[names[st.State]], func(e naiveEdge) bool { return e.agent == a })
			return st.Agent == a || !enabled
		})
		if fair(a) && !passed {
			return fmt.Errorf("the loop passes over agent %d: %v", a, loop)
		}
	}
	return nil
}
