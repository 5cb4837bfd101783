package runtimes

import (
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

func report(name string, v litmus.Verdict, undecided int) Report {
	i := slices.IndexFunc(litmus.All(), func(t *litmus.Test) bool { return t.Name == name })
	t := litmus.All()[i]
	j := Judged{Edition: "e@1", Judgement: litmus.Judgement{Verdict: v, Seen: 1, Allowed: 2}}
	return Report{Test: t, Tally: Tally{Counts: map[string]int{"o": 10}, Undecided: map[string]int{Starved: undecided}}, Judged: []Judged{j}}
}

// The halves of the catalogue are about equal in each edition of what was seen, and no
// test is in both or in none.
func TestHalves(t *testing.T) {
	for _, r := range All() {
		d, err := model.Edition(r.Edition)
		if err != nil {
			t.Fatal(err)
		}
		var n [2]int
		for _, test := range litmus.All() {
			if len(test.MissingIn(d)) == 0 {
				n[Half(test)]++
			}
		}
		t.Logf("%s: %d and %d tests", d.Name, n[0], n[1])
		if all := n[0] + n[1]; min(n[0], n[1])*3 < all {
			t.Errorf("%s: halves of %d and %d tests", d.Name, n[0], n[1])
		}
	}
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
  halves    0 of 0 tests conform with an even hash, 2 of 2 with an odd one
  await     by timing
  liveness  0 runs came to no final state; in all others the final state was judged, signals that nobody received included
`
	if got := c.String(); got != want {
		t.Errorf("says\n%s\nwant\n%s", got, want)
	}
}
