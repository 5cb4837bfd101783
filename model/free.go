package model

// A free history comes without its program: what a thread does next is known only
// from what was recorded. Such a run is made by the same rules. Every statement of
// a free program has Free as what comes after it and as its blocks; at Free no
// rule applies but receipt, and whoever judges the history puts the thread at the
// statement that the history has next, or at 0 where a block ends. A point that a
// thunk interrupted is resumed by R7 as always, before that.

// Free is the address at which a thread of a free program stands between two
// statements. Its node has no operation.
const Free Pos = 1

// CoreOf, StackOf, QueueOf and LogOf are the parts of thread t.
func CoreOf(t Thread) int  { return int(t)*threadParts + corePart }
func StackOf(t Thread) int { return int(t)*threadParts + stackPart }
func QueueOf(t Thread) int { return int(t)*threadParts + queuePart }
func LogOf(t Thread) int   { return int(t)*threadParts + logPart }

// Core is what a part that is a thread's core holds.
func (p Part) Core() Core { return p.core }

// Stack is what a part that is a thread's stack holds.
func (p Part) Stack() Stack { return Stack(p.seq) }

// Queue is what a part that is a thread's queue holds.
func (p Part) Queue() Queue { return Queue(p.seq) }

// Cell is what a part that is a cell holds.
func (p Part) Cell() Cell { return p.cell }

// Moved is the core p with its next statement at, for a thread that is about to
// execute or to return; other cores stay as they are.
func (p Part) Moved(at Pos) Part {
	if p.core.steps() {
		p.core.At = at
	}
	return p
}
