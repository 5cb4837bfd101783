package linearizability

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
)

// rounds is how often a property is tried: ten times as often at night.
func rounds(t *testing.T, n int) int {
	switch {
	case testing.Short() || raced:
		return 1
	case os.Getenv("NIGHTLY") != "":
		return 10 * n
	}
	return n
}

// baseSeed is where the seeds of random histories begin; INTERJECT_SEED changes it.
func baseSeed(t *testing.T) uint64 {
	text := os.Getenv("INTERJECT_SEED")
	if text == "" {
		return 1
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// replay is the command that comes to a failure again.
func replay(t *testing.T, seed uint64) string {
	return fmt.Sprintf("INTERJECT_SEED=%d go test -run '^%s$' ./linearizability", seed, t.Name())
}

// tally counts, for several at once.
type tally[K comparable] struct {
	mu    sync.Mutex
	count map[K]int
}

func (c *tally[K]) add(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count == nil {
		c.count = map[K]int{}
	}
	c.count[k]++
}

func (c *tally[K]) of(k K) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count[k]
}

func (c *tally[K]) String() string { return fmt.Sprint(c.count) }
