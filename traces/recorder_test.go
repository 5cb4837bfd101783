package traces

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func header(threads ...string) Header {
	return Header{Test: Free, Name: "t", Runtime: "go", Seed: 7, Threads: threads,
		Cells: []Cell{{"m", MVarCell, Empty}, {"l", MutexCell, 0}, {"c", CondCell, 0}, {"x", VarCell, -3}}}
}

// record makes two threads record n sends each, every one received by the other.
func record(t testing.TB, s Space, n int) *Recorder {
	t.Helper()
	r, err := NewRecorder(header("a", "b"), s)
	if err != nil {
		t.Fatal(err)
	}
	kill := r.Name("Kill")
	boxes := [2]chan uint64{make(chan uint64, n), make(chan uint64, n)}
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			th := r.Thread(i)
			for range n {
				c, id := th.Send(1-i, ExcSignal, kill)
				boxes[1-i] <- id
				th.Return(c, Queued)
				th.Recv(<-boxes[i])
			}
			th.End(Returned, 0)
		})
	}
	wg.Wait()
	return r
}

func TestConcurrentRecordingIsAHistory(t *testing.T) {
	for _, s := range []Space{{Events: 400}, {Events: 7, Grow: true}} {
		h, err := record(t, s, 100).History(Ended)
		if err != nil {
			t.Fatal(err)
		}
		if want := 2 * (3*100 + 1); len(h.Events) != want || h.Truncated {
			t.Fatalf("space %+v: %d events, truncated %v, expected %d events", s, len(h.Events), h.Truncated, want)
		}
		x := NewIndex(h)
		for id, f := range x.Signals {
			if f.Send < 0 || len(f.Recvs) != 1 || h.Events[f.Send].To != h.Events[f.Recvs[0]].Thread {
				t.Fatalf("signal %d: %+v", id, f)
			}
		}
	}
}

func TestOverflowKeepsAPrefix(t *testing.T) {
	whole, err := record(t, Space{Events: 31}, 10).History(Ended)
	if err != nil || whole.Truncated {
		t.Fatalf("31 events fit: %v, truncated %v", err, whole.Truncated)
	}
	r := record(t, Space{Events: 20}, 10)
	h, err := r.History(Ended)
	if err != nil {
		t.Fatal(err)
	}
	if !h.Truncated || h.Over != Stopped {
		t.Fatalf("truncated %v, over %v, expected a truncated history that was stopped", h.Truncated, h.Over)
	}
	// Up to the cut nothing is missing: every stamp is there.
	for i, e := range h.Events {
		if e.Stamp != uint64(i+1) {
			t.Fatalf("event %d has stamp %d: the history has a hole", i, e.Stamp)
		}
	}
	if len(h.Events) < 20 || len(h.Events) > 40 {
		t.Fatalf("%d events", len(h.Events))
	}
	if !strings.Contains(h.String(), `"truncated":true`) {
		t.Fatal("the header does not say that the history is truncated")
	}
}

// TestEveryEventOfTheRecorder records every method once and compares the text.
func TestEveryEventOfTheRecorder(t *testing.T) {
	r, _ := NewRecorder(header("a", "b"), Space{Events: 100})
	k, w, tag := r.Name("Kill"), r.Name("c1"), r.Name("out")
	a, b := r.Thread(0), r.Thread(1)
	a.Bare(Start)
	fork := a.CallThread(Fork, 1)
	a.Return(fork, Done)
	try := b.Enter(TryFrame, k)
	c, id := a.Send(1, ExcSignal, k)
	b.Recv(id)
	a.Return(c, Received)
	b.Leave(try, Unwind)
	a.ReturnValue(a.CallOn(Take, 0), Done, 5)
	a.Return(a.CallValue(Put, 0, -2), Interrupted)
	a.Return(a.Wait(2, 1), Timeout)
	a.ReturnError(a.CallOn(Unlock, 1), k)
	a.Return(a.CallOn(Held, 1), No)
	a.Return(a.CallThread(Alive, 1), Yes)
	a.Return(a.Call(Sleep), Done)
	a.Mask(Closed)
	mask := a.Enter(UmaskFrame, 0)
	catch := a.Enter(TagFrame, tag)
	a.Named(Log, w)
	a.NamedValue(Log, w, 3)
	a.NamedValue(Throw, tag, 9)
	a.Leave(catch, Unwind)
	a.Leave(mask, Normal)
	a.Send(1, ThunkSignal, 0)
	a.Named(Raise, k)
	a.Bare(Exit)
	b.End(Returned, 0)
	a.End(Died, k)
	var text bytes.Buffer
	if err := r.Write(&text, Ended); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/recorder.ndjson", text.Bytes())
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		h := randomHistory(rand.New(rand.NewPCG(seed, 0)), 60)
		if err := h.Check(); err != nil {
			t.Fatalf("seed %d: the generator: %v", seed, err)
		}
		got, err := ReadHistory(strings.NewReader(h.String()), Limits{})
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, h)
		}
		if !reflect.DeepEqual(got, h) {
			t.Fatalf("seed %d: read\n%s\nexpected\n%s", seed, got, h)
		}
	}
}

func TestRecordingDoesNotAllocate(t *testing.T) {
	r, _ := NewRecorder(header("a", "b"), Space{Events: 100_000})
	k, th := r.Name("Kill"), r.Thread(0)
	if n := testing.AllocsPerRun(1000, func() {
		c, id := th.Send(1, ExcSignal, k)
		th.Return(c, Received)
		th.Recv(id)
		f := th.Enter(MaskFrame, 0)
		th.ReturnValue(th.CallOn(Take, 0), Done, 1)
		th.NamedValue(Log, k, 4)
		th.Leave(f, Normal)
	}); n != 0 {
		t.Fatalf("%v allocations a round, expected none", n)
	}
	if r.cut() != 1<<64-1 {
		t.Fatal("the buffer ran over: the measurement says nothing")
	}
}

func TestResetLeavesNothingBehind(t *testing.T) {
	run := func(r *Recorder) string {
		a := r.Thread(0)
		for range 5 {
			c, id := a.Send(0, ThunkSignal, 0)
			a.Recv(id)
			a.Return(c, Received)
		}
		h, err := r.History(Stopped)
		if err != nil {
			t.Fatal(err)
		}
		return h.String()
	}
	for _, s := range []Space{{Events: 4}, {Events: 4, Grow: true}, {Events: 40}} {
		r, _ := NewRecorder(header("a"), s)
		first := run(r)
		r.Reset(7)
		if again := run(r); again != first {
			t.Fatalf("%+v: after Reset\n%s\nexpected\n%s", s, again, first)
		}
	}
}

func TestMisuseIsRefused(t *testing.T) {
	r, _ := NewRecorder(header("a"), Space{Events: 10})
	th := r.Thread(0)
	th.Return(3, Done)
	if _, err := r.History(Stopped); err == nil {
		t.Fatal("a return of a call that was never made is taken for a history")
	}
	r, _ = NewRecorder(header("a"), Space{Events: 10})
	r.Thread(0).CallOn(Take, 9)
	if _, err := r.History(Stopped); err == nil || !strings.Contains(err.Error(), "not a cell of the header") {
		t.Fatalf("an unknown cell: %v", err)
	}
	if _, err := NewRecorder(Header{Test: Free}, Space{Events: 1}); err == nil {
		t.Fatal("a header without threads is taken")
	}
}
