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
	Get    func(Dialect) string
	Set    func(*Dialect, string) error
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
	c := ChoicePoint{Name: f.Name, Values: names}
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
	reflect.TypeFor[Order]():   {"fifo", "lifo", "any", "slot", "coalesce"},

	reflect.TypeFor[ThrowToIdiom]():  {"primitive", "thunk"},
	reflect.TypeFor[KillIdiom]():     {"primitive", "exception", "thunk"},
	reflect.TypeFor[ExitIdiom]():     {"primitive", "exception"},
	reflect.TypeFor[ProtectIdiom]():  {"bare", "masked"},
	reflect.TypeFor[BracketIdiom]():  {"bare", "masked"},
	reflect.TypeFor[WithLockIdiom](): {"bare", "masked", "local"},
}

func answerOf(v reflect.Value, names []string) string {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return "yes"
		}
		return "no"
	case reflect.Int:
		return fmt.Sprint(v.Int())
	case reflect.Uint64:
		return OpSet(v.Uint()).String()
	}
	return names[v.Uint()]
}

func setAnswer(v reflect.Value, names []string, field, to string) error {
	i := slices.Index(names, to)
	switch {
	case v.Kind() == reflect.Int:
		var n int64
		if _, err := fmt.Sscan(to, &n); err != nil || n < 0 {
			return fmt.Errorf("%s takes a number, not %q", field, to)
		}
		v.SetInt(n)
	case v.Kind() == reflect.Uint64:
		s, err := parseOps(to)
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		v.SetUint(uint64(s))
	case i < 0:
		return fmt.Errorf("%s is %s, not %q", field, strings.Join(names, " or "), to)
	case v.Kind() == reflect.Bool:
		v.SetBool(to == "yes")
	default:
		v.SetUint(uint64(i))
	}
	return nil
}

// With is d with one choice point changed, as in "order=lifo": what if?
func (d Dialect) With(setting string) (Dialect, error) {
	name, to, ok := strings.Cut(setting, "=")
	if !ok {
		return d, fmt.Errorf("a setting is written point=answer, not %q", setting)
	}
	var names []string
	for _, c := range ChoicePoints() {
		if strings.EqualFold(c.Name, strings.ReplaceAll(name, "-", "")) {
			if err := c.Set(&d, strings.ToLower(to)); err != nil {
				return d, err
			}
			d.Name += "[" + strings.ToLower(setting) + "]"
			return d, nil
		}
		names = append(names, strings.ToLower(c.Name))
	}
	return d, fmt.Errorf("there is no choice point %q; there are %s", name, strings.Join(names, ", "))
}

var opNames = map[Op]string{
	ThrowTo: "throwTo", Take: "take", Put: "put", Lock: "lock", Acquire: "acquire", Wait: "wait", WaitUntil: "wait-until",
	Join: "join", JoinTimeout: "join-timeout", Sleep: "sleep", Foreign: "foreign", ForeignInt: "foreign-interruptible",
}

// String names the operations of s.
func (s OpSet) String() string {
	var all []string
	for o := Op(1); o < 64; o++ {
		if s.Has(o) {
			all = append(all, opNames[o])
		}
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, " ")
}

func parseOps(text string) (s OpSet, err error) {
	if text == "none" {
		return 0, nil
	}
	for name := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '+' }) {
		op := Op(0)
		for o, n := range opNames {
			if strings.EqualFold(n, name) {
				op = o
			}
		}
		if op == 0 {
			return 0, fmt.Errorf("there is no blocking operation %q", name)
		}
		s |= Ops(op)
	}
	return s, nil
}
