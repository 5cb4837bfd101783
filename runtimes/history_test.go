package runtimes

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/traces"
)

// Some run of the semantics explains each history that is recorded of impl.
func TestHistoriesAreExplained(t *testing.T) {
	for _, d := range ImplEditions() {
		t.Run(d.Name, func(t *testing.T) {
			r, err := NewImpl(d.Name)
			if err != nil {
				t.Fatal(err)
			}
			judged, events, open := 0, 0, 0
			for _, test := range litmus.All() {
				if len(test.MissingIn(d)) > 0 {
					continue
				}
				_, err := r.Record(context.Background(), ProgramOf(test), Options{Runs: 3, Seed: 1}, func(rec Recorded) error {
					v, err := linearizability.Validate(context.Background(), rec.History, d, test, linearizability.Options{MaxStates: 50_000})
					if err != nil {
						return err
					}
					judged, events = judged+1, events+v.Events
					switch v.Verdict {
					case linearizability.Forbidden:
						t.Errorf("%s, seed %d, event %d: %s; could have come: %q\n%s", test.Path(), rec.History.Seed, v.Explained+1, v.Why, v.Could, chart(rec.History))
					case linearizability.Inconclusive:
						open++
					}
					return nil
				})
				if no := (*Unsupported)(nil); err != nil && !errors.As(err, &no) {
					t.Errorf("%s: %v", test.Path(), err)
				}
			}
			t.Logf("%d histories of %d events; %d inconclusive", judged, events, open)
			if judged == 0 || open > judged/20 {
				t.Errorf("too little was judged")
			}
		})
	}
}

func chart(h *traces.History) string { return traces.Chart{}.String(h) }

// Recording takes no outcome away, and adds none.
func TestRecordingChangesNothing(t *testing.T) {
	for _, d := range ImplEditions() {
		r, err := NewImpl(d.Name)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, test := range litmus.All() {
			if len(test.MissingIn(d)) > 0 {
				continue
			}
			o := sched.Options{MaxExecutions: 300, MaxSteps: 400}
			plain, err := r.Explore(context.Background(), ProgramOf(test), o)
			if no := (*Unsupported)(nil); errors.As(err, &no) {
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v", test.Path(), err)
			}
			n := 0
			taped, err := r.RecordEvery(context.Background(), ProgramOf(test), o, func(*traces.History) error { n++; return nil })
			if no := (*Unsupported)(nil); errors.As(err, &no) {
				continue // it is run, but not recorded
			}
			if err != nil {
				t.Fatalf("%s: %v", test.Path(), err)
			}
			var outcomes []string
			for o := range plain.Counts {
				outcomes = append(outcomes, o)
			}
			slices.Sort(outcomes)
			if got := taped.Texts(); plain.Executions != taped.Executions || !slices.Equal(got, outcomes) {
				t.Errorf("%s under %s: recorded %q of %d executions, else %q of %d", test.Path(), d.Name, got, taped.Executions, outcomes, plain.Executions)
			}
			if n != taped.Executions {
				t.Errorf("%s under %s: %d histories of %d executions", test.Path(), d.Name, n, taped.Executions)
			}
			compared++
		}
		t.Logf("%s: %d programs", d.Name, compared)
	}
}

// What recording once got wrong, in every interleaving.
func TestEveryHistoryIsExplained(t *testing.T) {
	for _, c := range []struct{ why, edition, wire, comes string }{
		{"a wait that is interrupted before it has begun has not freed its mutex: its scope frees it", "python@seed2018",
			"(litmus 1 w (mutex l) (flag go) (cond cv) (thread a (with-lock l (set go 1) (wait cv l))) (thread b (spin go 1) (throwTo a X)))", "died X"},
		{"an error that comes out of an operation is not the operation's own, though a function has run since", "sbcl@doc",
			"(litmus 1 f (mvar m full) (mutex l) (thread a (put m full)) (thread b (interrupt a (unlock l)) (interrupt a)))", "died Error"},
	} {
		test, err := litmus.ReadWire(c.wire)
		if err != nil {
			t.Fatal(err)
		}
		r, err := NewImpl(c.edition)
		if err != nil {
			t.Fatal(err)
		}
		came := 0
		_, err = r.RecordEvery(t.Context(), ProgramOf(test), sched.Options{}, func(h *traces.History) error {
			v, err := linearizability.Validate(t.Context(), h, r.Dialect(), test, linearizability.Options{})
			if err == nil && v.Verdict != linearizability.Allowed {
				t.Errorf("%s: %v: %s\n%s", c.why, v.Verdict, v.Why, chart(h))
			}
			if strings.Contains(chart(h), c.comes) {
				came++
			}
			return err
		})
		if err != nil || came == 0 {
			t.Errorf("%s: %v; %s in %d histories", c.why, err, c.comes, came)
		}
	}
}
