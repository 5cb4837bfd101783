// Command bench compares package impl with what a Go programmer would use in its place, and
// with GHC and SBCL where they are installed, operation by operation:
//
//	go run ./impl/bench -rounds 20
//	go run ./impl/bench -rounds 20 -update docs/results/impl.md
//
// Each round runs everything once, the two of a pair one after the other; what is printed is
// the median of the rounds, and of the ratios within a round. The figures are processor time
// in ns, which others that use the machine disturb least. GHC has one capability, Go one
// processor; throws to a running target are measured on two, in real time.
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

//go:embed bench.hs
var haskell []byte

//go:embed bench.lisp
var lisp []byte

// operation is a line of the table: names of measurements, empty where there is none, what is beside
// it, and what is aimed at.
type operation struct {
	name, impl, beside, ghc, sbcl string
	what                          string
	aim                           aim
}

// aim is the most that a figure may be: in ns, or as a ratio to what is beside it or to GHC.
type aim struct {
	most float64
	of   string
}

const (
	ns     = "ns"
	beside = "× beside"
	ofGHC  = "× GHC"
	each   = " cpu-ns/each"
)

var operations = []operation{
	{"safe point", "Check/impl" + each, "Check/bare load" + each, "", "", "a bare atomic load and branch", aim{1.05, beside}},
	{"mask, `Enter` and `Leave`", "Frames/Enter and Leave" + each, "Frames/atomic or and and" + each, "mask", "mask", "atomic or, and", aim{4, ns}},
	{"mask, closure", "Frames/Mask" + each, "Frames/Mask, floor" + each, "mask", "mask", "its floor: a body and a deferred store", aim{6, ns}},
	{"mask and restore", "Frames/Mask and Do" + each, "", "mask-restore", "mask-restore", "", aim{}},
	{"handler, nothing caught", "Frames/Catch" + each, "Frames/if err" + each, "catch", "catch", "`if err != nil`", aim{5, ns}},
	{"handler, error caught", "Frames/Catch an error" + each, "Frames/defer and recover" + each, "catch-error", "catch-error", "defer and recover, no panic", aim{}},
	{"cleanup", "Frames/UnwindProtect" + each, "Frames/UnwindProtect, floor" + each, "finally", "finally", "its floor: a body, a cleanup, a deferred test", aim{8, ns}},
	{"finally, masked", "Frames/Finally" + each, "", "finally", "bracket", "", aim{}},
	{"bracket", "Frames/Bracket" + each, "Frames/lock, defer unlock" + each, "bracket", "bracket", "lock, deferred unlock", aim{13, ns}},
	{"MVar, put and take", "Cells/MVar put and take" + each, "Cells/channel of one" + each, "mvar", "", "a channel of one", aim{}},
	{"mutex", "Cells/Mutex" + each, "Cells/sync.Mutex" + each, "", "", "sync.Mutex", aim{}},
	{"Go channel, `Send` and `Receive`", "Cells/Receive and Send" + each, "Cells/channel of one" + each, "", "", "the channel itself", aim{}},
	{"throw to a parked thread", "Parked/impl" + each, "Parked/unbuffered channel" + each, "", "parked", "unbuffered channel", aim{1.3, beside}},
	{"the same", "Parked/impl" + each, "Parked/ctx cancel and done" + each, "", "", "context cancel, done", aim{0.4, beside}},
	{"the same", "Parked/impl" + each, "", "parked", "", "", aim{1.2, ofGHC}},
	{"throw to a masked thread that yields", "Masked/impl" + each, "Masked/condition, there and back" + each, "masked", "", "condition variable, there and back", aim{}},
	{"go, kill, join", "Spawn/go, kill, join" + each, "Spawn/go, ctx cancel, done" + each, "spawn", "", "go, context cancel, done", aim{}},
	{"function to oneself, queued, 100 pending", "Pending/100 cpu-ns/enqueue", "", "", "enqueue-100", "", aim{12, ns}},
	{"and received", "Pending/100 cpu-ns/drain", "", "", "drain-100", "", aim{12, ns}},
	{"queued, 1 000 000 pending (SBCL: 1 000)", "Pending/1000000 cpu-ns/enqueue", "Pending/100 cpu-ns/enqueue", "", "enqueue-1000", "100 pending", aim{1.1, beside}},
	{"and received", "Pending/1000000 cpu-ns/drain", "Pending/100 cpu-ns/drain", "", "drain-1000", "100 pending", aim{1.1, beside}},
	{"blocked thrower received, of 100", "Throwers/impl 100" + each, "Throwers/channel 100" + each, "throwers-100", "", "senders blocked on one channel", aim{70, ns}},
	{"of 1 000", "Throwers/impl 1000" + each, "Throwers/channel 1000" + each, "throwers-1000", "", "the same", aim{70, ns}},
	{"of 10 000", "Throwers/impl 10000" + each, "Throwers/channel 10000" + each, "throwers-10000", "", "the same", aim{1.5, beside}},
	{"withdrawal, of 1 000 blocked", "Withdraw/1000" + each, "Withdraw/10" + each, "", "", "of 10 blocked", aim{1.5, beside}},
	{"throw to a running thread, p50, real time", "Running/impl p50-ns", "Running/flag, there and back p50-ns", "", "", "a flag there and back", aim{300, ns}},
	{"the same", "Running/impl p50-ns", "Running/flag, there and back p50-ns", "", "", "the same", aim{3, beside}},
}

