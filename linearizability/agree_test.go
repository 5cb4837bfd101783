package linearizability

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// subjects are the tests of the catalogue under every edition that has their forms.
func subjects(t *testing.T, do func(*litmus.Test, model.Dialect, *writing)) {
	for _, test := range litmus.All() {
		for _, d := range model.Editions {
			if len(test.MissingIn(d)) > 0 || unrecorded(test) {
				continue
			}
			of, err := newWriting(test, d)
			if err != nil {
				t.Fatal(err)
			}
			if do(test, d, of); t.Failed() {
				return
			}
		}
	}
}

// What a run records is never rejected, neither as a history of its test nor as one
// of an unknown program.
func TestNoRunIsRejected(t *testing.T) {
	each, base, n, unclear := rounds(t, 1), baseSeed(t), 0, 0
	subjects(t, func(test *litmus.Test, d model.Dialect, of *writing) {
		for s := range each {
			seed := base + uint64(s)
			h, run := of.record(rand.New(rand.NewPCG(seed, 1)), 300)
			if err := h.Check(); err != nil {
				t.Fatalf("%s, %s: the writer writes nonsense: %v\n%s\n%s", test.Name, d.Name, err, h, replay(t, seed))
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
					t.Fatalf("%s, %s, as a history %s: %v\n%s", test.Name, d.Name, q.what, err, replay(t, seed))
				}
				n++
				switch r.Verdict {
				case Inconclusive:
					unclear++
				case Forbidden:
					t.Errorf("%s, %s, as a history %s: event %d: %s; %q\n%s\n%s\n%s", test.Name, d.Name, q.what, r.Explained, r.Why, r.Could, of.m.Path(run), h, replay(t, seed))
				}
			}
		}
	})
	t.Logf("%d histories, %d with too many states", n, unclear)
	if unclear > n/100 {
		t.Error("too many are not judged")
	}
}
