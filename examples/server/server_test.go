package main

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interject/interject/impl"
)

// Requests of all lengths, interrupted at all places: every connection comes back, none
// is used by two at once, and every request has one of two ends.
func TestNoConnectionIsLost(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		const conns, requests = 3, 300
		s, err := NewServer(conns)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(seed, 1))
		var mu sync.Mutex
		using := map[*Conn]bool{}
		var served, slow int
		var group sync.WaitGroup
		for range requests {
			work := time.Duration(random.IntN(20)) * time.Millisecond
			limit := time.Duration(1+random.IntN(40)) * time.Millisecond
			group.Go(func() {
				err := s.Serve(limit, func(th *impl.Thread, c *Conn) error {
					mu.Lock()
					if using[c] {
						t.Errorf("connection %d is used twice", c.ID)
					}
					using[c] = true
					mu.Unlock()
					defer func() { mu.Lock(); using[c] = false; mu.Unlock() }()
					return th.Sleep(work)
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					served++
				case errors.Is(err, ErrTooSlow):
					slow++
				default:
					t.Errorf("a request ended with %v", err)
				}
			})
		}
		group.Wait()
		if s.Idle() != conns {
			t.Errorf("%d connections idle, want %d", s.Idle(), conns)
		}
		if served == 0 || slow == 0 {
			t.Errorf("%d served, %d too slow: want some of each", served, slow)
		}
	})
}

func TestProgram(t *testing.T) { main() }
