package impl_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
)

// world is one execution of a small program: its threads are set up, then started.
type world struct {
	*impl.Runtime
	threads []*impl.Thread
	logs    [][]string
	ledger  map[uint64]string // what became of each signal
	extra   func() string
}

// small makes a program of the scheduler.
func small(edition string, setUp func(w *world)) sched.Program {
	return func(x *sched.Exec) {
		w := &world{ledger: map[uint64]string{}}
		rt, err := impl.New(edition, impl.Config{Scheduler: x, Observe: w.observe})
		if err != nil {
			panic(err)
		}
		w.Runtime = rt
		setUp(w)
		for _, t := range w.threads {
			if err := t.Start(nil); err != nil {
				panic(err)
			}
		}
		x.Judge(w.judge)
	}
}

func (w *world) observe(e impl.Event) {
	switch e.Kind {
	case impl.Queued: // perhaps again, after a function
		if w.ledger[e.Signal] == impl.Withdrawn.String() {
			w.ledger[e.Signal] = impl.Invoked.String()
		}
	case impl.Invoked, impl.Withdrawn, impl.Received, impl.Dropped, impl.Replaced, impl.Merged:
		now := e.Kind.String()
		if was := w.ledger[e.Signal]; was != "" && was != impl.Invoked.String() {
			now = was + " and " + now
		}
		w.ledger[e.Signal] = now
	}
}

// thread adds a thread; its body may log.
func (w *world) thread(body func(t *impl.Thread, log func(string)) error) *impl.Thread {
	i := len(w.threads)
	w.logs = append(w.logs, nil)
	t := w.NewThread(string(rune('a'+i)), func(t *impl.Thread) error {
		return body(t, func(word string) { w.logs[i] = append(w.logs[i], word) })
	})
	w.threads = append(w.threads, t)
	return t
}

// judge describes the end and checks conservation: every signal was received, withdrawn
// or dropped, once, or is pending.
func (w *world) judge() string {
	var out []string
	stuck := w.Stuck()
	for i, t := range w.threads {
		how, err := t.End()
		s := fmt.Sprintf("%s=%v", t.Name(), how)
		if err != nil {
			s += fmt.Sprintf(" %v", err)
		}
		if k := slices.IndexFunc(stuck, func(b impl.Status) bool { return b.Thread == t }); k >= 0 {
			s = fmt.Sprintf("%s=blocked %s", t.Name(), stuck[k].Op)
		}
		if len(w.logs[i]) > 0 {
			s += " " + fmt.Sprint(w.logs[i])
		}
		out = append(out, s)
	}
	if w.extra != nil {
		out = append(out, w.extra())
	}
	return strings.Join(out, "; ") + w.conservation(stuck)
}

func (w *world) conservation(stuck []impl.Status) (bad string) {
	pending, open := 0, 0
	for _, b := range stuck {
		pending += b.Pending
	}
	for id, fate := range w.ledger {
		switch fate {
		case "invoked":
			open++
		case "withdrawn", "received", "dropped", "replaced":
		default:
			bad += fmt.Sprintf("; NOT CONSERVED: signal %x was %s", id, fate)
		}
	}
	if open != pending {
		bad += fmt.Sprintf("; NOT CONSERVED: %d signals without a fate, %d pending", open, pending)
	}
	return bad
}

var errX = errors.New("X")

func throwTo(u **impl.Thread, times int) func(*impl.Thread, func(string)) error {
	return func(t *impl.Thread, _ func(string)) error {
		for range times {
			if err := t.ThrowTo(*u, errX); err != nil {
				return err
			}
		}
		return nil
	}
}

// ring is n threads that each throw to the next one, so many times.
func ring(n, times int) sched.Program {
	return small("ghc@doc2010", func(w *world) {
		us := make([]*impl.Thread, n)
		for i := range n {
			us[i] = w.thread(throwTo(&us[(i+1)%n], times))
		}
	})
}

// killsNow has a thread that awaits one that ends another without its cleanups: that does
// not block, so it is awaited to its end.
func killsNow(w *world) {
	var b *impl.Thread
	a := w.thread(func(t *impl.Thread, log func(string)) error { return t.KillNow(b) })
	b = w.thread(func(t *impl.Thread, log func(string)) error { return t.Check() })
	w.thread(func(t *impl.Thread, log func(string)) error {
		if err := t.Await(a); err != nil {
			return err
		}
		return t.Kill(a)
	})
}

func mutualInterrupt(w *world) {
	var a, b *impl.Thread
	body := func(u **impl.Thread) func(*impl.Thread, func(string)) error {
		return func(t *impl.Thread, log func(string)) error {
			if err := t.Kill(*u); err != nil {
				return err
			}
			return t.Check()
		}
	}
	a = w.thread(body(&b))
	b = w.thread(body(&a))
}

