package model

// ECL21 is ECL 21.2.1. Its signal is a trigger apart from the queue: the handler
// runs all that is queued, one after the other, and what a throw out of it leaves
// behind waits for the next trigger.
var ECL21 = Dialect{
	Name:  "ecl@21",
	Title: "ECL 21.2.1, observed",
	Lacks: lacksAllBut(lispHas...),
	// [ecl-src mp.lsp, with-lock, process-kill]; that the mutex is taken before the cleanup is there, is unverified
	Idioms: Idioms{ThrowTo: ThrowToThunk, Kill: KillThunk, WithLock: WithLockReopened},

	Booting:      true,                                 // [ecl-src mp_interrupt_process]: queued, but no signal is sent
	TwoStepExit:  true,                                 // [ecl-obs]: requests that are accepted and not run
	Arrival:      OnReturn,                             // [ecl-src mp_interrupt_process]
	GoneError:    true,                                 // [ecl-src mp_interrupt_process]
	Order:        FIFO,                                 // [ecl-src queue_signal, pop_signal]
	Arm:          OnSend | OnThunk | OnEnter | OnLeave, // [ecl-src handle_all_queued]; [ecl-src mp.lsp, without-interrupts]: not on unwinding
	UnwindPoints: Anywhere,                             // [ecl-src unwind-protect]
	Wake:         Blocking,                             // [ecl-src handle_or_queue]
	Opens:        lispOpens,                            // [ecl-src ecl_wait_on]
	Both:         Ops(Lock, Acquire),                   // [ecl-src ecl_wait_on]: after success the mask is restored
	ThunkMask:    Open,                                 // [ecl-src handle_all_queued]
	HandOff:      Ops(Lock),                            // [ecl-src mp_giveup_lock]
	PassOn:       true,                                 // [ecl-src ecl_wait_on]: a waiter that dies wakes another
}
