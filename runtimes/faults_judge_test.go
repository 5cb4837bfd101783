//go:build faults

package runtimes

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/traces"
)

// The judges, in the order of the table's columns.
const (
	byRuns = iota
	byInterleavings
	byHistories
	judges
)

var judgeNames = [judges]string{"runs", "interleavings", "histories"}

// finding is that a judge has caught a fault.
type finding struct {
	by            int
	where, detail string
}

const faultsPage = "../docs/results/faults.md"

var onlyFaults = flag.String("faults", "", "the `numbers` of the faults to judge, with commas between (default: all)")

// TestFaultsAreCaught lets the judges of the catalogue find each seeded fault of impl.
// With NIGHTLY it asks every judge and writes docs/results/faults.md, of which the rows of
// other faults than those asked for stay; else it begins where that table has the fault
// found, and is content with the first judge that finds it. With INTERJECT_KEEP=DIR it asks
// for histories alone, and keeps the first that shows each fault, as traces/data has them.
func TestFaultsAreCaught(t *testing.T) {
	nightly := os.Getenv("NIGHTLY") != ""
	asked := chosenFaults(t)
	rows := make([][]finding, impl.Faults)
	var group sync.WaitGroup
	slots := make(chan struct{}, 2)
	for _, f := range asked {
		if elsewhere[f] != "" && !nightly {
			continue
		}
		group.Go(func() {
			slots <- struct{}{}
			rows[f] = judgeFault(t, f)
			<-slots
			if len(rows[f]) == 0 && elsewhere[f] == "" {
				t.Errorf("fault %d survives: %s", f, f)
			}
		})
	}
	group.Wait()
	if !nightly {
		return
	}
	old, err := os.ReadFile(faultsPage)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(faultsPage, faultTable(old, asked, rows), 0o666); err != nil {
		t.Error(err)
	}
}

func chosenFaults(t *testing.T) (all []impl.Fault) {
	for word := range strings.SplitSeq(*onlyFaults, ",") {
		n, err := strconv.ParseUint(word, 10, 8)
		if *onlyFaults != "" && (err != nil || n == 0 || n >= uint64(impl.Faults)) {
			t.Fatalf("-faults: %q is none of 1 to %d", word, impl.Faults-1)
		}
		all = append(all, impl.Fault(n))
	}
	if *onlyFaults == "" {
		all = nil
		for f := impl.NoFault + 1; f < impl.Faults; f++ {
			all = append(all, f)
		}
	}
	return all
}

// elsewhere are the faults that no litmus program can show, and why; the tests of impl
// itself find them, by programs in package impl_test that have what the language has not.
var elsewhere = map[impl.Fault]string{
	impl.FaultEdgeTriggered: "no statement swallows an error: unwinding is not code of the program's own",
	impl.FaultUnmaskNoPoint: "a block ends with a safe point, also the empty one of an opened mask",
	impl.FaultDoomedCleans:  "every statement of a cleanup begins with a safe point, at which the doomed thread ends",
}

// judgeFault has a process of its own judge f: the fault may kill or stop it, which is
// how the runs catch it then.
func judgeFault(t *testing.T, f impl.Fault) []finding {
	ctx, cancel := context.WithTimeout(t.Context(), faultLimit())
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestOneFault$", "-test.timeout", "0")
	cmd.Env = append(os.Environ(), fmt.Sprintf("INTERJECT_FAULT=%d", f))
	out, err := cmd.CombinedOutput()
	var all []finding
	at := ""
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		word, rest, _ := strings.Cut(s.Text(), "\t")
		switch parts := strings.Split(rest, "\t"); word {
		case "AT":
			at = rest
		case "CAUGHT":
			by, _ := strconv.Atoi(parts[0])
			all = append(all, finding{by, parts[1], parts[2]})
		}
	}
	switch {
	case ctx.Err() != nil && at != "":
		all = append(all, finding{byRuns, at, "no run ended"})
	case err != nil && at != "":
		all = append(all, finding{byRuns, at, "the process died"})
	case err != nil:
		t.Errorf("fault %d: %v\n%s", f, err, out)
	}
	return all
}

func faultLimit() time.Duration {
	if os.Getenv("NIGHTLY") != "" {
		return 5 * time.Minute
	}
	return time.Minute
}

