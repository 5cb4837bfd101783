package model

// What interrupts a Python thread is either a signal, whose handler runs in the
// main thread, or PyThreadState_SetAsyncExc. They are two dialects; throwTo stands
// for either: a signal whose handler raises, and an asynchronous exception.

// pythonHas are its features. A mvar is a queue.Queue of one item.
var pythonHas = [][]string{exceptions, throwing, mvars, withLock, mutexes, conditions, semaphores, foreignCalls}

// pythonSignals is what the editions for signals share.
var pythonSignals = Dialect{
	Lacks:   lacksAllBut(append(pythonHas, thunks)...),
	Order:   AnyOrder, // by number, not by time: [py-manual signal, execution of handlers]; [py-obs signals]
	Keep:    Once,     // a flag for each signal: [py-manual signal, execution of handlers]
	Relocks: true,     // [py-src Condition.wait]

	JoinSelf: Ops(Join, JoinTimeout), // [py-src Thread.join]
}

// pythonRetry are the operations that wait on a condition in a loop. A waiter that is
// thrown out of the loop when it has been notified does not pass that on.
// Source: [py-src Semaphore.acquire, Condition.wait, Queue.get, Queue.put].
var pythonRetry = Ops(Acquire, Take, Put)

// PythonSeed2018 is what the post of 2018 says of Ctrl-C and join.
var PythonSeed2018 = pythonSignals.with("python@seed2018", "Interrupting Python Threads, 2018", func(d *Dialect) {
	d.Wake = Ops(Sleep, JoinTimeout) // not join: [py-post18 ¶5, ¶9]; of sleep unverified
	d.JoinSelf = 0                   // unverified: nothing is said
	d.May = true                     // no promise of when: [py-post18 ¶9]
})

// PythonDoc311 is what the manual says of signals.
var PythonDoc311 = pythonSignals.with("python@doc3.11", "The Python 3.11 manual, signals", func(d *Dialect) {
	d.Wake = Ops(Sleep, Lock, Acquire) // [py-manual time.sleep]; [py-manual threading.Lock.acquire]; of others nothing is said
	d.May = true                       // at a later point: [py-manual signal, execution of handlers]
})

// Python311Signal is CPython 3.11 with signals to the main thread.
var Python311Signal = pythonSignals.with("python@3.11-signal", "CPython 3.11.2 on Linux, signals to the main thread, observed", func(d *Dialect) {
	d.FalseDeath = true // [cpython-90882]
	d.Retry = pythonRetry
	d.Wake = Blocking &^ uninterruptible // [py-obs signals]
	d.WithLock = WithLockLocal           // no check between taking the lock and the block: [py-obs leaks]
	d.Opens = Ops(Lock)                  // only for that idiom: there is no mask
})

// Python311 is CPython 3.11 with PyThreadState_SetAsyncExc.
var Python311 = Dialect{
	Name:  "python@3.11",
	Title: "CPython 3.11.2, PyThreadState_SetAsyncExc, observed",
	Lacks: lacksAllBut(pythonHas...),

	Idioms: Idioms{WithLock: WithLockStrict}, // [py-manual threading.Lock.release]: a RuntimeError where it is not locked

	Keep:  Last,             // [py-api PyThreadState_SetAsyncExc]; [py-obs slot]
	Wake:  Ops(JoinTimeout), // [py-obs blocked operations]: none ends early, and one that has timed out does not return first
	Retry: pythonRetry,

	JoinSelf:   Ops(Join, JoinTimeout), // [py-src Thread.join]
	FalseDeath: true,                   // [cpython-90882]; [py-src Thread._wait_for_tstate_lock]: in a join that has timed out
}
