package model

// Level is how far a thread's mask is closed.
type Level uint8

// The three levels serve every system: GHC's unmasked, masked and
// uninterruptible; SBCL's enabled, disabled but allowed, disabled.
const (
	Open          Level = iota // a signal is received at the next step
	Interruptible              // only an operation that blocks lets one in
	Closed                     // nothing does
)

// Status is what a thread is about.
type Status uint8

// The statuses. A thread that unwinds is Running; its Control says how.
const (
	Unborn   Status = iota // declared later, not yet forked
	Booting                // forked, but signals do not reach it yet
	Running                // can step, or spins
	Blocked                // waits in the operation Op on On
	Sending                // has queued a signal that is yet to land; closed meanwhile
	Waking                 // has handed a mutex to thread On, which is yet to be woken
	Exiting                // has ended, but still accepts signals
	Returned               // ended by itself
	Died                   // ended by the class Arg
	Killed                 // ended by a kill
)

// Gone says that the thread has ended.
func (s Status) Gone() bool { return s >= Returned }

// Control is what travels: nothing, or an unwinding on its way down the stack.
type Control uint8

// The controls.
const (
	Run      Control = iota
	Raising          // Arg is the class
	Throwing         // Arg is the tag, Value the value
	Killing          // no frame catches it
)

// Core is the part of a thread that nearly every step looks at. A thread that
// is gone has nothing but its Status and, if it died, Arg.
type Core struct {
	Status Status
	Ctl    Control
	Mask   Level
	Op     Op     // Blocked: the operation
	On     uint8  // Blocked, Sending: the cell or thread it is about
	Arg    uint8  // Raising, Died: the class; Throwing: the tag
	Fresh  bool   // a thunk was received and has not begun
	At     Pos    // the next statement; 0 under Run: returning into the top frame
	Value  int16  // the block's value, and the value that a throw carries
	Env    uint32 // what lexically enclosing scopes saved, two bits each
	Own    uint32 // levels of single classes, two bits each, above the mask's
	Armed  bool   // it is to look for signals now
	Bare   bool   // and receives them whatever its mask
	Again  uint8  // 1 + the class that is raised at every point
	Lost   bool   // others take it for dead
	Struck bool   // it was killed, and no other kill has an effect
	Traps  bool   // exit signals become messages
	Links  uint16 // the threads that it is linked to
	Asked  uint8  // how many requests to cancel it has not taken back
}

// class is the level that was set for class k alone.
func (c Core) class(k uint8) Level {
	if k >= MaxOwn {
		return Open
	}
	return Level(c.Own >> (2 * k) & 3)
}

// setClass sets the level of class k alone, of every class if k is Any.
func (c *Core) setClass(k uint8, l Level) {
	if k == Any {
		c.Own = uint32(l) * 0x55555555
		return
	}
	c.Own = c.Own&^(3<<(2*k)) | uint32(l)<<(2*k)
}

// MaxOwn is how many classes can have a level of their own.
const MaxOwn = 16

// elsewhere is the core of the same thread somewhere else: what belongs to the thread
// and not to the place stays.
func (c Core) elsewhere(to Core) Core {
	to.Own, to.Armed, to.Bare, to.Again, to.Lost, to.Struck, to.Traps, to.Links, to.Asked = c.Own, c.Armed, c.Bare, c.Again, c.Lost, c.Struck, c.Traps, c.Links, c.Asked
	return to
}

// saved is the level that the scope at lexical depth slot found at its entry.
func (c Core) saved(slot uint8) Level { return Level(c.Env >> (2 * slot) & 3) }

// save remembers the present level for the scope at depth slot.
func (c *Core) save(slot uint8) {
	c.forget(slot)
	c.Env |= uint32(c.Mask) << (2 * slot)
}

// forget drops the scope at depth slot and those inside it: threads that differ
// only in scopes already left are equal.
func (c *Core) forget(slot uint8) { c.Env &= 1<<(2*slot) - 1 }

