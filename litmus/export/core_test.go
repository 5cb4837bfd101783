package export_test

import (
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/export"
	"github.com/interject/interject/model"
)

// The same test gives the same text, under every edition that is in the core.
func TestPromelaIsStable(t *testing.T) {
	for _, test := range litmus.All() {
		for _, d := range model.Editions {
			first, err := export.Promela(test, d)
			if err != nil {
				continue
			}
			if again, err := export.Promela(test, d); err != nil || again != first {
				t.Fatalf("%s under %s: two exports differ: %v", test.Name, d.Name, err)
			}
		}
	}
}

// A dialect with an answer that the export has no rules for is refused, and the
// answer named.
func TestDialectsOutsideTheCore(t *testing.T) {
	for _, setting := range []string{"sync=no", "arrival=any-time", "arrival=on-return", "self-now=no", "gone-error=yes",
		"keep=last", "keep=once", "unwind-points=anywhere", "hand-off=none", "two-step-exit=yes", "deadlock=yes", "retry=acquire", "no-point=point"} {
		point, _, _ := strings.Cut(setting, "=")
		_, err := export.Promela(named(t, "mutual-kill"), changed(t, "ghc@doc2010", setting))
		if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(point, "-", "")) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

func TestOutcomesThatAreNone(t *testing.T) {
	if _, err := export.Outcomes("outcome: a=returned; b=\n"); err == nil {
		t.Error("an outcome cut short was accepted")
	}
	if s, err := export.Outcomes("pan: wrote\noutcome: a=returned\n"); err != nil || len(s.Outcomes) != 1 {
		t.Errorf("%v, %v", s, err)
	}
}
