// Command pool is a pool of workers each of which can be killed, whatever it is doing,
// and is then replaced. What a killed worker had in hand goes back to the others.
package main

import (
	"context"
	"fmt"

	"github.com/interject/interject/impl"
)

// Job is something to be done once.
type Job struct {
	Name string
	Do   func(*impl.Thread) error
}

// Pool keeps a number of workers going.
type Pool struct {
	rt   *impl.Runtime
	jobs *impl.MVar[Job]
	done chan string  // names of finished jobs; has room, since a cleanup sends to it
	give chan Job     // the same
	over *impl.Thread // the one that hands out jobs
}

// NewPool makes a pool without workers.
func NewPool() (*Pool, error) {
	rt, err := impl.New("ghc@doc2010", impl.Config{})
	if err != nil {
		return nil, err
	}
	p := &Pool{rt: rt, jobs: impl.NewMVar[Job](rt), done: make(chan string, 1024), give: make(chan Job, 1024)}
	p.over = rt.Go(nil, p.handOut)
	return p, nil
}

// handOut moves jobs from the channel to the workers.
func (p *Pool) handOut(t *impl.Thread) error {
	for {
		job, _, err := impl.Receive(t, p.give)
		if err != nil {
			return err
		}
		if err := p.jobs.Put(t, job); err != nil {
			return err
		}
	}
}

// Submit adds a job.
func (p *Pool) Submit(j Job) { p.give <- j }

// Done yields the names of the jobs that are done.
func (p *Pool) Done() <-chan string { return p.done }

// Start starts a worker.
func (p *Pool) Start() *impl.Thread { return p.rt.Go(nil, p.work) }

// Restart kills a worker and starts another in its place. When it returns, the killed
// one has ended and what it had in hand is back.
func (p *Pool) Restart(w *impl.Thread) *impl.Thread {
	ended := make(chan struct{})
	p.rt.Go(nil, func(t *impl.Thread) error {
		defer close(ended)
		if err := t.Kill(w); err != nil {
			return err
		}
		return t.Join(w)
	})
	<-ended
	return p.Start()
}

// Close ends the workers, in the middle of their jobs, and waits until they have ended or ctx
// has. What they had in hand is back then; nobody will do it.
func (p *Pool) Close(ctx context.Context) error {
	p.rt.Close()
	return p.rt.Wait(ctx)
}

// work does one job after the other. It is masked but for the job itself, so that it is
// killed while it waits for a job or while it does one, and in the second case knows it.
func (p *Pool) work(t *impl.Thread) error {
	return t.Mask(func(r impl.Restore) error {
		for {
			job, err := p.jobs.Take(t)
			if err != nil {
				return err
			}
			finished := false
			err = t.UnwindProtect(func() error {
				return r.Do(func() error {
					err := job.Do(t)
					finished = err == nil
					return err
				})
			}, func() error {
				if finished {
					p.done <- job.Name
				} else {
					p.give <- job
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	})
}

func main() {
	p, err := NewPool()
	if err != nil {
		panic(err)
	}
	started := make(chan bool, 2)
	stuck := true
	p.Submit(Job{"job", func(t *impl.Thread) error {
		started <- true
		for stuck { // the first attempt never ends by itself
			if err := t.Check(); err != nil {
				stuck = false
				return err
			}
		}
		return nil
	}})
	w := p.Start()
	<-started
	p.Restart(w)
	fmt.Println(<-p.Done(), "is done by the second worker")
	if err := p.Close(context.Background()); err != nil {
		panic(err)
	}
}