func killVersusHandOff(w *world) {
	m := impl.NewMVar[int](w.Runtime)
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		return t.Mask(func(impl.Restore) error {
			_, err := m.Take(t)
			if err == nil {
				log("got")
			}
			return err
		})
	})
	w.thread(func(t *impl.Thread, _ func(string)) error { return m.Put(t, 1) })
	w.thread(throwTo(&a, 1))
	w.extra = func() string {
		_, full := m.Peek()
		return fmt.Sprintf("full=%v", full)
	}
}

// withdrawRace: b cannot receive until it opens; a throws to b; c throws to a.
func withdrawRace(w *world) {
	var a, b *impl.Thread
	b = w.thread(func(t *impl.Thread, log func(string)) error {
		return t.Mask(func(impl.Restore) error { return t.Await(a) })
	})
	a = w.thread(func(t *impl.Thread, _ func(string)) error {
		if err := t.ThrowTo(b, errX); err != nil {
			return err
		}
		return t.Check()
	})
	w.thread(throwTo(&a, 1))
}

// fifo: throwers that come one after the other are served in this order. The target is
// masked until all have come.
func fifo(n int) sched.Program {
	return small("ghc@doc2010", func(w *world) {
		masked := impl.NewVar(w.Runtime, false)
		var throwers []*impl.Thread
		target := w.thread(func(t *impl.Thread, log func(string)) error {
			return t.Mask(func(impl.Restore) error {
				masked.Set(true)
				if err := t.Await(throwers[n-1]); err != nil {
					return err
				}
				for range n {
					err := t.Handle(func() error { return t.Unmask(func() error { return nil }) },
						func(error) bool { return true },
						func(err error) error { log(err.Error()); return nil })
					if err != nil {
						return err
					}
				}
				return nil
			})
		})
		for i := range n {
			throwers = append(throwers, w.thread(func(t *impl.Thread, _ func(string)) error {
				err := masked.Spin(t, func(yes bool) bool { return yes })
				if i > 0 && err == nil {
					err = t.Await(throwers[i-1])
				}
				if err != nil {
					return err
				}
				return t.ThrowTo(target, errors.New(fmt.Sprint(i)))
			}))
		}
	})
}

