package traces

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Recording is compared with the bare counter, which is its floor:
//
//	go test -run - -bench 'Counter|Record|Contended' ./traces/

func BenchmarkCounter(b *testing.B) {
	var c clock
	for b.Loop() {
		c.stamp.Add(1)
	}
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

// BenchmarkContended lets two threads use one counter, bare and recording in
// turns, so that both see the same machine: whether the two run on one core or
// two makes a factor of five. Times are medians, per event, of both together.
func BenchmarkContended(b *testing.B) {
	r := recorder(b, 2)
	var bare, recording []float64
	for b.Loop() {
		bare = append(bare, together(func(int) {
			for range window {
				r.clock.stamp.Add(1)
			}
		}))
		recording = append(recording, together(func(i int) {
			t := r.Thread(i)
			for range window {
				if t.used == room {
					t.rewind()
				}
				t.Recv(1)
			}
		}))
	}
	slices.Sort(bare)
	slices.Sort(recording)
	m := len(bare) / 2
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(bare[m], "ns/count")
	b.ReportMetric(recording[m], "ns/event")
	b.ReportMetric(recording[m]-bare[m], "ns/extra")
}

const window = 100_000

// together runs f twice at once and returns nanoseconds for each of its steps.
func together(f func(i int)) float64 {
	var ready atomic.Int32
	var start time.Time
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			for ready.Add(1); ready.Load() < 2; {
			}
			if i == 0 {
				start = time.Now()
			}
			f(i)
		})
	}
	wg.Wait()
	return float64(time.Since(start).Nanoseconds()) / (2 * window)
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
