package properties

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/interject/interject/model"
)

const (
	faultsGolden = "testdata/faults.jsonl"
	faultsDoc    = "../docs/results/properties.md"
)

// seen is how a law was seen to fail.
type seen struct {
	Law, Fault, Edition, Why string
	Wide                     bool `json:",omitempty"` // only in the wide range
}

// Faults are looked for in the narrow range first: most mistakes show in small
// programs.
func faultRange(wide bool) Range {
	if wide {
		return Range{Size: 1, Beyond: 40, Random: 40, Seed: 3, States: 2000}
	}
	return Range{Size: 0, Beyond: 14, Random: 10, Seed: 3, States: 2000}
}

// unkept is what is written for a law that no edition keeps.
const unkept = "none is needed: it is not kept"

// Every law has been seen to fail: for each there is a mistake in the semantics
// under which an edition that keeps it no longer does, and it still shows.
func TestEveryLawCanFail(t *testing.T) {
	faults := map[string]Fault{}
	for _, f := range Faults() {
		faults[f.Name] = f
	}
	if *update {
		updateFaults(t, faults)
	}
	known := readFaults(t)
	for i := range Laws {
		l := &Laws[i]
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			k, ok := known[l.Name]
			if !ok {
				t.Fatal("it has never been seen to fail; run go test ./properties -run TestEveryLawCanFail -update, and if that finds nothing, make a mistake that breaks it")
			}
			if stillSeen(l, k, faults) == "" {
				t.Errorf("%s in %s is no longer noticed; run with -update", k.Fault, k.Edition)
			}
		})
	}
	if got, err := os.ReadFile(faultsDoc); err != nil || !bytes.Equal(got, faultsDocument(known)) {
		t.Errorf("docs/results/properties.md is not what is recorded (%v); run with -update", err)
	}
}

// stillSeen is how a law fails as it was seen to; empty if it does not.
func stillSeen(l *Law, k seen, faults map[string]Fault) string {
	d, err := model.Edition(k.Edition)
	if err != nil {
		return ""
	}
	f, ok := faults[k.Fault]
	for _, wide := range []bool{k.Wide, true} { // other programs are made when the language grows
		r := faultRange(wide)
		switch {
		case ok:
			r.Fault = &f
		case k.Fault != unkept:
			return ""
		}
		if got, err := l.Try(context.Background(), d, r); err == nil && got.Against != nil {
			return got.Against.Why
		}
	}
	return ""
}

func readFaults(t *testing.T) map[string]seen {
	src, err := os.ReadFile(faultsGolden)
	if err != nil && !*update {
		t.Fatal(err)
	}
	known := map[string]seen{}
	for lines := bufio.NewScanner(bytes.NewReader(src)); lines.Scan(); {
		var k seen
		if err := json.Unmarshal(lines.Bytes(), &k); err != nil {
			t.Fatal(err)
		}
		known[k.Law] = k
	}
	return known
}

// updateFaults looks for a fault where the one that is recorded no longer shows.
func updateFaults(t *testing.T, byName map[string]Fault) {
	known, faults := readFaults(t), Faults()
	caught := make([]seen, len(Laws))
	var all sync.WaitGroup
	slots := make(chan bool, 2)
	for i := range Laws {
		slots <- true
		all.Go(func() {
			defer func() { <-slots }()
			k, ok := known[Laws[i].Name]
			if ok {
				k.Why = stillSeen(&Laws[i], k, byName)
			}
			if k.Why == "" {
				k = caughtBy(&Laws[i], faults)
			}
			caught[i] = k
		})
	}
	all.Wait()
	var b bytes.Buffer
	for i, c := range caught {
		if c.Law == "" {
			t.Errorf("%s holds whatever mistake is made: it can never fail, or a fault is missing", Laws[i].Name)
			continue
		}
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	write(t, faultsGolden, b.Bytes())
	if err := os.MkdirAll("../docs/results", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, faultsDoc, faultsDocument(readFaults(t)))
}

func faultsDocument(known map[string]seen) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, faultsHead, len(Laws))
	for i := range Laws {
		k := known[Laws[i].Name]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", Laws[i].Name, k.Fault, k.Edition, strings.ReplaceAll(k.Why, "|", "\\|"))
	}
	b.WriteString(programFaultsHead)
	for _, p := range programProperties {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.name, p.say, programFaults()[p.name].Name)
	}
	implFaultRows(&b)
	b.WriteString(fuzzSessions)
	return b.Bytes()
}