// allKillAll: each of three threads throws twice, to each of the others.
func allKillAll(w *world) {
	us := make([]*impl.Thread, 3)
	for i := range us {
		us[i] = w.thread(func(t *impl.Thread, _ func(string)) error {
			for k := 1; k < len(us); k++ {
				if err := t.ThrowTo(us[(i+k)%len(us)], errX); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// twoInterrupts: functions are run in the order in which they are sent, while the
// target is blocked, and the operation goes on.
func twoInterrupts(w *world) {
	m := impl.NewMVar[int](w.Runtime)
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		_, err := m.Take(t)
		log("got")
		return err
	})
	w.thread(func(t *impl.Thread, _ func(string)) error {
		for _, word := range []string{"f", "g"} {
			err := t.Interrupt(a, func(t *impl.Thread) error {
				w.logs[0] = append(w.logs[0], word)
				return t.WithInterrupts(func() error {
					if err := t.Check(); err != nil {
						return err
					}
					w.logs[0] = append(w.logs[0], word+"'")
					return nil
				})
			})
			if err != nil {
				return err
			}
		}
		return m.Put(t, 1)
	})
}

func sleepers(w *world) {
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		log("slept")
		return nil
	})
	w.thread(throwTo(&a, 1))
}

func conditions(w *world) {
	m, c := impl.NewMutex(w.Runtime, "m"), impl.NewCond(w.Runtime)
	ready := false
	a := w.thread(func(t *impl.Thread, log func(string)) error {
		return m.With(t, func() error {
			for !ready {
				if err := c.Wait(t, m); err != nil {
					if m.Holder() != t {
						log("notheld")
					}
					return err
				}
			}
			log("ready")
			return nil
		})
	})
	w.thread(func(t *impl.Thread, _ func(string)) error {
		return m.With(t, func() error { ready = true; c.Notify(); return nil })
	})
	w.thread(throwTo(&a, 1))
	w.extra = func() string { return fmt.Sprintf("holder=%v", m.Holder()) }
}

var programs = []struct {
	name     string
	p        sched.Program
	outcomes []string
}{
	{"mutual kill", ring(2, 1), []string{
		"a=died X; b=returned",
		"a=returned; b=died X",
	}},
	{"kill cycle 3", ring(3, 1), []string{
		"a=died X; b=returned; c=returned",
		"a=returned; b=died X; c=returned",
		"a=returned; b=returned; c=died X",
	}},
	{"withdraw race", small("ghc@doc2010", withdrawRace), []string{
		"a=died X; b=died X; c=returned",
		"a=died X; b=returned; c=returned",
		"a=returned; b=died X; c=returned",
	}},
	{"kill versus hand-over", small("ghc@doc2010", killVersusHandOff), nil},
	{"two throwers", fifo(2), []string{"a=returned [0 1]; b=returned; c=returned"}},
	{"three throwers", fifo(3), []string{"a=returned [0 1 2]; b=returned; c=returned; d=returned"}},
	{"all kill all", small("ghc@doc2010", allKillAll), nil},
	{"mutual kill without waiting", small("sbcl@doc", mutualInterrupt), nil},
	{"two interrupts", small("sbcl@doc", twoInterrupts), nil},
	{"sleepers", small("ghc@doc2010", sleepers), nil},
	{"conditions", small("ghc@doc2010", conditions), nil},
	{"two waiters", small("ghc@doc2010", twoWaiters), nil},
	{"semaphore", small("ghc@doc2010", semaphore), nil},
	{"masks", small("ghc@doc2010", masks), []string{
		"a=died X [in masked out open]; b=returned",
		"a=died X [in masked]; b=returned",
		"a=died X; b=returned",
		"a=returned [in masked out open]; b=returned",
	}},
	{"swallowed", small("ghc@doc2010", swallowed), []string{"a=returned [X masked open]; b=returned"}},
	{"joiners", small("ghc@doc2010", joiners), []string{"a=returned; b=returned; c=returned"}},
	{"cleanups", small("sbcl@doc", cleanups), nil},
	{"function", small("sbcl@doc", function), nil},
	{"tagged", small("sbcl@doc", tagged), []string{
		"a=killed; b=returned",
		"a=returned [7 open]; b=died impl: b: interrupt a: it has ended",
		"a=returned [7 open]; b=returned",
	}},
	{"ends with a throw pending", small("ghc@doc2010", endsWithPending), nil},
	{"killed now", small("lcl@doc", killedNow), []string{
		"a=killed; b=returned",
		"a=returned [cleaned]; b=returned",
	}},
	{"to kill now is no wait", small("lcl@doc", killsNow), []string{
		"a=returned; b=killed; c=returned",
		"a=returned; b=returned; c=returned",
	}},
	{"withdrawn before another", small("ghc@doc2010", withdrawnBefore), []string{
		"a=died X; b=died Y; c=returned; d=returned; e=returned",
	}},
}

// compareTraces holds the traces that were found against those of the search without
// source sets, where that ends soon enough: equal outcomes alone prove little.
func compareTraces(ctx context.Context, t *testing.T, p sched.Program, r *sched.Result) {
	const budget = 8000 / effort
	all := sched.Explore(ctx, p, sched.Options{Mode: sched.Sleep, Traces: true, MaxExecutions: budget})
	if all.Exceeded != "" {
		t.Logf("not compared with sleep sets alone, which need more than %d executions", budget)
		return
	}
	missed := 0
	for trace := range all.Traces {
		if r.Traces[trace] == 0 {
			missed++
		}
	}
	if missed > 0 || len(r.Traces) != len(all.Traces) {
		t.Errorf("%d traces, %d of them missed out of %d", len(r.Traces), missed, len(all.Traces))
	}
}

func TestEveryInterleaving(t *testing.T) {
	for _, c := range programs {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			r := sched.Explore(ctx, c.p, sched.Options{Traces: true})
			t.Logf("%d executions (+%d cut) of %d traces, depth %d, %d steps, %v",
				r.Executions, r.Cut, len(r.Traces), r.Depth, r.Steps, time.Since(begin))
			for _, text := range r.Texts() {
				o := r.Outcomes[text]
				t.Logf("%7d  %s", o.Count, text)
				if o.Failure != "" || strings.Contains(text, "NOT CONSERVED") {
					t.Errorf("schedule %v", o.Schedule)
				}
			}
			if r.Exceeded != "" {
				t.Fatalf("incomplete: %s", r.Exceeded)
			}
			if r.Executions != len(r.Traces) {
				t.Errorf("%d executions of %d traces", r.Executions, len(r.Traces))
			}
			compareTraces(ctx, t, c.p, r)
			if c.outcomes != nil && !slices.Equal(r.Texts(), c.outcomes) {
				t.Errorf("outcomes are not\n%s", strings.Join(c.outcomes, "\n"))
			}
		})
	}
}
