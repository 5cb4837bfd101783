package model

// Dialect is the answers to the questions in which systems differ. Each field
// is one question with at least two real answers; a named value is an edition.
// No rule looks at a name.
type Dialect struct {
	Name  string   // <system>@doc… or <system>@<version>
	Title string   // what the edition is taken from
	Lacks []string // forms of the language that the system does not have
	Idioms

	// Sending.
	Sync      bool    // does a throwTo wait until it is received?
	Direct    bool    // does a receptive target receive in the sender's own step?
	SendPoint bool    // may a throwTo be interrupted although it would not block?
	Arrival   Arrival // when can a signal that was sent be received?
	SelfNow   bool    // is a throwTo to oneself raised at once, whatever the mask?
	GoneError bool    // is sending to a thread that is gone an error in the sender?

	// Receiving.
	Order        Order // which of the pending signals comes first?
	May          bool  // may receipt lag behind, with no promise of when?
	UnwindPoints bool  // can a signal be received between the steps of an unwinding?
	Wake         OpSet // which blocked operations does a signal interrupt?
	ThunkMask    Level // the least level at which a thunk runs
	ThunkBegins  bool  // must a thunk have begun before the next is received?
	NestBound    int   // at how many nested thunks does the process die? 0: never

	// Masks, handlers, cleanups.
	HandlerMask Level // the least level at which a handler runs
	CleanupMask Level // the least level at which a cleanup runs
	Inherit     bool  // does a forked thread start at its parent's level?
	Squeeze     bool  // is a scope in tail position merged into one that restores its level?

	// Blocking and ending.
	HandOff     bool // does a put complete the operation of the first taker in the same step?
	TwoStepExit bool // does a thread that has ended still accept signals for a moment?
}

// Arrival is when a signal that was sent can be received.
type Arrival uint8

// The arrivals.
const (
	AtOnce   Arrival = iota // from the step of the send on
	OnReturn                // when the sender's call returns; the sender is closed until then
	AnyTime                 // it flies and lands by itself
)

// Order is which of the pending signals is received first.
type Order uint8

// The orders.
const (
	FIFO Order = iota
	LIFO
	AnyOrder
	Slot     // a later signal takes the place of an earlier one
	Coalesce // a signal is dropped while an equal one is pending
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

// Blocking is every operation in which a thread can be blocked.
var Blocking = Ops(ThrowTo, Take, Put, Lock, Acquire, Wait, WaitUntil, Join, JoinTimeout, Sleep, Foreign, ForeignInt)
