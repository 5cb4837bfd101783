package model

// Dialect is the answers to the questions in which systems differ. Each field
// is one question with at least two real answers; a named value is an edition.
// No rule looks at a name.
type Dialect struct {
	Name  string   // <system>@doc… or <system>@<version>
	Title string   // what the edition is taken from
	Lacks []string // forms of the language that the system does not have
	Idioms

	// Threads.
	Begin       Level // at which level does a thread start?
	Inherit     bool  // or does a forked thread start at its parent's level?
	Booting     bool  // does a forked thread first pass through a state in which signals find it deaf?
	TwoStepExit bool  // does a thread that has ended still accept signals for a moment?
	DeathFrees  bool  // are the mutexes of a thread that ends released?
	JoinRaises  bool  // does joining a thread that died of an exception raise it again?
	JoinEarly   bool  // does a join end once the other has ended, though that still accepts signals?
	LateKill    bool  // may a kill that comes to a thread after its end end the process?
	FalseDeath  bool  // is a thread taken for dead once a join of it was interrupted?
	Turns       bool  // does a thread run alone until it waits, or stands where it lets others run?

	// Sending.
	Sync      bool    // does a throwTo wait until it is received?
	Direct    bool    // does a receptive target receive in the sender's own step?
	Arrival   Arrival // when can a signal that was sent be received?
	Keep      Keep    // what becomes of a signal while others are pending?
	SelfNow   bool    // is a throwTo to oneself raised at once, whatever the mask?
	GoneError bool    // is sending to a thread that is gone an error in the sender?
	Poke      OpSet   // which operations does a signal end early without being received?
	Through   bool    // does what is sent to a thread that joins another go to that one?
	Counts    bool    // are the requests to cancel a thread counted, until it takes them back?

	// Receiving: which signal, and when.
	Order        Order   // which of the pending signals comes first?
	May          bool    // may receipt lag behind, with no promise of when?
	Arm          Cues    // after what does a thread look for signals, once each? none: it always does
	Graceful     bool    // is an exception of the class Normal from elsewhere without effect, unless its receiver traps exits?
	Fatal        bool    // does an exception from elsewhere, or a kill, end its receiver at once, and no handler or cleanup runs?
	Sticky       bool    // is an exception that was received raised again at every later point?
	Doomed       Doomed  // what reaches a thread that is being killed?
	Voids        bool    // does a kill that is received, or an exit, void what is pending?
	UnwindPoints Unwinds // where in an unwinding can a signal be received?

	// Receiving: in which operations.
	Wake    OpSet // which blocked operations does a signal interrupt where the mask is open?
	Opens   OpSet // which blocked operations let a signal into a masked thread?
	Points  OpSet // at which operations does a masked thread look for signals before it does them?
	NoPoint OpSet // in which statements of a running thread is there no safe point?
	Chance  bool  // may such an operation be done all the same, if it can be?
	Both    OpSet // which operations can be done and interrupted at once?

	// Thunks.
	ThunkMask   Level // the least level at which a thunk runs
	ThunkBegins bool  // must a thunk have begun before the next is received?
	NestBound   int   // at how many nested thunks does the process die? 0: never

	// Masks, handlers, cleanups.
	HandlerMask Level // the least level at which a handler runs
	CleanupMask Level // the least level at which a cleanup runs
	FirstForm   bool  // is a scope that is the first statement of a cleanup entered with it?
	Squeeze     bool  // is a scope in tail position merged into one that restores its level?

	// Blocking.
	HandOff   OpSet // which operations does the other side complete for the first that waits?
	Retry     OpSet // in which operations is the first that waits only woken, to try again?
	NoLine    OpSet // in which operations may any that waits go on, not only the first?
	Behind    OpSet // in which operations does a newcomer stand behind those that wait, though it could go on?
	Relocks   bool  // does an interrupted wait take its mutex again before anything else?
	PassOn    bool  // does a waiter that is thrown out pass a notification on, had it one or not?
	EndsWaits Ends  // which waits that a thunk interrupted does a notification end, beside the first?
	Spurious  Stray // when may a wait end that nobody notified?
	WakeError bool  // is it an error to hand a mutex to a thread that ends before it is woken?
	OwnNotify bool  // is it an error to notify without holding the mutex of those that wait?
	JoinSelf  OpSet // in which ways to join is it an error to join oneself?
	LockCycle bool  // is it an error to close a circle of threads that wait for mutexes?
	Deadlock  bool  // when nothing else can happen, do threads blocked on an MVar or a lazy cell get an error?
}

