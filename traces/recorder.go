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

// Thread records the events of one thread. Only the goroutine that runs the
// thread may use it, or one after the other with synchronisation between them.
type Thread struct {
	clock *clock
	buf   []entry // the current chunk; its length is its room
	used  int     // of buf
	base  int     // events in earlier chunks
	id    uint64  // of the next signal
	step  uint64  // from id to id: the number of threads, so that no two threads use the same
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
			step: uint64(len(h.Threads)), id: uint64(i) + 1})
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

// Reset makes the recorder ready for the next run, with another seed and the
// same space, names and handles. What it has not written is lost.
func (r *Recorder) Reset(seed uint64) {
	r.header.Seed = seed
	r.clock.stamp.Store(0)
	for i, t := range r.threads {
		t.used, t.base, t.full, t.lost, t.id = 0, 0, nil, 0, uint64(i)+1
	}
}

// Thread is the handle of thread i of the header.
func (r *Recorder) Thread(i int) *Thread { return r.threads[i] }