// TestOneFault is the process of judgeFault.
func TestOneFault(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("INTERJECT_FAULT"))
	if err != nil {
		t.Skip("is called by TestFaultsAreCaught")
	}
	j := &faultJudge{fault: impl.Fault(n), all: os.Getenv("NIGHTLY") != "", keep: os.Getenv("INTERJECT_KEEP")}
	all := questions(t)
	if !j.all {
		known := knownBy(t, j.fault)
		slices.SortStableFunc(all, func(a, b question) int {
			return cmp.Compare(rank(known, a), rank(known, b))
		})
	}
	for _, q := range all {
		if err := j.ask(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		if j.through() {
			return
		}
	}
}

// question is a test under an edition.
type question struct {
	*litmus.Test
	runner *Impl
}

func (q question) where() string { return q.Path() + " " + q.runner.Edition() }

// questions are all that impl can be asked, the smallest programs first.
func questions(t *testing.T) (all []question) {
	size := map[string]int{}
	for _, d := range ImplEditions() {
		r, err := NewImpl(d.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range litmus.All() {
			if len(test.MissingIn(d)) == 0 {
				size[test.Path()] = strings.Count(test.Wire(), "(")
				all = append(all, question{test, r})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b question) int {
		return cmp.Or(cmp.Compare(size[a.Path()], size[b.Path()]), cmp.Compare(a.Path(), b.Path()))
	})
	return all
}

// knownBy is where the table has a fault found, the sure ways first: by interleavings,
// by histories, by runs.
func knownBy(t *testing.T, f impl.Fault) (where []string) {
	table, err := os.ReadFile(faultsPage)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		if !strings.HasPrefix(line, fmt.Sprintf("| %d | ", f)) {
			continue
		}
		cells := strings.Split(line, " | ")
		for _, by := range []int{byInterleavings, byHistories, byRuns} {
			if at, _, ok := strings.Cut(strings.TrimPrefix(cells[2+by], "`"), "`"); ok {
				where = append(where, at)
			}
		}
	}
	return where
}

// rank puts the questions of known first; all others keep their order.
func rank(known []string, q question) int {
	if i := slices.Index(known, q.where()); i >= 0 {
		return i
	}
	return len(known)
}

type faultJudge struct {
	fault  impl.Fault
	all    bool   // ask on when one judge has found it
	keep   string // where histories are kept; "": nowhere
	caught [judges]bool
	since  int // how many programs have been asked since
}

// onward is in how many more programs the other judges look when one has found the fault.
const onward = 100

func (j *faultJudge) through() bool {
	if slices.Contains(j.caught[:], true) {
		j.since++
	}
	if j.all && j.since <= onward {
		return !slices.Contains(j.caught[:], false)
	}
	return slices.Contains(j.caught[:], true)
}

func (j *faultJudge) found(by int, q question, detail string) {
	if !j.caught[by] {
		j.caught[by] = true
		fmt.Printf("CAUGHT\t%d\t%s\t%s\n", by, q.where(), strings.NewReplacer("\t", " ", "\n", " ").Replace(detail))
	}
}

func (j *faultJudge) ask(ctx context.Context, q question) error {
	d, err := model.Edition(q.runner.Edition())
	if err != nil {
		return err
	}
	allowed, err := q.Explore(ctx, d, explore.Options{MaxStates: 200_000})
	if err != nil {
		return err
	}
	for by, judge := range []func(context.Context, question, model.Dialect, *litmus.Allowed) error{j.runs, j.interleavings, j.histories} {
		if j.caught[by] || j.keep != "" && by != byHistories {
			continue
		}
		if by == byRuns {
			fmt.Printf("AT\t%s\n", q.where())
		}
		err := judge(ctx, q, d, allowed)
		impl.SetFault(impl.NoFault)
		if no := (*Unsupported)(nil); err != nil && !errors.As(err, &no) {
			return err
		}
	}
	return nil
}

// runs judges the outcomes of real runs.
func (j *faultJudge) runs(ctx context.Context, q question, d model.Dialect, allowed *litmus.Allowed) error {
	impl.SetFault(j.fault)
	tally, err := q.runner.Run(ctx, ProgramOf(q.Test), Options{Runs: 20, Seed: 1, Limit: time.Second})
	if err != nil {
		return err
	}
	if tally.Undecided[Restless] > 10 {
		j.found(byRuns, q, "it does not come to rest")
		return nil
	}
	judged, err := litmus.Conforms(allowed.Set, tally.Counts)
	if err == nil && judged.Verdict == litmus.Violating {
		j.found(byRuns, q, judged.Stray[0].Outcome.String())
	}
	return err
}

// interleavings judges the outcomes of all interleavings: that none is forbidden, and that
// none is missing which there is without the fault.
func (j *faultJudge) interleavings(ctx context.Context, q question, d model.Dialect, allowed *litmus.Allowed) error {
	p, o := ProgramOf(q.Test), sched.Options{MaxExecutions: 1000, MaxSteps: 600}
	right, err := q.runner.Explore(ctx, p, o)
	if err != nil {
		return err
	}
	impl.SetFault(j.fault)
	got, err := q.runner.Explore(ctx, p, o)
	if err != nil {
		return err
	}
	judged, err := litmus.Conforms(allowed.Set, got.Counts)
	if err != nil {
		return err
	}
	if judged.Verdict == litmus.Violating {
		text := judged.Stray[0].Outcome.String()
		j.found(byInterleavings, q, text+j.smallest(ctx, q, text))
		return nil
	}
	for _, o := range right.Outcomes() {
		if right.Partial == "" && got.Partial == "" && got.Counts[o] == 0 {
			j.found(byInterleavings, q, "missing: "+o)
		}
	}
	return nil
}

// smallest says how many preemptions it takes to get the outcome, and in how many steps.
func (j *faultJudge) smallest(ctx context.Context, q question, outcome string) string {
	o, n, ok := q.runner.Smallest(ctx, ProgramOf(q.Test), outcome)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (preemptions: %d, steps: %d)", n, o.Steps)
}

// histories judges what is recorded of the first interleavings.
func (j *faultJudge) histories(ctx context.Context, q question, d model.Dialect, _ *litmus.Allowed) error {
	impl.SetFault(j.fault)
	_, err := q.runner.RecordEvery(ctx, ProgramOf(q.Test), sched.Options{MaxExecutions: 20, MaxSteps: 600}, func(h *traces.History) error {
		if j.caught[byHistories] {
			return nil
		}
		r, err := linearizability.Validate(ctx, h, d, q.Test, linearizability.Options{MaxStates: 20_000})
		if err != nil {
			return err
		}
		if r.Verdict == linearizability.Forbidden {
			j.found(byHistories, q, r.Why)
			return j.write(h)
		}
		return nil
	})
	return err
}

// write keeps a history that shows the fault.
func (j *faultJudge) write(h *traces.History) error {
	if j.keep == "" {
		return nil
	}
	h.Runtime = "impl, with a fault: " + j.fault.String()
	return os.WriteFile(filepath.Join(j.keep, fmt.Sprintf("fault-%d.ndjson", j.fault)), []byte(h.String()), 0o644)
}

// faultTable is docs/results/faults.md, with the rows of old for what was not asked.
func faultTable(old []byte, asked []impl.Fault, rows [][]finding) []byte {
	lines := map[impl.Fault]string{}
	for line := range strings.Lines(string(old)) {
		var f impl.Fault
		if _, err := fmt.Sscanf(line, "| %d |", &f); err == nil {
			lines[f] = line
		}
	}
	for _, f := range asked {
		lines[f] = faultRow(f, rows[f])
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, faultHead, len(lines))
	var count [judges]int
	for _, f := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(lines[f])
		for by, cell := range strings.Split(lines[f], " | ")[2:] {
			if strings.HasPrefix(cell, "`") {
				count[by]++
			}
		}
	}
	fmt.Fprintf(&b, "\nCaught by runs: %d, by interleavings: %d, by histories: %d.\n", count[0], count[1], count[2])
	return b.Bytes()
}

