package linearizability

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// subjects does something with the tests of the catalogue under every edition that has
// their forms, several at once; with some of them if the race detector watches.
func subjects(t *testing.T, do func(*litmus.Test, model.Dialect, *writing)) {
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	defer all.Wait()
	n := 0
	for _, test := range litmus.All() {
		for _, d := range model.Editions {
			if len(test.MissingIn(d)) > 0 || d.Turns || untold(test) != "" {
				continue
			}
			if n++; t.Failed() || raced && n%10 != 0 {
				continue
			}
			free <- struct{}{}
			all.Go(func() {
				defer func() { <-free }()
				of, err := newWriting(test, d)
				if err != nil {
					t.Error(err)
					return
				}
				do(test, d, of)
			})
		}
	}
}

// What a run records is never rejected, neither as a history of its test nor as one
// of an unknown program.
func TestNoRunIsRejected(t *testing.T) {
	each, base := rounds(t, 4), baseSeed(t)
	var n, unclear atomic.Int64
	subjects(t, func(test *litmus.Test, d model.Dialect, of *writing) {
		for s := range each {
			seed := base + uint64(s)
			h, run := of.record(rand.New(rand.NewPCG(seed, 1)), 300)
			if err := h.Check(); err != nil {
				t.Errorf("%s, %s: the writer writes nonsense: %v\n%s\n%s", test.Name, d.Name, err, h, replay(t, seed))
				return
			}
			free := *h
			free.Test, free.Program = traces.Free, ""
			for _, q := range []struct {
				what string
				h    *traces.History
				test *litmus.Test
			}{{"of its test", h, test}, {"of an unknown program", &free, nil}} {
				r, err := Validate(context.Background(), q.h, d, q.test, Options{MaxStates: 5000})
				if err != nil {
					t.Errorf("%s, %s, as a history %s: %v\n%s", test.Name, d.Name, q.what, err, replay(t, seed))
					return
				}
				n.Add(1)
				switch r.Verdict {
				case Inconclusive:
					unclear.Add(1)
				case Forbidden:
					t.Errorf("%s, %s, as a history %s: event %d: %s; %q\n%s\n%s\n%s", test.Name, d.Name, q.what, r.Explained, r.Why, r.Could, of.m.Path(run), h, replay(t, seed))
				}
			}
		}
	})
	t.Logf("%d histories, %d with too many states", n.Load(), unclear.Load())
	if unclear.Load() > n.Load()/100 {
		t.Error("too many are not judged")
	}
}
