package properties

import (
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
)

// Exactly is the answer that an edition allows exactly these outcomes. Among are
// all outcomes that are to be told apart, theirs or not: what none of them has
// needs no mention.
func Exactly(edition string, outcomes, among []litmus.Outcome) litmus.Answer {
	a := litmus.Answer{Editions: []string{edition}}
	for _, o := range outcomes {
		a.Exactly = append(a.Exactly, conditionOf(o, among))
	}
	return a
}

// conditionOf is the condition that holds of one outcome and of no other.
func conditionOf(o litmus.Outcome, among []litmus.Outcome) *litmus.Cond {
	if o.Crash {
		return &litmus.Cond{Op: litmus.Crashes}
	}
	var all []*litmus.Cond
	for _, t := range o.Threads {
		has := func(ok func(litmus.ThreadEnd) bool) bool {
			return slices.ContainsFunc(among, func(o litmus.Outcome) bool { return ok(threadIn(o, t.Name)) })
		}
		all = append(all, &litmus.Cond{Op: litmus.Is, Name: t.Name, What: strings.Fields(t.End)})
		switch pending := (&litmus.Cond{Op: litmus.Pending, Name: t.Name}); {
		case t.Pending:
			all = append(all, pending)
		case has(func(t litmus.ThreadEnd) bool { return t.Pending }):
			all = append(all, &litmus.Cond{Op: litmus.Not, Kids: []*litmus.Cond{pending}})
		}
		if has(func(t litmus.ThreadEnd) bool { return len(t.Log) > 0 }) {
			all = append(all, &litmus.Cond{Op: litmus.Logs, Name: t.Name, What: t.Log})
		}
	}
	for _, c := range o.Cells {
		all = append(all, &litmus.Cond{Op: litmus.Is, Name: c.Name, What: strings.Fields(c.Value)})
	}
	return litmus.AllOf(all...)
}

// answered is a copy of a test with nothing asked but the exact outcomes of the
// editions that have few of them.
func answered(t *litmus.Test, known ...*litmus.Allowed) *litmus.Test {
	c := *t
	c.Final, c.Answers = nil, nil
	var all []litmus.Outcome
	for _, a := range known {
		all = append(all, a.Outcomes...)
	}
	for _, a := range known {
		if !a.Partial && len(a.Outcomes) <= maxExactly {
			c.Answers = append(c.Answers, Exactly(a.Machine.Name, a.Outcomes, all))
		}
	}
	return &c
}

// maxExactly is how many outcomes a person still reads.
const maxExactly = 12
