package linearizability

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// mutate damages a history as runs and recorders can be wrong: an event comes
// earlier or later, is missing, comes twice, or two receipts are exchanged. The
// result is well-formed, or nil.
func mutate(h *traces.History, r *rand.Rand) *traces.History {
	m := *h
	m.Events = slices.Clone(h.Events)
	n := len(m.Events)
	if n < 2 {
		return nil
	}
	i, j := r.IntN(n), r.IntN(n)
	switch r.IntN(5) {
	case 0: // an event moves
		e := m.Events[i]
		m.Events = slices.Insert(slices.Delete(m.Events, i, i+1), j, e)
	case 1: // one is missing
		m.Events = slices.Delete(m.Events, i, i+1)
	case 2: // one comes twice
		m.Events = slices.Insert(m.Events, j, m.Events[i])
	case 3: // two receipts are exchanged
		var recvs []int
		for k := range m.Events {
			if m.Events[k].Kind == traces.Recv {
				recvs = append(recvs, k)
			}
		}
		if len(recvs) < 2 {
			return nil
		}
		a, b := recvs[r.IntN(len(recvs))], recvs[r.IntN(len(recvs))]
		m.Events[a].ID, m.Events[b].ID = m.Events[b].ID, m.Events[a].ID
	case 4: // a neighbour is overtaken
		if i+1 < n {
			m.Events[i], m.Events[i+1] = m.Events[i+1], m.Events[i]
		}
	}
	return renumbered(&m, h)
}

// renumbered gives the events of a mutant their numbers anew; nil if they make no
// history, or the one that it was made of.
func renumbered(m, of *traces.History) *traces.History {
	if !renumber(m) || slices.Equal(m.Events, of.Events) {
		return nil
	}
	return m
}

// Both judges say the same of correct histories and of mutants, cut or whole.
func TestJudgesAgree(t *testing.T) {
	each, base, counts := rounds(t, 1), baseSeed(t), tally[string]{}
	subjects(t, func(test *litmus.Test, d model.Dialect, of *writing) {
		for s := range each {
			seed := base + uint64(s)
			r := rand.New(rand.NewPCG(seed, 7))
			h, _ := of.record(r, 120)
			agree(t, "correct", h, d, test, &counts, seed)
			for range 2 {
				if m := mutate(h, r); m != nil {
					agree(t, "mutant", m, d, test, &counts, seed)
				}
			}
		}
	})
	t.Log(&counts)
	if counts.of("mutant forbidden") == 0 || counts.of("mutant allowed") == 0 {
		t.Error("the mutants do not test both verdicts")
	}
}

func agree(t *testing.T, what string, h *traces.History, d model.Dialect, test *litmus.Test, counts *tally[string], seed uint64) {
	t.Helper()
	if len(h.Events) > 40 {
		return // of that length porcupine is asked elsewhere
	}
	v, err := Validate(context.Background(), h, d, test, Options{MaxStates: 500})
	if err != nil {
		t.Error(err)
		return
	}
	if v.Verdict == Inconclusive {
		counts.add(what + " with too many states")
		return
	}
	for _, how := range []How{{Whole: true, Timeout: 5 * time.Second}, {Piece: 1, Timeout: 5 * time.Second}} {
		l, err := Linearize(context.Background(), h, d, test, how)
		if err != nil {
			t.Error(err)
			return
		}
		counts.add(what + " " + l.Verdict.String())
		if l.Verdict != v.Verdict && l.Verdict != Inconclusive {
			t.Errorf("%s %s, %s, %+v: porcupine says %s, validation %s after %d: %s; %q\n%s\n%s", what, test.Name, d.Name, how, l.Verdict, v.Verdict, v.Explained, v.Why, v.Could, h, replay(t, seed))
		}
	}
}
