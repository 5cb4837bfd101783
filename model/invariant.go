package model

import "fmt"

// Checks is the number of invariants of a configuration: one for each thread
// and one for each cell.
func (m *Machine) Checks() int { return len(m.Threads) + len(m.Cells) }

// Check says what is wrong with the configuration of s, if anything is, as far
// as check number i sees. A violation is a bug of ours.
func (m *Machine) Check(i int, s Store) error {
	x := Step{Machine: m, store: s}
	if i < len(m.Threads) {
		return x.checkThread(Thread(i))
	}
	return x.checkCell(uint8(i - len(m.Threads)))
}

func (x *Step) checkThread(t Thread) error {
	c, name := x.Core(t), x.Threads[t].Name
	switch {
	case c.Status.Gone():
		return x.checkGone(t, c, name)
	case c.Mask > Closed:
		return fmt.Errorf("thread %s has the level %d", name, c.Mask)
	case c.Ctl != Run && c.At != 0 && x.Nodes[c.At].Op != Timeout:
		return fmt.Errorf("thread %s unwinds and stands at statement %d", name, c.At)
	case c.Ctl != Run && c.Status != Running && c.Op != Relock:
		return fmt.Errorf("thread %s unwinds and does not run", name)
	case c.Status == Blocked && c.Op == ThrowTo:
		return x.checkSender(t, c, name)
	case c.Status == Blocked && c.Op != Relock && (c.At == 0 || x.Nodes[c.At].Op != c.Op):
		return fmt.Errorf("thread %s is blocked in an operation at which it does not stand", name)
	case c.Status != Blocked && c.Op != 0:
		return fmt.Errorf("thread %s is not blocked, but in operation %d", name, c.Op)
	}
	return nil
}

// checkGone: a thread that has ended is bare.
func (x *Step) checkGone(t Thread, c Core, name string) error {
	if x.Stack(t) != "" || x.Queue(t) != "" || c != (Core{Status: c.Status, Arg: c.Arg}) || c.Arg != 0 && c.Status != Died {
		return fmt.Errorf("thread %s has ended, but is not bare", name)
	}
	return nil
}

// checkSender: who is blocked in a throwTo has exactly one signal queued there.
func (x *Step) checkSender(t Thread, c Core, name string) error {
	q, n := x.Queue(Thread(c.On)), 0
	for i := range q.Len() {
		if s := q.At(i); s.Waits && s.By == t {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("thread %s is blocked in a throwTo to %s, where %d of its signals are queued", name, x.Threads[c.On].Name, n)
	}
	return nil
}

// checkCell: who is on a wait list is blocked there, once; who holds a mutex
// exists; an MVar on which somebody waits is in the state that he cannot use.
func (x *Step) checkCell(i uint8) error {
	cell, d := x.Cell(i), x.Cells[i]
	for j := range len(cell.Waiters) {
		u := Thread(cell.Waiters[j])
		if d.Kind == Condition {
			break // may be waited on from under a thunk, and twice
		}
		if c := x.Core(u); c.Status != Blocked || c.On != i || !listed.Has(c.Op) {
			return fmt.Errorf("thread %s is on the wait list of %s, but not blocked there", x.Threads[u].Name, d.Name)
		}
		if strike(cell.Waiters, u) != cell.Waiters[:j]+cell.Waiters[j+1:] {
			return fmt.Errorf("thread %s is twice on the wait list of %s", x.Threads[u].Name, d.Name)
		}
	}
	switch {
	case d.Kind == Semaphore && cell.Value < 0:
		return fmt.Errorf("semaphore %s has the value %d", d.Name, cell.Value)
	case d.Kind == LazyCell && cell.Stage == Computed:
		return x.checkWork(i, cell)
	}
	return x.checkHandOff(i, cell)
}

// checkWork: who computes a lazy cell has one frame for its value.
func (x *Step) checkWork(i uint8, cell Cell) error {
	n := x.Stack(Thread(cell.Owner - 1)).Count(func(f Frame) bool { return f.Kind == UpdateFrame && x.Nodes[f.Node].A == i })
	if n != 1 {
		return fmt.Errorf("thread %s computes %s and has %d frames for it", x.Threads[cell.Owner-1].Name, x.Cells[i].Name, n)
	}
	return nil
}

// checkHandOff: where an operation is completed by the other side, nobody waits in
// one that could be done.
func (x *Step) checkHandOff(i uint8, cell Cell) error {
	for j := range len(cell.Waiters) {
		u := Thread(cell.Waiters[j])
		c := x.Core(u)
		if x.HandOff.Has(c.Op) && !x.Both.Has(c.Op) && !x.blocks(u, &x.Nodes[c.At]) {
			return fmt.Errorf("thread %s waits for %s, which it could have", x.Threads[u].Name, x.Cells[i].Name)
		}
	}
	return nil
}

// Conserved is the law of conservation for one step: what the queues hold
// changes by what was sent, less what was received, withdrawn, dropped,
// replaced or merged. Since it holds for every step, it holds for every run.
func (m *Machine) Conserved(before Config, v Move) error {
	if was, is, told := m.Pending(before.Read()), m.Pending(v.To.Read()), Balance(v.Events); is-was != told {
		return fmt.Errorf("step %s: the queues changed by %d signals, its events say %d", m.String(v.Label), is-was, told)
	}
	return nil
}

// Balance is by how much the events say that the number of pending signals changed.
func Balance(events []Event) (n int) {
	for _, e := range events {
		switch e.Kind {
		case Sent:
			n++
		case Received, Withdrawn, Dropped, Replaced, Merged:
			n--
		}
	}
	return n
}

// Pending is how many signals all queues in the configuration of s hold.
func (m *Machine) Pending(s Store) (n int) {
	x := Step{Machine: m, store: s}
	for t := range m.Threads {
		n += x.Queue(Thread(t)).Len()
	}
	return n
}
