package runtimes_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/interject/interject/runtimes"
)

func TestContext(t *testing.T) {
	runtimes.TestRuntime(t, func(t *testing.T) runtimes.Runner {
		return runtimes.Contexts(t, "context", func() runtimes.Spawn { return withCancel })
	})
}

func withCancel(body func(context.Context) error) func() {
	ctx, cancel := context.WithCancel(context.Background())
	go body(ctx)
	return cancel
}

func TestErrgroup(t *testing.T) {
	runtimes.TestRuntime(t, func(t *testing.T) runtimes.Runner {
		return runtimes.Contexts(t, "errgroup", func() runtimes.Spawn { return inGroup })
	})
}

// inGroup makes a thread a member of a group, which is cancelled by the failure of another.
func inGroup(body func(context.Context) error) func() {
	g, ctx := errgroup.WithContext(context.Background())
	stop := make(chan struct{})
	g.Go(func() error { return body(ctx) })
	g.Go(func() error { <-stop; return errors.New("failed") })
	return sync.OnceFunc(func() { close(stop); <-ctx.Done() })
}

func TestImpl(t *testing.T) {
	runtimes.TestRuntime(t, func(t *testing.T) runtimes.Runner {
		r, err := runtimes.NewImpl("ghc@doc2010")
		if err != nil {
			t.Fatal(err)
		}
		return r
	})
}

// A library that forgets to cancel is found out.
func TestRuntimeHasTeeth(t *testing.T) {
	deaf := func(body func(context.Context) error) func() {
		go body(context.Background())
		return func() {}
	}
	forbidden := runtimes.Try(t, runtimes.Contexts(t, "deaf", func() runtimes.Spawn { return deaf }))
	if len(forbidden) == 0 {
		t.Error("nothing is forbidden")
	}
	t.Logf("%d tests came to what is not allowed, the first: %v", len(forbidden), forbidden[0])
}
