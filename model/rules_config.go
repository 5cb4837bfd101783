package model

// G1 deadlock. When no thread can step and nothing is on its way, every thread that
// is blocked on an MVar or on a lazy cell gets an error, whatever its mask.
//
//	no other step anywhere    t1 … tn blocked in take, put, force
//	─────────────────────────────────────────────────────────────
//	t1 … tn raise Error
//
// Source: [ghc-rts resurrectThreads]; [ghc-base Control.Exception: BlockedIndefinitelyOnMVar].
func deadlock(x *Step, _ Thread) bool {
	if !x.Deadlock || !x.stuck() {
		return false
	}
	found := false
	for i := range x.Threads {
		c := x.Core(Thread(i))
		if c.Status != Blocked || !collected.Has(c.Op) {
			continue
		}
		found = true
		x.leaveOperation(Thread(i), Exception)
		x.raise(Thread(i), x.Core(Thread(i)), ErrorClass)
	}
	return found
}

// collected are the operations on what only the threads of the test can reach.
var collected = Ops(Take, Put, Force)

// stuck says that no thread and no delivery can step.
func (x *Step) stuck() bool {
	for i := range 2 * len(x.Threads) {
		p := peek{Store: x.store, written: map[int]Part{}}
		x.Expand(i, &p)
		if p.steps {
			return false
		}
	}
	return true
}

// peek is a Store on which steps are tried.
type peek struct {
	Store
	written map[int]Part
	steps   bool
}

func (p *peek) Get(i int) Part {
	if v, ok := p.written[i]; ok {
		return v
	}
	return p.Store.Get(i)
}

func (p *peek) Set(i int, v Part) { p.written[i] = v }
func (p *peek) Commit(uint32)     { p.steps = true; clear(p.written) }
func (p *peek) Exceeded(string)   { p.steps = true; clear(p.written) }
