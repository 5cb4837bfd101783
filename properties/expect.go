package properties

import (
	"context"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Question is one test asked of one edition, with the answers that people wrote.
type Question struct {
	Test    *litmus.Test
	Edition model.Dialect
	Answers []*litmus.Answer
}

// Questions are all questions of some tests that have an answer.
func Questions(tests []*litmus.Test) []Question {
	var all []Question
	for _, t := range tests {
		for _, d := range model.Editions {
			q := Question{Test: t, Edition: d}
			for i := range t.Answers {
				if slices.Contains(t.Answers[i].Editions, d.Name) {
					q.Answers = append(q.Answers, &t.Answers[i])
				}
			}
			if len(q.Answers) > 0 {
				all = append(all, q)
			}
		}
	}
	return all
}

// bound ends the searches of semantics that were made wrong on purpose: they may
// not end by themselves.
const bound = 200_000

// Flips says which answer is no longer right when a machine for the test is made
// in another way; empty if all still are.
func (q Question) Flips(make func(*litmus.Test) (*model.Machine, error)) (flip string) {
	m, err := make(q.Test)
	if err != nil {
		return ""
	}
	// A semantics that was made wrong on purpose may break an invariant. That is no
	// answer of a person's that became wrong.
	defer func() {
		if recover() != nil {
			flip = ""
		}
	}()
	a, err := q.Test.ExploreMachine(context.Background(), m, explore.Options{MaxStates: bound})
	if err != nil {
		return ""
	}
	for _, an := range q.Answers {
		if v, why := an.Judge(q.Test.Final, a.Set); v == litmus.Violating {
			return why
		}
	}
	return ""
}

// Fired is the rules that fire when q is explored.
func (q Question) Fired() (fired model.RuleSet, err error) {
	m, err := q.Test.Machine(q.Edition)
	if err != nil {
		return fired, err
	}
	s := &firing{System: litmus.System{Machine: m}}
	_, err = explore.Explore(context.Background(), s, explore.Options{})
	return s.rules, err
}

// firing is a system that notes which rules fire.
type firing struct {
	litmus.System
	rules model.RuleSet
}

func (s *firing) Expand(agent int, v *explore.View[model.Part]) {
	s.Machine.Expand(agent, noting{v, &s.rules})
}

type noting struct {
	*explore.View[model.Part]
	rules *model.RuleSet
}

func (n noting) Commit(label uint32) {
	*n.rules = n.rules.Or(model.RuleAt(int(model.Unpack(label).Rule)))
	n.View.Commit(label)
}
