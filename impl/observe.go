package impl

// Op is a blocking operation, for reports.
type Op uint8

// The operations.
const (
	OpNone Op = iota // a thread that runs
	OpThrowTo
	OpInterrupt
	OpThrow
	OpTake
	OpPut
	OpLock
	OpUnlock
	OpAcquire
	OpWait
	OpWaitUntil
	OpJoin
	OpJoinFor
	OpSleep
	OpForeign
	OpForeignInterruptible
	OpSpin
	OpAwait
	OpStart
	OpReceive // from a Go channel
	OpSend    // to one
)

var opNames = [...]string{
	"", "throwTo", "interrupt", "throw", "take", "put", "lock", "unlock", "acquire", "wait", "wait-until",
	"join", "join", "sleep", "foreign", "foreign", "spin", "await", "start", "receive", "send",
}

func (o Op) String() string { return opNames[o] }

// OpSet is a set of operations.
type OpSet uint32

// Ops is the set of the given operations.
func Ops(ops ...Op) (s OpSet) {
	for _, o := range ops {
		s |= 1 << o
	}
	return s
}

// Interruptible are the operations that a signal can interrupt.
var Interruptible = Ops(OpThrowTo, OpTake, OpPut, OpLock, OpAcquire, OpWait, OpWaitUntil, OpJoin, OpJoinFor, OpSleep,
	OpForeignInterruptible, OpReceive, OpSend)

// Event is something that happened to a thread, reported by that thread itself: an
// invocation before it takes effect, everything else after.
type Event struct {
	Kind   EventKind
	Thread *Thread // who reports
	Other  *Thread // the target of a send; the sender of what was dropped
	Signal uint64  // which send: unique in the runtime; a FrameKind or an End for events of those
	What   error   // what was sent, logged, or died of
	Op     Op      // of Blocked and Woken
	On     any     // what the thread is blocked on
}

// EventKind says what happened.
type EventKind uint8

// The kinds of events. Every signal Invoked is one of Received, Withdrawn, Dropped,
// Replaced, Merged, or still pending. Withdrawn is not final if the signal is Queued again,
// after a function that interrupted its sender has run.
const (
	Started   EventKind = iota + 1
	Invoked             // a send begins
	Queued              // a send that waits has taken its place
	Sent                // a send returns: received if it waits, else accepted
	Withdrawn           // a send that waits was interrupted
	Received            // by the reporting thread
	Dropped             // the target had ended, or the reporting thread ends
	Replaced            // the reporting sender's signal took the place of this one
	Merged              // the reporting sender's signal is dropped: an equal one is pending
	Blocked
	Woken
	Entered // a frame: Signal is its kind
	Left    // a frame: What is nil or what it is left by
	Logged
	Ended // Signal is the End
)

var eventNames = [...]string{
	"", "started", "invoked", "queued", "sent", "withdrawn", "received", "dropped", "replaced", "merged",
	"blocked", "woken", "entered", "left", "logged", "ended",
}

func (k EventKind) String() string { return eventNames[k] }

// FrameKind says what a frame is for.
type FrameKind uint8

// The kinds of frames.
const (
	FrameMask FrameKind = iota + 1
	FrameCatch
	FrameHandler
	FrameTag
	FrameProtect
	FrameCleanup
	FrameFunction
)

// event reports, if somebody watches: one test of a byte of the owner's if not.
func (t *Thread) event(k EventKind, other *Thread, id uint64, what error) {
	if t.watched {
		t.report(k, other, id, what)
	}
}

func (t *Thread) report(k EventKind, other *Thread, id uint64, what error) {
	t.tell(Event{Kind: k, Thread: t, Other: other, Signal: id, What: what})
}

func (t *Thread) blocked(k EventKind, op Op, on any) {
	if t.watched {
		t.tell(Event{Kind: k, Thread: t, Op: op, On: on})
	}
}

func (t *Thread) tell(e Event) {
	t.rt.checkOwner(t)
	if t.rt.observe != nil {
		t.rt.observe(e)
	}
}

func (t *Thread) entered(k FrameKind) {
	if t.watched {
		t.report(Entered, nil, uint64(k), nil)
	}
}

func (t *Thread) left(k FrameKind, err error) {
	if t.watched {
		t.report(Left, nil, uint64(k), err)
	}
}

// Log reports what, for histories.
func (t *Thread) Log(what error) { t.event(Logged, nil, 0, what) }