func main() {
	rounds := flag.Int("rounds", 10, "how `many` rounds")
	update := flag.String("update", "", "put the table into this `file`, between the lines "+opening+" and "+closing)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds, *update); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

// program is something to run in each round, and how the lines that it prints are read.
type program struct {
	argv []string
	read func(line string, into map[string]float64)
}

func run(ctx context.Context, rounds int, update string) error {
	if update != "" { // before it is measured for minutes
		if _, err := replaced(update, ""); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	programs, err := build(ctx, dir)
	if err != nil {
		return err
	}
	var all []map[string]float64
	for i := range rounds {
		got := map[string]float64{}
		for _, p := range programs {
			out, err := command(ctx, p.argv...)
			if ctx.Err() != nil {
				break
			}
			if err != nil {
				return err
			}
			for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
				p.read(s.Text(), got)
			}
		}
		if ctx.Err() != nil {
			break
		}
		all = append(all, got)
		fmt.Fprintf(os.Stderr, "\rround %d of %d ", i+1, rounds)
	}
	fmt.Fprintln(os.Stderr)
	if len(all) == 0 {
		return fmt.Errorf("interrupted before the end of the first round")
	}
	rows := table(all)
	if err := show(rows); err != nil || update == "" {
		return err
	}
	text, err := replaced(update, markdown(rows))
	if err != nil {
		return err
	}
	return os.WriteFile(update, text, 0o666)
}

func command(ctx context.Context, argv ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return out, nil
}

// build compiles what there is to run.
func build(ctx context.Context, dir string) ([]program, error) {
	test := filepath.Join(dir, "impl.test")
	if _, err := command(ctx, "go", "test", "-c", "-o", test, "github.com/interject/interject/impl"); err != nil {
		return nil, err
	}
	all := []program{
		{[]string{test, "-test.run", "-", "-test.bench", "Check|Frames|Cells|Parked|Masked|Spawn|Pending|Throwers|Withdraw", "-test.cpu", "1", "-test.benchtime", "10ms"}, readGo},
		{[]string{test, "-test.run", "-", "-test.bench", "Running", "-test.cpu", "2", "-test.benchtime", "50ms"}, readGo},
	}
	if ghc, err := exec.LookPath("ghc"); err != nil {
		fmt.Fprintln(os.Stderr, "without GHC, which is not installed")
	} else {
		source, binary := filepath.Join(dir, "bench.hs"), filepath.Join(dir, "haskell")
		if err := os.WriteFile(source, haskell, 0o666); err != nil {
			return nil, err
		}
		if _, err := command(ctx, ghc, "-O2", "-outputdir", dir, "-o", binary, source); err != nil {
			return nil, err
		}
		all = append(all, program{[]string{binary}, prefixed("ghc ")})
	}
	if sbcl, err := exec.LookPath("sbcl"); err != nil {
		fmt.Fprintln(os.Stderr, "without SBCL, which is not installed")
	} else {
		source := filepath.Join(dir, "bench.lisp")
		if err := os.WriteFile(source, lisp, 0o666); err != nil {
			return nil, err
		}
		all = append(all, program{[]string{sbcl, "--noinform", "--non-interactive", "--load", source}, prefixed("sbcl ")})
	}
	return all, nil
}

