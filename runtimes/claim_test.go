package runtimes

import (
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
)

func report(name string, v litmus.Verdict, undecided int) Report {
	i := slices.IndexFunc(litmus.All(), func(t *litmus.Test) bool { return t.Name == name })
	t := litmus.All()[i]
	j := Judged{Edition: "e@1", Judgement: litmus.Judgement{Verdict: v, Seen: 1, Allowed: 2}}
	return Report{Test: t, Tally: Tally{Counts: map[string]int{"o": 10}, Undecided: map[string]int{Starved: undecided}}, Judged: []Judged{j}}
}

// One violation, one test without a verdict, or no test at all, and there is no claim.
func TestAClaimNeedsEveryTest(t *testing.T) {
	claim := func(reps ...Report) *Claim {
		c := &Claim{Runner: "r 1", Edition: "e@1", Await: "timing", Of: len(reps), Seed: 4}
		for _, r := range reps {
			c.Add(r)
		}
		return c
	}
	fine := report("mutual-kill", litmus.Conforming, 0)
	skipped := Report{Test: fine.Test, Skipped: "has no nop"}
	lacking := Report{Test: fine.Test, Judged: []Judged{{Edition: "e@1", Skipped: "has no kill"}}}
	for name, c := range map[string]*Claim{
		"nothing":    claim(),
		"skipped":    claim(skipped, lacking),
		"violates":   claim(fine, report("send-self", litmus.Violating, 0)),
		"undecided":  claim(fine, report("send-self", litmus.Inconclusive, 1)),
		"other name": claim(Report{Test: fine.Test, Judged: []Judged{{Edition: "f@1"}}}),
	} {
		if c.Holds() || !strings.HasPrefix(c.String(), "no claim") {
			t.Errorf("%s: claims %s", name, c)
		}
	}
	c := claim(fine, fine, skipped, lacking)
	want := `claim: r 1 conforms to e@1
  tests     2 of 4 named tests; the others: 1 (the edition has no kill), 1 (the runtime has no nop)
  profile   throwTo
  runs      at least 10 of each test, 20 in all, seed 4
  coverage  2 of 4 allowed outcomes seen (50 %), all of them in 0 tests
  await     by timing
  liveness  0 runs came to no final state; in all others the final state was judged, signals that nobody received included
`
	if got := c.String(); got != want {
		t.Errorf("says\n%s\nwant\n%s", got, want)
	}
}
