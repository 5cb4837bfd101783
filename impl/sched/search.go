package sched

import (
	"fmt"
	"math/bits"

	"github.com/interject/interject/impl/internal/at"
)

// node is a state on the way of the current execution, and the step made from it.
type node struct {
	enabled, sleep, backtrack, done set
	chosen                          int
	preemptions                     int // before this step

	kind       at.Kind
	o, o2      *object
	prev       int // the step before on o
	prev2      int // and on o2
	clk        clock
	wasEnabled bool // for tokens: whether o had one before
}

// search is the stack of a depth-first search over executions.
type search struct {
	opt    Options
	nodes  []node
	depth  int // steps made in the current execution
	prefix int // how many of them are replayed, the last one with a new choice
	asleep set // at the current state
	turn   int // how many steps the thread that made the latest has made in a row
	cut    bool
	long   bool
	trace  uint64
	idle   []*worker
	lost   []*worker // in Goexit
	random uint64
	given  []int // a schedule to follow
}

// choose picks who makes the next step; nil ends the execution.
func (x *Exec) choose() *thread {
	if x.failure != "" {
		return nil
	}
	d := x.depth
	if d < x.prefix {
		return x.replayed(&x.nodes[d])
	}
	if d == x.opt.MaxSteps {
		x.long = true
		x.stuck(0)
		return nil
	}
	var enabled set
	for i, t := range x.threads {
		if !t.done && t.enabled() {
			enabled |= 1 << i
		}
	}
	if enabled == 0 {
		x.stuck(0)
		return nil
	}
	x.grow(d)
	n := &x.nodes[d]
	*n = node{enabled: enabled, sleep: x.asleep}
	if !x.pick(n, d) {
		return nil
	}
	return x.threads[n.chosen]
}

func (x *Exec) replayed(n *node) *thread {
	t := x.threads[n.chosen]
	if !t.enabled() {
		panic(fmt.Sprintf("sched: the program is not deterministic: on replay %s cannot make step %d", t.name, x.depth))
	}
	return t
}

func (s *search) grow(d int) {
	for len(s.nodes) <= d {
		s.nodes = append(s.nodes, make([]node, 64)...)
	}
}

// pick makes the first choice at a new state: to go on with the same thread if
// possible, which needs no switch. It returns false if all choices are asleep.
func (x *Exec) pick(n *node, d int) bool {
	last := -1
	if d > 0 {
		last = x.nodes[d-1].chosen
		n.preemptions = x.nodes[d-1].preemptions + x.preempts(&x.nodes[d-1], d-1)
	}
	awake := n.enabled &^ n.sleep
	switch {
	case d < len(x.given):
		return x.follow(n, d)
	case awake == 0:
		x.cut = true
		x.stuck(n.enabled)
		return false
	case x.opt.Mode == Random:
		n.chosen = x.draw(n.enabled)
	case last >= 0 && awake.has(last) && x.turn < patience:
		n.chosen = last
	default:
		n.chosen = next(awake, last)
	}
	if x.turn++; n.chosen != last {
		x.turn = 0
	}
	switch x.opt.Mode {
	case DPOR:
		n.backtrack = 1 << n.chosen
	case Sleep, Full:
		n.backtrack = n.enabled
	}
	return true
}

// patience is after how many steps in a row another thread has its turn, so that one
// that loops until another does something does not do so for ever.
const patience = 64

// next is the first thread of s behind last, in a circle.
func next(s set, last int) int {
	if behind := s &^ (1<<(last+1) - 1); behind != 0 {
		s = behind
	}
	return bits.TrailingZeros32(uint32(s))
}

func (x *Exec) follow(n *node, d int) bool {
	n.chosen = x.given[d]
	if !n.enabled.has(n.chosen) {
		x.fail(fmt.Sprintf("the schedule does not fit: thread %d cannot make step %d", n.chosen, d))
		return false
	}
	return true
}

