package litmus

import "fmt"

// Judge holds what a set of outcomes is against what a person expects of it. The
// text tells what was found when that is not as expected. A partial set can show
// that an expectation is wrong, seldom that it is right.
func (a *Answer) Judge(final *Cond, outcomes Set) (Verdict, string) {
	switch {
	case len(outcomes.Outcomes) == 0:
		return Inconclusive, "no outcome is known"
	case a.Verdict != 0:
		return a.judgeFrequency(final, outcomes)
	}
	return a.judgeExactly(outcomes)
}

func (a *Answer) judgeFrequency(final *Cond, outcomes Set) (Verdict, string) {
	found := outcomes.Frequency(final)
	if found == a.Verdict {
		return Conforming, ""
	}
	holds := outcomes.count(final)
	if found == 0 { // partial, and as far as it goes always or never
		if holds == 0 && a.Verdict != Always || holds > 0 && a.Verdict != Never {
			return Inconclusive, "a bound ended the search"
		}
	}
	return Violating, fmt.Sprintf("expected %v, found it in %d of %d outcomes", a.Verdict, holds, len(outcomes.Outcomes))
}

func (a *Answer) judgeExactly(outcomes Set) (Verdict, string) {
	matched := make([]bool, len(a.Exactly))
	for _, o := range outcomes.Outcomes {
		stray := true
		for i, c := range a.Exactly {
			if c.Eval(o) {
				stray, matched[i] = false, true
			}
		}
		if stray {
			return Violating, "found also " + o.String()
		}
	}
	if outcomes.Partial {
		return Inconclusive, "a bound ended the search"
	}
	for i, found := range matched {
		if !found {
			return Violating, "did not find " + a.Exactly[i].String()
		}
	}
	return Conforming, ""
}
