// Command bench runs our explorer and every other one that is installed on the same
// instances, in turn, and prints what each needs. Run it in the module's root:
//
//	go run ./bench                  the instances that take seconds
//	go run ./bench -large           those that take a minute and a gigabyte too
//	go run ./bench -runs 9 axi/ring_6 ghc/kill_5_3
//	go run ./bench -reductions ghc/kill_6_3 ghc/ring_6
//	go run ./bench -cores           one core against two, by the clock
//
// An instance axi/… is the small language on which published counts exist, an instance
// ghc/… a litmus test under ghc@doc2010. Runs are interleaved, ours and a peer's, and
// the ratio is the median of those of the pairs: times of different minutes are not
// comparable. Time is processor time. Bytes are the greatest resident set, and for our
// explorer also what it counts itself.
//
// SPIN takes part when spin and gcc are installed, TLC in ghc/… instances when
// INTERJECT_TLC is the path of its tla2tools.jar. Any other explorer takes part when
// INTERJECT_PEERS names it, as in "stateright=/opt/axi": the command
// gets the instance as its argument, as in axi/kill_5_3, and must print "states N".
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/interject/interject/bench/scenario"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

var (
	small = []string{"axi/kill_5_3", "axi/ring_5", "axi/fifo_5_2", "ghc/kill_4_2", "ghc/ring_5", "ghc/fifo_5_2"}
	large = []string{"axi/kill_6_3", "axi/ring_6", "axi/fifo_6_2", "ghc/kill_6_2"}
)

func main() {
	runs := flag.Int("runs", 5, "how many `pairs` of runs")
	big := flag.Bool("large", false, "the large instances too")
	workers := flag.Int("workers", 1, "how many `cores` our explorer uses")
	several := flag.Bool("cores", false, "compare one core with -workers of them (at least 2), by the clock")
	once := flag.String("once", "", "explore one ghc/… `instance` and say how many states it has")
	kinds := flag.Bool("reductions", false, "say how many states each set of reductions leaves of ghc/… instances")
	most := flag.Int("most", 10_000_000, "with -reductions, give a search up at so many `states`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch instances := flag.Args(); {
	case *once != "":
		err = exploreOnce(ctx, *once, *workers)
	case *kinds:
		if len(instances) == 0 {
			instances = []string{"ghc/kill_4_2", "ghc/ring_5", "ghc/fifo_5_2"}
		}
		err = reductions(ctx, os.Stdout, instances, *most)
	case *several:
		if len(instances) == 0 {
			instances = large
		}
		err = cores(ctx, os.Stdout, instances, *runs, max(*workers, 2))
	case len(instances) > 0:
		err = compare(ctx, instances, *runs, *workers)
	case *big:
		err = compare(ctx, slices.Concat(small, large), *runs, *workers)
	default:
		err = compare(ctx, small, *runs, *workers)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// machine is the semantics of a litmus instance, such as ghc/ring_6.
func machine(instance string) (*model.Machine, error) {
	test, err := scenario.Named(strings.TrimPrefix(instance, "ghc/"))
	if err != nil {
		return nil, err
	}
	return test.Machine(model.GHCDoc2010)
}

// exploreOnce is our explorer on a litmus instance, in a process of its own.
func exploreOnce(ctx context.Context, instance string, workers int) error {
	m, err := machine(instance)
	if err != nil {
		return err
	}
	debug.SetGCPercent(25) // most of the heap is tables without pointers, and stays
	sys := system{m}
	r, err := explore.Explore(ctx, sys, explore.Options{Workers: workers})
	if err != nil {
		return err
	}
	fmt.Printf("states %d bytes %d\n", r.States, r.Memory.Total())
	return nil
}

// system is a machine without its invariants, which SPIN does not check either.
type system struct{ *model.Machine }

func (s system) Expand(agent int, v *explore.View[model.Part]) { s.Machine.Expand(agent, v) }

func compare(ctx context.Context, instances []string, runs, workers int) error {
	dir, err := os.MkdirTemp("", "interject-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ours, peers, err := contestants(ctx, dir, workers)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "instance\texplorer\tstates\ttime s\tstates/s\tresident B/state\tcounted B/state\ttheir time / ours (least to greatest)")
	for _, instance := range instances {
		if err := row(ctx, w, instance, runs, ours, peers); err != nil {
			return fmt.Errorf("%s: %w", instance, err)
		}
		w.Flush()
	}
	return nil
}

// row is one instance: each peer in turn with ours.
func row(ctx context.Context, w *tabwriter.Writer, instance string, runs int, ours contestant, peers []contestant) error {
	us, err := ours.prepare(ctx, instance, 0)
	if err != nil {
		return err
	}
	first, err := us(ctx)
	if err != nil {
		return err
	}
	var mine []sample
	var lines []string
	for _, p := range peers {
		them, err := p.prepare(ctx, instance, first.states)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if them == nil {
			continue
		}
		var theirs []sample
		var ratios []float64
		for range runs {
			a, err := us(ctx)
			if err != nil {
				return err
			}
			b, err := them(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			if a.states != b.states {
				return fmt.Errorf("%s finds %d states, we find %d", p.name, b.states, a.states)
			}
			mine, theirs, ratios = append(mine, a), append(theirs, b), append(ratios, b.seconds/a.seconds)
		}
		slices.Sort(ratios)
		lines = append(lines, line(instance, p.name, theirs)+fmt.Sprintf("\t%.2f (%.2f to %.2f)", median(ratios), ratios[0], ratios[len(ratios)-1]))
	}
	for len(mine) < runs {
		s, err := us(ctx)
		if err != nil {
			return err
		}
		mine = append(mine, s)
	}
	fmt.Fprintln(w, line(instance, ours.name, mine)+"\t")
	for _, l := range lines {
		fmt.Fprintln(w, l)
	}
	return nil
}

func line(instance, name string, runs []sample) string {
	var seconds []float64
	for _, r := range runs {
		seconds = append(seconds, r.seconds)
	}
	last, s := runs[len(runs)-1], median(seconds)
	counted := ""
	if last.counted > 0 {
		counted = fmt.Sprintf("%.1f", float64(last.counted)/float64(last.states))
	}
	return fmt.Sprintf("%s\t%s\t%d\t%.3f\t%.0f\t%.0f\t%s", instance, name, last.states, s, float64(last.states)/s, float64(last.resident)/float64(last.states), counted)
}

func median[T cmp.Ordered](of []T) T {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

func installed(tools ...string) bool {
	for _, t := range tools {
		if _, err := exec.LookPath(t); err != nil {
			return false
		}
	}
	return true
}
