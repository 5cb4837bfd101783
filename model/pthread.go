package model

// Cancellation of POSIX threads. Deferred, it comes at listed points only; that is
// a masked thread, whose points look for signals. Disabled is closed, asynchronous
// is open. A mvar is a pipe with one item: take is read, put is write.

// cancellationPoints are those among the operations: not the taking of a mutex.
var cancellationPoints = Ops(Acquire, Wait, Join, JoinTimeout, Sleep, Take, Put)

// pthreadBase is what both editions share.
var pthreadBase = Dialect{
	Lacks:   lacksAllBut(killing, assignedMask, mvars, withLock, mutexes, conditions, semaphores, foreignCalls),
	Begin:   Interruptible,                   // [posix pthread_create]: enabled and deferred; so for every thread
	Keep:    Once,                            // [posix pthread_cancel]: a request is pending or not
	Doomed:  Nothing,                         // [posix s.2.9.5, cancellation cleanup handlers]
	Wake:    Blocking,                        // [posix s.2.9.5, asynchronous]
	Opens:   cancellationPoints,              // [posix s.2.9.5, cancellation points]
	Points:  cancellationPoints | Ops(Point), // [posix s.2.9.5]: acted upon when the point is reached
	Relocks: true,                            // [posix pthread_cond_wait]
	NoLine:  Ops(Take, Put),                  // [posix read, write]: of who waits no order is said; who was woken in vain has lost its place
}

// PthreadDoc is POSIX.
var PthreadDoc = pthreadBase.with("pthread@doc", "POSIX.1-2017, thread cancellation", func(d *Dialect) {
	d.Spurious = Whenever // [posix pthread_cond_wait]
})

// PthreadGlibc236 is glibc 2.36.
var PthreadGlibc236 = pthreadBase.with("pthread@glibc2.36", "glibc 2.36 on Linux, C, observed", func(d *Dialect) {
	d.Both = Ops(Take) // [glibc-12683]
})
