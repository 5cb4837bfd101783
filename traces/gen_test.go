package traces

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%s: got\n%s\nexpected\n%s\n(-update writes it anew)", name, got, want)
	}
}

// randomHistory makes a history that is well formed and means nothing: every
// kind with every field and result.
func randomHistory(r *rand.Rand, n int) *History {
	h := &History{Header: header("a", "b", "with \"quotes\" and ü")}
	h.Observed = Kinds()
	g := generator{h: h, r: r, open: make([][]opened, 3), next: make([]int32, 3)}
	for len(h.Events) < n {
		g.step()
	}
	h.Over = []Over{Unknown, Quiescent, Stopped, Crashed}[r.IntN(4)]
	return h
}

type generator struct {
	h     *History
	r     *rand.Rand
	open  [][]opened
	next  []int32
	stamp uint64
	id    uint64
}

func (g *generator) step() {
	t := int16(g.r.IntN(3))
	e := Event{Thread: t, N: g.next[t], Phase: At}
	if n := len(g.open[t]); n > 0 && g.r.IntN(3) == 0 {
		i := g.r.IntN(n) // what is inside is abandoned
		e.Of, e.Kind = g.open[t][i].n, g.open[t][i].kind
		e.Phase = Return
		if e.Kind == Enter {
			e.Kind, e.Phase = Leave, At
		}
		g.open[t] = g.open[t][:i]
	} else {
		for e.Kind == 0 || e.Kind == Leave || e.Kind == End || e.Kind == Start {
			e.Kind = Kind(1 + g.r.IntN(int(lastKind)))
		}
		if e.Kind.IsOperation() {
			e.Phase = Call
		}
		if e.Phase == Call || e.Kind == Enter {
			g.open[t] = append(g.open[t], opened{e.N, e.Kind})
		}
	}
	g.fill(&e)
	g.stamp += 1 + uint64(g.r.IntN(3))
	e.Stamp = g.stamp
	g.next[t]++
	g.h.Events = append(g.h.Events, e)
}

func (g *generator) fill(e *Event) {
	s := shapes[e.Kind]
	if rs := s.results; len(rs) > 0 && (e.Phase != Call) {
		e.Result = rs[g.r.IntN(len(rs))]
	}
	if e.Kind == Send && e.Phase == Call {
		e.Signal = Signal(1 + g.r.IntN(4))
	}
	if e.Kind == Enter {
		e.Frame = MaskFrame + Frame(g.r.IntN(int(ThunkFrame)))
	}
	must, may := e.fields()
	f := must | may&field(g.r.Uint32())
	if e.Phase == Return && e.Result != Error {
		f &^= fClass
	}
	if f&fTo != 0 {
		e.To = int16(g.r.IntN(3))
	}
	if f&fCell != 0 {
		e.Cell = int16(g.r.IntN(4))
	}
	if f&fWith != 0 {
		e.With = int16(g.r.IntN(4))
	}
	if f&(fClass|fTag|fWord) != 0 {
		e.Name = []string{"Kill", "ß \\ \"x\"", "w1"}[g.r.IntN(3)]
	}
	if f&fV != 0 {
		e.V, e.HasV = g.r.Int64()>>g.r.IntN(64), true
	}
	switch {
	case e.Kind == Send && e.Phase == Call:
		g.id++
		e.ID = g.id
	case e.Kind == Recv && f&fID != 0 && g.id > 0:
		e.ID = 1 + g.r.Uint64N(g.id)
	}
	if e.Kind == Recv && f&fSig != 0 {
		e.Signal = Signal(1 + g.r.IntN(4))
	}
}
