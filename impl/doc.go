// Package impl is a runtime for threads that can be interrupted: a thread can raise
// an error in another one, make it run a function, or kill it, at any of its safe
// points and in any of its blocking operations, unless it masks interrupts.
//
// Threads run on goroutines. Each function that a thread runs gets its *[Thread],
// calls [Thread.Check] in its loops, and returns the errors it is given: unwinding
// is by ordinary errors. An interrupt that was received stays in force until a
// handler takes it ([Catch], [Tag.Catch]) or the thread ends: every later safe point
// and blocking operation returns it again. Code that swallows an error can delay an
// interrupt, but not lose it.
//
// What exactly sending, masking, handling and unwinding mean is chosen by an
// edition, such as ghc@doc2010 or sbcl@doc: see [New].
//
// Threads block interruptibly at an [MVar], a [Mutex], a [Cond], a [Semaphore], a [Var], in
// [Thread.Sleep] and [Thread.Join], at Go channels ([Receive], [Send]) and in foreign calls
// that take a context. A context that is done can interrupt a thread ([Thread.WithContext],
// [Thread.WithTimeout]),
// and an interrupt ends the context of a thread ([Thread.Context]).
//
// A *Thread belongs to the goroutine that runs it: only its own functions may call
// its methods, and the operations on cells that take it as an argument. The methods
// that other threads may call are named as such. The handle itself may be passed to
// anyone, as the target of an interrupt. [Config].Check finds who does not keep to that.
package impl
