package main

import (
	"bytes"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/runtimes"
)

// A test that two editions judge is one test of each, not two tests.
func TestSummaryCountsTests(t *testing.T) {
	judged := func(edition string, v litmus.Verdict) runtimes.Judged {
		return runtimes.Judged{Edition: edition, Judgement: litmus.Judgement{Verdict: v, Seen: 1, Allowed: 2}}
	}
	var out bytes.Buffer
	s := newSummary(&app{out: &out, err: &out}, "r", []string{"a@1", "b@1"})
	test := litmus.All()[0]
	for _, v := range []litmus.Verdict{litmus.Conforming, litmus.Violating} {
		s.add(runtimes.Report{Test: test, Judged: []runtimes.Judged{judged("a@1", litmus.Conforming), judged("b@1", v), judged("c@1", litmus.Violating)}})
	}
	s.add(runtimes.Report{Test: test, Judged: []runtimes.Judged{{Edition: "a@1", Skipped: "has no nop"}, judged("b@1", litmus.Conforming)}})
	s.add(runtimes.Report{Test: test, Skipped: "has no nop"})
	out.Reset()
	s.print()
	want := `r by a@1: 2 conforms, 1 skipped (not of a@1), 1 skipped (has no nop); 2 of 4 allowed outcomes seen
r by b@1: 2 conforms, 1 violates, 1 skipped (has no nop); 3 of 6 allowed outcomes seen
`
	if out.String() != want || s.status != exitViolation || s.judged() != 5 {
		t.Errorf("says\n%s\nwant\n%s\nstatus %d, judged %d", out.String(), want, s.status, s.judged())
	}
}
