package traces

// Event is one line of a history. It is 64 bytes without pointers but Name's,
// so that a million of them fit anywhere.
type Event struct {
	Stamp  uint64 // the global counter, from 1
	ID     uint64 // Send, Recv: which signal; 0 in a Recv: not known
	V      int64  // the value, if HasV
	Name   string // the class, tag or word; the kind says which
	N      int32  // the event's place in its thread, from 0
	Of     int32  // Return, Leave: the N of the Call or Enter that it closes
	Thread int16  // index in Header.Threads
	To     int16  // the other thread, if the kind has one
	Cell   int16  // index in Header.Cells, if the kind has one
	With   int16  // Wait: its mutex
	Phase  Phase
	Kind   Kind
	Signal Signal
	Frame  Frame
	Result Result
	HasV   bool
}

// fields says which keys the event's line may and must have.
func (e *Event) fields() (must, may field) {
	s := &shapes[e.Kind]
	switch {
	case e.Phase == Return:
		return fOf | fRes, s.ret
	case e.Kind == Send && e.Signal == ExcSignal:
		return s.must | fClass, s.may
	case e.Kind == Send:
		return s.must, s.may &^ fClass
	case e.Kind == Enter && e.Frame == TagFrame:
		return s.must | fTag, 0
	case e.Kind == Enter && (e.Frame == TryFrame || e.Frame.IsHandle()):
		return s.must, fClass
	case e.Kind == Enter:
		return s.must, 0
	case e.Kind == End && e.Result == Died:
		return s.must | fClass, 0
	case e.Kind == End:
		return s.must, 0
	}
	return s.must, s.may
}

// has says which keys the event's line is written with. It is meaningful only
// for a well-formed event.
func (e *Event) has() field {
	must, may := e.fields()
	f := must
	if e.HasV {
		f |= may & fV
	}
	if e.ID != 0 {
		f |= may & fID
	}
	if e.Signal != 0 {
		f |= may & fSig
	}
	if e.Name != "" {
		f |= may & (fClass | fTag | fWord)
	}
	return f
}
