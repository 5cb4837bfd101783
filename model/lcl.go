package model

// The Lisps known from their manuals alone. No manual says in which order several
// interrupts come, nor when: any order, and receipt may lag.

// LCLDoc is the guide of Liquid Common Lisp 5.0.
var LCLDoc = Dialect{
	Name:         "lcl@doc",
	Title:        "Liquid Common Lisp 5.0, The Advanced User's Guide, 1996",
	Lacks:        lacksAllBut(exceptions, throwing, thunks, killing, killingNow, tags, withLock, mutexes, holder),
	Idioms:       Idioms{ThrowTo: ThrowToThunk}, // [lcl50-aug ¶3]
	Order:        AnyOrder,                      // not stated
	May:          true,                          // takes effect when the process is next scheduled: [lcl50-aug ¶4]
	UnwindPoints: Anywhere,                      // unverified
	Wake:         Blocking,                      // [lcl50-aug ¶4]
	Opens:        Blocking,                      // never consulted: it has no mask here
	// Unverified: ThunkMask and CleanupMask open, Doomed everything (a cancelled kill: [lcl50-aug ¶5]).
}

// LispWorksDoc is the manual of LispWorks.
var LispWorksDoc = Dialect{
	Name:         "lispworks@doc",
	Title:        "LispWorks User Guide and Reference Manual, 6.0 to 8.1, compiled code",
	Lacks:        lacksAllBut(exceptions, throwing, thunks, killing, tags, without, assignedMask, withLock, mutexes, holder, semaphores, foreignCalls),
	Idioms:       Idioms{ThrowTo: ThrowToThunk}, // [lw-manual process-interrupt]
	Order:        AnyOrder,                      // queued, the order is not stated: [lw-manual process-interrupt]
	May:          true,                          // applied when the process is next resumed: [lw-manual process-interrupt]
	Doomed:       NoKill,                        // [lw-manual current-process-kill]
	UnwindPoints: Anywhere,                      // unverified
	Wake:         Blocking &^ uninterruptible,   // [lw-manual process-interrupt]: a waiting process is woken
	Opens:        0,                             // [lw-manual with-interrupts-blocked]: queued while blocked
	FirstForm:    true,                          // [lw-manual allowing-block-interrupts]
	// Unverified: ThunkMask open, GoneError no. Conditions are left out: the manual does not say whether
	// a wait that a throw leaves holds the lock again.
}

// CCLDoc is the manual of Clozure CL.
var CCLDoc = Dialect{
	Name:         "ccl@doc",
	Title:        "Clozure CL Documentation, 1.12",
	Lacks:        lacksAllBut(exceptions, throwing, thunks, killing, tags, without, withLock, mutexes, holder, semaphores, foreignCalls),
	Idioms:       Idioms{ThrowTo: ThrowToThunk, Kill: KillThunk}, // [ccl-manual process-interrupt, process-kill]
	Order:        AnyOrder,                                       // not stated: [ccl-manual process-interrupt]; its source has a stack
	May:          true,                                           // at some point in the near future: [ccl-manual process-interrupt]
	UnwindPoints: Anywhere,                                       // unverified
	Wake:         Blocking &^ uninterruptible,                    // [ccl-manual process-interrupt]; of foreign calls unverified
	Opens:        0,                                              // [ccl-manual without-interrupts]
	CleanupMask:  Closed,                                         // [ccl-manual s.4.14]
	// Unverified: ThunkMask open, GoneError no.
}
