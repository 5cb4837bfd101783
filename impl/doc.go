// Package impl is a runtime for threads that can be interrupted: a thread can raise an error in
// another one, make it run a function, or kill it, at any of its safe points and in any of its
// blocking operations, unless it masks interrupts.
//
//	rt, err := impl.New("ghc@doc2010", impl.Config{})
//	worker := rt.Go(nil, func(t *impl.Thread) error {
//		for {
//			if err := t.Check(); err != nil { // a safe point
//				return err
//			}
//			...
//		}
//	})
//	worker.Post(errors.New("that is enough")) // from any goroutine
//	<-worker.Done()
//
// # Threads
//
// Threads run on goroutines. Each function that a thread runs gets its *[Thread], calls
// [Thread.Check] in its loops, and returns the errors it is given: unwinding is by ordinary
// errors. An interrupt that was received stays in force until a handler takes it ([Catch],
// [Tag.Catch]) or the thread ends: every later safe point and blocking operation returns it
// again. Code that swallows an error can delay an interrupt, but not lose it. A panic and
// [runtime.Goexit] run the cleanups and wake those who wait for the thread; a panic that nobody
// recovers ends the program, as always.
//
// A *Thread belongs to the goroutine that runs it: only its own functions may call its methods,
// and the operations on cells that take it as an argument. The methods that other threads may
// call are named as such. The handle itself may be passed to anyone, as the target of an
// interrupt. [Config].Check finds who does not keep to that. Without it, what would break the
// runtime is found, with a panic that names it: a nil thread (at a safe point, in a mask or
// another frame it is a nil pointer like any other), one that is blocked already, has ended or
// is not started, a target that is a thread of another runtime.
//
// # Interrupts
//
// To send, a thread has [Thread.ThrowTo], [Thread.Kill], [Thread.KillNow] and
// [Thread.Interrupt]; any other goroutine has [Thread.Post] and [Thread.PostFunc]. To delay what
// is received, there are the levels of a mask ([Level]), within [Thread.Mask] and the other
// scopes; to clean up, [Thread.UnwindProtect], [Thread.Finally] and [Bracket].
//
// Threads block interruptibly at an [MVar], a [Mutex], a [Cond], a [Semaphore], a [Var], in
// [Thread.Sleep] and [Thread.Join], at Go channels ([Receive], [Send]) and in foreign calls that
// take a context. Go's own channel operations, locks, sleeps and I/O know nothing of threads: what
// comes while one is in them waits until the next safe point. A context that is done can interrupt
// a thread ([Thread.WithContext], [Thread.WithTimeout]), and an interrupt ends the context of a
// thread ([Thread.Context]).
//
// Cells are made by their New functions, for one runtime: a cell that was not is of no use under
// a Scheduler, which would not see what is done with it, and the operation says so.
//
// # Errors
//
// An operation that takes a thread returns one of three kinds of errors. Most often it is what
// was raised in the thread, as it was sent; the operation has then had no effect, but for what
// its comment says. Or it is [ErrKilled], [ErrClosed] or a throw to a tag, which no handler
// takes: pass it on. Or the operation itself has failed, as when a mutex is unlocked that the
// thread does not hold: an *[Error], which is not in force, and which nothing but its return
// tells.
//
// # Editions
//
// What exactly sending, masking, handling and unwinding mean is chosen by an edition:
//
//   - ghc@doc2010: asynchronous exceptions of Haskell as GHC documents them. A throw waits until
//     it is received; handlers run masked. The one to begin with.
//   - sbcl@doc: interrupt-thread, without-interrupts and unwind-protect of SBCL. Sends do not
//     wait, functions that interrupt run masked, and to interrupt a thread that has ended is an
//     error.
//   - lcl@doc: Lucid Common Lisp, which has a kill without cleanups.
//   - python@seed2018: signals of Python, which interrupt hardly any blocking operation.
//
// A [Policy] of one's own combines their choices in another way. All four are of systems in
// which code of the interrupted thread receives the interrupt. Erlang is of another kind and not
// implemented: an exit signal ends a process past all its handlers, for which [Thread.KillNow]
// comes nearest, or is, where exits are trapped, a message that waits in the mailbox; links pass
// it on. Its specification is in package model alone.
package impl
