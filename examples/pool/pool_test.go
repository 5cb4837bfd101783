package main

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/interject/interject/impl"
)

// Workers are killed again and again, at random moments: every job is done, and is
// reported exactly once.
func TestEveryJobIsDoneOnce(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	p, err := NewPool()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(t.Context()); err != nil || len(p.rt.Stuck()) > 0 {
			t.Errorf("Close: %v; still there: %v", err, p.rt.Stuck())
		}
	}()
	const jobs, workers = 200, 3
	attempts := make(chan int, 1<<16)
	for i := range jobs {
		p.Submit(Job{fmt.Sprint(i), func(t *impl.Thread) error {
			attempts <- i
			return t.Sleep(20 * time.Microsecond)
		}})
	}
	var all []*impl.Thread
	for range workers {
		all = append(all, p.Start())
	}
	reported := map[string]int{}
	for kills := 0; len(reported) < jobs; {
		select {
		case name := <-p.Done():
			reported[name]++
		default:
			if kills < 500 {
				kills++
				i := random.IntN(workers)
				all[i] = p.Restart(all[i])
				continue
			}
			reported[<-p.Done()]++
		}
	}
	for name, n := range reported {
		if n != 1 {
			t.Errorf("job %s was reported %d times", name, n)
		}
	}
	t.Logf("%d jobs took %d attempts", jobs, len(attempts))
}

func TestProgram(t *testing.T) { main() }
