//go:build faults

package properties

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/runtimes"
)

// A fault is given so many programs of each edition and so much time; a process that says
// nothing for longer has stopped, which its runs on goroutines show.
const (
	faultPrograms = 150
	faultTime     = 20 * time.Second
	faultStopped  = 3 * time.Minute
)

// INTERJECT_FAULT=N switches fault N on in all tests of this package: to see what one
// makes of a property, and of what a fuzz target finds.
func init() {
	if n, err := strconv.Atoi(os.Getenv("INTERJECT_FAULT")); err == nil {
		impl.SetFault(impl.Fault(n))
	}
}

// Each seeded fault of impl is looked for by the properties of impl, on programs made at
// random: go test -tags faults -run TestImplFaults ./properties -update.
func TestImplFaults(t *testing.T) {
	if !*update {
		t.Skip("takes long; -update writes what comes of it")
	}
	var b bytes.Buffer
	for f := impl.NoFault + 1; f < impl.Faults; f++ {
		line, err := json.Marshal(lookFor(t, f))
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	write(t, implFaultsGolden, b.Bytes())
	write(t, faultsDoc, faultsDocument(readFaults(t)))
}

// lookFor has a process of its own look for a fault, which may kill or stop it.
func lookFor(t *testing.T, f impl.Fault) implFault {
	ctx, cancel := context.WithTimeout(t.Context(), faultStopped)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestOneImplFault$", "-test.timeout", "0")
	cmd.Env = append(os.Environ(), fmt.Sprintf("INTERJECT_FAULT=%d", f))
	out, err := cmd.CombinedOutput()
	found := implFault{Number: int(f), Name: f.String(), By: map[string]string{}}
	property, at := "", ""
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		switch parts := strings.Split(s.Text(), "\t"); parts[0] {
		case "AT":
			property, at = parts[1], parts[2]
		case "CAUGHT":
			found.By[parts[1]] = parts[2]
		}
	}
	switch {
	case err != nil && property == "":
		t.Fatalf("fault %d: %v\n%s", f, err, out)
	case ctx.Err() != nil:
		found.By[property] = at + ": no run ended"
	case err != nil:
		found.By[property] = at + ": the process died"
	}
	return found
}

// TestOneImplFault is the process of lookFor.
func TestOneImplFault(t *testing.T) {
	if os.Getenv("INTERJECT_FAULT") == "" {
		t.Skip("is called by TestImplFaults")
	}
	caught, began := map[string]bool{}, time.Now()
	for seed := uint64(1); seed <= faultPrograms && time.Since(began) < faultTime; seed++ {
		for _, d := range runtimes.ImplEditions() {
			for _, p := range programProperties {
				if !ofImpl[p.name] || caught[p.name] {
					continue
				}
				x := gen.Program(gen.Of(d), programSize, gen.Seeded(seed))
				at := fmt.Sprintf("%s seed %d", d.Name, seed)
				fmt.Printf("AT\t%s\t%s\n", p.name, at)
				if p.bad(d, x, nil) != "" {
					caught[p.name] = true
					fmt.Printf("CAUGHT\t%s\t%s\n", p.name, at)
				}
			}
		}
	}
}