// preempts is 1 if the step from n takes the turn from a thread that could go on.
func (x *Exec) preempts(n *node, d int) int {
	if d > 0 {
		if last := x.nodes[d-1].chosen; last != n.chosen && n.enabled.has(last) {
			return 1
		}
	}
	return 0
}

func (s *search) draw(from set) int {
	s.random = mix(s.random)
	k := s.random % uint64(bits.OnesCount32(uint32(from)))
	for ; k > 0; k-- {
		from &= from - 1
	}
	return bits.TrailingZeros32(uint32(from))
}

// commit notes that t, which was chosen, now makes its step.
func (x *Exec) commit(t *thread) {
	d, n := x.depth, len(x.threads)
	if x.opt.Mode == DPOR && d >= x.prefix-1 {
		x.races(t)
	}
	nd := &x.nodes[d]
	nd.kind, nd.o, nd.o2 = t.kind, t.o, t.o2
	t.clk[t.id]++
	t.sync[t.id]++
	k := classOf[t.kind]
	if o := t.o; o != nil {
		nd.wasEnabled = o.Tokens > 0
		o.before(k, &t.clk, n)
	}
	if t.o2 != nil {
		t.o2.before(k, &t.clk, n)
	}
	nd.clk = t.clk
	if o := t.o; o != nil {
		o.after(k, &t.clk, n)
		nd.prev, o.last = o.last, d
	}
	if o := t.o2; o != nil {
		o.after(k, &t.clk, n)
		nd.prev2, o.last = o.last, d
	}
	if x.opt.Traces {
		x.trace += x.print(t, n)
	}
	x.synchronise(t, n)
	t.last = d
	x.depth++
	x.asleep = x.stillAsleep(nd, t)
}

// print is the fingerprint of a step: equal for steps with the same past. A sum of
// them does not depend on the order in which independent steps were made.
func (x *Exec) print(t *thread, n int) uint64 {
	h := uint64(t.id)<<8 | uint64(t.kind)
	if t.o != nil {
		h ^= t.o.name << 16
	}
	return mix(t.clk.hash(mix(h), n))
}

// stillAsleep returns who of n.sleep sleeps on after t's step.
func (x *Exec) stillAsleep(n *node, t *thread) set {
	if x.opt.Mode == Full || x.opt.Mode == Random {
		return 0
	}
	s := n.sleep
	for rest := s; rest != 0; rest &= rest - 1 {
		q := bits.TrailingZeros32(uint32(rest))
		if x.threads[q].dependent(n) {
			s &^= 1 << q
		}
	}
	return s
}

// dependent tells whether t's next step and the step from n do not commute.
func (t *thread) dependent(n *node) bool {
	return t.o != nil && (t.o == n.o || t.o == n.o2) && at.Dependent(t.kind, n.kind) ||
		t.o2 != nil && (t.o2 == n.o || t.o2 == n.o2) && at.Dependent(t.kind, n.kind)
}

// advance goes back to the deepest state with a choice that is left to make. It
// returns false when there is none: the search is complete.
func (s *search) advance() bool {
	for d := s.depth - 1; d >= 0; d-- {
		n := &s.nodes[d]
		n.done |= 1 << n.chosen
		left := n.backtrack &^ n.done
		if s.opt.Mode != Full {
			n.sleep |= 1 << n.chosen
			left &^= n.sleep
		}
		if left = s.affordable(n, left, d); left != 0 {
			n.chosen = bits.TrailingZeros32(uint32(left))
			s.prefix = d + 1
			return true
		}
	}
	return false
}

// affordable returns which of the choices stay within the bound on preemptions.
func (s *search) affordable(n *node, left set, d int) set {
	if !s.opt.Bounded || d == 0 || n.preemptions < s.opt.Preemptions {
		return left
	}
	if last := s.nodes[d-1].chosen; n.enabled.has(last) {
		return left & (1 << last)
	}
	return left
}
