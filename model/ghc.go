package model

// ghcIdioms is how GHC's base library makes the forms.
// Source: [ghc-base Control.Exception.Base: finally, bracket; Control.Concurrent.MVar: withMVar].
var ghcIdioms = Idioms{
	Kill: KillException, Exit: ExitException,
	Protect: ProtectMasked, Bracket: BracketMasked, WithLock: WithLockMasked,
}

// ghcLacks are the forms that Haskell does not have.
var ghcLacks = []string{"interrupt", "kill!", "tag", "throw", "without", "allow", "local", "with", "held?", "lock", "unlock", "wait", "notify"}

// ghcBase is what all editions of GHC share.
var ghcBase = Dialect{
	Lacks:       ghcLacks,
	Idioms:      ghcIdioms,
	Sync:        true,                                 // [ghc-throwto-2010 s.2]
	SelfNow:     true,                                 // [ghc-throwto-410 s.8]
	Wake:        Blocking &^ Ops(Foreign, ForeignInt), // [ghc-throwto-2010 s.6-8]; [ghc-base Control.Exception, interruptible operations]
	HandlerMask: Interruptible,                        // [ghc-base Control.Exception, asynchronous exceptions in handlers]
	Inherit:     true,                                 // [ghc-base forkIO]
	HandOff:     true,                                 // [ghc-base Control.Concurrent.MVar, fairness]
}

// GHCDoc2010 is what the documentation of throwTo of about 2010 says.
var GHCDoc2010 = ghcBase.with("ghc@doc2010", "documentation of throwTo, about 2010", func(d *Dialect) {
	d.SendPoint = true // [ghc-throwto-2010 s.12]
	d.Order = FIFO     // [ghc-throwto-2010 s.16]
	d.May = true       // [ghc-throwto-2010 s.13]
})

// GHC90OneCap is GHC 9.0 on one capability.
var GHC90OneCap = ghcBase.with("ghc@9.0-1cap", "GHC 9.0.2, one capability, observed", func(d *Dialect) {
	d.Direct = true  // [ghc-rts throwToMsg]
	d.Order = LIFO   // [ghc-rts blockedThrowTo, maybePerformBlockedException]
	d.Squeeze = true // [ghc-rts maskAsyncExceptions]
})

// with is a changed copy.
func (d Dialect) with(name, title string, change func(*Dialect)) Dialect {
	d.Name, d.Title = name, title
	change(&d)
	return d
}
