package model

// Where threads take turns (Turns) one runs at a time, as the tasks of an event loop
// do: until it waits, until it has ended, or until it stands at one of the operations
// at which it lets others run though it could go on. Then any of them is next; one
// that is to receive a signal receives it first. While a thread has its turn, nothing is
// received in it.

// yields are the operations at which a thread lets others run before it does them.
var yields = Ops(Point, Spin, Await)

// turn is the thread whose turn it is; false if nobody runs.
func (x *Step) turn() (Thread, bool) {
	seq := x.store.Get(x.processPart()).seq
	if len(seq) != 1 {
		return 0, false
	}
	return Thread(seq[0]), true
}

// mayStep says that it is nobody's turn, or that of t.
func (x *Step) mayStep(who Agent, t Thread) bool {
	u, ok := x.turn()
	return !ok || who == Configuration || u == t
}

// passTurn says who goes on after a step of t.
func (x *Step) passTurn(t Thread) {
	c := x.Core(t)
	runs := c.Status == Running && !(c.steps() && c.At != 0 && yields.Has(x.Nodes[c.At].Op))
	var seq string
	if runs || x.Through && x.Queue(t) != "" && x.passes(c) {
		seq = string([]byte{byte(t)})
	}
	if !x.crashed() && x.store.Get(x.processPart()).seq != seq {
		x.set(x.processPart(), Part{seq: seq})
	}
}

// runsOn says that t has its turn and is not at its end. Who ends with a signal
// pending receives it there: its last return is one more place to wait.
func (x *Step) runsOn(t Thread, c Core) bool {
	u, ok := x.turn()
	return ok && u == t && !(c.steps() && c.At == 0 && x.Stack(t) == "")
}
