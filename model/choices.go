package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// ChoicePoint is one question that a Dialect answers.
type ChoicePoint struct {
	Name   string   // of the field
	Values []string // its answers, by name
	// Elements are what its answers are sets of; none if they are no sets.
	Elements []string
	Get      func(Dialect) string
	Set      func(*Dialect, string) error
}

// ChoicePoints are all choice points of Dialect, in the order of its fields.
func ChoicePoints() []ChoicePoint {
	var all []ChoicePoint
	v := reflect.ValueOf(Dialect{})
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Anonymous || f.Type.Kind() == reflect.String || f.Type.Kind() == reflect.Slice {
			continue // names and forms are not questions
		}
		all = append(all, choicePoint(f))
	}
	return all
}

func choicePoint(f reflect.StructField) ChoicePoint {
	names := answers[f.Type]
	c := ChoicePoint{Name: f.Name, Values: names, Elements: elements[f.Type]}
	field := func(d *Dialect) reflect.Value { return reflect.ValueOf(d).Elem().FieldByIndex(f.Index) }
	c.Get = func(d Dialect) string { return answerOf(field(&d), names) }
	c.Set = func(d *Dialect, to string) error { return setAnswer(field(d), names, f.Name, to) }
	return c
}

// answers are the names of the values of each type of choice point.
var answers = map[reflect.Type][]string{
	reflect.TypeFor[bool]():    {"no", "yes"},
	reflect.TypeFor[Level]():   levelNames[:],
	reflect.TypeFor[Arrival](): {"at-once", "on-return", "any-time"},
	reflect.TypeFor[Keep]():    {"all", "last", "once"},
	reflect.TypeFor[Order]():   {"fifo", "lifo", "any"},
	reflect.TypeFor[Doomed]():  {"everything", "no-kill", "never-again", "nothing"},
	reflect.TypeFor[Unwinds](): {"nowhere", "at-masks", "anywhere"},
	reflect.TypeFor[Ends]():    {"none", "perhaps-own"},
	reflect.TypeFor[Stray]():   {"never", "after-others", "any-time"},

	reflect.TypeFor[ThrowToIdiom]():  {"primitive", "thunk"},
	reflect.TypeFor[KillIdiom]():     {"primitive", "exception", "thunk"},
	reflect.TypeFor[ExitIdiom]():     {"primitive", "exception"},
	reflect.TypeFor[ProtectIdiom]():  {"bare", "masked", "unblocked"},
	reflect.TypeFor[BracketIdiom]():  {"bare", "masked", "unblocked"},
	reflect.TypeFor[WithLockIdiom](): {"bare", "masked", "local", "unblocked", "reopened", "strict"},
}

// elements are the names of what the answers are sets of.
var elements = map[reflect.Type][]string{
	reflect.TypeFor[OpSet](): slices.DeleteFunc(slices.Clone(opNames), func(s string) bool { return s == "" }),
	reflect.TypeFor[Cues]():  cueNames,
}

func answerOf(v reflect.Value, names []string) string {
	switch a := v.Interface().(type) {
	case bool:
		return names[answer(a, 1, 0)]
	case int:
		return fmt.Sprint(a)
	case OpSet:
		return a.String()
	case Cues:
		return a.String()
	}
	return names[v.Uint()]
}

func setAnswer(v reflect.Value, names []string, field, to string) (err error) {
	i := slices.Index(names, to)
	switch a := v.Addr().Interface().(type) {
	case *int:
		if _, err := fmt.Sscan(to, a); err != nil || *a < 0 {
			return fmt.Errorf("%s takes a number, not %q", field, to)
		}
	case *OpSet:
		*a, err = parseSet[OpSet](to, opNames, "blocking operation")
	case *Cues:
		*a, err = parseSet[Cues](to, cueNames, "cue")
	default:
		if i < 0 {
			return fmt.Errorf("%s is %s, not %q", field, strings.Join(names, " or "), to)
		}
		if v.Kind() == reflect.Bool {
			v.SetBool(i == 1)
		} else {
			v.SetUint(uint64(i))
		}
	}
	return err
}

