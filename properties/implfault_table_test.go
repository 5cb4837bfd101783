package properties

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

const implFaultsGolden = "testdata/implfaults.jsonl"

// ofImpl are the properties that run impl.
var ofImpl = map[string]bool{"interleavings": true, "parallel": true, "histories": true}

// implFault is what the properties of impl made of one of its seeded faults.
type implFault struct {
	Number int
	Name   string
	By     map[string]string // property: the program by which it was caught
}

func readImplFaults() (all []implFault, err error) {
	src, err := os.ReadFile(implFaultsGolden)
	if err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(src)); lines.Scan(); {
		var f implFault
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// Each property of impl has caught faults of impl.
func TestPropertiesCatchImplFaults(t *testing.T) {
	all, err := readImplFaults()
	if err != nil {
		t.Fatal(err)
	}
	for p := range ofImpl {
		if n := caughtFaults(all, p); n == 0 {
			t.Errorf("%s has caught none of %d faults", p, len(all))
		}
	}
}

func caughtFaults(all []implFault, property string) (n int) {
	for _, f := range all {
		if f.By[property] != "" {
			n++
		}
	}
	return n
}

func implFaultRows(b *bytes.Buffer) {
	all, _ := readImplFaults()
	fmt.Fprintf(b, implFaultsHead, len(all), caughtFaults(all, "interleavings"), caughtFaults(all, "parallel"), caughtFaults(all, "histories"))
	for _, f := range all {
		fmt.Fprintf(b, "| %d | %s |", f.Number, f.Name)
		for _, p := range programProperties {
			if !ofImpl[p.name] {
				continue
			}
			by := f.By[p.name]
			if by == "" {
				by = "·"
			}
			fmt.Fprintf(b, " %s |", by)
		}
		b.WriteString("\n")
	}
}

const implFaultsHead = `
## Mistakes in impl

The same for the %d mistakes that can be switched on in impl: the first program made at random on which each property of impl is
seen not to hold; ` + "`check gen -random 1 -statements 8 -d EDITION -seed SEED`" + ` prints it.
Interleavings catch %d, runs on goroutines %d, histories %d. A · is none of the programs that could be tried in twenty
seconds, 150 of each edition at most: small random programs seldom have what such a mistake needs. The catalogue has it, by which
[faults.md](faults.md) has each mistake caught that a program can show. Made by ` + "`go test -tags faults -run TestImplFaults ./properties -update`" + `.

| | mistake in impl | interleavings | parallel | histories |
|---|---|---|---|---|
`
