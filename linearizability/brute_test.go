package linearizability

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/traces"
)

// small are programs all of whose recordings can be written down.
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
}

// everything is all texts that the recordings of a program can begin with, and all
// that they can be when they are over; false if there are too many.
func everything(w *writer, h *traces.History, most int) (begins, overs map[string]bool, ok bool) {
	begins, overs = map[string]bool{}, map[string]bool{}
	seen := map[string]bool{}
	var walk func(*writer, string) bool
	walk = func(w *writer, text string) bool {
		key := w.key() + text
		if seen[key] {
			return true
		}
		seen[key] = true
		if len(seen) > most {
			return false
		}
		begins[text] = true
		all := w.ways()
		if len(all) == 0 {
			overs[text] = true
		}
		for _, x := range all {
			next := text
			if x.line != nil {
				next += spell(h, *x.line)
			}
			if !walk(x.to, next) {
				return false
			}
		}
		return true
	}
	return begins, overs, walk(w, "")
}

// spell is an event without its stamp.
func spell(h *traces.History, e traces.Event) string {
	e.Stamp = 1
	one := traces.History{Header: h.Header, Events: []traces.Event{e}}
	return one.Line(0) + "\n"
}

// spellAll spells a history, its signals numbered in the order of their sending.
func spellAll(h *traces.History) (text string) {
	ids := map[uint64]uint64{}
	for _, e := range h.Events {
		if e.Kind == traces.Send && e.Phase == traces.Call {
			ids[e.ID] = uint64(len(ids) + 1)
		}
		e.ID = ids[e.ID]
		text += spell(h, e)
	}
	return
}

// The verdict is that of an enumeration of the recordings of all runs: of correct
// histories, whole or cut off, and of mutants of them.
func TestAgreesWithEnumeration(t *testing.T) {
	knownOpen(t)
	r := rand.New(rand.NewPCG(1, 2))
	counts := map[Verdict]int{}
	for i, src := range small {
		test, err := litmus.Parse("small", []byte("litmus small \"\"\n"+src+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range proven {
			if len(test.MissingIn(d)) > 0 {
				continue
			}
			w, err := newWriter(test, d)
			if err != nil {
				t.Fatal(err)
			}
			header := &traces.History{Header: w.header()}
			begins, overs, ok := everything(w, header, 200000)
			if !ok {
				t.Logf("%d under %s has too many recordings", i, d.Name)
				continue
			}
			for range 150 {
				h, _, _ := Record(test, d, r, 1+r.IntN(40))
				if m := mutate(h, r); m != nil {
					h = m
				}
				if m := mutate(h, r); m != nil && r.IntN(2) == 0 {
					h = m
				}
				want := Forbidden
				if text := spellAll(h); h.Over == traces.Quiescent && overs[text] || h.Over == traces.Stopped && begins[text] {
					want = Allowed
				}
				v, err := Validate(context.Background(), h, d, test, Options{})
				if err != nil {
					t.Fatal(err)
				}
				counts[v.Verdict]++
				if v.Verdict != want {
					t.Fatalf("program %d under %s: %s, the enumeration says %s: %s %q\n%v%s", i, d.Name, v.Verdict, want, v.Why, v.Could, lines(h), h.Over)
				}
			}
		}
	}
	t.Log(counts)
}
