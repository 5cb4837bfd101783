package runtimes

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
)

// Beside has workers do n tasks side by side, each worker one at a time, and answers what
// they came to in the order of the tasks. Once a task has failed, or ctx has ended, none is
// begun; all before it have been, and are answered. Whoever stops listening ends the rest.
// Progress, if there is one, is told which task begins, and how many are done; it is called
// by the listener's goroutine.
func Beside[W, R any](ctx context.Context, workers []W, n int, do func(ctx context.Context, w W, i int) (R, error), progress func(i, done int)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var group sync.WaitGroup
		defer group.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		events := make(chan event[R], 2*n) // room for all: nobody waits for who has stopped listening
		var next atomic.Int64
		var failed atomic.Bool
		for _, w := range workers {
			group.Go(func() {
				for !failed.Load() && ctx.Err() == nil {
					i := int(next.Add(1)) - 1
					if i >= n {
						return
					}
					events <- event[R]{i: i, begins: true}
					r, err := do(ctx, w, i)
					if err != nil {
						failed.Store(true)
					}
					events <- event[R]{i: i, result: r, err: err}
				}
			})
		}
		go func() { group.Wait(); close(events) }()
		inOrder(events, yield, progress)
	}
}

// event is the begin of a task, or its end.
type event[R any] struct {
	i      int
	begins bool
	result R
	err    error
}

// inOrder hands on the ends of tasks, each when those before it are handed on.
func inOrder[R any](events <-chan event[R], yield func(R, error) bool, progress func(i, done int)) {
	early := map[int]event[R]{}
	answered, done := 0, 0
	for e := range events {
		if e.begins {
			if progress != nil {
				progress(e.i, done)
			}
			continue
		}
		done++
		early[e.i] = e
		for e, ok := early[answered]; ok; e, ok = early[answered] {
			delete(early, answered)
			answered++
			if !yield(e.result, e.err) {
				return
			}
		}
	}
}
