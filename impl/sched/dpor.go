package sched

import (
	"math/bits"

	"github.com/interject/interject/impl/internal/at"
)

// races looks for steps already made with which the step that t is about to make could
// change places. It is asked as late as possible, when all steps are known that may have
// to come before t's.
func (x *Exec) races(t *thread) {
	if t.o != nil {
		x.racesOn(t, t.o)
	}
	if t.o2 != nil {
		x.racesOn(t, t.o2)
	}
}

// stuck does so, where an execution ends, for the threads that are not enabled to make
// their next step: they are part of a deadlock, though perhaps others could go on.
func (x *Exec) stuck(enabled set) {
	if x.opt.Mode != DPOR {
		return
	}
	for i, t := range x.threads {
		if !t.done && !enabled.has(i) {
			x.races(t)
		}
	}
}

// racesOn goes back over the steps on o. A step that happens before t's next one
// anyway, or before a race already found, is passed over; the search must go on behind
// it, since dependence on one object is not transitive.
func (x *Exec) racesOn(t *thread, o *object) {
	var found [MaxThreads]uint16 // of each thread, the earliest step that is covered
	for d := o.last; d >= 0; d = x.nodes[d].before(o) {
		n := &x.nodes[d]
		e := epoch{n.chosen, n.clk[n.chosen]}
		if e.thread == t.id || t.clk[e.thread] >= e.time || !at.Dependent(t.kind, n.kind) {
			continue
		}
		if found[e.thread] >= e.time || !coenabled(t, n, d) {
			continue
		}
		x.reverse(d, t)
		if t.kind == at.Wait && t.last > d {
			continue // it may have been disabled before d, and enabled before that
		}
		for q := range found {
			found[q] = max(found[q], n.clk[q])
		}
	}
}

// before is the step on o before the one from n.
func (n *node) before(o *object) int {
	if n.o == o {
		return n.prev
	}
	return n.prev2
}

// coenabled tells whether t's next step may have been possible in the state before step
// d, as far as is known: nobody acquires a lock that is about to be released, nor takes
// a token that is about to come, nor passes a condition that does not hold.
func coenabled(t *thread, n *node, d int) bool {
	switch {
	case t.last < d:
		return n.enabled.has(t.id) // it was about to make this very step
	case t.kind == at.Acquire, t.kind == at.Change:
		return n.kind != at.Release
	case t.kind == at.Park:
		return n.wasEnabled
	}
	return true
}

// reverse makes sure that the search also goes from the state before step d into some
// trace in which t's next step comes before it. What must come before t's step there
// is the steps since d that do not come after step d; an initial is a thread whose
// first step among those can be their first.
func (x *Exec) reverse(d int, t *thread) {
	n := &x.nodes[d]
	initials := x.initials(d, t)
	if initials == 0 || initials&(n.backtrack|n.sleep) != 0 {
		return
	}
	if initials.has(t.id) {
		n.backtrack |= 1 << t.id
		return
	}
	n.backtrack |= initials & -initials
}

func (x *Exec) initials(d int, t *thread) set {
	n := &x.nodes[d]
	e := epoch{n.chosen, n.clk[n.chosen]}
	var all, seen set
	var first [MaxThreads]uint16 // of each thread, its first step among those
	free := true                 // of steps that t's next one depends on
	for j := d + 1; j < x.depth; j++ {
		m := &x.nodes[j]
		if m.clk[e.thread] >= e.time {
			continue // comes after step d
		}
		if t.dependent(m) {
			free = false
		}
		q := m.chosen
		if seen.has(q) {
			continue
		}
		if !m.follows(seen, &first) {
			all |= 1 << q
		}
		seen |= 1 << q
		first[q] = m.clk[q]
	}
	if free && !seen.has(t.id) && n.enabled.has(t.id) {
		all |= 1 << t.id
	}
	return all & n.enabled
}

// follows tells whether the step from n comes after one of the first steps of seen.
func (n *node) follows(seen set, first *[MaxThreads]uint16) bool {
	for rest := seen; rest != 0; rest &= rest - 1 {
		q := bits.TrailingZeros32(uint32(rest))
		if n.clk[q] >= first[q] {
			return true
		}
	}
	return false
}
