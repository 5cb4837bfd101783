package sched

import (
	"fmt"

	"github.com/interject/interject/impl/internal/at"
)

// synchronise moves the clocks by which data races are judged. They know less order
// than those of dependence: a step comes after another only where the Go memory model
// says so, that is, if it reads what the other wrote or takes what it released.
func (x *Exec) synchronise(t *thread, n int) {
	o := t.o
	if o == nil {
		return
	}
	defer t.tick(t.kind)
	switch t.kind {
	case at.Load, at.Acquire, at.Change: // which releases if it writes: see Changed
		t.sync.join(&o.released, n)
	case at.Wait:
		t.sync.join(&o.released, n)
		if t.o2 != nil {
			t.sync.join(&t.o2.released, n)
		}
	case at.Store:
		o.released = t.sync
	case at.Release, at.Unpark:
		o.released.join(&t.sync, n)
	case at.Update:
		t.sync.join(&o.released, n)
		o.released = t.sync
	case at.Park, at.Timer:
		if o.Tokens > 0 {
			t.sync.join(&o.released, n)
		}
	}
}

// Changed notes that the running thread's step has written o after all.
func (x *Exec) Changed(o *at.Object) {
	t := x.cur
	if t == nil || x.aborting {
		return
	}
	g := x.object(o)
	g.released.join(&t.sync, len(x.threads))
	t.sync[t.id]++
}

// tick begins a new moment of t after a step that releases: what t does from here on is
// not what was released.
func (t *thread) tick(k at.Kind) {
	switch k {
	case at.Store, at.Release, at.Update, at.Unpark:
		t.sync[t.id]++
	}
}

// Touch notes that the running thread accesses a part of the plain data that o guards. Two
// accesses of different threads of which neither comes before the other are a data
// race: the execution fails.
func (x *Exec) Touch(o *at.Object, part int) {
	t := x.cur
	if t == nil || x.aborting {
		return
	}
	g := x.object(o)
	if e := g.touched[part]; e.time > t.sync[e.thread] && e.thread != t.id {
		x.fail(fmt.Sprintf("data race: %s and %s access part %d of what object %d guards", x.threads[e.thread].name, t.name, part, o.ID))
	}
	g.touched[part] = epoch{t.id, t.sync[t.id]}
}
