package model

// javaBlocking are the operations that throw InterruptedException: not the taking
// of a monitor or of a lock by lock().
var javaBlocking = Ops(Take, Put, Acquire, Wait, Sleep, Join, JoinTimeout)

// Java17 is Java 17 and Thread.interrupt: cancel t sets a flag, which a blocking
// operation, or a point (if (Thread.interrupted()) throw …), turns into an exception,
// once. A mvar is an ArrayBlockingQueue of one item.
var Java17 = Dialect{
	Name:  "java@17",
	Title: "OpenJDK 17, Thread.interrupt, observed",
	Lacks: lacksAllBut(exceptions, cancelling, mvars, withLock, mutexes, conditions, semaphores, foreignCalls),

	Idioms: Idioms{WithLock: WithLockStrict}, // [java-api ReentrantLock.unlock]: IllegalMonitorStateException

	Begin:     Interruptible,                                     // [java-api Thread.interrupt]: nothing comes but where it is looked for
	Keep:      Once,                                              // [java-api Thread.interrupt]: a flag
	Wake:      javaBlocking,                                      // never consulted: its threads are never open
	Opens:     javaBlocking,                                      // [java-api Thread.interrupt]
	Points:    javaBlocking&^Ops(Join, JoinTimeout) | Ops(Point), // [java-obs]: a join of a thread that has ended does not look
	NoLine:    Ops(Take, Put),                                    // [java-api ArrayBlockingQueue]: of who waits no order is guaranteed
	Relocks:   true,                                              // [java-api Object.wait]
	Spurious:  Whenever,                                          // [java-api Condition]: a spurious wake-up is permitted
	OwnNotify: true,                                              // [java-api Condition.signal]: IllegalMonitorStateException
}
