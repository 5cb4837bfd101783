package traces

import (
	"bytes"
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// Recording is compared with the bare counter, which is its floor:
//
//	go test -bench 'Counter|Record' -cpu 1,2 ./traces/

func BenchmarkCounter(b *testing.B) {
	var c clock
	for b.Loop() {
		c.stamp.Add(1)
	}
}

func BenchmarkCounterContended(b *testing.B) {
	var c clock
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.stamp.Add(1)
		}
	})
}

const room = 1 << 12

// rewind makes room again, so that a benchmark measures recording and not the
// first touch of fresh memory.
func (t *Thread) rewind() { t.used = 0 }

func recorder(b *testing.B, threads int) *Recorder {
	names := make([]string, threads)
	for i := range names {
		names[i] = string(rune('a' + i))
	}
	r, err := NewRecorder(header(names...), Space{Events: room})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func BenchmarkRecordPoint(b *testing.B) {
	t := recorder(b, 1).Thread(0)
	for b.Loop() {
		if t.used == room {
			t.rewind()
		}
		t.Recv(1)
	}
}

// BenchmarkRecordOperation records two events a round.
func BenchmarkRecordOperation(b *testing.B) {
	t := recorder(b, 1).Thread(0)
	for b.Loop() {
		if t.used == room {
			t.rewind()
		}
		t.Return(t.CallOn(Take, 0), Done)
	}
}

// BenchmarkRecordSend records two events a round.
func BenchmarkRecordSend(b *testing.B) {
	r := recorder(b, 2)
	k, t := r.Name("Kill"), r.Thread(0)
	for b.Loop() {
		if t.used == room {
			t.rewind()
		}
		c, _ := t.Send(1, ExcSignal, k)
		t.Return(c, Received)
	}
}

func BenchmarkRecordContended(b *testing.B) {
	r := recorder(b, 20)
	var next atomic.Int32
	b.RunParallel(func(pb *testing.PB) {
		t := r.Thread(int(next.Add(1)) - 1)
		for pb.Next() {
			if t.used == room {
				t.rewind()
			}
			t.Recv(1)
		}
	})
}

// BenchmarkRecordGrowing touches fresh memory all the time.
func BenchmarkRecordGrowing(b *testing.B) {
	r, _ := NewRecorder(header("a"), Space{Events: room, Grow: true})
	t := r.Thread(0)
	for b.Loop() {
		t.Recv(1)
		if len(t.full) == 1000 {
			t.full, t.base = nil, 0
		}
	}
}

func BenchmarkRead(b *testing.B) {
	h := randomHistory(rand.New(rand.NewPCG(1, 0)), 10_000)
	text := []byte(h.String())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(text), Limits{})
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range r.All() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/event")
}

func BenchmarkWrite(b *testing.B) {
	h := randomHistory(rand.New(rand.NewPCG(1, 0)), 10_000)
	var w bytes.Buffer
	for b.Loop() {
		w.Reset()
		if err := h.Write(&w); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/10_000, "ns/event")
}
