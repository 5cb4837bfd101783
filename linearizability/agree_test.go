package linearizability

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// What a run records is never rejected.
func TestNoRunIsRejected(t *testing.T) {
	knownOpen(t)
	runs := 1
	if !testing.Short() {
		runs = 4
	}
	n := 0
	for _, test := range litmus.All() {
		for _, d := range proven {
			if len(test.MissingIn(d)) > 0 || unrecorded(test) {
				continue
			}
			for seed := range uint64(runs) {
				h, run, err := Record(test, d, rand.New(rand.NewPCG(seed, 1)), 300)
				if err != nil {
					t.Fatal(err)
				}
				if err := h.Check(); err != nil {
					t.Fatalf("%s, %s, seed %d: the writer writes nonsense: %v\n%+v", test.Name, d.Name, seed, err, lines(h))
				}
				r, err := Validate(context.Background(), h, d, test, Options{MaxStates: 20000})
				if err != nil {
					t.Fatal(err)
				}
				n++
				if free := asFree(t, h, d); free != nil && free.Verdict == Forbidden {
					m, _ := test.Machine(d)
					t.Fatalf("as a free history: %s, %s, seed %d: event %d: %s; %q\n%s\n%s", test.Name, d.Name, seed, free.Explained, free.Why, free.Could, m.Path(run), h)
				}
				if r.Verdict == Forbidden {
					m, _ := test.Machine(d)
					t.Errorf("%s, %s, seed %d: event %d: %s; %q\n%s\n%s", test.Name, d.Name, seed, r.Explained, r.Why, r.Could, m.Path(run), h)
					if n > 0 {
						return
					}
				}
			}
		}
	}
	t.Logf("%d runs", n)
}

func lines(h *traces.History) (all []string) {
	for i := range h.Events {
		all = append(all, h.Line(i)+"\n")
	}
	return
}

// asFree judges a history as one of an unknown program.
func asFree(t *testing.T, h *traces.History, d model.Dialect) *Report {
	f := *h
	f.Test, f.Program = traces.Free, ""
	r, err := Validate(context.Background(), &f, d, nil, Options{MaxStates: 20000})
	if err != nil {
		t.Log(err)
		return nil
	}
	return r
}
