package linearizability

import (
	"encoding/binary"

	"github.com/interject/interject/traces"
)

// key is the state of the writer, without what it has written.
func (w *writer) key() string {
	b := append([]byte(nil), w.at...)
	for i := range w.threads {
		b = w.threads[i].key(b)
	}
	for _, f := range w.flying {
		b = numbers(b, uint64(f.by), uint64(f.send), f.id)
	}
	return string(numbers(b, w.ids))
}

func numbers(b []byte, all ...uint64) []byte {
	for _, n := range all {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func events(b []byte, all []traces.Event) []byte {
	b = numbers(b, uint64(len(all)))
	for i := range all {
		e := &all[i]
		b = numbers(b, uint64(e.Phase), uint64(e.Kind), uint64(uint32(e.Of)), e.ID, uint64(e.Result), uint64(e.Frame), uint64(e.V), uint64(len(e.Name)))
		b = append(b, e.Name...)
	}
	return b
}

func (s *scribe) key(b []byte) []byte {
	b = events(events(b, s.todo), s.may)
	b = numbers(b, uint64(s.n), bit(s.said)|bit(s.inCall)<<1, uint64(s.call), uint64(s.kind), uint64(s.at), s.id, uint64(s.result), s.cause, uint64(len(s.open)))
	for i := range s.open {
		b = s.open[i].key(b)
	}
	return b
}

func (o *open) key(b []byte) []byte {
	b = numbers(b, uint64(o.frame), uint64(uint32(o.event)), o.cause, uint64(len(o.ghosts)), bit(o.saved != nil))
	for i := range o.ghosts {
		b = o.ghosts[i].key(b)
	}
	if o.saved != nil {
		b = o.saved.key(b)
	}
	return b
}
