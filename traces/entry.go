package traces

// entry is an event as it is recorded: half a cache line, without pointers. It
// is packed by hand so that put takes it in registers and stores four words: a
// struct of small fields is built on the stack and read back at another width,
// which costs more than all the rest when the counter is contended.
type entry struct {
	stamp uint64
	arg   uint64 // the signal's id, or the value
	where uint64 // on what: see at
	what  uint64 // see act
}

// hasValue in an act says that the entry's arg is a value.
const hasValue = 1 << 32

// act packs what happened.
func act(p Phase, k Kind, sort uint8, r Result) uint64 {
	return uint64(p) | uint64(k)<<8 | uint64(sort)<<16 | uint64(r)<<24
}

func (e *entry) phase() Phase   { return Phase(e.what) }
func (e *entry) kind() Kind     { return Kind(e.what >> 8) }
func (e *entry) sort() uint8    { return uint8(e.what >> 16) } // a Signal or Frame
func (e *entry) result() Result { return Result(e.what >> 24) }

// on packs a name and a thread or cell; with is the mutex of a Wait.
func on(n Name, i int) uint64 { return uint64(n)<<16 | uint64(uint16(i)) }

// of packs a name and the call or frame that is closed.
func of(n Name, c CallID) uint64 { return uint64(uint32(c))<<32 | uint64(n)<<16 }

func (e *entry) of() int32  { return int32(e.where >> 32) }
func (e *entry) name() Name { return Name(e.where >> 16) }
func (e *entry) on() int16  { return int16(e.where) }

// put stamps and stores one event and returns its number. The stamp is taken
// first: a Call must have its stamp before the operation begins, which is after
// put; a Return after it has ended, which is before. The length is written
// last, so that an event half written is one that is not there.
func (t *Thread) put(arg, where, what uint64) CallID {
	stamp := t.clock.stamp.Add(1)
	n := t.used
	if n >= len(t.buf) {
		return t.overflow(entry{stamp, arg, where, what})
	}
	e := &t.buf[n]
	e.stamp = stamp
	e.arg = arg
	e.where = where
	e.what = what
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
