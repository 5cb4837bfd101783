package litmus

import "github.com/interject/interject/model"

// Form is one kind of statement, as data: the parser, the printer, the wire form,
// the checks, the compiler and the documentation are all driven by it.
type Form struct {
	Word    string   // the keyword that begins it
	After   string   // the word behind its arguments, where two forms share a keyword
	Wire    string   // its word in the wire form
	Names   []Role   // what its names stand for: at most two
	Number  Number   // whether a number follows the names
	N       int16    // the number of a form that takes none in the text
	Default int16    // the number that is meant when none is written
	Blocks  []string // the word before each of its blocks; the first is empty
	Before  int      // the block before which its names stand
	Op      model.Op // what it is to the semantics; 0 when it is always expanded
	How     model.How
	Waits   bool   // a thread can end blocked in it
	Doc     string // one line
}

// Number says whether a form takes a number.
type Number uint8

// A form has no number, must have one, or means Default without one.
const (
	NoNumber Number = iota
	NeedsNumber
	MayNumber
)

// Role is what a name in a statement stands for.
type Role uint8

// The roles of names.
const (
	AThread Role = iota
	AThreadOrSelf
	ALater
	AVar
	AnMVar
	AMutex
	ASemaphore
	ACondition
	AClass
	AClassOrAny
	ATag
	AWord
	ALazy
)

var (
	one   = []string{""}
	aVar  = []Role{AVar}
	other = []Role{AThread}
)

