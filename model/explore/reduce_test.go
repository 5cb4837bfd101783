package explore

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A reducedTable is a table system that knows its whole graph. In a state it names one
// agent if that agent has, for each final state that can be reached, a step that gets
// nearer to it. Which one of several, and whether at all, is up to a random table.
type reducedTable struct {
	*tableSystem
	chosen []uint64 // per state
	orAll  bool
}

func (s *reducedTable) Facts() int { return len(s.radix) }

func (s *reducedTable) Fact(i int, v *View[int]) uint64 { return uint64(s.get(v, i, i)) }

func (s *reducedTable) Enough(facts []uint64) (uint64, bool) {
	n := 0
	for c, r := range s.radix {
		n = n*r + int(facts[c])
	}
	return s.chosen[n], s.orAll
}

// size is how many states there are, reachable or not.
func (s *tableSystem) size() int { return len(s.agents[0].to) }

// distances is the number of steps from each state to each, -1 if there is no way.
func (s *tableSystem) distances() [][]int {
	d := make([][]int, s.size())
	for from := range d {
		d[from] = slices.Repeat([]int{-1}, s.size())
		d[from][from] = 0
		for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
			for _, a := range s.agents {
				for _, to := range a.to[queue[0]] {
					if d[from][to] < 0 {
						d[from][to] = d[from][queue[0]] + 1
						queue = append(queue, to)
					}
				}
			}
		}
	}
	return d
}

func newReducedTable(rng *rand.Rand) *reducedTable {
	s := &reducedTable{tableSystem: newTableSystem(rng)}
	s.chosen = make([]uint64, s.size())
	d := s.distances()
	for state := range s.chosen {
		for _, a := range rng.Perm(len(s.agents)) {
			if rng.IntN(8) > 0 && s.nearer(d, state, a) {
				s.chosen[state] = 1 << a
			}
		}
	}
	return s
}

func (s *tableSystem) final(state int) bool {
	return !slices.ContainsFunc(s.agents, func(a tableAgent) bool { return len(a.to[state]) > 0 })
}

func (s *tableSystem) nearer(d [][]int, state, agent int) bool {
	for goal, n := range d[state] {
		if n <= 0 || !s.final(goal) {
			continue
		}
		if !slices.ContainsFunc(s.agents[agent].to[state], func(to int) bool { return d[to][goal] == n-1 }) {
			return false
		}
	}
	return len(s.agents[agent].to[state]) > 0
}

func TestReducedSearchKeepsFinalsAndPaths(t *testing.T) {
	n := 3000
	if raced || testing.Short() {
		n = 500
	}
	saved := 0
	for seed := range uint64(n) {
		sys := newReducedTable(rand.New(rand.NewPCG(seed, 2)))
		want := naively[int](sys, func(int) bool { return true })
		plain := mustExplore(t, sys, Options{})
		if plain.Reduced != 0 || plain.States != len(want.states) {
			t.Fatalf("seed %d: a search that was not asked to reduce found %d states of %d", seed, plain.States, len(want.states))
		}
		r := mustExplore(t, sys, Options{Reduce: true})
		saved += plain.States - r.States
		names := make([]string, r.States)
		for i := range names {
			names[i] = name(r.State(i, nil))
		}
		if got := named(names, r.Finals); !slices.Equal(got, slices.Sorted(slices.Values(want.finals))) {
			t.Fatalf("seed %d: finals %v, want %v", seed, got, want.finals)
		}
		for i, p := range r.Paths(r.Finals...) {
			if end, err := follow(names[0], p, names, want); err != nil || end != names[r.Finals[i]] {
				t.Fatalf("seed %d: the witness of %s ends in %s: %v", seed, names[r.Finals[i]], end, err)
			}
		}
		sameWithWorkers(t, sys, r, seed)
		if err := CheckFootprint(sys, r, 20, seed); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if saved < n {
		t.Errorf("%d states saved in %d systems: the test tests little", saved, n)
	}
	t.Logf("%d states saved in %d systems", saved, n)
}

// sameWithWorkers compares with a search of several workers, and with one that was
// stopped and resumed.
func sameWithWorkers(t *testing.T, sys System[int], r *Report[int], seed uint64) {
	t.Helper()
	many := mustExplore(t, sys, Options{Reduce: true, Workers: 2 + int(seed%2)})
	half := mustExplore(t, sys, Options{Reduce: true, MaxStates: r.States/2 + 1})
	var b bytes.Buffer
	if _, err := half.Checkpoint().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	again, err := Resume(context.Background(), sys, Options{Reduce: true}, &b)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []*Report[int]{many, again} {
		if o.States != r.States || o.Transitions != r.Transitions || o.Reduced != r.Reduced || !slices.Equal(o.Finals, r.Finals) {
			t.Fatalf("seed %d: %d states, %d transitions, %d reduced; want %d, %d, %d", seed, o.States, o.Transitions, o.Reduced, r.States, r.Transitions, r.Reduced)
		}
		for i := range r.States {
			if !slices.Equal(o.State(i, nil), r.State(i, nil)) {
				t.Fatalf("seed %d: state %d is another", seed, i)
			}
		}
	}
}

// A choice of the wrong agents loses final states: the test above would see it.
func TestWrongReductionIsSeen(t *testing.T) {
	lost := 0
	for seed := range uint64(300) {
		sys := newReducedTable(rand.New(rand.NewPCG(seed, 2)))
		for i := range sys.chosen {
			for a := range sys.agents {
				if len(sys.agents[a].to[i]) > 0 {
					sys.chosen[i] = 1 << a
				}
			}
		}
		if len(mustExplore(t, sys, Options{Reduce: true}).Finals) != len(mustExplore(t, sys, Options{}).Finals) {
			lost++
		}
	}
	if lost == 0 {
		t.Error("taking any agent alone never lost a final state: the systems are too simple")
	}
}

func TestReduceRefuses(t *testing.T) {
	if _, err := Explore(context.Background(), newTableSystem(rand.New(rand.NewPCG(1, 1))), Options{Reduce: true}); err == nil || !strings.Contains(err.Error(), "no Reducer") {
		t.Errorf("a system that is no Reducer: %v", err)
	}
	sys := newReducedTable(rand.New(rand.NewPCG(3, 2)))
	for i := range sys.chosen {
		sys.chosen[i] = 1 << 60
	}
	defer func() {
		if p := recover(); p == nil || !strings.Contains(p.(string), "none of them can step") {
			t.Errorf("agents that cannot step were enough: %v", p)
		}
	}()
	Explore(context.Background(), sys, Options{Reduce: true})
}

// Where those that were named cannot step, all do, if that was said.
func TestEnoughOrAll(t *testing.T) {
	for seed := range uint64(300) {
		sys := newReducedTable(rand.New(rand.NewPCG(seed, 2)))
		sys.orAll = true
		for i := range sys.chosen {
			if sys.chosen[i] = 1 << 60; i%2 == 0 {
				sys.chosen[i] = 0
			}
		}
		plain, r := mustExplore(t, sys, Options{}), mustExplore(t, sys, Options{Reduce: true})
		if r.States != plain.States || r.Transitions != plain.Transitions || r.Reduced != 0 || !slices.Equal(r.Finals, plain.Finals) {
			t.Fatalf("seed %d: %d states, %d transitions, %d reduced; want %d, %d, 0", seed, r.States, r.Transitions, r.Reduced, plain.States, plain.Transitions)
		}
	}
}

func mustExplore(t *testing.T, sys System[int], o Options) *Report[int] {
	t.Helper()
	r, err := Explore(context.Background(), sys, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
