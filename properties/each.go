package properties

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"github.com/interject/interject/litmus"
)

// each calls do on every test of a sequence, with its number, on all processors,
// until one call fails or ctx ends; it answers how many were done and the error.
// The calls for tests before one that failed have been made.
func each(ctx context.Context, tests iter.Seq[*litmus.Test], do func(i int, t *litmus.Test) error) (int, error) {
	type job struct {
		i int
		t *litmus.Test
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	jobs := make(chan job, 64)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for j := range jobs {
				if err := do(j.i, j.t); err != nil {
					stop(err)
				}
			}
		})
	}
	n := 0
	for t := range tests {
		if ctx.Err() != nil {
			break
		}
		jobs <- job{n, t}
		n++
	}
	close(jobs)
	workers.Wait()
	return n, context.Cause(ctx)
}
