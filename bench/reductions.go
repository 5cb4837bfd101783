package main

import (
	"context"
	"fmt"
	"io"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/model/reduce"
)

// ways are the reductions that are compared.
var ways = []struct {
	name  string
	kinds reduce.Kinds
}{
	{"plain", 0},
	{"a b c", reduce.KindsOf(reduce.Unseen, reduce.Masked, reduce.Merged)},
	{"f", reduce.KindsOf(reduce.Alike)},
	{"a b c f", reduce.KindsOf(reduce.Unseen, reduce.Masked, reduce.Merged, reduce.Alike)},
	{"a b c e", reduce.KindsOf(reduce.Unseen, reduce.Masked, reduce.Merged, reduce.Lazy)},
	{"a b c e f", reduce.KindsOf(reduce.Unseen, reduce.Masked, reduce.Merged, reduce.Lazy, reduce.Alike)},
}

// reductions says of litmus instances how many states each set of reductions leaves. A
// search is given up at so many states.
func reductions(ctx context.Context, out io.Writer, instances []string, most int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "instance\treductions\tstates\tplain / states\tfinal states\ttime s\tbytes/state")
	for _, instance := range instances {
		m, err := machine(instance)
		if err != nil {
			return err
		}
		plain := 0
		for _, way := range ways {
			start := processorTime()
			r, err := explore.Explore(ctx, reduce.New(m, way.kinds), explore.Options{Reduce: true, MaxStates: most})
			if err != nil {
				return err
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			states, factor := fmt.Sprint(r.States), ""
			switch {
			case !r.Complete:
				states = "more than " + states
			case way.kinds == 0:
				plain = r.States
			case plain > 0:
				factor = fmt.Sprintf("%.1f", float64(plain)/float64(r.States))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%.2f\t%.1f\n", instance, way.name, states, factor, len(r.Finals), (processorTime() - start).Seconds(), float64(r.Memory.Total())/float64(r.States))
		}
		w.Flush()
	}
	return nil
}

// processorTime is that of this process so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // RUSAGE_SELF cannot fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
