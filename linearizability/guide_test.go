package linearizability

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/interject/interject/model"
)

// To leave out orders of queueing that lead nowhere changes no verdict, of correct
// histories and of mutants of them.
func TestGuideChangesNoVerdict(t *testing.T) {
	counts := map[Verdict]int{}
	for s := range max(60, rounds(t, 400)) {
		seed := baseSeed(t) + uint64(s)
		r := rand.New(rand.NewPCG(seed, 3))
		h := load{targets: 1 + r.IntN(2), senders: 1 + r.IntN(3), events: 20 + r.IntN(20)}.history(seed)
		for range r.IntN(3) {
			if m := mutate(h, r); m != nil {
				h = m
			}
		}
		a, err := Validate(context.Background(), h, model.GHCDoc2010, nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Validate(context.Background(), h, model.GHCDoc2010, nil, Options{unguided: true})
		if err != nil {
			t.Fatal(err)
		}
		if a.Verdict != b.Verdict || a.Explained != b.Explained {
			t.Fatalf("seed %d: guided %s after %d, else %s after %d: %s; %q\n%s\n%s", seed, a.Verdict, a.Explained, b.Verdict, b.Explained, a.Why+" / "+b.Why, b.Could, h, replay(t, seed))
		}
		counts[a.Verdict]++
	}
	t.Log(counts)
	if counts[Allowed] == 0 || counts[Forbidden] == 0 {
		t.Error("the histories do not test both verdicts")
	}
}
