package impl

import "fmt"

// Level is how far a thread is masked.
type Level uint8

// The levels. At Masked, signals are received only where a blocking operation
// would block; at Closed, nowhere.
const (
	Open   Level = iota // anything is received at every safe point
	Masked              // mask, in GHC
	Closed              // uninterruptibleMask, without-interrupts
)

func (l Level) String() string {
	if l > Closed {
		return fmt.Sprintf("level %d", uint8(l))
	}
	return [...]string{"open", "masked", "closed"}[l]
}

// Keep is what becomes of a signal while others are pending.
type Keep uint8

// The ways to keep signals. Two exceptions are equal if they are the same error;
// functions are never equal, and an exception takes no function's place.
const (
	KeepAll  Keep = iota // they queue
	KeepLast             // an exception takes the place of one that is pending
	KeepOnce             // an exception is dropped while an equal one is pending
)

// Policy is what an edition decides. Each field is the answer to a question on which
// documented systems differ.
type Policy struct {
	Edition string
	// Waits: ThrowTo and Kill return when the target has received.
	Waits bool
	// SelfNow: an error thrown to oneself is raised at once, whatever the mask.
	SelfNow bool
	// Unwinding: a thread that unwinds out of a mask receives before it unwinds on.
	Unwinding bool
	// Begins: a function that interrupts has begun before the next signal is received.
	Begins bool
	// Gone: to interrupt a thread that has ended is an error.
	Gone bool
	// Inherits: a thread starts with the mask of the one that forked it.
	Inherits bool
	// Keep: what becomes of a signal while others are pending.
	Keep Keep
	// Deaf: the operations that no signal interrupts.
	Deaf OpSet
	// Shut: those that none interrupts while the level is Masked.
	Shut OpSet
	// PassesOn: a thread thrown out of a wait notifies one more waiter, whether it
	// was notified itself or not. Otherwise only if it was.
	PassesOn bool
	// KillNow: a kill without cleanups exists.
	KillNow bool
	// Functions: a thread can be made to run a function.
	Functions bool
	// The least levels at which a handler, an interrupting function and a cleanup run.
	Handler, Function, Cleanup Level
}

// editions cites for each choice its source, by key of docs/sources.md.
var editions = map[string]Policy{
	"ghc@doc2010": {
		Waits:    true,   // [ghc-throwto-2010 s.1-2]
		SelfNow:  true,   // [ghc-throwto-410 s.8]
		Inherits: true,   // [ghc-base Control.Exception] forkIO inherits the masked state
		Handler:  Masked, // [ghc-base Control.Exception] handlers run inside an implicit mask
		Function: Masked, // an extension: GHC has no such interrupt; a function is a form of handler

		Functions: true,
	},
	"sbcl@doc": {
		Unwinding: true,         // [sbcl-it ¶2]: anywhere but in without-interrupts
		Begins:    true,         // [sbcl-it ¶4]: executed in the order they were sent
		Gone:      true,         // [sbcl-src interrupt-thread-error]
		Shut:      Ops(OpSleep), // [sbcl-src futex-wait, %wait-for-mutex, condition-wait] enable interrupts, sleep does not
		Function:  Masked,       // [sbcl-it ¶3]: disabled, under allow-with-interrupts
		PassesOn:  true,         // [sbcl-src condition-wait]
		Functions: true,
	},
	"lcl@doc": {
		Unwinding: true, // [lcl50-aug ¶5]: a throw in a cleanup aborts the unwinding
		KillNow:   true, // [lcl50-aug ¶6]
		Functions: true, // [lcl50-aug ¶3]
	},
	"python@seed2018": {
		Deaf:      Interruptible &^ Ops(OpSleep, OpJoinFor), // [py-post18 ¶5, ¶9]
		Keep:      KeepOnce,                                 // [py-manual signal, execution of handlers]
		Functions: true,                                     // a handler is one
	},
}

// PolicyOf returns the policy of an edition, and an error that lists the editions
// when there is none of this name.
func PolicyOf(edition string) (Policy, error) {
	p, ok := editions[edition]
	if !ok {
		return p, fmt.Errorf("impl: no edition %q: it has %v", edition, Editions())
	}
	p.Edition = edition
	return p, nil
}

// check refuses combinations that have no meaning.
func (p Policy) check() error {
	bad := func(what string) error {
		return fmt.Errorf("impl: policy %q: %s", p.Edition, what)
	}
	switch {
	case p.Handler > Closed || p.Function > Closed || p.Cleanup > Closed:
		return bad("a level is none of open, masked, closed")
	case p.Waits && p.Keep != KeepAll:
		return bad("a sender cannot wait for a signal that is not kept")
	case p.Waits && (p.Deaf|p.Shut)&Ops(OpThrowTo) != 0:
		return bad("of two threads that throw at each other one must be interrupted")
	case (p.Deaf|p.Shut)&^Interruptible != 0:
		return bad("deaf in an operation in which nothing is received anyway")
	case p.Keep > KeepOnce:
		return bad("signals are kept in a way that there is not")
	case p.Waits && p.Unwinding:
		return bad("receipt between two steps of unwinding is defined for senders that do not wait only")
	case p.Waits && p.KillNow:
		return bad("a thread that ends at once leaves no time to withdraw its throw")
	case p.Begins && !p.Functions:
		return bad("what begins before the next receipt is a function, and there are none")
	}
	return nil
}
