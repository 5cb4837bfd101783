package linearizability

import (
	"slices"

	"github.com/interject/interject/litmus"
)

// unrecorded says that a test uses a form of which histories cannot tell.
func unrecorded(t *litmus.Test) bool {
	return slices.ContainsFunc(t.Features(), func(f string) bool {
		return slices.Contains([]string{"lazy", "force"}, f)
	})
}
