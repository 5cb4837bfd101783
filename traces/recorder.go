package traces

import (
	"fmt"
	"sync/atomic"
)

// Space says how much is allocated for each thread before the run.
type Space struct {
	Events int  // per thread; at least 1
	Grow   bool // when they are full, allocate as many again instead of stopping to record
}

// Recorder records a history in memory. Make it, make its names, hand out its
// threads; when all of them are through, write it. Recording takes no lock,
// makes no call that could block or park, and with fixed space allocates
// nothing: it adds no point at which an interrupt could land.
type Recorder struct {
	header  Header
	names   []string
	byName  map[string]Name
	threads []*Thread
	clock   *clock
}

// clock is the global counter, alone in its cache lines.
type clock struct {
	_     [64]byte
	stamp atomic.Uint64
	_     [64]byte
}

// Name stands for a class, tag or word. The zero Name is none.
type Name uint16

// CallID names an operation that is under way or a frame that was entered.
type CallID int32

// entry is an event as it is recorded: half of a cache line, without pointers.
type entry struct {
	stamp uint64
	id    uint64 // Send, Recv: the signal; otherwise the value
	of    int32
	name  Name
	a, b  int16 // thread or cell, mutex
	phase Phase
	kind  Kind
	sort  uint8 // Signal or Frame
	res   Result
	flags uint8
}

const hasValue = 1

// Thread records the events of one thread. Only the goroutine that runs the
// thread may use it, or one after the other with synchronisation between them.
type Thread struct {
	clock *clock
	buf   []entry // the current chunk; its length is its room
	used  int     // of buf
	base  int     // events in earlier chunks
	sent  uint64  // the number of sends
	step  uint64  // the number of threads: ids are index+1, index+1+step, …
	first uint64  // the id of the first send
	full  [][]entry
	lost  uint64 // the stamp of the first event that found no room; 0 if none
	grow  bool
	_     [64]byte // threads do not share a cache line
}

// NewRecorder allocates the space for a history. The header's Truncated is set
// by the recorder; an empty Observed stands for all kinds.
func NewRecorder(h Header, s Space) (*Recorder, error) {
	if len(h.Observed) == 0 {
		h.Observed = Kinds()
	}
	if why := h.wrong(); why != "" {
		return nil, fmt.Errorf("traces: the header cannot be recorded: %s", why)
	}
	if s.Events < 1 {
		return nil, fmt.Errorf("traces: space for %d events a thread, expected at least 1", s.Events)
	}
	r := &Recorder{header: h, names: []string{""}, byName: map[string]Name{}, clock: new(clock)}
	for i := range h.Threads {
		r.threads = append(r.threads, &Thread{clock: r.clock, buf: make([]entry, s.Events), grow: s.Grow,
			step: uint64(len(h.Threads)), first: uint64(i) + 1})
	}
	return r, nil
}

// Name makes a name for use in events. Not to be called while threads record.
// It panics when there are more than 65535 names or s cannot be one.
func (r *Recorder) Name(s string) Name {
	if n, ok := r.byName[s]; ok {
		return n
	}
	if why := badName(s); why != "" {
		panic("traces: " + why)
	}
	if len(r.names) > 1<<16-1 {
		panic("traces: more than 65535 names")
	}
	n := Name(len(r.names))
	r.names = append(r.names, s)
	r.byName[s] = n
	return n
}

// Thread is the handle of thread i of the header.
func (r *Recorder) Thread(i int) *Thread { return r.threads[i] }

// put stamps and stores one event and returns its number. The stamp is taken
// first: a Call must have its stamp before the operation begins, which is after
// put; a Return after it has ended, which is before. The length is written
// last, so that an event half written is one that is not there.
func (t *Thread) put(e entry) CallID {
	e.stamp = t.clock.stamp.Add(1)
	n := t.used
	if n >= len(t.buf) {
		return t.overflow(e)
	}
	t.buf[n] = e
	t.used = n + 1
	return CallID(t.base + n)
}

//go:noinline
func (t *Thread) overflow(e entry) CallID {
	if !t.grow {
		if t.lost == 0 {
			t.lost = e.stamp
		}
		return -1
	}
	t.full = append(t.full, t.buf)
	t.base += len(t.buf)
	t.buf = make([]entry, len(t.buf))
	t.buf[0] = e
	t.used = 1
	return CallID(t.base)
}

