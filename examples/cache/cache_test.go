package main

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/interject/interject/impl"
)

// Many ask and all but one are interrupted: no step is lost, none is made twice.
func TestInterruptedAndResumed(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	rt, err := impl.New("ghc@doc2010", impl.Config{})
	if err != nil {
		t.Fatal(err)
	}
	const steps = 2_000_000
	c := NewCache(rt, steps)
	interrupted, last := 0, 0
	for range 50 {
		asks := rt.Go(nil, func(th *impl.Thread) error { _, err := c.Get(th); return err })
		for range random.IntN(100) {
			runtime.Gosched()
		}
		asks.Post(errStop)
		<-asks.Done()
		switch _, err := asks.End(); {
		case errors.Is(err, errStop):
			interrupted++
		case err != nil:
			t.Fatal(err)
		}
		step, idle := c.Progress()
		if !idle || step < last {
			t.Fatalf("%d steps done (nobody computes: %v), %d before", step, idle, last)
		}
		last = step
	}
	done := make(chan int, 1)
	rt.Go(nil, func(th *impl.Thread) error { sum, err := c.Get(th); done <- sum; return err })
	if sum := <-done; sum != steps*(steps+1)/2 {
		t.Errorf("the sum is %d, want %d", sum, steps*(steps+1)/2)
	}
	t.Logf("interrupted %d times of 50", interrupted)
}

func TestProgram(t *testing.T) { main() }
