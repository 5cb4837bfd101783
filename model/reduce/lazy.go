package reduce

import "github.com/interject/interject/model"

// lazily are the statements of programs in which throws may be lazy. Not among them:
// other signals than exceptions, what sees that a thread is blocked, what a signal
// touches before it is received, lazy work, which keeps the place where it was
// interrupted, and loops, since a throw that has not queued is not owed its turn.
var lazily = model.Ops(
	model.Nop, model.Log, model.LogValue, model.Value, model.Set, model.Spin, model.Busy, model.Point, model.GetMask, model.Alive,
	model.Scope, model.Try, model.Tag, model.Protect, model.Throw, model.Raise, model.Exit, model.Fork, model.ThrowTo,
	model.Take, model.Put, model.Acquire, model.Post, model.WaitUntil, model.Join, model.JoinTimeout, model.Sleep,
)

// mayBeLazy says that the program has no other statements, but these.
func mayBeLazy(p *model.Program, but model.OpSet) bool {
	for _, n := range p.Nodes[1:] {
		if !(lazily | but).Has(n.Op) {
			return false
		}
	}
	return true
}

// throwing says, as a fact, that thread t is about to throw at one that is not
// receptive.
func (s *System) throwing(st model.Store, t model.Thread) uint64 {
	x := s.Look(st)
	c := x.Core(t)
	if c.Status != model.Running || c.Ctl != model.Run || c.At == 0 || s.Nodes[c.At].Op != model.ThrowTo {
		return 0
	}
	n := &s.Nodes[c.At]
	u := model.Thread(n.A)
	if u == t || x.Core(u).Status.Gone() || x.Receptive(u, model.Signal{Kind: model.Exception, Arg: n.B}) {
		return 0
	}
	return 1
}

// delivers says, as a fact, that the delivery to thread t has a step.
func (s *System) delivers(st model.Store, t model.Thread) uint64 {
	if s.Look(st).Queue(t) == "" || s.try(st, t, true).steps == 0 {
		return 0
	}
	return 1
}

// ifLazy is a fact that is asked for where throws are lazy only.
func (s *System) ifLazy(fact func(model.Store, model.Thread) uint64, st model.Store, t model.Thread) uint64 {
	if !s.Kinds.Has(Lazy) {
		return 0
	}
	return fact(st, t)
}

// received is the delivery that must come now, since a throw has just been queued for
// it; -1 if there is none.
func (s *System) received(facts []uint64) (agent int) {
	for t := range s.Threads {
		if facts[t*factsOf+delivering] != 0 {
			return t + len(s.Threads)
		}
	}
	return -1
}

// eager are all agents but those that are about to throw at who is not receptive.
func (s *System) eager(facts []uint64) (agents uint64) {
	agents = 1<<s.Agents() - 1
	for t := range s.Threads {
		agents &^= facts[t*factsOf+waits] << t
	}
	return agents
}