// Send records that a signal is about to be sent to thread to. It returns the
// signal's id, which is to travel with the signal so that its receiver can
// record it. The class is that of an ExcSignal, else 0.
func (t *Thread) Send(to int, s Signal, class Name) (CallID, uint64) {
	id := t.first + t.sent*t.step
	t.sent++
	return t.put(entry{phase: Call, kind: Send, a: int16(to), id: id, sort: uint8(s), name: class}), id
}

// Call records that an operation without operands is about to begin: Sleep, Foreign, Settle.
func (t *Thread) Call(k Kind) CallID { return t.put(entry{phase: Call, kind: k}) }

// CallOn records that an operation on a cell is about to begin: Take, Lock, Held, ….
func (t *Thread) CallOn(k Kind, cell int) CallID {
	return t.put(entry{phase: Call, kind: k, a: int16(cell)})
}

// CallValue records that an operation on a cell with a value is about to begin: Put, Set, WaitUntil, Spin.
func (t *Thread) CallValue(k Kind, cell int, v int64) CallID {
	return t.put(entry{phase: Call, kind: k, a: int16(cell), id: uint64(v), flags: hasValue})
}

// CallThread records that an operation on another thread is about to begin: Fork, Join, Await, Alive.
func (t *Thread) CallThread(k Kind, to int) CallID {
	return t.put(entry{phase: Call, kind: k, a: int16(to)})
}

// Wait records that the thread is about to wait on a condition with a mutex.
func (t *Thread) Wait(cond, mutex int) CallID {
	return t.put(entry{phase: Call, kind: Wait, a: int16(cond), b: int16(mutex)})
}

// Return records that the operation has returned.
func (t *Thread) Return(c CallID, r Result) {
	t.put(entry{phase: Return, of: int32(c), res: r})
}

// ReturnValue records that the operation (Take, Read) has returned a value.
func (t *Thread) ReturnValue(c CallID, r Result, v int64) {
	t.put(entry{phase: Return, of: int32(c), res: r, id: uint64(v), flags: hasValue})
}

// ReturnError records that the operation has raised class itself.
func (t *Thread) ReturnError(c CallID, class Name) {
	t.put(entry{phase: Return, of: int32(c), res: Error, name: class})
}

// Recv records, as the first thing that a handler or thunk does, that the
// signal has been received. The id is 0 if it is not known.
func (t *Thread) Recv(id uint64) { t.put(entry{phase: At, kind: Recv, id: id}) }

// Enter records, inside, that a frame has been entered. The name is the class
// of a TryFrame or the tag of a TagFrame, else 0.
func (t *Thread) Enter(f Frame, name Name) CallID {
	return t.put(entry{phase: At, kind: Enter, sort: uint8(f), name: name})
}

// Leave records that a frame is left: inside, as the last thing, when it comes
// to its end; when it is unwound, as soon as anything can be recorded.
func (t *Thread) Leave(c CallID, r Result) {
	t.put(entry{phase: At, kind: Leave, of: int32(c), res: r})
}

// Named records a point that has only a name: Raise (class), Throw (tag), Log (word).
func (t *Thread) Named(k Kind, name Name) { t.put(entry{phase: At, kind: k, name: name}) }

// NamedValue records a point with a name and a value: Throw, Log.
func (t *Thread) NamedValue(k Kind, name Name, v int64) {
	t.put(entry{phase: At, kind: k, name: name, id: uint64(v), flags: hasValue})
}

// Bare records a point that is only itself: Exit, Point, Start.
func (t *Thread) Bare(k Kind) { t.put(entry{phase: At, kind: k}) }

// Mask records what a question for the mask has answered: Open, Masked or Closed.
func (t *Thread) Mask(r Result) { t.put(entry{phase: At, kind: GetMask, res: r}) }

// End records, when the thread can receive nothing more, how it ended. The class
// is that of Died, else 0.
func (t *Thread) End(r Result, class Name) {
	t.put(entry{phase: At, kind: End, res: r, name: class})
}
