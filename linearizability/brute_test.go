package linearizability

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// small are programs whose recordings are few.
var small = []string{
	`thread a { throwTo b K }` + "\n" + `thread b { nop }`,
	`thread a { throwTo b K }` + "\n" + `thread b { mask { log x } }`,
	`thread a { throwTo b K }` + "\n" + `thread b { try { log x } catch K { log h } }`,
	`mvar m` + "\n" + `thread a { put m 3 }` + "\n" + `thread b { take m }`,
	`thread a { throwTo b K }` + "\n" + `thread b { throwTo a K }`,
	`thread a { interrupt b { log t } }` + "\n" + `thread b { without { log x } }`,
	`thread a { interrupt b { throw g } }` + "\n" + `thread b { tag g { sleep } }`,
	`thread a { throwTo b K }` + "\n" + `thread b { protect { nop } cleanup { log c } }`,
	`thread a { kill b; kill b }` + "\n" + `thread b { nop }`,
	`thread a { kill! b }` + "\n" + `thread b { throwTo c K; log b }` + "\n" + `thread c { log c }`,
	`mutex l` + "\n" + `thread a { kill b }` + "\n" + `thread b { with-lock l { log x } }`,
	`thread a { cancel b; cancel b }` + "\n" + `thread b { try { point; log x } catch any { log h }; point }`,
	`thread a { throwTo b K }` + "\n" + `thread b { handle K never { log x }; log y }`,
	`thread a { kill b }` + "\n" + `thread b { set-mask closed; log x; set-mask open; log y }`,
	`thread a { join b timeout }` + "\n" + `thread b { timeout { log x } expired { log y } }`,
}

// recordings is all writers that can have written a beginning of a history.
type recordings map[string]*writer

// close adds what the writers can come to without a line; false if there are too many.
func (r recordings) close(most int) bool {
	var open []*writer
	for _, w := range r {
		open = append(open, w)
	}
	for len(open) > 0 && len(r) <= most {
		w := open[len(open)-1]
		open = open[:len(open)-1]
		for _, x := range w.ways() {
			if x.line == nil && r[x.to.key()] == nil {
				r[x.to.key()] = x.to
				open = append(open, x.to)
			}
		}
	}
	return len(r) <= most
}

// behind is the writers that have written the line e next.
func (r recordings) behind(e traces.Event) recordings {
	all := recordings{}
	for _, w := range r {
		for _, x := range w.ways() {
			if x.line == nil {
				continue
			}
			if x.line.Stamp = e.Stamp; *x.line == e {
				all[x.to.key()] = x.to
			}
		}
	}
	return all
}

// over says that one of the writers has come to the end that the history has.
func (r recordings) over(o traces.Over) bool {
	for _, w := range r {
		if o == traces.Stopped || len(w.ways()) == 0 && w.of.m.Dead(w.c.Read()) == (o == traces.Crashed) {
			return true
		}
	}
	return false
}

// recorded enumerates the runs of a test and the ways in which each can be
// recorded, as far as they begin as h does: is h one of them? Inconclusive if there are
// too many.
func (of *writing) recorded(h *traces.History, most int) Verdict {
	w := of.start()
	now := recordings{w.key(): w}
	ids := map[uint64]uint64{} // writers number signals in the order of their sending
	for _, e := range h.Events {
		if !now.close(most) {
			return Inconclusive
		}
		if e.Kind == traces.Send && e.Phase == traces.Call {
			ids[e.ID] = uint64(len(ids) + 1)
		}
		e.ID = ids[e.ID]
		if now = now.behind(e); len(now) == 0 {
			return Forbidden
		}
	}
	switch {
	case !now.close(most):
		return Inconclusive
	case now.over(h.Over):
		return Allowed
	}
	return Forbidden
}

// The verdict is that of an enumeration of the recordings of all runs: of correct
// histories, whole or cut off, and of mutants of them, of small programs and of those
// of the catalogue, under every edition.
func TestAgreesWithEnumeration(t *testing.T) {
	each, most := rounds(t, 12), 300
	var tests []*litmus.Test
	for _, src := range small {
		test, err := litmus.Parse("small", []byte("litmus small \"\"\n"+src+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, test)
	}
	counts := tally[Verdict]{}
	compare := func(of *writing, test *litmus.Test, d model.Dialect, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 2))
		h, _ := of.record(r, 1+r.IntN(40))
		for range r.IntN(3) {
			if m := mutate(h, r); m != nil {
				h = m
			}
		}
		want := of.recorded(h, most)
		counts.add(want)
		if want == Inconclusive {
			return
		}
		v, err := Validate(context.Background(), h, d, test, Options{})
		if err != nil {
			t.Error(err)
			return
		}
		if v.Verdict != want {
			t.Errorf("%s under %s, seed %d: %s, the enumeration says %s: %s %q\n%s\n%s", test.Wire(), d.Name, seed, v.Verdict, want, v.Why, v.Could, h, replay(t, seed))
		}
	}
	base := baseSeed(t)
	for _, test := range tests {
		for _, d := range model.Editions {
			if len(test.MissingIn(d)) > 0 || d.Turns {
				continue
			}
			of, err := newWriting(test, d)
			if err != nil {
				t.Fatal(err)
			}
			for s := 0; s < 5*each && !t.Failed(); s++ {
				compare(of, test, d, base+uint64(s))
			}
		}
	}
	subjects(t, func(test *litmus.Test, d model.Dialect, of *writing) {
		for s := range max(1, each/10) {
			compare(of, test, d, base+uint64(s))
		}
	})
	t.Logf("%d allowed, %d forbidden, %d with too many recordings", counts.of(Allowed), counts.of(Forbidden), counts.of(Inconclusive))
	if counts.of(Allowed) < 50 || counts.of(Forbidden) < 50 {
		t.Error("the histories do not test both verdicts")
	}
}
