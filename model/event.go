package model

// EventKind says what an event tells.
type EventKind uint8

// The events. Everything that is said of a run (histories, witnesses, the law
// of conservation) is derived from them.
const (
	Sent      EventKind = iota + 1 // Thread sent the signal Send to Other
	Landed                         // the signal Send of Other can now be received by Thread
	Received                       // Thread received the signal Send of Other
	Withdrawn                      // Thread, interrupted, took its signal Send back from Other
	Dropped                        // Thread ended with the signal Send of Other pending
	Replaced                       // at Thread a later signal took the place of the signal Send of Other
	Merged                         // at Thread the signal Send of Other was one with an equal one pending
	SendDone                       // Thread's throwTo Send returned
	BlockedOn                      // Thread is blocked in the statement Send
	Entered                        // Thread entered a Frame pushed by the statement Send
	Left                           // Thread left a Frame pushed by Send, by returning or Unwinding
	Logged                         // Thread logged the word Arg
	Forked                         // Thread started Other
	Ended                          // Thread ended; Arg is its Status
	Crashed                        // the process died in Thread
)

// Event is one thing that a step did.
type Event struct {
	Kind      EventKind
	Thread    Thread
	Other     Thread
	Send      Pos
	Frame     FrameKind
	Unwinding bool
	Arg       uint8
	Value     int16
}

func (x *Step) emit(e Event) { x.events = append(x.events, e) }