// readGo reads a line of a benchmark: its name, a count, and pairs of a figure and its unit.
func readGo(line string, into map[string]float64) {
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
		return
	}
	name := strings.TrimSuffix(strings.TrimPrefix(fields[0], "Benchmark"), "-2")
	name = strings.ReplaceAll(name, "_", " ")
	for i := 2; i+1 < len(fields); i += 2 {
		if v, err := strconv.ParseFloat(fields[i], 64); err == nil {
			into[name+" "+fields[i+1]] = v
		}
	}
}

// prefixed reads lines of a name and a figure.
func prefixed(with string) func(string, map[string]float64) {
	return func(line string, into map[string]float64) {
		if name, figure, ok := strings.Cut(line, " "); ok {
			if v, err := strconv.ParseFloat(figure, 64); err == nil {
				into[with+name] = v
			}
		}
	}
}

var head = []string{"operation", "impl", "beside", "×", "GHC", "×", "SBCL", "×", "what is beside it", "aim", "distance"}

// table makes the rows, of texts.
func table(all []map[string]float64) [][]string {
	rows := [][]string{head}
	for _, o := range operations {
		mine, measured := median(all, func(m map[string]float64) (float64, bool) { v, ok := m[o.impl]; return v, ok })
		row := []string{o.name, figure(mine, measured)}
		against := map[string]float64{ns: mine}
		for _, other := range []struct{ name, of string }{{o.beside, beside}, {"ghc " + o.ghc, ofGHC}, {"sbcl " + o.sbcl, ""}} {
			value, known := median(all, func(m map[string]float64) (float64, bool) { v, ok := m[other.name]; return v, ok })
			ratio, _ := median(all, func(m map[string]float64) (float64, bool) {
				a, b := m[o.impl], m[other.name]
				return a / b, a != 0 && b != 0
			})
			if against[other.of] = ratio; known {
				row = append(row, figure(value, true), fmt.Sprintf("%.2f", ratio))
			} else {
				row = append(row, "", "")
			}
		}
		row = append(row, o.what, "", "")
		if o.aim.most != 0 {
			row[len(row)-2] = fmt.Sprintf("%v %s", o.aim.most, o.aim.of)
			row[len(row)-1] = distance(against[o.aim.of], o.aim.most)
		}
		rows = append(rows, row)
	}
	return rows
}

// distance says how far a figure is from its aim.
func distance(is, most float64) string {
	switch {
	case is == 0:
		return "not measured"
	case is <= most:
		return "met"
	}
	return fmt.Sprintf("missed: %.2f of it", is/most)
}

func show(rows [][]string) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

func markdown(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		for _, cell := range row {
			b.WriteString(strings.TrimRight("| "+cell, " ") + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	return b.String()
}

// The lines in a document between which the table is.
const (
	opening = "<!-- the table of go run ./impl/bench -update -->"
	closing = "<!-- end of the table -->"
)

// replaced is the document with another table in it.
func replaced(file, table string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	before, rest, begins := strings.Cut(string(text), opening+"\n")
	_, after, ends := strings.Cut(rest, closing+"\n")
	if !begins || !ends {
		return nil, fmt.Errorf("%s: there is no line %q, or no line %q behind it: the table has no place", file, opening, closing)
	}
	return []byte(before + opening + "\n" + table + closing + "\n" + after), nil
}

// median is that of what there is, and whether there is anything.
func median(all []map[string]float64, of func(map[string]float64) (float64, bool)) (float64, bool) {
	var values []float64
	for _, m := range all {
		if v, ok := of(m); ok {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return 0, false
	}
	slices.Sort(values)
	return values[len(values)/2], true
}

func figure(v float64, measured bool) string {
	switch {
	case !measured:
		return ""
	case v < 20:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
