package model

// asyncioWaits are the awaits in which a task is suspended.
var asyncioWaits = Ops(Take, Put, Lock, Acquire, WaitUntil, Join, JoinTimeout, JoinShielded, Sleep)

// Asyncio311 is the tasks of one event loop, and Task.cancel. A thread is a task, a
// point is asyncio.sleep(0), a join awaits the task, a shielded one awaits
// asyncio.shield of it. A mvar is an asyncio.Queue of one item. An operation that can
// be done at once does not suspend, and is no place where anything is received.
var Asyncio311 = Dialect{
	Name:  "asyncio@3.11",
	Title: "CPython 3.11.7, tasks of asyncio, observed",
	Lacks: lacksAllBut(exceptions, cancelling, counting, shields, mvars, withLock, mutexes, semaphores),

	Idioms: Idioms{WithLock: WithLockStrict}, // [py-manual asyncio.Lock]; [py-src asyncio.Lock.release]

	Turns:      true,               // [py-manual asyncio.Task]: a loop runs one task at a time
	JoinSelf:   Ops(Join),          // [py-src Task.__step]: behind a shield, or for a time, it only waits
	JoinRaises: true,               // [py-manual asyncio.Task.result]
	Through:    true,               // [py-src Task.cancel]; [py-manual asyncio.shield]
	Counts:     true,               // [py-manual asyncio.Task.cancelling]
	Keep:       Once,               // [py-src Task.cancel]: one future is cancelled, one flag set; [asyncio-obs coalesced]
	Behind:     Ops(Lock, Acquire), // [py-src asyncio.Lock.acquire, asyncio.Semaphore.locked]
	NoLine:     Ops(Take, Put),     // [py-src asyncio.Queue.get]: who was woken looks again, and waits anew
	Wake:       asyncioWaits,       // [py-manual asyncio, Task Cancellation]; [asyncio-obs waits]
}
