package properties

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// foundBy is how a property tells of a program on which it does not hold.
func foundBy(property, edition, why string) string {
	why, _, _ = strings.Cut(why, "\n")
	return fmt.Sprintf("found by %s under %s: %s", property, edition, why)
}

var found = regexp.MustCompile(`found by \S+ under \S+: .*`)

// FromFailure is the last program that a text quotes in the wire form: what rapid
// and go test leave of a failing input quote it, since the properties log it. What
// they say of it becomes a comment.
func FromFailure(text string) (*litmus.Test, error) {
	var bad error
	whole := text
	for {
		i := strings.LastIndex(text, "(litmus 1 ")
		if i < 0 {
			break
		}
		if wire, ok := balanced(text[i:]); ok {
			t, err := litmus.ReadWire(wire)
			if err == nil {
				if all := found.FindAllString(whole, -1); all != nil {
					t.Lead = []string{strings.TrimSpace(all[len(all)-1])}
				}
				return t, nil
			}
			bad = err
		}
		text = text[:i]
	}
	if bad != nil {
		return nil, fmt.Errorf("the program that the text quotes is none: %w", bad)
	}
	return nil, fmt.Errorf("the text quotes no program: expected (litmus 1 NAME ...), as the properties log it")
}

// balanced is the text up to the parenthesis that closes the first one, on one line.
func balanced(text string) (string, bool) {
	depth := 0
	for i, r := range text {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return text[:i+1], true
			}
		case '\n':
			return "", false
		}
	}
	return "", false
}

// Catalogued is a failing program as a test of the catalogue: with the exact
// outcomes of the editions that have its forms and allow few, for a person to
// confirm.
func Catalogued(ctx context.Context, t *litmus.Test, editions []model.Dialect) (*litmus.Test, error) {
	var known []*litmus.Allowed
	for _, d := range editions {
		if len(t.MissingIn(d)) > 0 {
			continue
		}
		a, err := t.Explore(ctx, d, explore.Options{MaxStates: partBound})
		if err != nil {
			return nil, err
		}
		known = append(known, a)
	}
	c := answered(t, known...)
	c.Name = "found-" + c.Hash()
	c.Title = "found by a property; say here what it asks"
	for i := range c.Answers {
		c.Answers[i].Trail = "as the model has it: confirm it from a document"
	}
	c.Answers = together(c.Answers)
	return c, nil
}

// together makes one answer of those that are the same but for their editions.
func together(all []litmus.Answer) (few []litmus.Answer) {
	at := map[string]int{}
	for _, a := range all {
		text := ""
		for _, c := range a.Exactly {
			text += c.String() + "\n"
		}
		if i, ok := at[text]; ok {
			few[i].Editions = append(few[i].Editions, a.Editions...)
			continue
		}
		at[text] = len(few)
		few = append(few, a)
	}
	return few
}
