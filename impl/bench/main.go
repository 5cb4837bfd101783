// Command bench compares package impl with what a Go programmer would use in its place, and
// with GHC and SBCL where they are installed, operation by operation:
//
//	go run ./impl/bench -rounds 20
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

// operation is a line of the table: names of measurements, empty where there is none. aim is
// the ratio to what is beside it, or to GHC, that is aimed at.
type operation struct {
	name, impl, beside, ghc, sbcl string
	aim                           string
}

const each = " cpu-ns/each"

var operations = []operation{
	{"safe point", "Check/impl" + each, "Check/bare load" + each, "", "", "1.05 × a bare load and branch"},
	{"", "Check/impl" + each, "Check/ctx.Err" + each, "", "", ""},
	{"mask, Enter and Leave", "Frames/Enter and Leave" + each, "Frames/atomic or and and" + each, "mask", "mask", ""},
	{"mask, closure", "Frames/Mask" + each, "Frames/Mask, floor" + each, "mask", "mask", ""},
	{"mask and restore", "Frames/Mask and Do" + each, "", "mask-restore", "mask-restore", ""},
	{"handler", "Frames/Catch" + each, "Frames/if err" + each, "catch", "catch", ""},
	{"handler, error caught", "Frames/Catch an error" + each, "Frames/defer and recover" + each, "catch-error", "catch-error", ""},
	{"cleanup", "Frames/UnwindProtect" + each, "Frames/UnwindProtect, floor" + each, "finally", "finally", ""},
	{"finally, masked", "Frames/Finally" + each, "", "finally", "bracket", ""},
	{"bracket", "Frames/Bracket" + each, "Frames/lock, defer unlock" + each, "bracket", "bracket", ""},
	{"MVar, put and take", "Cells/MVar put and take" + each, "Cells/channel of one" + each, "mvar", "", ""},
	{"mutex", "Cells/Mutex" + each, "Cells/sync.Mutex" + each, "", "", ""},
	{"channel, Send and Receive", "Cells/Receive and Send" + each, "Cells/channel of one" + each, "", "", ""},
	{"throw to a parked thread", "Parked/impl" + each, "Parked/unbuffered channel" + each, "parked", "parked", "1.3 × a channel, 1.2 × GHC"},
	{"", "Parked/impl" + each, "Parked/ctx cancel and done" + each, "", "", "0.4 × ctx"},
	{"throw to a masked thread", "Masked/impl" + each, "Masked/condition, there and back" + each, "masked", "", ""},
	{"go, kill, join", "Spawn/go, kill, join" + each, "Spawn/go, ctx cancel, done" + each, "spawn", "", ""},
	{"function to oneself, queued, of 100", "Pending/100 cpu-ns/enqueue", "", "", "enqueue-100", ""},
	{"and received", "Pending/100 cpu-ns/drain", "", "", "drain-100", ""},
	{"of 1 000 000", "Pending/1000000 cpu-ns/enqueue", "Pending/100 cpu-ns/enqueue", "", "enqueue-1000", "flat"},
	{"and received", "Pending/1000000 cpu-ns/drain", "Pending/100 cpu-ns/drain", "", "drain-1000", "flat"},
	{"blocked thrower received, of 100", "Throwers/impl 100" + each, "Throwers/channel 100" + each, "throwers-100", "", ""},
	{"of 1 000", "Throwers/impl 1000" + each, "Throwers/channel 1000" + each, "throwers-1000", "", ""},
	{"of 10 000", "Throwers/impl 10000" + each, "Throwers/channel 10000" + each, "throwers-10000", "", "1.5 × a channel"},
	{"withdrawal, of 10", "Withdraw/10" + each, "", "", "", ""},
	{"of 1 000", "Withdraw/1000" + each, "Withdraw/10" + each, "", "", "flat"},
	{"throw to a running thread, p50", "Running/impl p50-ns", "Running/flag, there and back p50-ns", "", "", "3 × a flag"},
}

func main() {
	rounds := flag.Int("rounds", 10, "how `many` rounds")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

// program is something to run in each round, and how the lines that it prints are read.
type program struct {
	argv []string
	read func(line string, into map[string]float64)
}

func run(ctx context.Context, rounds int) error {
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
	return table(all)
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

func table(all []map[string]float64) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "operation\timpl\tbeside\t×\tghc\t×\tsbcl\t×\t  what is beside it; the aim\t")
	for _, o := range operations {
		mine := median(all, func(m map[string]float64) (float64, bool) { v, ok := m[o.impl]; return v, ok })
		fmt.Fprintf(w, "%s\t%s\t", o.name, mine)
		for _, other := range []string{o.beside, "ghc " + o.ghc, "sbcl " + o.sbcl} {
			value := median(all, func(m map[string]float64) (float64, bool) { v, ok := m[other]; return v, ok })
			ratio := median(all, func(m map[string]float64) (float64, bool) {
				a, b := m[o.impl], m[other]
				return a / b, a != 0 && b != 0
			})
			fmt.Fprintf(w, "%s\t%s\t", value, ratio)
		}
		beside, _, _ := strings.Cut(o.beside, " cpu-ns")
		if o.aim != "" {
			beside += "; " + o.aim
		}
		fmt.Fprintf(w, "  %s\t\n", beside)
	}
	return w.Flush()
}

// median is that of what there is, as text.
func median(all []map[string]float64, of func(map[string]float64) (float64, bool)) string {
	var values []float64
	for _, m := range all {
		if v, ok := of(m); ok {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return ""
	}
	slices.Sort(values)
	v := values[len(values)/2]
	if v < 20 {
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