func faultRow(f impl.Fault, row []finding) string {
	cells := [judges]string{"·", "·", "·"}
	for _, x := range row {
		cells[x.by] = fmt.Sprintf("`%s`: %s", x.where, strings.ReplaceAll(x.detail, "|", "\\|"))
	}
	if len(row) == 0 {
		cells[0] = "only the tests of impl: " + elsewhere[f]
	}
	return fmt.Sprintf("| %d | %s | %s |\n", f, f, strings.Join(cells[:], " | "))
}

const faultHead = `# Seeded faults

%d deliberate bugs of package impl, one at a time, and which judge of the catalogue finds each first in which program; the
programs are tried in the order of their size. Made by ` + "`NIGHTLY=1 go test -tags faults -run TestFaultsAreCaught ./runtimes`" + `.

- **runs**: 20 real runs of each program, outcomes against the model.
- **interleavings**: up to 1000 controlled executions of each program; an outcome that is forbidden, or one that is missing which
  there is without the fault. With how few preemptions, and in how many steps, is the least that was found.
- **histories**: of the first 20 controlled executions of each program, validated against the model. One that shows it is kept for
  each: [` + "`fault-N`" + `](../../traces/data/README.md).

A · is a judge that does not find the fault, within the hundred programs behind the one in which another has.

| | fault | runs | interleavings | histories |
|---|---|---|---|---|
`
