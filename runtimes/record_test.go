package runtimes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// recorders are the drivers with a history mode; the others answer that they have none.
var recorders = []string{"cpython", "ecl", "ghc", "ghc-1cap", "sbcl"}

// hasHistoryMode checks that the driver records, or says that it does not, and goes on afterwards.
func hasHistoryMode(t *testing.T, d *Driver) {
	t.Helper()
	n := 0
	_, err := d.Record(t.Context(), nop, Options{Runs: 3, Seed: seed, Limit: limit}, func(r Recorded) error {
		if r.History != nil {
			n++
		}
		return nil
	})
	no := (*Unsupported)(nil)
	switch has := slices.Contains(recorders, d.Name()); {
	case has && (err != nil || n != 3):
		t.Errorf("%d histories of 3 runs, %v", n, err)
	case !has && (!errors.As(err, &no) || no.Why != "no mode history"):
		t.Errorf("%v, want no mode history", err)
	}
}

// recorded runs a test in history mode and says which of its histories the edition
// forbids.
func recorded(t *testing.T, d *Driver, test *litmus.Test, edition model.Dialect, o Options) (histories int, wrong []string) {
	t.Helper()
	_, err := d.Record(t.Context(), ProgramOf(test), o, func(r Recorded) error {
		if r.History == nil {
			return nil
		}
		histories++
		v, err := linearizability.Validate(t.Context(), r.History, edition, test, linearizability.Options{})
		if err == nil && v.Verdict == linearizability.Forbidden {
			wrong = append(wrong, fmt.Sprintf("%s forbids a history of %s: %s\n%s", edition.Name, test.Path(), v.Why, chart(r.History)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return histories, wrong
}

// recordable says that a claim is one to be checked in runs that are recorded, too: recording
// takes away none of several outcomes that must be seen, and adds none.
func (c claim) recordable() bool {
	return slices.Contains(recorders, c.runtime) && len(c.must) > 1 && c.runs <= 1000
}

func countedOfRecorded(t *testing.T, d *Driver, wire string, runs int, seed uint64) (map[string]int, string) {
	t.Helper()
	tally, err := d.Record(t.Context(), Program{Name: t.Name(), Wire: wire}, Options{Runs: runs, Seed: seed, Limit: limit}, func(Recorded) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return tally.Counts, ""
}

// A driver whose history is not one is broken, by what it said.
func TestBadHistories(t *testing.T) {
	for marks, why := range map[string]string{
		`[1,1,1,4,0]`:                            "no such thread",
		`[0,0,1,4,0]`:                            "no stamp",
		`[0,1,9,4,0]`:                            "want 1 to 4",
		`[0,1,1,3,0]`:                            "no statement that is recorded",
		`[0,1,1,99,0]`:                           "no statement that is recorded",
		`[0,1,3,4,0]`:                            "set is an operation",
		`[0,1,1,5,0]`:                            "log is an operation, or a point",
		`[0,1,2,4,0]`:                            "it returns, and was not called",
		`[0,1,4,0,7]`:                            "no signal was sent",
		`[0,1,1,4,0],[0,1,2,4,0],[0,2,3,5,0,0]`:  "a mark is 5 numbers",
		`[0,1,1,4,0],[0,1,2,4,0]`:                "two marks have the stamp 1",
		`[0,1,1,4,0],[0,2,2,4,0],[0,3,3,5,-1]`:   "a mark is 5 numbers",
		`[0,1,1,4,0],[0,2,2,4,0],["0",3,3,5,-1]`: "cannot unmarshal",
	} {
		d := fake(t, "history "+marks)
		_, err := d.Record(t.Context(), logs, Options{Runs: 1}, func(Recorded) error { return nil })
		if broken := (*Broken)(nil); !errors.As(err, &broken) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v; want %s", marks, err, why)
		}
	}
}

// logs is what the planted drivers say that they ran. Its statements begin with the fourth,
// fifth and sixth parenthesis.
var logs = Program{Name: "logs", Wire: "(litmus 1 logs (flag x) (thread a (set x 1) (log p) (log q)))"}

// A history of a runtime that does what its edition does not allow is rejected, though the
// outcome is fine; the same without the fault is not.
func TestBadRunIsRejected(t *testing.T) {
	test, err := litmus.ReadWire(logs.Wire)
	if err != nil {
		t.Fatal(err)
	}
	edition, err := model.Edition("ghc@doc2010")
	if err != nil {
		t.Fatal(err)
	}
	for marks, good := range map[string]bool{
		`[0,1,1,4,0],[0,2,2,4,0],[0,3,3,5,0],[0,5,3,6,0]`: true,
		`[0,5,3,6,0],[0,2,2,4,0],[0,1,1,4,0],[0,3,3,5,0]`: true, // a driver may give them in any order
		`[0,1,1,4,0],[0,2,2,4,0],[0,3,3,6,0],[0,4,3,5,0]`: false,
		`[0,1,1,4,0],[0,2,2,4,0],[0,3,3,5,0]`:             false,
		`[0,1,3,5,0],[0,2,1,4,0],[0,3,2,4,0],[0,4,3,6,0]`: false,
	} {
		n, wrong := recorded(t, fake(t, "history "+marks), test, edition, Options{Runs: 1})
		if n != 1 || (len(wrong) == 0) != good {
			t.Errorf("%s: %d histories, %v", marks, n, wrong)
		}
	}
}
