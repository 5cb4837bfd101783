package model

// Exit signals of Erlang's processes. throwTo t X is exit(T, x), which ends a process
// that does not trap exits; kill t is exit(T, kill). Variables are an array of atomics:
// Erlang's own processes share nothing else.

// erlangBase is what both editions share.
var erlangBase = Dialect{
	Lacks:    lacksAllBut(exceptions, throwing, killing, mailboxes, links),
	Idioms:   Idioms{Exit: ExitException}, // [erl-manual erlang:exit/1]: it can be caught
	Fatal:    true,                        // [erl-manual s.14.5, Receiving Exit Signals]: the process terminates; [erl-obs cleanups]: no after runs
	Arrival:  AnyTime,                     // [erl-manual s.14.4, Signals]: of those of one sender the order is kept, of others nothing is said
	Order:    FIFO,                        // of arrival: [erl-manual s.14.4, Signals]
	Wake:     Blocking | Ops(Receive),     // [erl-manual s.14.5]: wherever it is
	Graceful: true,                        // [erl-manual s.14.5, Receiving Exit Signals]: the reason normal is ignored
}

// ErlangDoc is what the reference manual of OTP 25 says.
var ErlangDoc = erlangBase.with("erlang@doc25", "The Erlang Reference Manual, OTP 25", func(d *Dialect) {
	d.May = true // [erl-manual s.14.4, Signals]: of when nothing is promised
})

// Erlang25 is Erlang/OTP 25: what has arrived is received, and what is not yet received
// has not arrived.
var Erlang25 = erlangBase.with("erlang@25", "Erlang/OTP 25, erts 13.1.5, observed", func(d *Dialect) {})
