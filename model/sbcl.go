package model

// lispIdioms is how SBCL makes the forms.
// Source: [sbcl-src with-mutex, terminate-thread]; [clhs unwind-protect].
var lispIdioms = Idioms{ThrowTo: ThrowToThunk, Kill: KillThunk, WithLock: WithLockLocal}

// lispLacks are the forms that SBCL does not have.
var lispLacks = []string{"mask", "umask", "restore", "unmask", "interruptible", "kill!"}

// sbclBase is what both editions share.
var sbclBase = Dialect{
	Lacks:        lispLacks,
	Idioms:       lispIdioms,
	Order:        FIFO,                                 // [sbcl-it ¶4]
	ThunkMask:    Interruptible,                        // [sbcl-it ¶3]
	UnwindPoints: true,                                 // [sbcl-it ¶2]: anywhere
	Wake:         Blocking &^ Ops(Foreign, ForeignInt), // [sbcl-src futex-wait]
	GoneError:    true,                                 // [sbcl-src interrupt-thread-error]
}

// SBCLDoc is what the documentation of interrupt-thread says.
var SBCLDoc = sbclBase.with("sbcl@doc", "documentation of sb-thread:interrupt-thread", func(d *Dialect) {
	d.May = true         // no promise of when: [sbcl-it ¶1-2]
	d.ThunkBegins = true // [sbcl-it ¶4]: executed in the order sent, which an execution that has not begun is not
	d.TwoStepExit = true // that what was sent is run, is not promised to a thread that ends
})

// SBCL22 is SBCL 2.2.
var SBCL22 = sbclBase.with("sbcl@2.2", "SBCL 2.2.9, x86-64 without safepoints, observed", func(d *Dialect) {
	d.Arrival = OnReturn // [sbcl-src %interrupt-thread]
	d.NestBound = 8      // [sbcl-src MAX_INTERRUPTS]
	d.TwoStepExit = true // [sbcl-src run, handle-thread-exit]
})
