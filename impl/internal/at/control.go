package at

// Kind says what a step does to its object.
type Kind uint8

// The kinds of steps. Which two of them, on one object, may not be exchanged is
// said by [Dependent].
const (
	Start   Kind = iota // the first step of a thread; touches nothing
	Load                // reads a word, the lock bit excluded
	Store               // writes a word
	Update              // reads and writes a word in one step
	Acquire             // takes the lock bit; enabled while it is free
	Release             // writes a word and frees the lock bit
	Change              // reads and perhaps writes a word; enabled while the lock bit is free
	Park                // takes a token; enabled while there is one
	Unpark              // adds a token
	Wait                // reads up to two objects; enabled by a condition on them
	Timer               // takes a token, or ends without one: always enabled
	Spawn               // adds a thread
	Kinds               // how many there are
)

var kindNames = [Kinds]string{
	"start", "load", "store", "update", "acquire", "release", "change", "park", "unpark", "wait", "timer", "spawn",
}

func (k Kind) String() string { return kindNames[k] }

// dependent[a] has the bit of b set when a and b on the same object do not commute.
// A load does not see the lock bit, hence commutes with Acquire.
var dependent = [Kinds]uint16{
	Load:    writing,
	Wait:    writing,
	Store:   writing | 1<<Load | 1<<Wait | 1<<Acquire,
	Update:  writing | 1<<Load | 1<<Wait | 1<<Acquire,
	Acquire: writing | 1<<Acquire,
	Release: writing | 1<<Load | 1<<Wait | 1<<Acquire,
	Change:  writing | 1<<Load | 1<<Wait | 1<<Acquire,
	Park:    1<<Park | 1<<Unpark | 1<<Timer,
	Unpark:  1<<Park | 1<<Unpark | 1<<Timer,
	Timer:   1<<Park | 1<<Unpark | 1<<Timer,
	Spawn:   1 << Spawn,
}

const writing = 1<<Store | 1<<Update | 1<<Release | 1<<Change

// Dependent tells whether two steps of these kinds on one object may not be exchanged.
func Dependent(a, b Kind) bool { return dependent[a]>>b&1 != 0 }

// Parts is how many groups of guarded data an object has.
const Parts = 5

// Object is what a controlled word or parker is to its Control.
type Object struct {
	Control Control
	ID      int    // dense, from 1, in the order of creation within one execution
	Value   uint64 // of a word
	Tokens  int    // of a parker
}

// Control schedules controlled threads. Its methods are called by the thread that
// is running, and only by it.
type Control interface {
	// Step returns when the scheduler has chosen the calling thread to make the
	// step; the caller then makes it. A nil cond is always true; o and o2 may be nil.
	Step(k Kind, o, o2 *Object, cond func() bool)
	// Changed notes that the Change step that the thread has just made has written.
	Changed(o *Object)
	// Object makes an object.
	Object() *Object
	// Spawn adds a thread that runs f. The name is for reports.
	Spawn(name string, f func())
	// Touch notes an access to plain data that o guards; part tells apart up to Parts
	// groups of such data.
	Touch(o *Object, part int)
}
