package traces

// Kind is what happened.
type Kind uint8

// The kinds. Those up to Alive are operations: they have a Call and, unless
// they are pending for ever, a Return. The others are points.
const (
	Send Kind = iota + 1
	Take
	Put
	Read
	Lock
	Unlock
	Acquire
	Post
	Wait
	Notify
	Broadcast
	WaitUntil
	Spin
	Busy
	Join
	Sleep
	Foreign
	Fork
	Await
	Settle
	Set
	Held
	Alive
	Recv
	Enter
	Leave
	Raise
	Throw
	Exit
	SetMask
	Log
	GetMask
	Point
	Start
	End
	lastKind = End
)

// Phase says which stamp an event carries.
type Phase uint8

// The phases, by the key of the stamp in the text.
const (
	Call   Phase = iota + 1 // "inv": taken before the operation was invoked
	Return                  // "ret": taken after it had returned
	At                      // "at": the only stamp of a point
)

// field is a bit for each key that an event can have beside those that all have.
type field uint16

const (
	fOf field = 1 << iota
	fTo
	fID
	fSig
	fClass
	fCell
	fWith
	fFrame
	fTag
	fWord
	fV
	fRes
)

// shape is what is known of a kind: its spelling, what its call or point must
// and may say, what its return may say, and its results.
type shape struct {
	word      string
	must, may field
	ret       field
	results   []Result
	before    bool // a point whose stamp is taken before the thing happens
}

var blocking = []Result{Done, Interrupted, Timeout, No, Error}

// shapes is the format, stated once: the reader, the writer and the checks follow it.
var shapes = [lastKind + 1]shape{
	Send:      {word: "send", must: fTo | fID | fSig, may: fClass, ret: fClass, results: []Result{Received, Queued, Withdrawn, Interrupted, Gone, Error}},
	Take:      {word: "take", must: fCell, ret: fClass | fV, results: blocking},
	Put:       {word: "put", must: fCell, may: fV, ret: fClass, results: blocking},
	Read:      {word: "read", must: fCell, ret: fClass | fV, results: blocking},
	Lock:      {word: "lock", must: fCell, ret: fClass, results: blocking},
	Unlock:    {word: "unlock", must: fCell, ret: fClass, results: blocking},
	Acquire:   {word: "acquire", must: fCell, ret: fClass, results: blocking},
	Post:      {word: "post", must: fCell, ret: fClass, results: blocking},
	Wait:      {word: "wait", must: fCell | fWith, ret: fClass, results: blocking},
	Notify:    {word: "notify", must: fCell, ret: fClass, results: blocking},
	Broadcast: {word: "broadcast", must: fCell, ret: fClass, results: blocking},
	WaitUntil: {word: "wait-until", must: fCell | fV, ret: fClass, results: blocking},
	Spin:      {word: "spin", must: fCell | fV, ret: fClass, results: blocking},
	Busy:      {word: "busy", must: fCell | fV, ret: fClass, results: blocking},
	Join:      {word: "join", must: fTo, ret: fClass, results: blocking},
	Sleep:     {word: "sleep", ret: fClass, results: blocking},
	Foreign:   {word: "foreign", ret: fClass, results: blocking},
	Fork:      {word: "fork", must: fTo, ret: fClass, results: blocking},
	Await:     {word: "await", must: fTo, ret: fClass, results: blocking},
	Settle:    {word: "settle", ret: fClass, results: blocking},

	Set:   {word: "set", must: fCell | fV, ret: fClass, results: blocking},
	Held:  {word: "held", must: fCell, ret: fClass, results: []Result{Yes, No, Error}},
	Alive: {word: "alive", must: fTo, ret: fClass, results: []Result{Yes, No, Error}},

	Recv:    {word: "recv", may: fID | fSig | fClass},
	Enter:   {word: "enter", must: fFrame, may: fClass | fTag},
	Leave:   {word: "leave", must: fOf | fRes, results: []Result{Normal, Unwind}, before: true},
	Raise:   {word: "raise", must: fClass, before: true},
	Throw:   {word: "throw", must: fTag, may: fV, before: true},
	Exit:    {word: "exit", before: true},
	SetMask: {word: "setmask", must: fRes, results: []Result{Open, Masked, Closed}, before: true},
	Log:     {word: "log", must: fWord, may: fV},
	GetMask: {word: "getmask", must: fRes, results: []Result{Open, Masked, Closed}},
	Point:   {word: "point"},
	Start:   {word: "start"},
	End:     {word: "end", must: fRes, may: fClass, results: []Result{Returned, Died, Killed}},
}

var kindOf = func() map[string]Kind {
	m := make(map[string]Kind)
	for k := Send; k <= lastKind; k++ {
		m[shapes[k].word] = k
	}
	return m
}()

func (k Kind) String() string {
	if k == 0 || k > lastKind {
		return "?"
	}
	return shapes[k].word
}

// IsOperation reports whether events of the kind come as Call and Return.
func (k Kind) IsOperation() bool { return k >= Send && k <= Alive }

// Kinds lists all kinds, in the order of their declaration.
func Kinds() []Kind {
	ks := make([]Kind, 0, lastKind)
	for k := Send; k <= lastKind; k++ {
		ks = append(ks, k)
	}
	return ks
}

// Results lists the results that an event of the kind can have.
func (k Kind) Results() []Result { return append([]Result(nil), shapes[k].results...) }

func (k Kind) allows(r Result) bool {
	for _, x := range shapes[k].results {
		if x == r {
			return true
		}
	}
	return false
}
