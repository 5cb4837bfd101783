package litmus

import (
	"fmt"
	"strings"

	"github.com/interject/interject/model"
)

// Usage is the form with its arguments, for messages and documentation:
// throwTo THREAD-OR-SELF CLASS.
func (f *Form) Usage() string {
	args := f.argNames()
	switch {
	case f.Op == model.Put:
		args[len(args)-1] = "[N=full]"
	case f.Number == MayNumber:
		args[len(args)-1] = fmt.Sprintf("[N=%d]", f.Default)
	}
	switch f.After {
	case "":
	case "=":
		args[len(args)-1] += "="
	default:
		args = append(args, f.After)
	}
	parts := []string{f.Word}
	if f.Before == 0 {
		parts = append(parts, args...)
	}
	for i, joiner := range f.Blocks {
		if i > 0 {
			parts = append(parts, joiner)
		}
		if i > 0 && i == f.Before {
			parts = append(parts, args...)
		}
		parts = append(parts, "{ }")
	}
	return strings.Join(parts, " ")
}

// argNames are placeholders for the names and the number of the form.
func (f *Form) argNames() []string {
	var args []string
	for _, r := range f.Names {
		args = append(args, strings.ToUpper(strings.ReplaceAll(r.String(), " ", "-")))
	}
	if f.Number != NoNumber {
		args = append(args, "N")
	}
	return args
}