// With is d with one choice point changed: what if? A setting is "order=lifo", or for
// a set what to put in or to take out, "wake+=foreign", "wake-=take".
func (d Dialect) With(setting string) (Dialect, error) {
	name, to, ok := strings.Cut(setting, "=")
	if !ok {
		return d, fmt.Errorf("a setting is written point=answer, not %q", setting)
	}
	point, how := name, ""
	if n := len(name) - 1; n > 0 && (name[n] == '+' || name[n] == '-') {
		point, how = name[:n], name[n:]
	}
	var names []string
	for _, c := range ChoicePoints() {
		if !strings.EqualFold(c.Name, strings.ReplaceAll(point, "-", "")) {
			names = append(names, strings.ToLower(c.Name))
			continue
		}
		to, err := c.changed(d, how, strings.ToLower(to))
		if err == nil {
			err = c.Set(&d, to)
		}
		if err == nil {
			d.Name += "[" + strings.ToLower(setting) + "]"
		}
		return d, err
	}
	return d, fmt.Errorf("there is no choice point %q; there are %s", point, strings.Join(names, ", "))
}

// Check is an error if the answers have no meaning together.
func (d Dialect) Check() error {
	if d.Sync && d.Keep != All {
		return fmt.Errorf("%s: keep=%s goes with sync=no only: a sender that waits for its signal to be received cannot lose it to another's", d.Name, answers[reflect.TypeFor[Keep]()][d.Keep])
	}
	if d.Sync && (d.Turns || d.Through) {
		return fmt.Errorf("%s: turns=yes and through=yes go with sync=no only: a sender that waits for its signal to be received could not be found again where the signal went, nor take its turn", d.Name)
	}
	if d.Spurious == AfterOthers && d.EndsWaits != NoOther {
		return fmt.Errorf("%s: endswaits=%s goes with other answers than spurious=after-others, which says itself what becomes of waits that thunks interrupted", d.Name, answers[reflect.TypeFor[Ends]()][d.EndsWaits])
	}
	return nil
}

// changed is the answer of d, to which elements are added, or from which they are
// taken away; or the new answer itself.
func (c ChoicePoint) changed(d Dialect, how, elements string) (string, error) {
	if how == "" {
		return elements, nil
	}
	if c.Elements == nil {
		return "", fmt.Errorf("%s is no set that %s= could change", c.Name, how)
	}
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '+' })
	}
	has, put := split(strings.ToLower(c.Get(d))), split(elements)
	for _, e := range put {
		if !slices.ContainsFunc(c.Elements, func(k string) bool { return strings.EqualFold(k, e) }) {
			return "", fmt.Errorf("%s has no element %q; there are %s", c.Name, e, strings.Join(c.Elements, ", "))
		}
	}
	has = slices.DeleteFunc(has, func(e string) bool { return e == "none" || slices.Contains(put, e) })
	if how == "+" {
		has = append(has, put...)
	}
	if len(has) == 0 {
		return "none", nil
	}
	return strings.Join(has, " "), nil
}

var opNames = []string{
	ThrowTo: "throwTo", Take: "take", Put: "put", Lock: "lock", Acquire: "acquire", AcquireOpen: "acquire-open",
	Wait: "wait", WaitUntil: "wait-until", Join: "join", JoinTimeout: "join-timeout", JoinShielded: "join-shielded", Sleep: "sleep",
	Foreign: "foreign", ForeignInt: "foreign-interruptible", Point: "point", Force: "force", Busy: "busy", ForeignUntil: "foreign-until",
	Receive: "receive",
}

var cueNames = []string{"send", "thunk", "enter", "leave", "unwind", "block", "point", "sent"}

// String names the operations of s.
func (s OpSet) String() string { return setText(s, opNames) }

// String names the cues of s.
func (s Cues) String() string { return setText(s, cueNames) }

// setText names the elements of a set: names[i] is that of bit i.
func setText[S ~uint64 | ~uint8](s S, names []string) string {
	var all []string
	for i, name := range names {
		if s>>i&1 != 0 {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, " ")
}

// parseSet is the set that setText writes; + may stand for a blank.
func parseSet[S ~uint64 | ~uint8](text string, names []string, what string) (s S, err error) {
	if text == "none" {
		return 0, nil
	}
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '+' }) {
		i := slices.IndexFunc(names, func(n string) bool { return n != "" && strings.EqualFold(n, name) })
		if i < 0 {
			return 0, fmt.Errorf("there is no %s %q", what, name)
		}
		s |= 1 << i
	}
	return s, nil
}
