package reduce_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/model/reduce"
)

// harmless are the faults that no comparison can see, because they are none.
// docs/reductions.md has the reasons.
var harmless = map[string]string{
	"sends take part":            "what they touch forbids it, whatever is said of the rules",
	"fork takes part":            "what it touches forbids it, whatever is said of the rule",
	"merged though not: " + cues: "a step that is merged changes neither the cue nor what heeds it",
	"lazy throws and foreign":    "nothing is received in a foreign call, and nothing ends it early",
	"lazy throws and settle":     "where signals arrive at once nothing flies, and settle never waits",
}

// undecided are the premises of which it is not known whether they are needed, and statements
// of which it is not known whether they matter; they stay. Each with choice points so that
// it makes a difference, where few dialects by chance have such.
var undecided = map[string][]string{
	"lazy though not: who receives goes on, if only to unwind (fatal)":                       {"fatal=yes"},
	"lazy though not: senders only append (direct, arrival, keep)":                           nil,
	"lazy though not: nobody sees who waits (deadlock, false-death, two-step-exit, booting)": nil,
	"lazy throws and timeout": nil,
	"lazy throws and lazy":    nil,
}

const cues = "threads look for signals always, not after cues (arm)"

// caught is when a fault was first caught, and how often.
type caught struct{ first, times, tried int }

// Every fault is caught by a counterexample made for it, or is proved to be none, or it is
// said that nobody knows. With FAULTS set, all are tried with all and with random
// programs, which says how often each is caught.
func TestReductionFaultsAreCaught(t *testing.T) {
	table := make([]caught, len(reduce.Faults))
	for _, p := range directed {
		tryFaults(t, parse(t, p.src), p.dialect(t), table)
	}
	if os.Getenv("FAULTS") != "" {
		tryAtRandom(t, number(t, 3000), table)
	}
	for i, f := range reduce.Faults {
		c := table[i]
		t.Logf("| %s | %d | %d of %d | %.2f %% |", f.Name, c.first, c.times, c.tried, 100*float64(c.times)/float64(max(c.tried, 1)))
		if supposed := supposedHarmless(f); supposed != (c.times == 0) {
			t.Errorf("%q was caught in %d of %d programs, supposed to be harmless: %v", f.Name, c.times, c.tried, supposed)
		}
	}
}

func supposedHarmless(f reduce.Fault) bool {
	_, none := harmless[f.Name]
	_, unknown := undecided[f.Name]
	return none || unknown
}

// tryAtRandom tries all faults on n seeds.
func tryAtRandom(t *testing.T, n int, table []caught) {
	for seed := range uint64(n) {
		d := dialect(seed)
		test, _ := write(seed, d, 9, seed%3 == 0)
		tryFaults(t, test, d, table)
		d = lazyDialect(seed)
		test, _ = write(seed, d, 9, seed%3 == 0)
		tryFaults(t, test, d, table)
		d = dialect(seed)
		test, _ = writeAlike(seed, d, 6)
		tryFaults(t, test, d, table)
	}
}

// open says that the fault is yet to be tried.
func (c caught) open() bool { return c.times == 0 || os.Getenv("FAULTS") != "" }

func tryFaults(t *testing.T, test *litmus.Test, d model.Dialect, table []caught) {
	m, err := test.Machine(d)
	if err != nil {
		t.Fatal(err)
	}
	var plain found
	for i, f := range reduce.Faults {
		c := &table[i]
		if !c.open() || !f.Applies(d) {
			continue
		}
		if plain.Allowed == nil {
			if plain, err = search(test, m, reduce.New(m, 0)); err != nil {
				t.Fatal(err)
			}
		}
		if plain.Partial || plain.States > limit/10 {
			return
		}
		c.tried++
		if err := noticed(test, m, plain, f.Plant(m)); err != nil {
			if c.times == 0 {
				c.first = c.tried
			}
			c.times++
		}
	}
}

var refusals = []string{
	"none of them can step", "a sender that is not blocked in its throwTo", "a throwTo that is not queued", "whose threads were renamed",
}

// noticed is agree for a system with a fault: the search itself refuses agents that
// cannot step, and the semantics threads that wait for a signal that is not there;
// nothing else that panics counts as noticed.
func noticed(t *litmus.Test, m *model.Machine, plain found, s explore.Reducer[model.Part]) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if text, ok := p.(string); !ok || !slices.ContainsFunc(refusals, func(r string) bool { return strings.Contains(text, r) }) {
				panic(p)
			}
			err = fmt.Errorf("refused: %v", p)
		}
	}()
	_, err = agree(t, m, plain, s)
	return err
}