// Arrival is when a signal that was sent can be received.
type Arrival uint8

// The arrivals.
const (
	AtOnce   Arrival = iota // from the step of the send on
	OnReturn                // when the sender's call returns; the sender is closed until then
	AnyTime                 // it flies and lands by itself
)

// Keep is what becomes of a signal while others are pending.
type Keep uint8

// The ways to keep signals.
const (
	All  Keep = iota // they queue
	Last             // a later one takes the place of an earlier one of its kind
	Once             // it is dropped while an equal one is pending
)

// Order is which of the pending signals is received first.
type Order uint8

// The orders.
const (
	FIFO Order = iota
	LIFO
	AnyOrder
)

// Doomed is what reaches a thread that is being killed.
type Doomed uint8

// A second kill starts the unwinding anew, or has no effect, or never has one again
// though the thread survived the first; or nothing at all is received any more.
const (
	Everything Doomed = iota
	NoKill
	NeverAgain
	Nothing
)

// Ends is which waits a notification ends beside that of the first that waits.
type Ends uint8

// None; or, perhaps, those of the thread that it wakes.
const (
	NoOther Ends = iota
	PerhapsItsOwn
)

// Stray is when a wait may end that nobody notified: a spurious wake-up.
type Stray uint8

// Never; once another has waited on the condition, or notified one that waits there,
// since this wait began; or whenever it likes.
const (
	NoStray Stray = iota
	AfterOthers
	Whenever
)

// Unwinds is where in an unwinding a signal can be received.
type Unwinds uint8

// Nowhere; where the unwinding leaves a class's mask; between any two frames.
const (
	Nowhere Unwinds = iota
	AtMasks
	Anywhere
)

// Cues is a set of the things after which a thread looks for signals.
type Cues uint8

// The cues. The looking is for the signals that are pending then: those that it
// does not receive wait for the next cue.
const (
	OnSend   Cues = 1 << iota // a signal is sent to it
	OnThunk                   // a thunk returns
	OnEnter                   // it enters a scope that opens its mask
	OnLeave                   // it leaves a scope and its mask opens
	OnUnwind                  // an unwinding leaves a scope and its mask opens
	OnBlock                   // it blocks
	OnPoint                   // it is about to do an operation at which it looks
	OnSent                    // it has sent a signal, or perhaps makes an exception: it looks whatever its mask
)

// OpSet is a set of operations.
type OpSet uint64

// Ops is the set of the given operations.
func Ops(ops ...Op) (s OpSet) {
	for _, o := range ops {
		s |= 1 << o
	}
	return s
}

// Has says whether o is in the set.
func (s OpSet) Has(o Op) bool { return s>>o&1 != 0 }

// RunningWaits are the waits in which a thread runs, and reaches safe points.
var RunningWaits = Ops(Spin, Await, Settle)

// Blocking is every operation in which a thread can be blocked, but for taking a
// mutex again after a wait.
var Blocking = Ops(ThrowTo, Take, Put, Lock, Acquire, AcquireOpen, Wait, WaitUntil, Join, JoinTimeout, JoinShielded, Sleep, Foreign, ForeignInt, ForeignUntil, Force)

// uninterruptible are the foreign calls that nothing ends early.
var uninterruptible = Ops(Foreign, ForeignUntil)