// steps says that the thread is about to execute a statement or to return.
func (c Core) steps() bool { return c.Status == Running && c.Ctl == Run }

// unwinds says that an unwinding travels down the thread's stack.
func (c Core) unwinds() bool { return c.Status == Running && c.Ctl != Run }

// FrameKind is what a frame does with a return and with an unwinding.
type FrameKind uint8

// The frame kinds. Each has one rule for returning into it (R…) and one for
// unwinding into it (X…).
const (
	ScopeFrame    FrameKind = iota + 1 // restores a level
	AfterFrame                         // goes on after its statement
	HandlerFrame                       // catches a class
	TagFrame                           // catches a throw
	CleanupFrame                       // has a cleanup to run
	CleaningFrame                      // runs its cleanup; holds what comes after it
	ThunkFrame                         // holds the point that an interrupt interrupted
	LoopFrame                          // tests again
	HandleFrame                        // restores the levels of single classes
	TimerFrame                         // its timer may send a signal until it is left
	UpdateFrame                        // the value is that of a lazy cell
	PointFrame                         // where frozen work goes on
)

// Frame is one frame of a thread's stack.
type Frame struct {
	Kind FrameKind
	Mask Level  // to be restored
	Node Pos    // the statement that pushed it; ThunkFrame: the send
	Own  uint32 // HandleFrame: the levels of single classes to be restored
	Done bool   // TimerFrame: it has sent its signal; ThunkFrame: it is being left
	// What CleaningFrame resumes after the cleanup, ThunkFrame after the thunk.
	Ctl   Control
	Arg   uint8
	At    Pos
	Value int16
	Env   uint32
	Wait  Waiting // ThunkFrame: what became of the wait that the thunk interrupted
	Bare  bool    // ThunkFrame: the next is received whatever the mask, too
}

// Waiting is what became of a wait on a condition while a thunk ran.
type Waiting uint8

// The thread did not wait, waits still, or has been notified meanwhile.
const (
	NoWait Waiting = iota
	StillWaits
	Notified
)

// SignalKind is what a signal makes its receiver do.
type SignalKind uint8

// The kinds of signals.
const (
	Exception SignalKind = iota + 1 // raise Arg
	Thunk                           // run the send's block, then go on
	Death                           // unwind to the end of the thread
	Mail                            // a message: the word Arg; taken by receive
	Notice                          // a message that was an exit signal: the class Arg
	Linking                         // be linked to the sender
)

// Signal is one interrupt on its way. Send and By are its identity.
type Signal struct {
	Kind   SignalKind
	Arg    uint8  // Exception: the class
	By     Thread // who sent it
	Send   Pos    // the statement that sent it
	Waits  bool   // the sender is blocked until it is received
	Flying bool   // on its way: cannot be received yet
	Linked bool   // it tells a linked thread of the sender's end
}

// Cell is a shared cell.
type Cell struct {
	Value   int16  // content, count, or Empty
	Owner   uint8  // 1 + a thread. Mutex: that holds it; LazyCell: that computes it; Condition: see token
	Waiters string // threads in the order in which they came
	Work    Stack  // LazyCell: what remains to be done, if some of it was
	Stage   Stage  // LazyCell
}

// Stage is how far a lazy cell is.
type Stage uint8

// The stages.
const (
	Unset    Stage = iota // nothing is delayed in it yet
	Delayed               // Value is the block; no one computes it
	Computed              // by Owner
	Frozen                // interrupted in it; Work remains
	Finished              // Value is its value
	Poisoned              // Value is the class that it raises
)

// Part is a component of a configuration, a comparable value without pointers
// into others: a thread's core, stack, queue or log; a cell; the process.
type Part struct {
	core Core
	cell Cell
	seq  string
}

// A thread has four parts; the cells follow, then the process.
const (
	corePart = iota
	stackPart
	queuePart
	logPart
	threadParts
)

// PartsOfThread is how many parts a thread has.
const PartsOfThread = threadParts
