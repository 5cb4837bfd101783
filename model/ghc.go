package model

// ghcIdioms is how GHC's base library makes the forms.
// Source: [ghc-base Control.Exception.Base: finally, bracket; Control.Concurrent.MVar: withMVar].
var ghcIdioms = Idioms{
	Kill: KillException, Exit: ExitException,
	Protect: ProtectMasked, Bracket: BracketMasked, WithLock: WithLockMasked,
}

// ghcInterruptible are the operations that block and let an exception in: not
// foreign calls [ghc-throwto-2010 s.6-8].
var ghcInterruptible = Blocking &^ uninterruptible &^ Ops(ForeignInt)

// ghcBase is what all editions with mask share.
var ghcBase = Dialect{
	Lacks: lacksAllBut(exceptions, throwing, []string{"kill", "exit"}, blocks, ghcMasks, mvars, withLock, semaphores,
		lazyCells, timers, foreignCalls, foreignEarly, emptyLoops),
	Idioms:      ghcIdioms,
	NoPoint:     Ops(Busy),                      // [ghc-throwto-2010 s.15-16]
	Inherit:     true,                           // [ghc-base forkIO]
	Sync:        true,                           // [ghc-throwto-2010 s.2]
	SelfNow:     true,                           // [ghc-throwto-410 s.8]
	Poke:        Ops(ForeignInt),                // [ghc-throwto-2010 s.8]
	Wake:        ghcInterruptible,               // [ghc-base Control.Exception, interruptible operations]
	Opens:       ghcInterruptible &^ Ops(Force), // [ghc-rts throwToMsg, BlockedOnBlackHole]
	HandlerMask: Interruptible,                  // [ghc-base Control.Exception, asynchronous exceptions in handlers]
	HandOff:     Ops(Take, Put, Lock, Acquire),  // [ghc-base Control.Concurrent.MVar, fairness]; [ghc-base Control.Concurrent.QSem]
}

// GHCDoc2010 is what the documentation of throwTo of about 2010 says.
var GHCDoc2010 = ghcBase.with("ghc@doc2010", "documentation of throwTo, about 2010", func(d *Dialect) {
	d.Points = Ops(ThrowTo) // [ghc-throwto-2010 s.13]
	d.Order = FIFO          // [ghc-throwto-2010 s.17]
	d.May = true            // [ghc-throwto-2010 s.14]
})

// GHCBase415 is what the documentation says that comes with GHC 9.0.
var GHCBase415 = ghcBase.with("ghc@base4.15", "documentation of base 4.15, which comes with GHC 9.0", func(d *Dialect) {
	d.Points = Ops(ThrowTo) // [ghc-throwto-410 s.12]
	d.Order = AnyOrder      // the sentence on FIFO is gone: [ghc-throwto-410]
	d.May = true            // [ghc-throwto-410 s.13]
})

// GHC90 is GHC 9.0.
var GHC90 = ghcBase.with("ghc@9.0", "GHC 9.0.2, several capabilities, observed", func(d *Dialect) {
	d.Direct = true     // to a thread of the same capability: [ghc-rts throwToMsg]
	d.Arrival = AnyTime // to one of another, as a message: [ghc-rts throwTo, sendMessage]
	d.Order = AnyOrder  // [ghc-rts blockedThrowTo, executeMessage]: each reverses
	d.Squeeze = true    // [ghc-rts maskAsyncExceptions]
})

// GHC90OneCap is GHC 9.0 on one capability.
var GHC90OneCap = ghcBase.with("ghc@9.0-1cap", "GHC 9.0.2, one capability, observed", func(d *Dialect) {
	d.Direct = true  // [ghc-rts throwToMsg]
	d.Order = LIFO   // [ghc-rts blockedThrowTo, maybePerformBlockedException]
	d.Squeeze = true // [ghc-rts maskAsyncExceptions]
})

// GHC90GC is the same where the garbage collector finds deadlocks: those of
// programs that keep no reference to their threads and MVars from outside.
var GHC90GC = GHC90OneCap.with("ghc@9.0-gc", "GHC 9.0.2, one capability, deadlocks found by the garbage collector, observed", func(d *Dialect) {
	d.Deadlock = true // [ghc-rts resurrectThreads]
})

// with is a changed copy.
func (d Dialect) with(name, title string, change func(*Dialect)) Dialect {
	d.Name, d.Title = name, title
	change(&d)
	return d
}
