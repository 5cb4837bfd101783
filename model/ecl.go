package model

// ECL21 is ECL 21.2.1. Its signal is a trigger apart from the queue: the handler
// runs all that is queued, one after the other, and what a throw out of it leaves
// behind waits for the next trigger.
var ECL21 = Dialect{
	Name:  "ecl@21",
	Title: "ECL 21.2.1, observed",
	Lacks: lacksAllBut(lispHas...),
	// [ecl-src mp.lsp, with-lock, process-kill]
	Idioms: Idioms{ThrowTo: ThrowToThunk, Kill: KillThunk, WithLock: WithLockReopened},

	Booting:     true,          // [ecl-src mp_interrupt_process]: queued, but no signal is sent
	JoinEarly:   true,          // [ecl-src thread_cleanup]: the exit barrier opens before the process is inactive
	LateKill:    true,          // [ecl-src mp_exit_process, thread_entry_point]; [ecl-obs]
	WakeError:   true,          // [ecl-src mp_giveup_lock, ecl_wakeup_process]; [ecl-obs]
	EndsWaits:   PerhapsItsOwn, // [ecl-src condition_variable_wait, woken_up]
	TwoStepExit: true,          // [ecl-obs]: requests that are accepted and not run
	Arrival:     OnReturn,      // [ecl-src mp_interrupt_process]
	GoneError:   true,          // [ecl-src mp_interrupt_process]
	Order:       FIFO,          // [ecl-src queue_signal, pop_signal]
	// [ecl-src handle_all_queued]; [ecl-src mp.lsp, without-interrupts]: not on unwinding;
	// [ecl-src ECL_UNWIND_PROTECT_THREAD_SAFE_END]: after a send, without a look at the mask
	Arm:          OnSend | OnThunk | OnEnter | OnLeave | OnSent,
	UnwindPoints: Anywhere, // [ecl-src unwind-protect]
	Wake:         Blocking, // [ecl-src handle_or_queue]
	// Opens nothing: a wait allows signals, not what *interrupts-enabled* forbids [ecl-src ecl_wait_on]
	ThunkMask: Open,         // [ecl-src handle_all_queued]
	NoLine:    Ops(Acquire), // [ecl-src mp_signal_semaphore]: it wakes all
	HandOff:   Ops(Lock),    // [ecl-src mp_giveup_lock]
	PassOn:    true,         // [ecl-src ecl_wait_on]: a waiter that dies wakes another
}
