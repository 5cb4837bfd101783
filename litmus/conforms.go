package litmus

import (
	"slices"
)

// Verdict is what a comparison says.
type Verdict uint8

// Verdicts. Inconclusive is said when a bound kept us from knowing, or when
// nothing was observed.
const (
	Conforming Verdict = iota + 1
	Violating
	Inconclusive
)

// String is the word for reports.
func (v Verdict) String() string {
	switch v {
	case Conforming:
		return "conforms"
	case Violating:
		return "violates"
	case Inconclusive:
		return "inconclusive"
	}
	return "no verdict"
}

// Judgement is what was observed, held against what is allowed.
type Judgement struct {
	Verdict Verdict
	Stray   []Stray // the outcomes that are not allowed, the most frequent first
	Seen    int     // how many of the allowed outcomes were observed
	Allowed int     // how many there are
	Runs    int
}

// Stray is an observed outcome that is not allowed.
type Stray struct {
	Outcome Outcome
	Count   int
	Nearest Outcome  // the allowed outcome that differs from it in the fewest components; the first of several
	Differs []string // the components of Outcome in which they differ
}

// Conforms holds observed outcomes against the allowed ones: it conforms when all
// that was observed is allowed. That an allowed outcome was not seen is coverage,
// no violation. The error tells of a text that is no outcome.
func Conforms(allowed Set, observed Counts) (Judgement, error) {
	seen, err := observed.Set()
	if err != nil {
		return Judgement{}, err
	}
	j := Judgement{Verdict: Conforming, Allowed: len(allowed.Outcomes), Runs: observed.Total()}
	counts := observed.canonical()
	for _, o := range seen.Outcomes {
		if allowed.Has(o) {
			j.Seen++
			continue
		}
		s := Stray{Outcome: o, Count: counts[o.String()]}
		s.Nearest, s.Differs = allowed.nearest(o)
		j.Stray = append(j.Stray, s)
	}
	slices.SortStableFunc(j.Stray, func(a, b Stray) int { return b.Count - a.Count })
	switch {
	case len(j.Stray) > 0 && allowed.Partial, j.Runs == 0, len(allowed.Outcomes) == 0:
		j.Verdict = Inconclusive
	case len(j.Stray) > 0:
		j.Verdict = Violating
	}
	return j, nil
}

// canonical merges texts of the same outcome; they must have been parsed before.
func (c Counts) canonical() Counts {
	merged := Counts{}
	for text, n := range c {
		if o, err := ParseOutcome(text); err == nil {
			merged.Add(o, n)
		}
	}
	return merged
}

// nearest is the outcome of the set that differs from o in the fewest components,
// and o's components that differ.
func (s Set) nearest(o Outcome) (Outcome, []string) {
	var best Outcome
	var least []string
	mine := o.components()
	for i, other := range s.Outcomes {
		if d := differing(mine, other.components()); i == 0 || len(d) < len(least) {
			best, least = other, d
		}
	}
	return best, least
}

// differing are the components of a that are not in b.
func differing(a, b []string) []string {
	var d []string
	for _, part := range a {
		if !slices.Contains(b, part) {
			d = append(d, part)
		}
	}
	return d
}
