package sched

import "github.com/interject/interject/impl/internal/at"

// object is what the search knows of one shared object.
type object struct {
	at.Object
	name uint64 // the same in equivalent executions
	last int    // the latest step on it, -1 for none
	// Joins of the clocks of the steps since, and including, the latest write. A write
	// comes after everything before it, so older ones are covered by it.
	reads, locks, writes clock
	released             clock           // of synchronisation: what a reader comes after
	touched              [at.Parts]epoch // the latest accesses to the plain data that it guards
}

// epoch is a moment in one thread.
type epoch struct {
	thread int
	time   uint16 // zero is never
}

// class groups the kinds by what they depend on.
type class uint8

const (
	reads  class = iota // on writes
	locks               // on locks and writes
	writes              // on all
)

var classOf = [at.Kinds]class{
	at.Load: reads, at.Wait: reads, at.Acquire: locks,
	at.Store: writes, at.Update: writes, at.Release: writes, at.Change: writes,
	at.Park: writes, at.Unpark: writes, at.Timer: writes, at.Spawn: writes,
}

// before joins into c the clocks of the steps on o that a step of class k comes after.
func (o *object) before(k class, c *clock, n int) {
	c.join(&o.writes, n)
	if k >= locks {
		c.join(&o.locks, n)
	}
	if k == writes {
		c.join(&o.reads, n)
	}
}

// after notes a step of class k with clock c.
func (o *object) after(k class, c *clock, n int) {
	switch k {
	case reads:
		o.reads.join(c, n)
	case locks:
		o.locks.join(c, n)
	case writes:
		o.writes, o.reads, o.locks = *c, clock{}, clock{}
	}
}
