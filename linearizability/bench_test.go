//go:build unix

package linearizability

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// load is a workload: threads that throw at targets which receive in handlers.
type load struct {
	targets, senders int // senders of each target
	events           int
	quiet            int // drain about every so many events; 0: never
}

// history makes a correct history of the workload: blocking throws, received in
// the order in which they were queued.
func (w load) history(seed uint64) *traces.History {
	r := rand.New(rand.NewPCG(seed, 9))
	h := &traces.History{Header: traces.Header{Test: traces.Free, Edition: "ghc@doc2010",
		Observed: []traces.Kind{traces.Send, traces.Recv, traces.Enter, traces.Leave}}, Over: traces.Stopped}
	for i := range w.targets {
		h.Threads = append(h.Threads, fmt.Sprint("t", i))
	}
	for i := range w.targets * w.senders {
		h.Threads = append(h.Threads, fmt.Sprint("s", i))
	}
	n := make([]int32, len(h.Threads))
	put := func(t int, e traces.Event) int32 {
		e.Thread, e.N, e.Stamp = int16(t), n[t], uint64(len(h.Events)+1)
		n[t]++
		h.Events = append(h.Events, e)
		return e.N
	}
	at := func(k traces.Kind, f traces.Frame) traces.Event {
		return traces.Event{Phase: traces.At, Kind: k, Frame: f}
	}
	type sender struct {
		state, to int
		call      int32
		id        uint64
	}
	senders := make([]sender, w.targets*w.senders)
	queues := make([][]sender, w.targets)
	self := func(i int) sender { s := senders[i]; s.to = i; return s }
	step := make([]int, w.targets)
	try, handler := make([]int32, w.targets), make([]int32, w.targets)
	for i := range w.targets {
		put(i, at(traces.Enter, traces.MaskFrame))
	}
	ids, drain, busy := uint64(0), false, 0
	for len(h.Events) < w.events || busy > 0 {
		if w.quiet > 0 && len(h.Events)%w.quiet > w.quiet*9/10 || len(h.Events) >= w.events {
			drain = true
		}
		if busy == 0 {
			drain = false
		}
		if r.IntN(2) == 0 {
			i := r.IntN(len(senders))
			s := &senders[i]
			t := w.targets + i
			switch {
			case s.state == 0 && !drain:
				ids++
				s.to, s.id, s.state = i/w.senders, ids, 1
				busy++
				s.call = put(t, traces.Event{Phase: traces.Call, Kind: traces.Send, To: int16(s.to), ID: ids, Signal: traces.ExcSignal, Name: "X"})
			case s.state == 1:
				queues[s.to] = append(queues[s.to], self(i))
				s.state = 2
			case s.state == 3:
				put(t, traces.Event{Phase: traces.Return, Kind: traces.Send, Of: s.call, Result: traces.Received})
				s.state = 0
				busy--
			}
			continue
		}
		i := r.IntN(w.targets)
		switch step[i] {
		case 0:
			try[i] = put(i, traces.Event{Phase: traces.At, Kind: traces.Enter, Frame: traces.TryFrame, Name: "X"})
		case 1:
			put(i, at(traces.Enter, traces.UnmaskFrame))
		case 2:
			if len(queues[i]) == 0 {
				continue
			}
			senders[queues[i][0].to].state = 3
		case 3:
			put(i, traces.Event{Phase: traces.At, Kind: traces.Recv, ID: queues[i][0].id})
			queues[i] = queues[i][1:]
		case 4:
			put(i, traces.Event{Phase: traces.At, Kind: traces.Leave, Result: traces.Unwind, Of: try[i]})
		case 5:
			handler[i] = put(i, at(traces.Enter, traces.HandlerFrame))
		case 6:
			put(i, traces.Event{Phase: traces.At, Kind: traces.Leave, Result: traces.Normal, Of: handler[i]})
		}
		step[i] = (step[i] + 1) % 7
	}
	return h
}

