package linearizability

import (
	"testing"

	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Two threads that only write their logs, in turn, are cut as any history is, though each
// is always between two events.
func TestLogsAreCut(t *testing.T) {
	const events = 2000
	h := &traces.History{Header: traces.Header{Test: traces.Free, Threads: []string{"a", "b"}, Observed: []traces.Kind{traces.Log, traces.End}}, Over: traces.Stopped}
	for i := range events {
		h.Events = append(h.Events, traces.Event{Kind: traces.Log, Phase: traces.At, Name: "w", Thread: int16(i % 2), N: int32(i / 2), Stamp: uint64(i + 1)})
	}
	d, err := model.Edition("ghc@doc2010")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Linearize(t.Context(), h, d, nil, How{})
	if err != nil || l.Verdict != Allowed || l.Pieces < events/256-1 {
		t.Errorf("%+v, %v", l, err)
	}
}
