package linearizability

import (
	"math/rand/v2"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Record is a history of a random run of the test under the dialect, of at most
// so many steps and lines, and the run.
func Record(t *litmus.Test, d model.Dialect, r *rand.Rand, steps int) (*traces.History, []model.Label, error) {
	of, err := newWriting(t, d)
	if err != nil {
		return nil, nil, err
	}
	h, run := of.record(r, steps)
	return h, run, nil
}

func (of *writing) record(r *rand.Rand, steps int) (*traces.History, []model.Label) {
	w := of.start()
	h := &traces.History{Header: w.header()}
	return h, w.proceed(h, r, steps)
}

// proceed goes on at random and writes what it records behind h.
func (w *writer) proceed(h *traces.History, r *rand.Rand, steps int) []model.Label {
	var run []model.Label
	for range steps {
		all := w.ways()
		if len(all) == 0 {
			h.Over = traces.Quiescent
			if w.of.m.Dead(w.c.Read()) {
				h.Over = traces.Crashed
			}
			return run
		}
		x := all[r.IntN(len(all))]
		if x.line != nil {
			e := *x.line
			e.Stamp = uint64(len(h.Events) + 1)
			h.Events = append(h.Events, e)
		}
		if x.move != nil {
			run = append(run, *x.move)
		}
		w = x.to
	}
	h.Over = traces.Stopped
	return run
}
