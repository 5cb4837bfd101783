package impl

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var stressFor = flag.Duration("stress", 300*time.Millisecond, "how long the stress test runs")

// ledger notes what becomes of every signal.
type ledger struct {
	mu   sync.Mutex
	fate map[uint64]EventKind
	bad  []Event
}

func (l *ledger) observe(e Event) {
	switch e.Kind {
	case Invoked, Received, Withdrawn, Dropped, Replaced, Merged:
	default:
		return
	}
	if e.Signal == 0 {
		return // the runtime was closed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	was, known := l.fate[e.Signal]
	if was == Received || was == Dropped && e.Kind != Received || e.Kind == Invoked && known {
		l.bad = append(l.bad, e)
	}
	l.fate[e.Signal] = e.Kind
}

// TestStress lets many threads throw at each other, mask, block and die, for real, and
// then checks that every signal had exactly one fate.
func TestStress(t *testing.T) {
	base := runtime.NumGoroutine()
	if os.Getenv("NIGHTLY") != "" && *stressFor < time.Second {
		*stressFor = 4 * time.Minute
	}
	for _, edition := range Editions() {
		seed := uint64(time.Now().UnixNano())
		t.Logf("%s: seed %d", edition, seed)
		l := &ledger{fate: map[uint64]EventKind{}}
		rt, err := New(edition, Config{Observe: l.observe})
		if err != nil {
			t.Fatal(err)
		}
		n := stress(rt, seed, 6, *stressFor/time.Duration(len(Editions())))
		text, received := l.check(t, n)
		if t.Log(text); received == 0 {
			t.Error("nothing was received")
		}
	}
	noLeaks(t, base)
}

func noLeaks(t *testing.T, base int) {
	t.Helper()
	for range 100 {
		if runtime.NumGoroutine() <= base {
			return
		}
		time.Sleep(time.Millisecond) // the last ones are on their way out
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), base)
}

var soakFor = flag.Duration("soak", 300*time.Millisecond, "how long the soak test runs")

