package linearizability

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// A random run can be told as a history, which is well-formed, and, of every eighth, one that
// its test allows.
func TestRunsAreTold(t *testing.T) {
	base := baseSeed(t)
	var n atomic.Int64
	subjects(t, func(test *litmus.Test, d model.Dialect, of *writing) {
		_, run := of.record(rand.New(rand.NewPCG(base, 2)), 300)
		h, err := HistoryOf(test, d, run)
		if err != nil {
			t.Errorf("%s, %s: %v\n%s", test.Name, d.Name, err, replay(t, base))
			return
		}
		if err := h.Check(); err != nil {
			t.Errorf("%s, %s: nonsense is told: %v\n%s\n%s", test.Name, d.Name, err, traces.Chart{}.String(h), replay(t, base))
			return
		}
		if n.Add(1)%8 != 1 {
			return
		}
		r, err := Validate(context.Background(), h, d, test, Options{MaxStates: 20000, brief: true})
		if err != nil || r.Verdict == Forbidden {
			t.Errorf("%s, %s: %v, %v\n%s\n%s", test.Name, d.Name, r.Verdict, err, traces.Chart{}.String(h), replay(t, base))
		}
	})
}

// What is no run is refused, with the step that is not possible.
func TestNoRunToTell(t *testing.T) {
	test := litmus.All()[0]
	d := model.Editions[0]
	_, err := HistoryOf(test, d, []model.Label{{Rule: 1, Thread: 0, Choice: 77}})
	if err == nil {
		t.Fatal("a history was told of what is no run")
	}
	t.Log(err)
}
