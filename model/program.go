package model

// Pos is the address of a statement in Program.Nodes. Zero is the end of a block.
type Pos uint16

// Thread is a thread's index in Program.Threads.
type Thread uint8

// Op is a primitive statement. Derived statements (bracket, with-lock, …) are
// expanded before a program is made, each edition in its own way.
type Op uint8

// The primitive statements. Which field of Node holds what is said beside each.
const (
	Nop          Op = iota + 1
	Log             // A: word
	LogValue        // A: word; appends word=<value of the block>
	Value           // N: the block's value becomes N
	Set             // A: cell, N
	Spin            // A: cell, N; a running wait
	Scope           // How, Slot, Body: a change of the mask for a block
	Try             // A: class or Any, Body, Alt: handler
	Tag             // A: tag, Body
	Protect         // Body, Alt: cleanup
	Throw           // A: tag, N
	Raise           // A: class
	Exit            // leave the own thread, running cleanups
	ThrowTo         // A: thread, B: class
	Interrupt       // A: thread, Body: the thunk
	Kill            // A: thread
	KillNow         // A: thread; no cleanups
	Take            // A: mvar
	Put             // A: mvar, N
	Lock            // A: mutex
	Unlock          // A: mutex
	NotHeld         // A: mutex; an error when the thread holds it
	UnlockHeld      // A: mutex; does nothing when the thread does not hold it
	Acquire         // A: semaphore
	AcquireOpen     // A: semaphore; looks for signals whatever the mask
	Post            // A: semaphore
	Wait            // A: condition, B: mutex
	Notify          // A: condition
	WaitUntil       // A: cell, N; a blocking wait
	Join            // A: thread
	JoinTimeout     // A: thread
	Sleep           //
	Foreign         // a call during which nothing is received
	ForeignInt      // a call that an interrupt makes return early; the value is then 1
	Fork            // A: thread
	Await           // A: thread; until it is blocked or gone
	Settle          // until nothing is in flight to this thread
	Point           // a listed safe point
	GetMask         // logs the state of the mask
	Held            // A: mutex; logs held or notheld
	Alive           // A: thread; logs alive or dead
	While           // A: cell, N, Body
	Assign          // N: the Level that the mask becomes
	Handle          // A: class or Any, N: Level, Body
	Timeout         // B: class; Body, Alt: when time was up
	Lazy            // A: lazy cell, Body: what it delays
	Force           // A: lazy cell
	Cancelled       // logs cancelled or clean
	Busy            // A: cell, N; a running wait, where the system has it without a safe point
	ForeignUntil    // A: cell, N; a foreign call that lasts until the cell has the value
	Message         // A: thread, B: word; to be taken by receive
	Receive         // takes the first message
	Trap            // N: 1 when exit signals become messages, 0 when they act again
	Link            // A: thread; who ends first sends the other an exit signal
	Unlink          // A: thread
	JoinShielded    // A: thread; where a cancel of who joins goes to the other, it does not here
	Uncancel        // takes one request to cancel back; the value is then how many are left
	Relock          // no statement: blocked in taking a mutex again after Wait
)

// How says what a Scope does to the level of the mask.
type How uint8

// The scopes of the systems. The level at entry is now; saved is the level that
// the lexically enclosing scope of kind Shut, Seal or Without found at its entry.
const (
	Shut    How = iota + 1 // GHC mask: at least Interruptible
	Seal                   // GHC uninterruptibleMask: Closed
	Restore                // GHC restore: saved
	Unmask                 // GHC unsafeUnmask: Open whatever it was
	Relent                 // GHC interruptible, SBCL with-interrupts: Open if Interruptible, else unchanged
	Without                // SBCL without-interrupts: Closed
	Allow                  // SBCL allow-with-interrupts: Interruptible unless saved is Closed
	Local                  // SBCL with-local-interrupts: Open unless saved is Closed
	Reopen                 // ECL with-restored-interrupts: saved, without looking for signals
)

// Node is one statement. Next is the statement after it in its block.
type Node struct {
	Op   Op
	How  How
	Slot uint8 // Scope: where the level is saved (Shut, Seal, Without) or was (Restore, Allow, Local)
	A, B uint8
	N    int16
	Next Pos
	Body Pos
	Alt  Pos
	Line int    // in the source text, from 1
	In   string // what outcomes call it when a thread is blocked in it: take m
}

// binds says that n is a scope whose level at entry can be restored inside it.
func (n *Node) binds() bool {
	return n.Op == Scope && (n.How == Shut || n.How == Seal || n.How == Without)
}

// CellKind is what a shared cell is.
type CellKind uint8

// The kinds of cells.
const (
	Var CellKind = iota + 1
	MVar
	Mutex
	Semaphore
	Condition
	LazyCell
)

// Empty and Full are contents of an MVar; any content but Empty is full.
const (
	Empty int16 = -1
	Full  int16 = 0
)

// CellDecl declares a shared cell and its initial value.
type CellDecl struct {
	Name   string
	Kind   CellKind
	Init   int16
	Hidden bool // a harness variable: never part of an outcome
}

// ThreadDecl declares a thread.
type ThreadDecl struct {
	Name  string
	Start Pos
	Later bool // starts when another thread forks it
}

// Any, as the class of a handler, takes every class.
const Any uint8 = 255

// ErrorClass is the index of the class of errors that operations raise themselves
// (no such tag, recursive lock, …).
const ErrorClass uint8 = 0

// Program is what the semantics runs: flat and without derived statements.
// Nodes[0] is unused. Classes[0] is Error.
type Program struct {
	Nodes   []Node
	Threads []ThreadDecl
	Cells   []CellDecl
	Classes []string
	Tags    []string
	Words   []string
}
