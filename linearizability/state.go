package linearizability

import (
	"encoding/binary"

	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// state is a configuration of the model together with how far each thread's
// events have been explained by it.
type state struct {
	config uint32
	locals string // the numbers of each thread's local, four bytes each
}

// local is how far the events of one thread are explained, and what was not
// recorded yet of what it did.
type local struct {
	next  int32     // of its own events, how many have passed
	owed  int32     // 1 + its event that announced a step which is not made yet; 0: none
	ahead bool      // the step of its next event is made; its line has not passed
	cause model.Pos // the signal that it unwinds for, while its receipt is not recorded
	lost  int32     // 1 + its event that called what it has left unwinding, the end of which is what it records next; 0: none
	nest  uint32    // its frames and operations, the innermost first
}

// entry is an operation under way, or a frame of the model's stack, in the nest
// of a thread.
type entry struct {
	kind  entryKind
	frame traces.Frame // a frame that histories show; 0: one that they do not
	phase phase        // an operation: how far it is
	fresh bool         // a frame whose entering is yet to be recorded, first thing
	due   bool         // a frame in which the receipt of slot is yet to be recorded, first thing
	event int32        // the thread's own event that began it; -1: none
	owed  int32        // a thunk: what the interrupted thread owed
	slot  model.Pos    // a frame: the signal whose receipt is not recorded
	held  model.Pos    // a thunk: the cause of the unwinding that it interrupted
	node  model.Pos    // the statement
	value int16        // an operation: what it returned
	below uint32       // the entry around it
}

type entryKind uint8

const (
	opEntry    entryKind = iota + 1
	frameEntry           // on the model's stack
	ghostEntry           // a frame that the model has merged into the one above
)

// phase is how far an operation is.
type phase uint8

const (
	called    phase = iota // it has been called
	begun                  // and has made its first step
	done                   // it is over: it did what it says
	received               // over: its signal was received
	gone                   // over: its target had ended
	failed                 // over: it raised the class value
	cut                    // over: the thread has received a signal in it
	withdrawn              // over: as cut, and its own signal is taken back
)

// over says that the operation has ended in the model.
func (e *entry) over() bool { return e.phase >= done }

// locals keeps locals and entries as numbers.
type locals struct {
	all     []local
	ids     map[local]uint32
	entries []entry
	nestIDs map[entry]uint32
	bytes   []byte // space for pack
}

func newLocals() *locals {
	return &locals{ids: map[local]uint32{}, entries: make([]entry, 1), nestIDs: map[entry]uint32{}}
}

func (l *locals) id(x local) uint32 {
	id, ok := l.ids[x]
	if !ok {
		id = uint32(len(l.all))
		l.all = append(l.all, x)
		l.ids[x] = id
	}
	return id
}

// push is the nest n with an entry on top.
func (l *locals) push(n uint32, e entry) uint32 {
	e.below = n
	id, ok := l.nestIDs[e]
	if !ok {
		id = uint32(len(l.entries))
		l.entries = append(l.entries, e)
		l.nestIDs[e] = id
	}
	return id
}

// top is the innermost entry, nil if there is none.
func (l *locals) top(n uint32) *entry {
	if n == 0 {
		return nil
	}
	return &l.entries[n]
}

// replace puts e in the place of the innermost entry.
func (l *locals) replace(n uint32, e entry) uint32 { return l.push(l.entries[n].below, e) }

// edit changes the innermost entry that satisfies ok; found says if there is one.
func (l *locals) edit(n uint32, ok func(*entry) bool, change func(*entry)) (to uint32, found bool) {
	if n == 0 {
		return 0, false
	}
	e := l.entries[n]
	if ok(&e) {
		change(&e)
		return l.push(e.below, e), true
	}
	below, found := l.edit(e.below, ok, change)
	return l.push(below, e), found
}

// frame is the innermost frame of the nest, without operations.
func (l *locals) frame(n uint32) *entry {
	for e := l.top(n); e != nil; e = l.top(e.below) {
		if e.kind == frameEntry {
			return e
		}
	}
	return nil
}

// innermost is the event that began the innermost thing whose beginning is
// recorded; -1: none.
func (l *locals) innermost(n uint32) int32 {
	for e := l.top(n); e != nil; e = l.top(e.below) {
		if e.event >= 0 {
			return e.event
		}
	}
	return -1
}

// unpack is the locals of every thread.
func (l *locals) unpack(s string, into []local) []local {
	into = into[:0]
	for i := 0; i < len(s); i += 4 {
		into = append(into, l.all[uint32(s[i])|uint32(s[i+1])<<8|uint32(s[i+2])<<16|uint32(s[i+3])<<24])
	}
	return into
}

// pack is the reverse of unpack.
func (l *locals) pack(all []local) string {
	b := l.bytes[:0]
	for _, x := range all {
		b = binary.LittleEndian.AppendUint32(b, l.id(x))
	}
	l.bytes = b
	return string(b)
}

// repack is pack(all), most of which s packs already; s itself if all of it does.
func (l *locals) repack(s string, all []local) string {
	b := append(l.bytes[:0], s...)
	for t := range all {
		if all[t] != l.of(s, t) {
			binary.LittleEndian.PutUint32(b[4*t:], l.id(all[t]))
		}
	}
	l.bytes = b
	if string(b) == s {
		return s
	}
	return string(b)
}

// of is the local of thread t.
func (l *locals) of(s string, t int) local {
	return l.all[uint32(s[4*t])|uint32(s[4*t+1])<<8|uint32(s[4*t+2])<<16|uint32(s[4*t+3])<<24]
}
