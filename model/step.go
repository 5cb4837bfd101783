package model

// Step is one attempt of a rule. A rule reaches the configuration through it
// and in no other way, so that an explorer learns what the rule looked at.
type Step struct {
	*Machine
	store  Store
	events []Event
	choice uint8
	ways   uint8
	wrote  bool
	over   string
}

// Core is the core of thread t.
func (x *Step) Core(t Thread) Core { return x.store.Get(int(t)*threadParts + corePart).core }

// Stack is the frames of thread t.
func (x *Step) Stack(t Thread) Stack {
	return Stack(x.store.Get(int(t)*threadParts + stackPart).seq)
}

// Queue is the signals sent to thread t.
func (x *Step) Queue(t Thread) Queue {
	return Queue(x.store.Get(int(t)*threadParts + queuePart).seq)
}

// Cell is shared cell i.
func (x *Step) Cell(i uint8) Cell { return x.store.Get(x.cellPart(i)).cell }

// SetCore changes the core of thread t.
func (x *Step) SetCore(t Thread, c Core) { x.set(int(t)*threadParts+corePart, Part{core: c}) }

// SetStack changes the frames of thread t.
func (x *Step) SetStack(t Thread, s Stack) {
	if s.Len() > x.Bounds.Frames {
		x.over = "frames of thread " + x.Threads[t].Name
	}
	x.set(int(t)*threadParts+stackPart, Part{seq: string(s)})
}

// SetQueue changes the signals of thread t.
func (x *Step) SetQueue(t Thread, q Queue) {
	if q.Len() > x.Bounds.Pending {
		x.over = "pending signals of thread " + x.Threads[t].Name
	}
	x.set(int(t)*threadParts+queuePart, Part{seq: string(q)})
}

// SetCell changes shared cell i.
func (x *Step) SetCell(i uint8, c Cell) { x.set(x.cellPart(i), Part{cell: c}) }

func (x *Step) cellPart(i uint8) int { return len(x.Threads)*threadParts + int(i) }

func (x *Step) set(part int, p Part) {
	x.wrote = true
	x.store.Set(part, p)
}

// processPart says that the process has died, or whose turn it is.
func (x *Step) processPart() int { return x.Parts() - 1 }

const dead = "crash"

func (x *Step) crashed() bool { return x.store.Get(x.processPart()).seq == dead }

// crash ends the process.
func (x *Step) crash() { x.set(x.processPart(), Part{seq: dead}) }

// Choose is one of 0 … n-1; the rule is tried once for each.
func (x *Step) Choose(n int) int {
	x.ways = uint8(max(n, 1))
	return int(x.choice)
}

// write appends a word to the log of thread t, with =value where there is one.
func (x *Step) write(t Thread, word uint8, value int16, valued bool) {
	part := int(t)*threadParts + logPart
	log := x.store.Get(part).seq + logRecord(word, value, valued)
	if len(log)/logSize > x.Bounds.Words {
		x.over = "log of thread " + x.Threads[t].Name
	}
	x.set(part, Part{seq: log})
	x.emit(Event{Kind: Logged, Thread: t, Arg: word, Value: value})
}

// at is thread t and its next statement if that is op.
func (x *Step) at(t Thread, op Op) (Core, *Node, bool) {
	c := x.Core(t)
	if !c.steps() || c.At == 0 || x.Nodes[c.At].Op != op {
		return c, nil, false
	}
	return c, &x.Nodes[c.At], true
}

// on is thread t and its top frame if it returns into a frame of kind k.
func (x *Step) on(t Thread, k FrameKind) (Core, Frame, bool) {
	c := x.Core(t)
	if !c.steps() || c.At != 0 {
		return c, Frame{}, false
	}
	f, ok := x.Stack(t).Top()
	return c, f, ok && f.Kind == k
}

// into is thread t and its top frame if it unwinds into a frame of kind k.
func (x *Step) into(t Thread, k FrameKind) (Core, Frame, bool) {
	c := x.Core(t)
	if !c.unwinds() {
		return c, Frame{}, false
	}
	f, ok := x.Stack(t).Top()
	return c, f, ok && f.Kind == k
}

// goOn moves thread t to the statement after n. What it executed was a
// beginning for a thunk.
func (x *Step) goOn(t Thread, c Core, n *Node) bool {
	c.At, c.Fresh = n.Next, false
	x.SetCore(t, c)
	return true
}

// enter moves thread t into a block, under a frame that holds what n left.
func (x *Step) enter(t Thread, c Core, f Frame, body Pos) bool {
	x.SetStack(t, x.Stack(t).Push(f))
	c.At = body
	x.SetCore(t, c)
	x.emit(Event{Kind: Entered, Thread: t, Frame: f.Kind, Send: f.Node})
	return true
}

// pop takes the top frame of thread t away.
func (x *Step) pop(t Thread, f Frame, unwinding bool) {
	x.SetStack(t, x.Stack(t).Pop())
	x.emit(Event{Kind: Left, Thread: t, Frame: f.Kind, Send: f.Node, Unwinding: unwinding})
}

// raise starts an unwinding of thread t.
func (x *Step) raise(t Thread, c Core, class uint8) bool {
	c.Ctl, c.Arg, c.At, c.Fresh = Raising, class, 0, false
	x.SetCore(t, c)
	return true
}
