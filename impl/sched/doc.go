// Package sched runs a concurrent program through every interleaving of its steps.
//
// A [Program] makes its shared objects ([Uint64], [Mutex], [Event], or those of
// package impl under Config.Scheduler), starts threads, and says how an execution that
// has ended is described. [Explore] runs it again and again until every behaviour has
// been seen: each step of a thread, up to and including its next operation on a shared
// object, is one unit, and the scheduler chooses who makes the next one.
//
// Executions that differ only in the order of independent steps are one behaviour, a
// Mazurkiewicz trace. The search visits each trace about once: it is source-DPOR with
// sleep sets (Abdulla, Aronsson, Jonsson, Sagonas, Optimal Dynamic Partial Order
// Reduction, POPL 2014), with the treatment of disabled threads of Flanagan and
// Godefroid, Dynamic Partial-Order Reduction for Model Checking Software, POPL 2005.
// [Sleep] and [Full] search with less reduction or none; the tests compare the sets of
// traces that they find.
//
// Go's atomic operations are sequentially consistent, hence going through all
// interleavings is complete for programs whose other accesses do not race. That is
// checked in the same executions: see [Exec.Touch].
//
// The threads are coroutines; nothing runs in parallel and nothing is left to chance.
// A program must be deterministic but for the choices of the scheduler.
package sched