// Forms is the table of all statements, in the order in which they are taught.
var Forms = []*Form{
	{Word: "log", Wire: "log", Names: []Role{AWord}, Op: model.Log, Doc: "append a word to the thread's own log"},
	{Word: "log", After: "=", Wire: "logv", Names: []Role{AWord}, Op: model.LogValue, Doc: "append word=N, where N is the value of the block so far"},
	{Word: "value", Wire: "value", Number: NeedsNumber, Op: model.Value, Doc: "the value of the block becomes N"},
	{Word: "nop", Wire: "nop", Op: model.Nop, Doc: "a step that does nothing"},
	{Word: "point", Wire: "point", Op: model.Point, Doc: "a step that is a safe point of editions with listed points"},

	{Word: "set", Wire: "set", Names: aVar, Number: MayNumber, Default: 1, Op: model.Set, Doc: "the variable becomes N"},
	{Word: "spin", Wire: "spin", Names: aVar, Number: MayNumber, Default: 1, Op: model.Spin, Doc: "run until the variable is N: receptive where the mask is open, never blocked"},
	{Word: "busy", Wire: "busy", Names: aVar, Number: MayNumber, Default: 1, Op: model.Busy, Doc: "run in an empty loop until the variable is N: where such a loop has no safe point, nothing is received in it"},
	{Word: "while", Wire: "while", Names: aVar, Number: NeedsNumber, Blocks: one, Op: model.While, Doc: "repeat the block as long as the variable is N"},

	{Word: "mask", Wire: "mask", Blocks: one, Op: model.Scope, How: model.Shut, Doc: "GHC mask: received only where an operation blocks"},
	{Word: "umask", Wire: "umask", Blocks: one, Op: model.Scope, How: model.Seal, Doc: "GHC uninterruptibleMask: nothing is received"},
	{Word: "restore", Wire: "restore", Blocks: one, Op: model.Scope, How: model.Restore, Doc: "the level that the lexically enclosing mask found"},
	{Word: "unmask", Wire: "unmask", Blocks: one, Op: model.Scope, How: model.Unmask, Doc: "GHC unsafeUnmask: open, whatever it was"},
	{Word: "interruptible", Wire: "interruptible", Blocks: one, Op: model.Scope, How: model.Relent, Doc: "GHC interruptible: open unless sealed"},
	{Word: "without", Wire: "without", Blocks: one, Op: model.Scope, How: model.Without, Doc: "SBCL without-interrupts: nothing is received"},
	{Word: "allow", Wire: "allow", Blocks: one, Op: model.Scope, How: model.Allow, Doc: "SBCL allow-with-interrupts: blocking operations and with may open again"},
	{Word: "local", Wire: "local", Blocks: one, Op: model.Scope, How: model.Local, Doc: "SBCL with-local-interrupts: open unless the enclosing without found it closed"},
	{Word: "with", Wire: "with", Blocks: one, Op: model.Scope, How: model.Relent, Doc: "SBCL with-interrupts: open where that is allowed"},

	{Word: "set-mask", After: "open", Wire: "set-mask-open", N: int16(model.Open), Op: model.Assign, Doc: "the mask opens until the scope around it is left: POSIX asynchronous, LispWorks unblocked"},
	{Word: "set-mask", After: "masked", Wire: "set-mask-masked", N: int16(model.Interruptible), Op: model.Assign, Doc: "only certain operations let a signal in: POSIX deferred"},
	{Word: "set-mask", After: "closed", Wire: "set-mask-closed", N: int16(model.Closed), Op: model.Assign, Doc: "nothing is received: POSIX disabled, LispWorks blocked"},
	{Word: "breaks", After: "off", Wire: "breaks-off", Blocks: one, Op: model.Scope, How: model.Shut, Doc: "Racket parameterize-break #f"},
	{Word: "breaks", After: "on", Wire: "breaks-on", Blocks: one, Op: model.Scope, How: model.Unmask, Doc: "Racket parameterize-break #t"},
	{Word: "handle", After: "never", Wire: "handle-never", Names: []Role{AClassOrAny}, N: int16(model.Closed), Blocks: one, Op: model.Handle, Doc: "Ruby handle_interrupt: exceptions of the class are not received"},
	{Word: "handle", After: "on-blocking", Wire: "handle-on-blocking", Names: []Role{AClassOrAny}, N: int16(model.Interruptible), Blocks: one, Op: model.Handle, Doc: "they are received where an operation blocks"},
	{Word: "handle", After: "immediate", Wire: "handle-immediate", Names: []Role{AClassOrAny}, N: int16(model.Open), Blocks: one, Op: model.Handle, Doc: "they are received at once"},

	{Word: "raise", Wire: "raise", Names: []Role{AClass}, Op: model.Raise, Doc: "raise an exception in the own thread"},
	{Word: "try", Wire: "try", Names: []Role{AClassOrAny}, Blocks: []string{"", "catch"}, Before: 1, Op: model.Try, Doc: "the second block handles exceptions of the class, or any"},
	{Word: "tag", Wire: "tag", Names: []Role{ATag}, Blocks: one, Op: model.Tag, Doc: "a place that throw leaves for"},
	{Word: "throw", Wire: "throw", Names: []Role{ATag}, Number: MayNumber, Op: model.Throw, Doc: "leave for the innermost such tag, whose value becomes N"},
	{Word: "protect", Wire: "protect", Blocks: []string{"", "cleanup"}, Op: model.Protect, Doc: "the second block runs however the first is left: unwind-protect, finally"},
	{Word: "bracket", Wire: "bracket", Blocks: []string{"", "use", "release"}, Doc: "acquire, use and release in the way of the system"},
	{Word: "timeout", Wire: "timeout", Blocks: []string{"", "expired"}, Op: model.Timeout, Doc: "the first block, left for the second when time is up, which may be at any moment"},
	{Word: "with-lock", Wire: "with-lock", Names: []Role{AMutex}, Blocks: one, Doc: "hold the mutex for a block, in the way of the system"},

	{Word: "throwTo", Wire: "throwTo", Names: []Role{AThreadOrSelf, AClass}, Op: model.ThrowTo, Waits: true, Doc: "make the thread raise an exception of the class"},
	{Word: "interrupt", Wire: "interrupt", Names: []Role{AThreadOrSelf}, Blocks: one, Op: model.Interrupt, Doc: "make the thread run the block and then go on"},
	{Word: "kill", Wire: "kill", Names: []Role{AThreadOrSelf}, Op: model.Kill, Waits: true, Doc: "make the thread end, its cleanups run"},
	{Word: "kill!", Wire: "kill!", Names: []Role{AThreadOrSelf}, Op: model.KillNow, Doc: "make the thread end without its cleanups"},
	{Word: "cancel", Wire: "cancel", Names: []Role{AThreadOrSelf}, Doc: "ask the thread to stop: it will look where it looks"},
	{Word: "uncancel", Wire: "uncancel", Op: model.Uncancel, Doc: "take one request to stop back: the value is then how many are left"},
	{Word: "exit", Wire: "exit", Op: model.Exit, Doc: "end the own thread, its cleanups run"},

	{Word: "take", Wire: "take", Names: []Role{AnMVar}, Op: model.Take, Waits: true, Doc: "empty an MVar, blocking while it is empty"},
	{Word: "put", Wire: "put", Names: []Role{AnMVar}, Number: MayNumber, Default: model.Full, Op: model.Put, Waits: true, Doc: "fill an MVar, blocking while it is full"},
	{Word: "lock", Wire: "lock", Names: []Role{AMutex}, Op: model.Lock, Waits: true, Doc: "take a mutex; Error when the thread has it already"},
	{Word: "unlock", Wire: "unlock", Names: []Role{AMutex}, Op: model.Unlock, Doc: "release a mutex; Error when the thread does not have it"},
	{Word: "acquire", Wire: "acquire", Names: []Role{ASemaphore}, Op: model.Acquire, Waits: true, Doc: "take one from a semaphore, blocking while it is 0"},
	{Word: "acquire", After: "enable", Wire: "acquire-enable", Names: []Role{ASemaphore}, Op: model.AcquireOpen, Waits: true, Doc: "Racket sync/enable-break: the token or a break, though breaks are off"},
	{Word: "post", Wire: "post", Names: []Role{ASemaphore}, Op: model.Post, Doc: "add one to a semaphore"},
	{Word: "wait", Wire: "wait", Names: []Role{ACondition, AMutex}, Op: model.Wait, Waits: true, Doc: "release the mutex, wait to be notified, take it again"},
	{Word: "notify", Wire: "notify", Names: []Role{ACondition}, Op: model.Notify, Doc: "wake one thread that waits on the condition"},
	{Word: "wait-until", Wire: "wait-until", Names: aVar, Number: MayNumber, Default: 1, Op: model.WaitUntil, Waits: true, Doc: "block until the variable is N"},
	{Word: "join", Wire: "join", Names: other, Op: model.Join, Waits: true, Doc: "block until the thread has ended"},
	{Word: "join", After: "timeout", Wire: "join-timeout", Names: other, Op: model.JoinTimeout, Waits: true, Doc: "the same, and it may give up at any time"},
	{Word: "join", After: "shielded", Wire: "join-shielded", Names: other, Op: model.JoinShielded, Waits: true, Doc: "the same as join where a cancel of who joins is passed on to the other, which it is not here"},
	{Word: "sleep", Wire: "sleep", Op: model.Sleep, Waits: true, Doc: "block for some time"},
	{Word: "foreign", Wire: "foreign", Op: model.Foreign, Waits: true, Doc: "a foreign call during which nothing is received"},
	{Word: "foreign-until", Wire: "foreign-until", Names: aVar, Number: MayNumber, Default: 1, Op: model.ForeignUntil, Waits: true, Doc: "a foreign call that lasts until the variable is N"},
	{Word: "foreign", After: "interruptible", Wire: "foreign-interruptible", Op: model.ForeignInt, Waits: true, Doc: "a foreign call that an interrupt makes return early; the value is then 1, else 0"},

	{Word: "send", Wire: "send", Names: []Role{AThread, AWord}, Op: model.Message, Doc: "send the thread a message, which its receive logs"},
	{Word: "receive", Wire: "receive", Op: model.Receive, Waits: true, Doc: "take the first message and log it, blocking while there is none; of an exit signal that was trapped, its class"},
	{Word: "trap", After: "on", Wire: "trap-on", N: 1, Op: model.Trap, Doc: "exit signals become messages from here on"},
	{Word: "trap", After: "off", Wire: "trap-off", Op: model.Trap, Doc: "they no longer do"},
	{Word: "link", Wire: "link", Names: other, Op: model.Link, Doc: "of this thread and the other, who ends first sends an exit signal of the class of its end"},
	{Word: "unlink", Wire: "unlink", Names: other, Op: model.Unlink, Doc: "the link has no effect on this thread any more"},

	{Word: "lazy", Wire: "lazy", Names: []Role{ALazy}, Blocks: one, Op: model.Lazy, Doc: "the cell stands for what the block comes to, once somebody demands it"},
	{Word: "force", Wire: "force", Names: []Role{ALazy}, Op: model.Force, Waits: true, Doc: "demand the value of a lazy cell: it becomes the value of the block"},

	{Word: "fork", Wire: "fork", Names: []Role{ALater}, Op: model.Fork, Doc: "start a thread declared with later"},
	{Word: "await", Wire: "await", Names: other, Op: model.Await, Doc: "harness: run until the thread is blocked or gone"},
	{Word: "settle", Wire: "settle", Op: model.Settle, Doc: "harness: run until nothing is in flight to this thread"},

	{Word: "getmask", Wire: "getmask", Op: model.GetMask, Doc: "log open, masked or closed"},
	{Word: "held?", Wire: "held?", Names: []Role{AMutex}, Op: model.Held, Doc: "log held or notheld"},
	{Word: "alive?", Wire: "alive?", Names: other, Op: model.Alive, Doc: "log alive or dead"},
	{Word: "cancelled?", Wire: "cancelled?", Op: model.Cancelled, Doc: "log cancelled or clean"},
}

// Feature is how drivers and editions call the form: its surface words.
func (f *Form) Feature() string {
	if f.After == "" {
		return f.Word
	}
	return f.Word + " " + f.After
}

var (
	formsByWord = group(func(f *Form) string { return f.Word })
	formsByWire = group(func(f *Form) string { return f.Wire })
	byFeature   = group((*Form).Feature)
)

func group(key func(*Form) string) map[string][]*Form {
	m := map[string][]*Form{}
	for _, f := range Forms {
		m[key(f)] = append(m[key(f)], f)
	}
	return m
}

// FormOf returns the form of a feature: "throwTo", "join timeout". It panics when
// there is none, for it is meant for programs made by programs.
func FormOf(feature string) *Form {
	if f := byFeature[feature]; f != nil {
		return f[0]
	}
	panic("litmus: no form " + feature)
}

// words lists the keywords of all forms, for suggestions.
func words() []string {
	var all []string
	for _, f := range Forms {
		all = append(all, f.Word)
	}
	return all
}