// cpu is the processor time that the process has used, which does not depend on what
// else the machine does.
func cpu() time.Duration {
	r := usage()
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func usage() (r syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return r
}

// perEvent reports what an event costs.
func perEvent(b *testing.B, from time.Duration, events int) {
	n := float64(b.N) * float64(events)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/event")
	b.ReportMetric(float64((cpu()-from).Nanoseconds())/n, "cpu-ns/event")
}

// loads are the workloads: of a quiescent point about every thousand events, and, the
// last, of none.
var loads = []load{{1, 4, 1e4, 1000}, {1, 4, 1e5, 1000}, {4, 4, 1e5, 1000}, {4, 4, 1e6, 1000}, {1, 4, 1e5, 0}, {4, 4, 1e5, 0}}

func (w load) String() string {
	return fmt.Sprintf("targets=%d/events=%d/quiet=%d", w.targets, w.events, w.quiet)
}

func BenchmarkValidate(b *testing.B) {
	d, _ := model.Edition("ghc@doc2010")
	for _, w := range loads {
		b.Run(w.String(), func(b *testing.B) {
			h := w.history(1)
			b.ReportAllocs()
			from := cpu()
			for b.Loop() {
				v, err := Validate(context.Background(), h, d, nil, Options{})
				if err != nil || v.Verdict != Allowed {
					b.Fatal(err, v.Verdict, v.Explained, v.Why, v.Could, v.Reasons)
				}
				b.ReportMetric(float64(v.Peak), "states-peak")
			}
			perEvent(b, from, len(h.Events))
		})
	}
}

func BenchmarkLinearize(b *testing.B) {
	d, _ := model.Edition("ghc@doc2010")
	for _, w := range loads {
		b.Run(w.String(), func(b *testing.B) {
			h := w.history(1)
			b.ReportAllocs()
			from := cpu()
			for b.Loop() {
				v, err := Linearize(context.Background(), h, d, nil, How{})
				if err != nil || v.Verdict != Allowed {
					b.Fatal(err, v.Verdict, v.Piece)
				}
			}
			perEvent(b, from, len(h.Events))
		})
	}
}

// What check trace does with a file: it is read, and both judges are asked. The memory is
// the most that the process had so far.
func BenchmarkTrace(b *testing.B) {
	d, _ := model.Edition("ghc@doc2010")
	for _, w := range []load{{1, 4, 1e5, 0}, {4, 4, 1e5, 0}, {4, 4, 1e5, 1000}, {4, 4, 1e6, 1000}} {
		b.Run(w.String(), func(b *testing.B) {
			var text bytes.Buffer
			made := w.history(1)
			if err := made.Write(&text); err != nil {
				b.Fatal(err)
			}
			events := len(made.Events)
			made = nil
			from := cpu()
			for b.Loop() {
				h, err := traces.ReadHistory(bytes.NewReader(text.Bytes()), traces.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				v, err := Validate(context.Background(), h, d, nil, Options{Strict: true})
				if err != nil || v.Verdict != Allowed {
					b.Fatal(err, v.Verdict, v.Why)
				}
				l, err := Linearize(context.Background(), h, d, nil, How{Strict: true, Timeout: 10 * time.Second})
				if err != nil || l.Verdict != Allowed {
					b.Fatal(err, l.Verdict, l.Reasons)
				}
			}
			perEvent(b, from, events)
			b.ReportMetric(float64(usage().Maxrss)/1024, "peak-MB")
		})
	}
}

// Stock porcupine: the same operations and rules in one piece, without partition.
func BenchmarkStock(b *testing.B) {
	d, _ := model.Edition("ghc@doc2010")
	for _, w := range []load{{1, 4, 100, 0}, {4, 4, 1000, 1000}, {4, 4, 1e4, 1000}} {
		b.Run(w.String(), func(b *testing.B) {
			h := w.history(1)
			b.ReportAllocs()
			for b.Loop() {
				s, err := newSubject(h, d, nil)
				if err != nil {
					b.Fatal(err)
				}
				j := &linearizer{product: newProduct(s), within: bound{context.Background(), maxStates}}
				j.done = map[*operation][]application{}
				j.init = newSet(j.closed(setOf(j.initial()), everyone, nothing))
				if r := porcupine.CheckOperationsTimeout(j.sequential(), j.operations(0, len(h.Events)), 15*time.Second); r != porcupine.Ok {
					b.Log(r, "after 15 s")
				}
			}
		})
	}
}
