package traces

import "fmt"

// Signal is what a send carries.
type Signal uint8

// The signals.
const (
	ExcSignal     Signal = iota + 1 // "exc": an exception, raised in the target
	ThunkSignal                     // "thunk": code to be run in the target
	KillSignal                      // "kill": ends the target, which runs its cleanups
	KillNowSignal                   // "kill!": ends the target, which runs nothing any more
)

// Frame is what an Enter event enters.
type Frame uint8

// The frames. Those of the mask are named as in the litmus language.
const (
	MaskFrame Frame = iota + 1
	UmaskFrame
	RestoreFrame
	UnmaskFrame
	InterruptibleFrame
	WithoutFrame
	AllowFrame
	LocalFrame
	WithFrame
	ReopenFrame     // the level that the innermost WithoutFrame found
	TryFrame        // the body of a handler; Name is its class
	HandlerFrame    // the handler itself, after its try was left
	TagFrame        // the body of a catch tag; Name is the tag
	ProtectFrame    // the body of a cleanup
	CleanupFrame    // the cleanup itself
	ThunkFrame      // the code of a received thunk
	TimedFrame      // the block of a timer
	ExpiredFrame    // what runs when its time was up
	NeverFrame      // signals of class Name are not received in it
	OnBlockingFrame // only where it blocks
	ImmediateFrame  // always
)

// Result says how an operation returned, a frame was left, a thread ended or a
// question was answered.
type Result uint8

// The results. Kind.Results says which of them a kind can have.
const (
	Done        Result = iota + 1 // "done": it did what it says
	Received                      // "received": the target has received the signal
	Queued                        // "queued": sent; the sender did not wait
	Withdrawn                     // "withdrawn": the sender was interrupted and the signal taken back
	Interrupted                   // "interrupted": left because of a signal; what it did is for the judge to find
	Gone                          // "gone": the target had ended
	Timeout                       // "timeout": it gave up
	Error                         // "error": it raised; Name is the class, if known
	Yes                           // "yes": held, alive
	No                            // "no": not held, not alive; tried, and did not wait
	Normal                        // "normal": a frame was left at its end
	Unwind                        // "unwind": a frame was left by a raise, throw, exit or kill
	Returned                      // "returned": the thread came to its end
	Died                          // "died": of an exception; Name is its class
	Killed                        // "killed": by a kill
	Open                          // "open": the mask lets signals in
	Masked                        // "masked": the mask lets signals in where the thread blocks
	Closed                        // "closed": the mask lets nothing in
)

// CellKind is what a shared cell is.
type CellKind uint8

// The kinds of cells, named as in the litmus language.
const (
	FlagCell CellKind = iota + 1
	VarCell
	MVarCell
	MutexCell
	SemCell
	CondCell
)

// words are the spellings of an enumeration; the first is that of the zero value.
type words []string

var (
	signalWords = words{"", "exc", "thunk", "kill", "kill!"}
	frameWords  = words{"", "mask", "umask", "restore", "unmask", "interruptible", "without", "allow", "local", "with", "reopen",
		"try", "handler", "tag", "protect", "cleanup", "thunk", "timed", "expired", "never", "on-blocking", "immediate"}
	resultWords = words{"", "done", "received", "queued", "withdrawn", "interrupted", "gone", "timeout", "error",
		"yes", "no", "normal", "unwind", "returned", "died", "killed", "open", "masked", "closed"}
	cellWords = words{"", "flag", "var", "mvar", "mutex", "sem", "cond"}
)

// of is the value that is spelt w, 0 if there is none.
func (ws words) of(w []byte) uint8 {
	for i, s := range ws[1:] {
		if s == string(w) {
			return uint8(i + 1)
		}
	}
	return 0
}

func (ws words) text(v uint8) string {
	if int(v) < len(ws) {
		return ws[v]
	}
	return fmt.Sprintf("?%d", v)
}

func (s Signal) String() string   { return signalWords.text(uint8(s)) }
func (f Frame) String() string    { return frameWords.text(uint8(f)) }
func (r Result) String() string   { return resultWords.text(uint8(r)) }
func (c CellKind) String() string { return cellWords.text(uint8(c)) }

// IsMask reports whether the frame changes the mask.
func (f Frame) IsMask() bool { return f >= MaskFrame && f <= ReopenFrame }

// IsHandle reports whether the frame changes what the mask lets in of one class.
func (f Frame) IsHandle() bool { return f >= NeverFrame && f <= ImmediateFrame }
