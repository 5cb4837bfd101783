package explore

import "unsafe"

// A table numbers the values that one part has taken, in order of appearance.
type table[P comparable] struct {
	ids   map[P]uint32
	parts []P
}

// intern gives p its number.
func (t *table[P]) intern(p P) uint32 {
	if id, ok := t.ids[p]; ok {
		return id
	}
	id := uint32(len(t.parts))
	t.ids[p] = id
	t.parts = append(t.parts, p)
	return id
}

// newTables makes the tables of n parts. Number 0 of part 0 is never given out,
// so that no state has the key 0, which marks an empty slot of the store.
func newTables[P comparable](n int) []table[P] {
	ts := make([]table[P], n)
	for c := range ts {
		ts[c].ids = make(map[P]uint32)
	}
	var none P
	ts[0].parts = append(ts[0].parts, none)
	return ts
}

// tableBytes estimates the memory of ts: each value is held twice, in the slice and
// in the map, whose slots have an id, a control byte and some room to grow.
func tableBytes[P comparable](ts []table[P]) int64 {
	var none P
	each := int64(unsafe.Sizeof(none))*5/2 + 8
	n := int64(0)
	for c := range ts {
		n += int64(len(ts[c].parts)) * each
	}
	return n
}
