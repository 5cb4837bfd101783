// Package traces holds recorded histories of interruption: their text format
// (NDJSON, see docs/traces.md), a reader that streams, a recorder that any Go
// program can use, and a chart.
//
// A history is a sequence of events of threads. Each event carries a stamp, the
// value of one global counter. A stamp is taken before an operation is invoked
// and another after it has returned, so the recorded interval contains the real
// one: if one event's interval ends before another's begins, that was really so.
// Clocks are never used for order.
//
//	rec, err := traces.NewRecorder(traces.Header{Test: "free", Threads: []string{"a", "b"}}, traces.Space{Events: 1000})
//	kill := rec.Name("Kill")
//	a := rec.Thread(0)                               // owned by one goroutine
//	call, id := a.Send(1, traces.ExcSignal, kill)    // stamp, then the operation itself
//	a.Return(call, traces.Received)                  // after it, a stamp again
//	…
//	err = rec.Write(file, traces.Ended)              // when the threads are through
//
// Whether a history is one that a specification allows is not decided here; the
// package rejects only what no run whatever can have recorded.
package traces