const faultsHead = `# Laws and mistakes

Each of the %d laws of [laws.md](../laws.md), and the first of the mistakes made in the semantics on purpose by which an edition
that keeps the law stops keeping it: statements taken for others, steps that tell something else than they did, rules left out,
choice points moved. A law that nothing could break would say nothing. Every run of the tests makes each of these mistakes
again; ` + "`go test ./properties -run TestEveryLawCanFail -update`" + ` looks for them anew.

| law | mistake | edition | what is then seen |
|---|---|---|---|
`

const programFaultsHead = `
The properties of programs that are made at random, and a mistake in the semantics by which each is seen not to hold. That of the
text is made in what is read again, those of impl in the model that it is held against; what the judges of the catalogue find of
mistakes made in impl is in [faults.md](faults.md). TestProgramsCanFail makes each of these mistakes, and looks that the program
which shows it shrinks to at most three statements.

| property | says | mistake |
|---|---|---|
`

const fuzzSessions = `
## Fuzzing

How often each target ran in a session of 28 November 2026, with one worker on a machine that had other work, and what it found. The
targets of the properties began with the corpus of properties/testdata/fuzz; [properties.md](../properties.md) says how to go on.

| package | target | seconds | executions | new coverage | found |
|---|---|---|---|---|---|
| properties | FuzzSearch | 90 | 7265 | 46 | |
| properties | FuzzWitness | 90 | 8786 | 48 | |
| properties | FuzzText | 90 | 4589 | 36 | |
| properties | FuzzSane | 90 | 1217 | 36 | |
| properties | FuzzReduced | 90 | 7524 | 38 | |
| properties | FuzzInterleavings | 90 | 1577 | 40 | |
| properties | FuzzParallel | 90 | 2537 | 41 | |
| properties | FuzzHistories | 90 | 666 | 35 | |
| litmus | FuzzParse | 90 | 73499 | 54 | |
| litmus | FuzzWire | 75 | 285269 | 62 | |
| litmus | FuzzOutcome | 75 | 279847 | 23 | |
| litmus/gen | FuzzBytes | 60 | 217725 | 167 | |
| traces | FuzzReader | 60 | 1949 | 1 | |
| traces | FuzzScanner | 60 | 187017 | 29 | |
| linearizability | FuzzValidate | 60 | 258627 | 7 | |
| model/explore | FuzzResume | 60 | 340423 | 23 | |
| runtimes | FuzzDecode | 6 | 18356 | 9 | a driver's empty field was taken for a missing one, and a null ended the decoder |
| runtimes | FuzzDecode, corrected | 60 | 202732 | 145 | |

An execution of a property explores a program two or three times, so that these are sessions to begin with and not a campaign.
FuzzReader runs seldom, since each of its executions follows a history from its beginning.
`

// caughtBy is the first fault under which an edition that keeps a law does not.
func caughtBy(l *Law, faults []Fault) seen {
	for _, wide := range []bool{false, true} {
		for _, d := range model.Editions {
			if s := caughtIn(l, d, faults, wide); s.Law != "" {
				return s
			}
		}
	}
	for _, d := range model.Editions {
		if f, err := l.Try(context.Background(), d, faultRange(true)); err == nil && f.Against != nil {
			return seen{l.Name, unkept, d.Name, f.Against.Why, true}
		}
	}
	return seen{}
}

func caughtIn(l *Law, d model.Dialect, faults []Fault, wide bool) seen {
	ctx, r := context.Background(), faultRange(wide)
	if f, err := l.Try(ctx, d, r); err != nil || len(f.Lacks) > 0 || f.Against != nil {
		return seen{}
	}
	for i := range faults {
		changed := d
		if f := faults[i].Dialect; f != nil && !f(&changed) {
			continue
		}
		r.Fault = &faults[i]
		f, err := l.Try(ctx, d, r)
		if err == nil && f.Against != nil { // with an error, the faulty dialect cannot express a program
			return seen{l.Name, faults[i].Name, d.Name, f.Against.Why, wide}
		}
	}
	return seen{}
}