// TestSoak is the stress test with hundreds of threads, in a runtime after the other, each of
// which is closed under load. Every signal has one fate in each, and memory stays flat.
func TestSoak(t *testing.T) {
	base := runtime.NumGoroutine()
	if os.Getenv("NIGHTLY") != "" && *soakFor < time.Second {
		*soakFor = 4 * time.Minute
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var first uint64
	rounds, received, last := 0, 0, ""
	for end := time.Now().Add(*soakFor); time.Now().Before(end) || rounds < len(Editions()); rounds++ {
		l := &ledger{fate: map[uint64]EventKind{}}
		rt, err := New(Editions()[rounds%len(Editions())], Config{Observe: l.observe})
		if err != nil {
			t.Fatal(err)
		}
		n := stress(rt, seed+uint64(rounds), 200, time.Duration(1+random.IntN(50))*time.Millisecond)
		text, n := l.check(t, n)
		last, received = text, received+n
		if rounds == 2*len(Editions()) {
			first = heap()
		}
	}
	t.Logf("%d rounds; in the last, %s", rounds, last)
	if received == 0 {
		t.Error("nothing was received")
	}
	noLeaks(t, base)
	if now := heap(); first != 0 && now > first+4<<20 {
		t.Errorf("%d bytes are in use, and were %d after the first rounds", now, first)
	}
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (l *ledger) check(t *testing.T, ended int) (text string, received int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	count := map[EventKind]int{}
	for _, k := range l.fate {
		count[k]++
	}
	if count[Invoked] > 0 || len(l.bad) > 0 {
		t.Errorf("%d signals without a fate, %d with two: %v", count[Invoked], len(l.bad), l.bad[:min(3, len(l.bad))])
	}
	return fmt.Sprintf("%d threads ended; of %d signals %d received, %d withdrawn, %d dropped, %d merged",
		ended, len(l.fate), count[Received], count[Withdrawn], count[Dropped], count[Merged]), count[Received]
}

// stress keeps threads going for d, replacing those that end, and returns how many did.
func stress(rt *Runtime, seed uint64, threads int, d time.Duration) int {
	s := &stressed{rt: rt, m: NewMVar[int](rt), l: NewMutex(rt, "l"), ch: make(chan int)}
	var group sync.WaitGroup
	ended, end := 0, time.Now().Add(d)
	done := make(chan int, threads)
	fresh := func(i int, seed uint64) *Thread {
		return rt.NewThread("", func(t *Thread) error { return s.live(t, rand.New(rand.NewPCG(seed, uint64(i)))) })
	}
	start := func(i int) {
		u := s.get(i)
		group.Go(func() { defer func() { done <- i }(); u.run0() })
	}
	for i := range threads {
		s.peers = append(s.peers, fresh(i, seed))
	}
	for i := range threads {
		start(i)
	}
	for time.Now().Before(end) {
		select {
		case i := <-done:
			ended++
			s.set(i, fresh(i, seed+uint64(ended)))
			start(i)
		case <-time.After(time.Millisecond): // all may be blocked
			s.get(ended % threads).Post(errStress)
			ended++
		}
	}
	rt.Close()
	go func() { group.Wait(); close(done) }()
	for range done {
		ended++
	}
	return ended
}

// run0 is Start on the calling goroutine.
func (t *Thread) run0() {
	x := t.w.Acquire()
	t.w.Release(x | started)
	t.rt.add(t)
	t.run()
}

type stressed struct {
	rt    *Runtime
	mu    sync.Mutex
	peers []*Thread
	m     *MVar[int]
	l     *Mutex
	ch    chan int
}

func (s *stressed) set(i int, u *Thread) {
	s.mu.Lock()
	s.peers[i] = u
	s.mu.Unlock()
}

func (s *stressed) get(i int) *Thread {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peers[i]
}

var errStress = errors.New("stress")

func (s *stressed) live(t *Thread, r *rand.Rand) error {
	for range 50 {
		err := t.Handle(func() error { return s.act(t, r, 3) },
			func(error) bool { return r.IntN(4) > 0 }, func(error) error { return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *stressed) act(t *Thread, r *rand.Rand, depth int) error {
	u := s.get(r.IntN(len(s.peers)))
	deeper := func() error {
		if depth == 0 {
			return t.Check()
		}
		return s.act(t, r, depth-1)
	}
	switch r.IntN(14) {
	case 0:
		return t.ThrowTo(u, errStress)
	case 1: // again and again
		for range 5 {
			if err := t.ThrowTo(u, errStress); err != nil {
				return err
			}
		}
		return nil
	case 2:
		return t.Kill(u)
	case 3:
		return s.interrupt(t, u)
	case 4:
		return t.Mask(func(restore Restore) error { return errors.Join(deeper(), restore.Do(deeper)) })
	case 5:
		return t.UnwindProtect(deeper, deeper, deeper)
	case 6:
		return s.l.With(t, deeper)
	case 7:
		return s.m.Put(t, 1)
	case 8:
		_, err := s.m.Take(t)
		return err
	case 9:
		return t.Sleep(time.Microsecond)
	case 10:
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Microsecond)
		defer cancel()
		if r.IntN(2) == 0 {
			return t.WithTimeout(5*time.Microsecond, errStress, deeper)
		}
		return t.WithContext(ctx, deeper)
	case 11:
		return Send(t, s.ch, 1)
	case 12:
		_, _, err := Receive(t, s.ch)
		return err
	}
	u.Post(errStress)
	return t.Check()
}

func (s *stressed) interrupt(t, u *Thread) error {
	if !t.rt.policy.Functions {
		return nil
	}
	return t.Interrupt(u, func(t *Thread) error { return t.WithInterrupts(t.Check) })
}

// TestStrayTimeout: a context that is done while the thread is masked raises nothing
// once its scope is left.
func TestStrayTimeout(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		a := rt.Go(nil, func(th *Thread) error {
			err := th.Mask(func(Restore) error {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				return th.WithContext(ctx, func() error { time.Sleep(2 * time.Second); return nil })
			})
			return errors.Join(err, th.Check())
		})
		c := rt.Go(nil, func(th *Thread) error {
			err := th.Mask(func(Restore) error {
				return th.WithTimeout(time.Second, errA, func() error { time.Sleep(2 * time.Second); return nil })
			})
			return errors.Join(err, th.Check())
		})
		d := rt.Go(nil, func(th *Thread) error {
			return th.WithTimeout(time.Second, errA, func() error { return th.Sleep(time.Hour) })
		})
		b := rt.Go(nil, func(th *Thread) error {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			return th.WithContext(ctx, func() error { return th.Sleep(time.Hour) })
		})
		time.Sleep(3 * time.Second)
		synctest.Wait()
		wantEnd(t, a, Returned, nil)
		wantEnd(t, b, Died, context.DeadlineExceeded)
		wantEnd(t, c, Returned, nil)
		wantEnd(t, d, Died, errA)
	})
}

func TestPanicAndGoexitRunCleanupsAndWakeSenders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := newRuntime(t, "ghc@doc2010")
		cleaned := 0
		a := rt.Go(nil, func(th *Thread) error {
			return th.MaskUninterruptible(func(Restore) error {
				return th.UnwindProtect(func() error {
					time.Sleep(time.Second)
					runtime.Goexit()
					return nil
				}, func() error { cleaned++; return nil })
			})
		})
		synctest.Wait()
		b := rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		wantEnd(t, a, Exited, nil)
		wantEnd(t, b, Returned, nil)
		if cleaned != 1 {
			t.Errorf("%d cleanups, want 1", cleaned)
		}
	})
}

func TestForeignCallIsAskedToReturn(t *testing.T) {
	run(t, "ghc@doc2010", func(rt *Runtime) {
		a := rt.Go(nil, func(th *Thread) error {
			return th.ForeignInterruptible(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		})
		synctest.Wait()
		rt.Go(nil, func(th *Thread) error { return th.ThrowTo(a, errA) })
		synctest.Wait()
		wantEnd(t, a, Died, errA)
	})
}

func TestKillNowSkipsCleanups(t *testing.T) {
	run(t, "lcl@doc", func(rt *Runtime) {
		l := NewMutex(rt, "l")
		a := rt.Go(nil, func(th *Thread) error {
			return l.With(th, func() error { return th.Sleep(time.Hour) })
		})
		synctest.Wait()
		b := rt.Go(nil, func(th *Thread) error { return th.KillNow(a) })
		synctest.Wait()
		wantEnd(t, a, Killed, nil)
		wantEnd(t, b, Returned, nil)
		if l.Holder() != a {
			t.Error("the mutex was given back")
		}
	})
}
