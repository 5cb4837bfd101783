package model

// End is how a thread stands in a configuration.
type End struct {
	Status  Status
	Class   string // Died: of what
	In      string // Blocked: in which statement, as outcomes call it
	Pending bool   // it is receptive and a signal that has landed is not received
	Log     []Entry
}

// Entry is one entry of a log.
type Entry struct {
	Word   string
	Value  int16
	Valued bool
}

// End is how thread t stands in the configuration of s.
func (m *Machine) End(t Thread, s Store) End {
	x := Step{Machine: m, store: s}
	c := x.Core(t)
	e := End{Status: c.Status, Log: x.entries(t), Pending: len(x.candidates(t)) > 0}
	switch c.Status {
	case Died:
		e.Class = m.Classes[c.Arg]
	case Blocked:
		at := c.At
		if c.Op == ThrowTo {
			at = x.waitsWith(t, Thread(c.On)).Send // its place is already behind
		}
		e.In = x.Nodes[at].In
	}
	return e
}

// waitsWith is the signal in the queue of u that t waits for.
func (x *Step) waitsWith(t, u Thread) Signal {
	q := x.Queue(u)
	return q.At(q.Find(func(s Signal) bool { return s.Waits && s.By == t }))
}

func (x *Step) entries(t Thread) []Entry {
	log := x.store.Get(int(t)*threadParts + logPart).seq
	var all []Entry
	for i := 0; i < len(log); i += logSize {
		all = append(all, Entry{x.Word(log[i]), int16(pos(log[i+2], log[i+3])), log[i+1] == 1})
	}
	return all
}

// Content is the value of cell i in the configuration of s, and for a mutex
// that is held the name of the thread that holds it.
func (m *Machine) Content(i int, s Store) (value int16, owner string) {
	c := (&Step{Machine: m, store: s}).Cell(uint8(i))
	if c.Owner > 0 {
		owner = m.Threads[c.Owner-1].Name
	}
	return c.Value, owner
}

// Dead says that the process has died in the configuration of s.
func (m *Machine) Dead(s Store) bool { return (&Step{Machine: m, store: s}).crashed() }

// Read makes a configuration readable as a Store. Nothing may be committed to it.
func (c Config) Read() Store { return &recorder{from: c, now: c} }
