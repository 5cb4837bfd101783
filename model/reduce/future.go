package reduce

import "github.com/interject/interject/model"

// A future is all that a thread may still come to do to others, as far as the text
// of the program tells. Threads and cells are bits.
type future struct {
	throws uint16 // is sent an exception or a kill
	thunks uint16 // is sent a thunk
	ends   uint16 // is ended at once
	sees   uint16 // it is looked at whether it has ended
	awaits uint16 // it is looked at whether it is blocked
	cells  uint64 // is looked at or changed
}

// join adds what g holds, and says whether that is new.
func (f *future) join(g future) bool {
	was := *f
	f.throws |= g.throws
	f.thunks |= g.thunks
	f.ends |= g.ends
	f.sees |= g.sees
	f.awaits |= g.awaits
	f.cells |= g.cells
	return *f != was
}

// does is what a statement itself does to others. A test demands that every statement
// is here; a program with one that is not, is not reduced.
var does = map[model.Op]func(f *future, n *model.Node){
	model.Nop: nothing, model.Log: nothing, model.LogValue: nothing, model.Value: nothing, model.Scope: nothing,
	model.Try: nothing, model.Tag: nothing, model.Protect: nothing, model.Throw: nothing, model.Raise: nothing,
	model.Exit: nothing, model.Sleep: nothing, model.Foreign: nothing, model.ForeignInt: nothing,
	model.Settle: nothing, model.Point: nothing, model.GetMask: nothing, model.Cancelled: nothing, model.Uncancel: nothing,
	model.Assign: nothing, model.Handle: nothing, model.Timeout: nothing,
	model.Message: nothing, model.Receive: nothing, model.Trap: nothing, model.Link: nothing, model.Unlink: nothing, // unreduced
	model.Fork: nothing, // what the child does, is in the closure

	model.Set: cell, model.Spin: cell, model.Busy: cell, model.Take: cell, model.Put: cell, model.Lock: cell, model.Unlock: cell,
	model.UnlockHeld: cell, model.NotHeld: cell, model.Acquire: cell, model.AcquireOpen: cell, model.Post: cell, model.Notify: cell,
	model.WaitUntil: cell, model.ForeignUntil: cell, model.Held: cell, model.While: cell, model.Lazy: cell, model.Force: cell,
	model.Wait: func(f *future, n *model.Node) { f.cells |= 1<<n.A | 1<<n.B },

	model.ThrowTo:     func(f *future, n *model.Node) { f.throws |= 1 << n.A },
	model.Kill:        func(f *future, n *model.Node) { f.throws |= 1 << n.A },
	model.Interrupt:   func(f *future, n *model.Node) { f.thunks |= 1 << n.A },
	model.KillNow:     func(f *future, n *model.Node) { f.ends |= 1 << n.A },
	model.Join:        sees,
	model.JoinTimeout: sees, model.JoinShielded: sees,
	model.Alive: sees,
	model.Await: func(f *future, n *model.Node) { f.awaits |= 1 << n.A },
}

func nothing(*future, *model.Node)       {}
func cell(f *future, n *model.Node)      { f.cells |= 1 << n.A }
func sees(f *future, n *model.Node)      { f.sees |= 1 << n.A }
func known(o model.Op) bool              { return does[o] != nil }
func follows(n *model.Node) [3]model.Pos { return [3]model.Pos{n.Next, n.Body, n.Alt} }

// futures gives for each statement what may be done from there on: by it, by what
// follows it in its block, by its blocks; by threads that are forked; by thunks that
// are sent, whoever runs them; and by the work of lazy cells that are demanded. It is
// the least solution of what the statements say of each other.
func futures(p *model.Program) []future {
	fs := make([]future, len(p.Nodes))
	for changed := true; changed; {
		changed = false
		for i := len(p.Nodes) - 1; i > 0; i-- {
			f, n := fs[i], &p.Nodes[i]
			does[n.Op](&f, n)
			for _, to := range follows(n) {
				f.join(fs[to])
			}
			switch n.Op {
			case model.Fork:
				f.join(fs[p.Threads[n.A].Start])
			case model.Force:
				for j := range p.Nodes {
					if p.Nodes[j].Op == model.Lazy && p.Nodes[j].A == n.A {
						f.join(fs[p.Nodes[j].Body])
					}
				}
			}
			changed = fs[i].join(f) || changed
		}
	}
	return fs
}

// future is what thread t may still come to do in the configuration of x.
func (s *System) future(x *model.Step, t model.Thread) (f future) {
	c := x.Core(t)
	if c.Status.Gone() || c.Status == model.Unborn {
		return f // whoever forks it has its future
	}
	f = s.from[c.At]
	if s.DeathFrees {
		f.cells |= s.mutexes
	}
	if c.Status == model.Waking { // an error if the other has ended
		f.sees |= 1 << c.On
	}
	if c.Status == model.Blocked && c.Op == model.Relock {
		f.cells |= 1 << c.On
	}
	stack := x.Stack(t)
	for i := range stack.Len() {
		f.join(s.behind(stack.At(i)))
	}
	if s.thunks {
		q := x.Queue(t)
		for i := range q.Len() {
			if p := q.At(i); p.Kind == model.Thunk {
				f.join(s.from[s.Nodes[p.Send].Body])
			}
		}
	}
	return f
}

// behind is what may be done when a frame is left, in whatever way.
func (s *System) behind(f model.Frame) (g future) {
	n := &s.Nodes[f.Node]
	switch f.Kind {
	case model.ThunkFrame: // its node is that of the sender
		if f.At != 0 {
			g = s.from[f.At]
		}
		return g
	case model.LoopFrame:
		return s.from[f.Node]
	case model.UpdateFrame:
		g.cells |= 1 << n.A
	}
	g.join(s.from[n.Next])
	g.join(s.from[n.Alt])
	return g
}
