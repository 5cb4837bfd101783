package explore

import "encoding/binary"

// lessons is which rules were run in which states, in order. It is kept as differences
// of states and rules, since states are expanded in order: mostly two bytes each.
type lessons struct {
	n    int
	last uint32 // state
	code []byte
}

// A lessonAt is a run of a rule.
type lessonAt struct{ rule, state uint32 }

func (l *lessons) append(rule, state uint32) {
	var b [2 * binary.MaxVarintLen32]byte
	more := binary.AppendVarint(b[:0], int64(state)-int64(l.last))
	more = binary.AppendUvarint(more, uint64(rule))
	l.code = append(grow(l.code, len(more)), more...)
	l.last = state
	l.n++
}

// all calls f for each lesson until it is false.
func (l *lessons) all(f func(lessonAt) bool) {
	state := int64(0)
	for code := l.code; len(code) > 0; {
		d, n := binary.Varint(code)
		rule, m := binary.Uvarint(code[n:])
		code = code[n+m:]
		state += d
		if !f(lessonAt{uint32(rule), uint32(state)}) {
			return
		}
	}
}

func (l *lessons) bytes() int64 { return int64(cap(l.code)) }
