package linearizability

import (
	"slices"

	"github.com/interject/interject/litmus"
)

// isUnrecorded says that a test uses a form of which histories cannot tell.
func isUnrecorded(t *litmus.Test) bool {
	return slices.ContainsFunc(t.Features(), func(f string) bool {
		return slices.Contains([]string{"lazy", "force", "send", "receive", "trap on", "trap off", "link", "unlink"}, f)
	})
}
