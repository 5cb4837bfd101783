package model

// Sequences are kept as strings of fixed-size records: comparable, immutable,
// and as long as a program needs.

// Stack is a thread's frames, the top last.
type Stack string

// Queue is the signals that were sent to a thread and not yet received, in the
// order in which they were sent.
type Queue string

const (
	frameSize  = 20
	signalSize = 6
)

// Len is the number of frames.
func (s Stack) Len() int { return len(s) / frameSize }

// Top is the frame on top; false if there is none.
func (s Stack) Top() (Frame, bool) {
	if s == "" {
		return Frame{}, false
	}
	return s.At(s.Len() - 1), true
}

// Push puts a frame on top.
func (s Stack) Push(f Frame) Stack {
	b := [frameSize]byte{byte(f.Kind), byte(f.Mask), byte(f.Node), byte(f.Node >> 8), byte(f.Ctl), f.Arg,
		byte(f.At), byte(f.At >> 8), byte(f.Value), byte(uint16(f.Value) >> 8),
		byte(f.Env), byte(f.Env >> 8), byte(f.Env >> 16), byte(f.Env >> 24), byte(f.Wait),
		byte(f.Own), byte(f.Own >> 8), byte(f.Own >> 16), byte(f.Own >> 24), 0}
	if f.Done {
		b[19] |= 1
	}
	if f.Bare {
		b[19] |= 2
	}
	return s + Stack(b[:])
}

// Pop takes the top frame away.
func (s Stack) Pop() Stack { return s[:len(s)-frameSize] }

// At is frame i from the bottom.
func (s Stack) At(i int) Frame {
	b := s[i*frameSize : (i+1)*frameSize]
	return Frame{
		Kind: FrameKind(b[0]), Mask: Level(b[1]), Node: pos(b[2], b[3]), Ctl: Control(b[4]), Arg: b[5],
		At: pos(b[6], b[7]), Value: int16(pos(b[8], b[9])),
		Env:  word32(b[10:]),
		Wait: Waiting(b[14]), Own: word32(b[15:]), Done: b[19]&1 != 0, Bare: b[19]&2 != 0,
	}
}

// Above is the frames above frame i.
func (s Stack) Above(i int) Stack { return s[(i+1)*frameSize:] }

// Below is the frames below frame i.
func (s Stack) Below(i int) Stack { return s[:i*frameSize] }

// Has says whether some frame satisfies ok.
func (s Stack) Has(ok func(Frame) bool) bool { return s.Count(ok) > 0 }

// Count is how many frames satisfy ok.
func (s Stack) Count(ok func(Frame) bool) (n int) {
	for i := range s.Len() {
		if ok(s.At(i)) {
			n++
		}
	}
	return n
}

// Replace puts f in the place of frame i.
func (s Stack) Replace(i int, f Frame) Stack {
	return s[:i*frameSize] + Stack("").Push(f) + s[(i+1)*frameSize:]
}

// Len is the number of signals.
func (q Queue) Len() int { return len(q) / signalSize }

// At is the signal that was sent as number i of those still there.
func (q Queue) At(i int) Signal {
	b := q[i*signalSize : (i+1)*signalSize]
	return Signal{Kind: SignalKind(b[0]), Arg: b[1], By: Thread(b[2]), Send: pos(b[3], b[4]),
		Waits: b[5]&1 != 0, Flying: b[5]&2 != 0, Linked: b[5]&4 != 0}
}

// Append adds a signal at the end.
func (q Queue) Append(s Signal) Queue {
	var flags byte
	if s.Waits {
		flags |= 1
	}
	if s.Flying {
		flags |= 2
	}
	if s.Linked {
		flags |= 4
	}
	b := [signalSize]byte{byte(s.Kind), s.Arg, byte(s.By), byte(s.Send), byte(s.Send >> 8), flags}
	return q + Queue(b[:])
}

// Insert adds a signal where its record sorts: queues of which any signal may
// come first differ only in what they hold.
func (q Queue) Insert(s Signal) Queue {
	r := Queue("").Append(s)
	i := 0
	for i < q.Len() && q[i*signalSize:(i+1)*signalSize] < r {
		i++
	}
	return q[:i*signalSize] + r + q[i*signalSize:]
}

// Remove takes signal i out.
func (q Queue) Remove(i int) Queue { return q[:i*signalSize] + q[(i+1)*signalSize:] }

// Replace puts s in the place of signal i.
func (q Queue) Replace(i int, s Signal) Queue {
	return q[:i*signalSize] + Queue("").Append(s) + q[(i+1)*signalSize:]
}

// Find is the first signal that satisfies ok, -1 if none does.
func (q Queue) Find(ok func(Signal) bool) int {
	for i := range q.Len() {
		if ok(q.At(i)) {
			return i
		}
	}
	return -1
}

func word32(b Stack) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func pos(lo, hi byte) Pos { return Pos(lo) | Pos(hi)<<8 }

// strike is a wait list with t taken out.
func strike(waiters string, t Thread) string {
	for i := range len(waiters) {
		if waiters[i] == byte(t) {
			return waiters[:i] + waiters[i+1:]
		}
	}
	return waiters
}
