package properties

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/interject/interject/model"
)

const faultsDoc = "../docs/results/properties.md"

// Every law has been seen to fail: for each there is a mistake in the semantics
// under which an edition that keeps it no longer does.
func TestEveryLawCanFail(t *testing.T) {
	faults := Faults()
	caught := make([]string, len(Laws))
	var all sync.WaitGroup
	slots := make(chan bool, 2)
	for i := range Laws {
		slots <- true
		all.Go(func() {
			defer func() { <-slots }()
			caught[i] = caughtBy(t, &Laws[i], faults)
		})
	}
	all.Wait()
	var b bytes.Buffer
	fmt.Fprintf(&b, faultsHead, len(Laws), len(faults))
	for i, c := range caught {
		if c == "" {
			t.Errorf("%s holds whatever mistake is made: it can never fail, or a fault is missing", Laws[i].Name)
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", Laws[i].Name, c)
	}
	if *update {
		if err := os.MkdirAll("../docs/results", 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, faultsDoc, b.Bytes())
		return
	}
	if got, err := os.ReadFile(faultsDoc); err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("docs/results/properties.md is not what is found now; run go test ./properties -run TestEveryLawCanFail -update (%v)", err)
	}
}

const faultsHead = `# Laws and mistakes

Each of the %d laws of [laws.md](../laws.md), and the first of %d mistakes made in the semantics on purpose by which an edition
that keeps the law stops keeping it: statements taken for others, steps that tell something else than they did, rules left out,
choice points moved. A law that nothing could break would say nothing. Found, and compared with this file, by
` + "`go test ./properties -run TestEveryLawCanFail`" + `, which rewrites it with -update.

| law | mistake, edition, and what is then seen |
|---|---|
`

// caughtBy is the first fault under which an edition that keeps a law does not.
func caughtBy(t *testing.T, l *Law, faults []Fault) string {
	ctx := context.Background()
	r := Range{Size: 1, Beyond: 6, Random: 10, Seed: 3, States: 3000}
	for _, d := range model.Editions {
		if f, err := l.Try(ctx, d, r); err != nil || len(f.Lacks) > 0 || f.Against != nil {
			continue
		}
		for i := range faults {
			changed := d
			if f := faults[i].Dialect; f != nil && !f(&changed) {
				continue
			}
			r.Fault = &faults[i]
			f, err := l.Try(ctx, d, r)
			if err != nil {
				continue // the faulty dialect cannot express a program
			}
			if f.Against != nil {
				return fmt.Sprintf("%s, in %s: %s", faults[i].Name, d.Name, f.Against.Why)
			}
		}
		r.Fault = nil
	}
	return ""
}
