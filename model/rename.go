package model

// A Renaming says what each thread is renamed to, and where each statement of it is
// found in the other one's text.
type Renaming interface {
	Thread(Thread) Thread
	Node(Pos) Pos
}

// aboutThread are the operations that name a thread.
var aboutThread = Ops(ThrowTo, Interrupt, Kill, KillNow, Join, JoinTimeout, JoinShielded, Fork, Await, Alive, Message, Link, Unlink)

// AboutThread says that the statement names a thread in A.
func (n *Node) AboutThread() bool { return aboutThread.Has(n.Op) }

// Rename is part number i as it is once threads are renamed. Where it then belongs, is
// not said by it.
func (m *Machine) Rename(i int, p Part, r Renaming) Part {
	switch role, _ := m.RoleOf(i); role {
	case IsCore:
		return Part{core: p.core.rename(r)}
	case IsStack:
		return Part{seq: string(Stack(p.seq).rename(r))}
	case IsQueue:
		return Part{seq: string(Queue(p.seq).rename(r, m.Order == AnyOrder))}
	case IsCell:
		return Part{cell: p.cell.rename(r)}
	}
	return p
}

func (c Core) rename(r Renaming) Core {
	if c.At != 0 {
		c.At = r.Node(c.At)
	}
	if c.onThread() {
		c.On = uint8(r.Thread(Thread(c.On)))
	}
	links := c.Links
	c.Links = 0
	for t := Thread(0); links != 0; t, links = t+1, links>>1 {
		if links&1 != 0 {
			c.Links |= 1 << r.Thread(t)
		}
	}
	return c
}

// onThread says that On is a thread, and not a cell or something else.
func (c Core) onThread() bool {
	switch c.Status {
	case Sending, Waking:
		return true
	case Blocked:
		return aboutThread.Has(c.Op)
	}
	return false
}

func (s Stack) rename(r Renaming) (t Stack) {
	for i := range s.Len() {
		f := s.At(i)
		f.Node = renamed(f.Node, r)
		f.At = renamed(f.At, r)
		t = t.Push(f)
	}
	return t
}

func renamed(p Pos, r Renaming) Pos {
	if p == 0 {
		return 0
	}
	return r.Node(p)
}

func (q Queue) rename(r Renaming, sorted bool) (t Queue) {
	for i := range q.Len() {
		s := q.At(i)
		s.By, s.Send = r.Thread(s.By), renamed(s.Send, r)
		if sorted {
			t = t.Insert(s)
		} else {
			t = t.Append(s)
		}
	}
	return t
}

func (c Cell) rename(r Renaming) Cell {
	if c.Owner > 0 {
		c.Owner = uint8(r.Thread(Thread(c.Owner-1))) + 1
	}
	if c.Stage == Delayed {
		c.Value = int16(renamed(Pos(c.Value), r))
	}
	waiters := []byte(c.Waiters)
	for i, t := range waiters {
		waiters[i] = byte(r.Thread(Thread(t)))
	}
	c.Waiters, c.Work = string(waiters), c.Work.rename(r)
	return c
}
