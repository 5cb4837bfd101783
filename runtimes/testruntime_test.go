package runtimes_test

import (
	"context"
	"testing"

	"github.com/interject/interject/runtimes"
)

func TestContext(t *testing.T) {
	runtimes.TestRuntime(t, func(t *testing.T) runtimes.Runner {
		return runtimes.Contexts(t, "context", func() runtimes.Spawn {
			return func(body func(context.Context) error) func() {
				ctx, cancel := context.WithCancel(context.Background())
				go body(ctx)
				return cancel
			}
		})
	})
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
