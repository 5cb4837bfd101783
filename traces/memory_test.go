package traces

import (
	"fmt"
	"io"
	"runtime"
	"testing"
)

// river writes a history of n signals from a to b, all received, that is never
// in memory as a whole.
type river struct {
	n, next int
	rest    []byte
}

func (r *river) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.next == r.n {
			return 0, io.EOF
		}
		r.rest = fmt.Appendf(r.rest[:0], `{"t":"a","n":%d,"inv":%d,"k":"send","to":"b","id":%d,"sig":"kill"}
{"t":"b","n":%d,"at":%d,"k":"recv","id":%d}
{"t":"a","n":%d,"ret":%d,"k":"send","of":%d,"res":"received"}
`, 2*r.next, 3*r.next+1, 2*r.next+1, r.next, 3*r.next+2, 2*r.next+1, 2*r.next+1, 3*r.next+3, 2*r.next)
		r.next++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestReadingNeedsNoMemory reads a hundred thousand signals in what a hundred need.
func TestReadingNeedsNoMemory(t *testing.T) {
	in := &river{n: 100_000, rest: []byte(freeHeader)}
	r, err := NewReader(in, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early uint64
	events := 0
	for _, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		if events++; events == 300 {
			early = heap()
		}
	}
	if late := heap(); events != 300_000 || late > early+64<<10 {
		t.Fatalf("%d events: %d bytes after the first 300, %d at the end", events, early, late)
	}
	runtime.KeepAlive(r)
}
