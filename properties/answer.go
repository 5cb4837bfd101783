package properties

import (
	"strings"

	"github.com/interject/interject/litmus"
)

// Exactly is the answer that an edition allows exactly these outcomes.
func Exactly(edition string, outcomes []litmus.Outcome) litmus.Answer {
	a := litmus.Answer{Editions: []string{edition}}
	for _, o := range outcomes {
		a.Exactly = append(a.Exactly, conditionOf(o))
	}
	return a
}

// conditionOf is the condition that holds of one outcome and, in the same test, of
// no other.
func conditionOf(o litmus.Outcome) *litmus.Cond {
	if o.Crash {
		return &litmus.Cond{Op: litmus.Crashes}
	}
	var all []*litmus.Cond
	for _, t := range o.Threads {
		all = append(all, &litmus.Cond{Op: litmus.Is, Name: t.Name, What: strings.Fields(t.End)})
		if t.Pending {
			all = append(all, &litmus.Cond{Op: litmus.Pending, Name: t.Name})
		}
		if len(t.Log) > 0 {
			all = append(all, &litmus.Cond{Op: litmus.Logs, Name: t.Name, What: t.Log})
		}
	}
	for _, c := range o.Cells {
		all = append(all, &litmus.Cond{Op: litmus.Is, Name: c.Name, What: strings.Fields(c.Value)})
	}
	return litmus.AllOf(all...)
}

// Answered is a copy of a test with nothing asked but the exact outcomes of the
// editions that have few of them.
func answered(t *litmus.Test, known ...*litmus.Allowed) *litmus.Test {
	c := *t
	c.Final, c.Answers = nil, nil
	for _, a := range known {
		if !a.Partial && len(a.Outcomes) <= maxExactly {
			c.Answers = append(c.Answers, Exactly(a.Machine.Name, a.Outcomes))
		}
	}
	return &c
}

// maxExactly is how many outcomes a person still reads.
const maxExactly = 12
