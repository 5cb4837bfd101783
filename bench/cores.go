package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// cores compares our explorer on one core and on several, by the clock: pairs of runs in
// turn. The load beside says what the figures are worth: on a machine that does other
// work, several threads get more of it than one.
func cores(ctx context.Context, out io.Writer, instances []string, runs, workers int) error {
	dir, err := os.MkdirTemp("", "interject-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	one, _, err := contestants(ctx, dir, 1)
	if err != nil {
		return err
	}
	several, _, err := contestants(ctx, dir, workers)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "instance\tstates\t1 core, s\t%d cores, s\tratio by the clock (least to greatest)\tprocessor time, ratio\tload\n", workers)
	for _, instance := range instances {
		if err := coresRow(ctx, w, instance, runs, one, several); err != nil {
			return fmt.Errorf("%s: %w", instance, err)
		}
		w.Flush()
	}
	return nil
}

func coresRow(ctx context.Context, w io.Writer, instance string, runs int, contestants ...contestant) error {
	var wall [2][]float64
	var ratios, work []float64
	states, before := 0, load()
	for range runs {
		var pair [2]sample
		for i, c := range contestants {
			run, err := c.prepare(ctx, instance, 0)
			if err != nil {
				return err
			}
			if pair[i], err = run(ctx); err != nil {
				return err
			}
			wall[i] = append(wall[i], pair[i].wall)
		}
		if pair[0].states != pair[1].states {
			return fmt.Errorf("%d states on one core, %d on several", pair[0].states, pair[1].states)
		}
		states = pair[0].states
		ratios, work = append(ratios, pair[0].wall/pair[1].wall), append(work, pair[1].seconds/pair[0].seconds)
	}
	slices.Sort(ratios)
	fmt.Fprintf(w, "%s\t%d\t%.2f\t%.2f\t%.2f (%.2f to %.2f)\t%.2f\t%s to %s\n", instance, states, median(wall[0]), median(wall[1]),
		median(ratios), ratios[0], ratios[len(ratios)-1], median(work), before, load())
	return nil
}

// load is how many processes were ready to run, as a mean of the last minute.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
