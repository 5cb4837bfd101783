package scenario_test

import (
	"context"
	"testing"

	"github.com/interject/interject/bench/scenario"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// The counts are those that SPIN finds too, from the exported models.
func TestScenarios(t *testing.T) {
	for _, c := range []struct {
		name             string
		states, outcomes int
	}{
		{"kill_2_1", 425, 4}, {"kill_2_2", 1178, 7}, {"kill_3_2", 7011, 8}, {"kill_4_2", 41804, 8},
		{"ring_2", 147, 9}, {"ring_3", 2614, 37}, {"ring_4", 40763, 133}, {"ring_5", 602542, 461},
		{"fifo_2_1", 542, 9}, {"fifo_3_1", 6030, 31}, {"fifo_3_2", 6068, 31}, {"fifo_4_2", 71184, 129},
	} {
		test, err := scenario.Named(c.name)
		if err != nil {
			t.Fatal(err)
		}
		a, err := test.Explore(context.Background(), model.GHCDoc2010, explore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a.Partial || a.States != c.states || len(a.Outcomes) != c.outcomes {
			t.Errorf("%s: %d states, %d outcomes; want %d, %d", c.name, a.States, len(a.Outcomes), c.states, c.outcomes)
		}
	}
}

func TestNoScenario(t *testing.T) {
	for _, name := range []string{"", "kill", "kill_2", "ring_1", "ring_0", "fifo_2_x", "bell_2", "ring_65"} {
		if _, err := scenario.Named(name); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}
