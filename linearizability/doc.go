// Package linearizability judges recorded histories by the reference semantics.
//
// Two judges, one specification. [Validate] searches for a run of the model of
// which the history is a view: it goes through the history line by line and keeps
// every configuration in which a run that fits can be; what was not observed, the
// model fills in. [Linearize] puts the same question to porcupine: the events of a
// history become operations with intervals, and the sequential specification is a
// set of configurations that the rules of the model lead from one to the next.
//
// Both use the rules of package model and nothing else: there is no second
// statement of the semantics here. What is here is how an event of a history and
// a step of the model belong together; docs/traces.md says what the events mean.
package linearizability
