package linearizability

import (
	"os"
	"slices"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// proven are the editions for which the judges have been held against each other
// and against the enumeration of all views. docs/traces.md says what that means
// for the others.
var proven = []model.Dialect{model.GHCDoc2010, model.GHC90OneCap, model.SBCLDoc}

// unrecorded says that a test uses a form of which histories do not tell yet.
func unrecorded(t *litmus.Test) bool {
	return slices.ContainsFunc(t.Features(), func(f string) bool {
		return slices.Contains([]string{"lazy", "force", "timeout", "join timeout"}, f)
	})
}

// knownOpen skips a property that does not hold since the semantics was widened: the
// judges part on a few small programs. docs/traces.md names them.
func knownOpen(t *testing.T) {
	if os.Getenv("INTERJECT_OPEN") == "" {
		t.Skip("known not to hold: see the end of docs/traces.md; INTERJECT_OPEN=1 runs it")
	}
}
