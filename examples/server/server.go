// Command server answers requests, each within a time limit, from a pool of
// connections. A request that is too slow is interrupted where it stands, in the
// middle of its work or while it waits; its connection always goes back.
package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/interject/interject/impl"
)

// ErrTooSlow is what interrupts a request.
var ErrTooSlow = errors.New("request timed out")

// Conn is a connection to something behind the server.
type Conn struct{ ID int }

// Server has a pool of connections.
type Server struct {
	rt   *impl.Runtime
	free *impl.Semaphore
	pool *impl.MVar[[]*Conn]
}

// NewServer makes a server with n connections.
func NewServer(n int) (*Server, error) {
	rt, err := impl.New("ghc@doc2010", impl.Config{})
	if err != nil {
		return nil, err
	}
	var all []*Conn
	for i := range n {
		all = append(all, &Conn{i})
	}
	return &Server{rt, impl.NewSemaphore(rt, n), impl.NewMVarOf(rt, all)}, nil
}

// acquire is called masked: it can be interrupted only where it waits, and then it has
// taken nothing.
func (s *Server) acquire(t *impl.Thread) (*Conn, error) {
	if err := s.free.Acquire(t); err != nil {
		return nil, err
	}
	var c *Conn
	err := t.MaskUninterruptible(func(impl.Restore) error {
		all, err := s.pool.Take(t)
		if err != nil {
			return err
		}
		c = all[len(all)-1]
		return s.pool.Put(t, all[:len(all)-1])
	})
	return c, err
}

// release must not be interrupted at all: the pool is taken for a moment only.
func (s *Server) release(t *impl.Thread, c *Conn) error {
	return t.MaskUninterruptible(func(impl.Restore) error {
		all, err := s.pool.Take(t)
		if err != nil {
			return err
		}
		s.free.Post()
		return s.pool.Put(t, append(all, c))
	})
}

// Serve runs handle with a connection, for at most limit. Its error is ErrTooSlow if
// that was not enough.
func (s *Server) Serve(limit time.Duration, handle func(*impl.Thread, *Conn) error) error {
	worker := s.rt.Go(nil, func(t *impl.Thread) error {
		_, err := impl.Bracket(t,
			func() (*Conn, error) { return s.acquire(t) },
			func(c *Conn) (struct{}, error) { return struct{}{}, handle(t, c) },
			func(c *Conn) error { return s.release(t, c) })
		return err
	})
	timer := time.AfterFunc(limit, func() { worker.Post(ErrTooSlow) })
	defer timer.Stop()
	<-worker.Done()
	_, err := worker.End()
	return err
}

// Idle is how many connections are in the pool.
func (s *Server) Idle() int { return s.free.Value() }

func main() {
	s, err := NewServer(2)
	if err != nil {
		panic(err)
	}
	for _, work := range []time.Duration{time.Millisecond, time.Hour} {
		err := s.Serve(20*time.Millisecond, func(t *impl.Thread, c *Conn) error { return t.Sleep(work) })
		fmt.Printf("%v of work: %v; %d connections idle\n", work, err, s.Idle())
	}
}
