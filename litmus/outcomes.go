package litmus

import (
	"maps"
	"slices"
	"strings"
)

// Set is a set of outcomes, sorted by their canonical texts.
type Set struct {
	Outcomes []Outcome
	Partial  bool // a bound ended the search: there may be more
}

// NewSet makes a set of outcomes.
func NewSet(outcomes ...Outcome) Set {
	byText := map[string]Outcome{}
	for _, o := range outcomes {
		byText[o.String()] = o
	}
	var s Set
	for _, text := range slices.Sorted(maps.Keys(byText)) {
		s.Outcomes = append(s.Outcomes, byText[text])
	}
	return s
}

// Has says whether the outcome is in the set.
func (s Set) Has(o Outcome) bool {
	_, found := slices.BinarySearchFunc(s.Outcomes, o.String(), func(a Outcome, text string) int {
		return strings.Compare(a.String(), text)
	})
	return found
}

// Frequency says in how many outcomes of the set the condition holds. It is 0,
// undetermined, when a partial set does not tell, or an empty one.
func (s Set) Frequency(c *Cond) Frequency {
	switch holds := s.count(c); {
	case 0 < holds && holds < len(s.Outcomes):
		return Sometimes
	case s.Partial || len(s.Outcomes) == 0:
		return 0
	case holds == 0:
		return Never
	}
	return Always
}

// count is the number of outcomes of which the condition holds.
func (s Set) count(c *Cond) int {
	n := 0
	for _, o := range s.Outcomes {
		if c.Eval(o) {
			n++
		}
	}
	return n
}

// Counts says how often each outcome was observed, by its canonical text.
type Counts map[string]int

// Add counts an outcome n more times.
func (c Counts) Add(o Outcome, n int) { c[o.String()] += n }

// Total is the number of runs.
func (c Counts) Total() int {
	n := 0
	for _, k := range c {
		n += k
	}
	return n
}

// Set is the set of the outcomes observed at least once. The error tells of a text
// that is no outcome.
func (c Counts) Set() (Set, error) {
	var all []Outcome
	for _, text := range slices.Sorted(maps.Keys(c)) {
		o, err := ParseOutcome(text)
		if err != nil {
			return Set{}, err
		}
		if c[text] > 0 {
			all = append(all, o)
		}
	}
	return NewSet(all...), nil
}
