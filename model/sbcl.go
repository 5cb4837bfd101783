package model

// lispIdioms is how SBCL makes the forms.
// Source: [sbcl-src with-mutex, terminate-thread]; [clhs unwind-protect].
var lispIdioms = Idioms{ThrowTo: ThrowToThunk, Kill: KillThunk, WithLock: WithLockLocal}

// lispHas are the features of SBCL and its kin. A mvar is made of a mutex and a
// condition.
var lispHas = [][]string{mvars, exceptions, throwing, thunks, killing, tags, without, lispMasks, withLock, mutexes, holder,
	conditions, semaphores, timers, foreignCalls, emptyLoops}

// lispOpens are the operations that wait with interrupts enabled where that is
// allowed. Sleeping and foreign calls are interrupted by the signal, but enable
// nothing themselves.
var lispOpens = Ops(Take, Put, Lock, Acquire, Wait, WaitUntil, Join, JoinTimeout)

// sbclBase is what both editions share.
var sbclBase = Dialect{
	Lacks:        lacksAllBut(lispHas...),
	Idioms:       lispIdioms,
	Order:        FIFO,          // [sbcl-it ¶4]
	ThunkMask:    Interruptible, // [sbcl-it ¶3]
	UnwindPoints: Anywhere,      // [sbcl-it ¶2]
	Wake:         Blocking,      // [sbcl-it ¶2]
	Opens:        lispOpens,     // [sbcl-src futex-wait, %wait-for-mutex, condition-wait]; of WaitUntil unverified
	GoneError:    true,          // [sbcl-src interrupt-thread-error]
	PassOn:       true,          // [sbcl-src condition-wait, lp#1038034]
}

// SBCLDoc is what the documentation of interrupt-thread says.
var SBCLDoc = sbclBase.with("sbcl@doc", "documentation of sb-thread:interrupt-thread", func(d *Dialect) {
	d.May = true         // no promise of when: [sbcl-it ¶1-2]
	d.ThunkBegins = true // [sbcl-it ¶4]: executed in the order sent, which an execution that has not begun is not
	// Spurious stays never: this is what interrupt-thread promises, and impl is held to it, which has
	// none. That of condition-wait says that they are possible [sbcl-src condition-wait].
	d.TwoStepExit = true // that what was sent is run, is not promised to a thread that ends
})

// SBCL22 is SBCL 2.2.
var SBCL22 = sbclBase.with("sbcl@2.2", "SBCL 2.2.9, x86-64 without safepoints, observed", func(d *Dialect) {
	d.Arrival = OnReturn                // [sbcl-src %interrupt-thread]
	d.Spurious = AfterOthers            // [sbcl-src condition-wait, condition-notify]: the token has changed; [sbcl-obs condition-wait]
	d.LockCycle = true                  // [sbcl-src check-deadlock]
	d.JoinSelf = Ops(Join, JoinTimeout) // [sbcl-src join-thread]: an attempt to join the current thread
	d.NestBound = 8                     // [sbcl-src MAX_INTERRUPTS]
	d.TwoStepExit = true                // [sbcl-src run, handle-thread-exit]
})
