// Command cache computes a value for all who ask for it, once. Whoever computes it can
// be interrupted; what has been computed by then is kept, and the next one who asks
// goes on from there.
package main

import (
	"errors"
	"fmt"

	"github.com/interject/interject/impl"
)

// Cache holds a sum that takes many steps.
type Cache struct {
	state *impl.MVar[progress]
	steps int
}

type progress struct{ step, sum int }

// NewCache makes a cache of a computation of so many steps.
func NewCache(rt *impl.Runtime, steps int) *Cache {
	return &Cache{impl.NewMVarOf(rt, progress{}), steps}
}

// Get returns the value. Who calls it first computes; others wait. Either can be
// interrupted.
func (c *Cache) Get(t *impl.Thread) (sum int, err error) {
	err = t.Mask(func(r impl.Restore) error {
		p, err := c.state.Take(t) // interruptible while it waits
		if err != nil {
			return err
		}
		return t.UnwindProtect(
			func() error { // open: interrupted between any two steps
				return r.Do(func() error {
					for p.step < c.steps {
						if err := t.Check(); err != nil {
							return err
						}
						p.step++
						p.sum += p.step
					}
					sum = p.sum
					return nil
				})
			},
			func() error { return c.state.Put(t, p) }) // empty, for us: it does not block
	})
	return sum, err
}

// Progress is how many steps are done, if nobody computes now.
func (c *Cache) Progress() (int, bool) {
	p, idle := c.state.Peek()
	return p.step, idle
}

var errStop = errors.New("stop")

func main() {
	rt, err := impl.New("ghc@doc2010", impl.Config{})
	if err != nil {
		panic(err)
	}
	const steps = 5_000_000
	c := NewCache(rt, steps)
	first := rt.Go(nil, func(t *impl.Thread) error { _, err := c.Get(t); return err })
	done := make(chan int)
	rt.Go(nil, func(t *impl.Thread) error {
		if err := t.ThrowTo(first, errStop); err != nil {
			return err
		}
		if err := t.Join(first); err != nil {
			return err
		}
		at, _ := c.Progress()
		fmt.Println("interrupted before the end:", at < steps)
		sum, err := c.Get(t)
		done <- sum
		return err
	})
	fmt.Println("the sum is", <-done)
}
