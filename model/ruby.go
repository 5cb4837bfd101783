package model

// Ruby31 is CRuby 3.1. A thread looks for interrupts when one is sent, when it
// blocks, and at the edges of handle_interrupt, and then takes one. A mvar is a
// SizedQueue of one item.
var Ruby31 = Dialect{
	Name:  "ruby@3.1",
	Title: "CRuby 3.1.2, observed",
	Lacks: lacksAllBut(exceptions, throwing, killing, tags, classMasks, mvars, withLock, mutexes, holder, conditions, foreignCalls),

	Idioms: Idioms{WithLock: WithLockStrict}, // [ruby-doc Thread::Mutex#unlock]: a ThreadError where it is not locked

	Inherit:      true,                                 // [ruby-obs inheritance]
	DeathFrees:   true,                                 // [ruby-obs mutex of a dead thread]
	JoinRaises:   true,                                 // [ruby-doc Thread#join]
	JoinSelf:     Ops(Join, JoinTimeout),               // [ruby-src thread_join]: the target must not be the current thread
	Order:        FIFO,                                 // among those that its mask lets in: [ruby-obs order]
	Arm:          OnSend | OnEnter | OnLeave | OnBlock, // [ruby-obs drain]: not on calls, free mutexes, time
	Poke:         Ops(Wait),                            // [ruby-doc Mutex#sleep]: it may end without a wake-up; [ruby-src rb_mutex_sleep_forever]: it does when a masked signal comes
	Doomed:       NeverAgain,                           // [ruby-src rb_thread_kill]: to_kill is never reset
	Voids:        true,                                 // [ruby-src rb_threadptr_to_kill]
	UnwindPoints: AtMasks,                              // [ruby-obs leaving handle_interrupt by an exception]
	Wake:         Blocking &^ uninterruptible,          // [ruby-doc Thread.handle_interrupt]
	Opens:        Blocking &^ uninterruptible,          // [ruby-doc Thread.handle_interrupt, on_blocking]
	Retry:        Ops(Take, Put, Lock),                 // [ruby-src do_mutex_lock, queue_do_pop, rb_szqueue_push]: the wake-up is lost with the woken
	Relocks:      true,                                 // [ruby-obs condition variables]
	// Unverified: with-lock as lock and ensure; in CRuby nothing is received between the two.
}

// RubyDoc is what the documentation of Ruby 3.1 says: interrupts that are let in come
// immediately, and no wake-up is lost. Where it is silent, the answer of CRuby stands.
var RubyDoc = Ruby31.with("ruby@doc3.1", "The documentation of Ruby 3.1", func(d *Dialect) {
	d.Arm = 0             // [ruby-doc Thread.handle_interrupt]: :immediate
	d.Order = AnyOrder    // unverified: nothing is said
	d.Retry = 0           // [ruby-doc Thread::Mutex#lock, Thread::Queue#pop]: of lost wake-ups nothing is said
	d.Doomed = Everything // [ruby-doc Thread#kill]
	d.Voids = false       // unverified: nothing is said
	d.Spurious = Whenever // [ruby-doc Mutex#sleep]: it may end without a wake-up
})
