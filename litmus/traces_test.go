package litmus_test

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

const tracesGolden = "testdata/traces.golden"

// Every rule stands in a golden trace: a shortest run of a test of the catalogue in
// which it is used, with what can be seen at its end. The rules still allow it.
func TestGoldenTraces(t *testing.T) {
	src, err := os.ReadFile(tracesGolden)
	if err != nil && !*update {
		t.Fatal(err)
	}
	traces := map[string]string{}
	for line := range strings.Lines(string(src)) {
		id, trace, _ := strings.Cut(strings.TrimSpace(line), " ")
		traces[id] = trace
	}
	if *update {
		completeTraces(t, traces)
	}
	for _, r := range model.Rules {
		trace, ok := traces[r.ID]
		if !ok {
			t.Errorf("rule %s %s stands in no golden trace: go test ./litmus -run TestGoldenTraces -update", r.ID, r.Name)
		} else if err := replay(trace, r.ID); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
}

// replay runs a line of the golden file, test, edition, labels -> outcome, and says
// what is wrong with it.
func replay(trace, rule string) error {
	run, want, _ := strings.Cut(trace, " -> ")
	words := strings.Fields(run)
	if len(words) < 3 {
		return fmt.Errorf("a line is ID TEST EDITION LABEL... -> OUTCOME, not %q", trace)
	}
	d, err := model.Edition(words[1])
	if err != nil {
		return err
	}
	m, err := machineOf(words[0], d)
	if err != nil {
		return err
	}
	at, uses := m.Start(), false
	for _, label := range words[2:] {
		next, ok := follow(m, at, label)
		if !ok {
			return fmt.Errorf("%s under %s: %s is not possible there", words[0], words[1], label)
		}
		at, uses = next, uses || strings.HasPrefix(label, rule+"@")
	}
	switch got := litmus.OutcomeOf(m, at).String(); {
	case !uses:
		return fmt.Errorf("%s under %s does not use it", words[0], words[1])
	case got != want:
		return fmt.Errorf("%s under %s ends in\n  %s, not in\n  %s", words[0], words[1], got, want)
	}
	return nil
}

func machineOf(test string, d model.Dialect) (*model.Machine, error) {
	for _, x := range litmus.All() {
		if x.Path() == test {
			return x.Machine(d)
		}
	}
	return nil, fmt.Errorf("there is no test %s", test)
}

func follow(m *model.Machine, at model.Config, label string) (model.Config, bool) {
	moves, _ := m.Moves(at)
	for _, v := range moves {
		if m.String(v.Label) == label {
			return v.To, true
		}
	}
	return nil, false
}

// completeTraces finds a trace for each rule that has none, or one that is no longer
// possible, and writes the file.
func completeTraces(t *testing.T, traces map[string]string) {
	missing := 0
	for _, r := range model.Rules {
		if replay(traces[r.ID], r.ID) != nil {
			delete(traces, r.ID)
			missing++
		}
	}
	if missing > 0 {
		for id, line := range shortestRuns(t) {
			if traces[id] == "" {
				traces[id] = line
			}
		}
	}
	var b strings.Builder
	for _, r := range model.Rules {
		if traces[r.ID] != "" {
			fmt.Fprintln(&b, r.ID, traces[r.ID])
		}
	}
	if err := os.WriteFile(tracesGolden, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// shortestRuns is a trace for each rule: of the shortest witnesses that use it, the first.
func shortestRuns(t *testing.T) map[string]string {
	best, length := map[string]string{}, map[string]int{}
	for _, x := range litmus.All() {
		for _, d := range model.Editions {
			if len(x.MissingIn(d)) > 0 {
				continue
			}
			a, err := x.Explore(context.Background(), d, explore.Options{MaxStates: bound})
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range a.Outcomes {
				run, _ := a.Witness(o)
				moves, err := a.Machine.Replay(run)
				if err != nil {
					t.Fatal(err)
				}
				if len(moves) == 0 {
					continue
				}
				line := fmt.Sprintf("%s %s %s -> %s", x.Path(), d.Name, a.Machine.Path(run), litmus.OutcomeOf(a.Machine, moves[len(moves)-1].To))
				for _, l := range run {
					if id := model.Rules[l.Rule].ID; length[id] == 0 || len(run) < length[id] {
						best[id], length[id] = line, len(run)
					}
				}
			}
		}
	}
	return best
}

// Nothing conforms by silence: that a thread stays receptive with a signal pending is an
// outcome, which only a system has that must be given a cue to look for signals.
func TestSilenceIsAnOutcome(t *testing.T) {
	stays := map[string]bool{}
	for _, x := range litmus.All() {
		src, err := os.ReadFile(path.Join("catalogue", x.Path()+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		edition := ""
		for line := range strings.Lines(string(src)) {
			if !strings.HasPrefix(line, " ") {
				edition, _, _ = strings.Cut(line, ":")
			} else if strings.Contains(line, "(pending)") {
				stays[edition] = true
			}
		}
	}
	for name := range stays {
		if d, err := model.Edition(name); err != nil || d.Arm == 0 {
			t.Errorf("%s promises receipt, and a thread ends receptive with a signal pending", name)
		}
	}
	if len(stays) == 0 {
		t.Error("no edition leaves a signal behind: is that still seen?")
	}
}
