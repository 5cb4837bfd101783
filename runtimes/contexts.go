package runtimes

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// Spawn starts body on a goroutine of its own, with a context, and gives what cancels
// that. It is all that is asked of a library that cancels by contexts.
type Spawn func(body func(context.Context) error) (cancel func())

// Contexts is a runner of cooperative cancellation: what looks for it, looks at the
// context that spawn gave, as go@context says. A mvar is a channel with room for one, a
// mutex one that nothing interrupts; a thread that has come to rest is found by
// testing/synctest. A fresh spawner is made for each run.
func Contexts(t *testing.T, name string, fresh func() Spawn) Runner {
	return &contexts{t, name, fresh}
}

type contexts struct {
	t     *testing.T
	name  string
	fresh func() Spawn
}

func (c *contexts) Name() string    { return c.name }
func (c *contexts) Edition() string { return model.GoContext.Name }

// Missing names a form that this runner does not make of Go.
func (c *contexts) Missing(p Program) string {
	for _, f := range p.Forms {
		if contextForms[f] == nil {
			return f
		}
	}
	return ""
}

// Run runs p, each time in a bubble of its own.
func (c *contexts) Run(ctx context.Context, p Program, o Options) (Tally, error) {
	var tally Tally
	test, err := litmus.ReadWire(p.Wire)
	if err != nil {
		return tally, err
	}
	if slices.ContainsFunc(test.Threads, func(t litmus.Thread) bool { return t.Later }) {
		return tally, &Unsupported{c.name, p.Name, "no form later"}
	}
	o = o.withDefaults()
	for i := range o.Runs {
		if ctx.Err() != nil {
			return tally, ctx.Err()
		}
		var text string
		synctest.Test(c.t, func(*testing.T) { text = runContexts(test, c.fresh(), o.Seed+uint64(i)) })
		tally.outcome(text, 1)
	}
	return tally, nil
}

// bubble is one run. The lock orders all accesses to cells; whoever waits for one to
// change waits on the channel that the next change closes.
type bubble struct {
	mu      sync.Mutex
	changed chan struct{}
	vars    map[string]int16
	chans   map[string]chan int16
	owner   map[string]*gothread
	threads map[string]*gothread
	over    chan struct{}
}

type gothread struct {
	*bubble
	name   string
	ctx    context.Context
	cancel func()
	log    []string
	value  int16
	at     string // what it waits in, "running" if it spins
	end    string
	random *rand.Rand
	awaits *gothread
	served chan struct{}
}

// raised is an exception: Go's threads return it.
type raised struct{ class string }

func (r raised) Error() string { return r.class }

var errOver = errors.New("the run is over")

func runContexts(test *litmus.Test, spawn Spawn, seed uint64) string {
	b := &bubble{changed: make(chan struct{}), vars: map[string]int16{}, chans: map[string]chan int16{}, owner: map[string]*gothread{}, threads: map[string]*gothread{}, over: make(chan struct{})}
	for _, c := range test.Cells {
		b.declare(c)
	}
	start := make(chan struct{})
	for i, t := range test.Threads {
		th := &gothread{bubble: b, name: t.Name, random: rand.New(rand.NewPCG(seed, uint64(i)))}
		b.threads[t.Name] = th
		th.cancel = spawn(func(ctx context.Context) error {
			<-start
			th.ctx = ctx
			err := th.block(t.Body)
			b.mu.Lock()
			defer b.mu.Unlock()
			if err == nil {
				th.end = "returned"
			} else if err != errOver {
				th.end = "died " + err.Error()
			}
			return err
		})
	}
	close(start)
	for again := true; again; { // nothing moves any more: awaits that are served go on
		synctest.Wait()
		again = b.serveAwaits()
	}
	text := b.outcome(test)
	close(b.over)
	for _, th := range b.threads {
		th.cancel()
	}
	synctest.Wait()
	return text
}

// declare makes a cell: a mvar and a mutex are channels with room for one, a semaphore is
// one that holds its units.
func (b *bubble) declare(c litmus.Cell) {
	b.vars[c.Name] = c.Init
	switch c.Kind {
	case model.MVar:
		b.chans[c.Name] = make(chan int16, 1)
		if c.Init != model.Empty {
			b.chans[c.Name] <- c.Init
		}
	case model.Mutex:
		b.chans[c.Name] = make(chan int16, 1)
	case model.Semaphore:
		b.chans[c.Name] = make(chan int16, 64)
		for range c.Init {
			b.chans[c.Name] <- 0
		}
	}
}

func (b *bubble) change() {
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *bubble) outcome(test *litmus.Test) string {
	var parts []string
	for _, t := range test.Threads {
		th := b.threads[t.Name]
		end := th.end
		if end == "" {
			end = th.at
		}
		if len(th.log) > 0 {
			end += " [" + strings.Join(th.log, " ") + "]"
		}
		parts = append(parts, t.Name+"="+end)
	}
	for _, kind := range []model.CellKind{model.Var, model.MVar, model.Mutex, model.Semaphore} {
		for _, c := range test.Cells {
			if c.Kind == kind && !c.Hidden {
				parts = append(parts, c.Name+"="+b.cell(c))
			}
		}
	}
	return strings.Join(parts, "; ")
}

func (b *bubble) cell(c litmus.Cell) string {
	ch := b.chans[c.Name]
	switch {
	case c.Kind == model.Mutex && b.owner[c.Name] == nil:
		return "free"
	case c.Kind == model.Mutex:
		return "held " + b.owner[c.Name].name
	case c.Kind == model.Semaphore:
		return fmt.Sprint(len(ch))
	case c.Kind == model.MVar && len(ch) == 0:
		return "empty"
	case c.Kind == model.MVar:
		if v := <-ch; v != model.Full {
			return fmt.Sprint(v)
		}
		return "full"
	}
	return fmt.Sprint(b.vars[c.Name])
}

func (th *gothread) block(b litmus.Block) error {
	for i := range b {
		if th.random.IntN(4) == 0 {
			runtime.Gosched()
		}
		if err := contextForms[b[i].Form.Wire](th, &b[i]); err != nil {
			return err
		}
	}
	return nil
}

// until waits until what ready says, under the lock, is so. Nothing interrupts it.
func (th *gothread) until(ready func() bool) error {
	for {
		th.mu.Lock()
		if ready() {
			th.at = ""
			th.mu.Unlock()
			return nil
		}
		if th.at == "" {
			th.at = "running"
		}
		changed := th.changed
		th.mu.Unlock()
		select {
		case <-changed:
		case <-th.over:
			return errOver
		}
	}
}

// await waits until u is blocked or gone. What u is about to wait in is said before it
// does; that it does is certain when nothing in the bubble moves.
func (th *gothread) await(u *gothread) error {
	th.mu.Lock()
	th.at, th.awaits, th.served = "running", u, make(chan struct{})
	th.mu.Unlock()
	select {
	case <-th.served:
		return nil
	case <-th.over:
		return errOver
	}
}

// serveAwaits lets those go on that await what is so; false if there are none.
func (b *bubble) serveAwaits() (some bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, th := range b.threads {
		if u := th.awaits; u != nil && u.rests() {
			th.at, th.awaits = "", nil
			close(th.served)
			some = true
		}
	}
	return some
}

// blocked says where the thread is about to wait.
func (th *gothread) blocked(at string) {
	th.mu.Lock()
	defer th.mu.Unlock()
	th.at = at
}

// pass is an operation on a channel, the select that go@context speaks of: with what
// cancels it, if it looks.
func (th *gothread) pass(at string, looks bool, do func(cancelled, over <-chan struct{}) error) error {
	th.blocked(at)
	defer th.blocked("")
	var cancelled <-chan struct{}
	if looks {
		cancelled = th.ctx.Done()
	}
	return do(cancelled, th.over)
}

func receive(ch chan int16, got *int16) func(cancelled, over <-chan struct{}) error {
	return func(cancelled, over <-chan struct{}) error {
		select {
		case v := <-ch:
			*got = v
			return nil
		case <-cancelled:
			return raised{model.CancelClass}
		case <-over:
			return errOver
		}
	}
}

func send(ch chan int16, v int16) func(cancelled, over <-chan struct{}) error {
	return func(cancelled, over <-chan struct{}) error {
		select {
		case ch <- v:
			return nil
		case <-cancelled:
			return raised{model.CancelClass}
		case <-over:
			return errOver
		}
	}
}

func (th *gothread) point() error {
	if th.ctx.Err() != nil {
		return raised{model.CancelClass}
	}
	return nil
}

// contextForms is what Go makes of the forms.
var contextForms map[string]func(*gothread, *litmus.Stmt) error

func init() { // a block executes them
	contextForms = map[string]func(*gothread, *litmus.Stmt) error{
		"nop": func(*gothread, *litmus.Stmt) error { return nil },
		"log": func(th *gothread, s *litmus.Stmt) error { th.log = append(th.log, s.Name); return nil },
		"logv": func(th *gothread, s *litmus.Stmt) error {
			th.log = append(th.log, fmt.Sprint(s.Name, "=", th.value))
			return nil
		},
		"value": func(th *gothread, s *litmus.Stmt) error { th.value = s.N; return nil },
		"raise": func(_ *gothread, s *litmus.Stmt) error { return raised{s.Name} },
		"point": func(th *gothread, _ *litmus.Stmt) error { return th.point() },
		"cancelled?": func(th *gothread, _ *litmus.Stmt) error {
			word := "clean"
			if th.ctx.Err() != nil {
				word = "cancelled"
			}
			th.log = append(th.log, word)
			return nil
		},
		"set": func(th *gothread, s *litmus.Stmt) error {
			th.mu.Lock()
			defer th.mu.Unlock()
			th.vars[s.Name] = s.N
			th.change()
			return nil
		},
		"spin": func(th *gothread, s *litmus.Stmt) error {
			return th.until(func() bool { return th.vars[s.Name] == s.N })
		},
		"await": func(th *gothread, s *litmus.Stmt) error { return th.await(th.threads[s.Name]) },
		"cancel": func(th *gothread, s *litmus.Stmt) error {
			target := th.threads[s.Name]
			if s.Name == litmus.Self {
				target = th
			}
			target.cancel()
			return nil
		},
		"try": func(th *gothread, s *litmus.Stmt) error {
			err := th.block(s.Blocks[0])
			var r raised
			if errors.As(err, &r) && (s.Name == "any" || s.Name == r.class) {
				return th.block(s.Blocks[1])
			}
			return err
		},
		"protect": func(th *gothread, s *litmus.Stmt) (err error) {
			err = th.block(s.Blocks[0])
			value := th.value
			if cleanup := th.block(s.Blocks[1]); cleanup != nil {
				return cleanup
			}
			th.value = value
			return err
		},
		"take": func(th *gothread, s *litmus.Stmt) error {
			return th.pass("blocked take "+s.Name, true, receive(th.chans[s.Name], &th.value))
		},
		"put": func(th *gothread, s *litmus.Stmt) error {
			return th.pass("blocked put "+s.Name, true, send(th.chans[s.Name], s.N))
		},
		"acquire": func(th *gothread, s *litmus.Stmt) error {
			var unit int16
			return th.pass("blocked acquire "+s.Name, true, receive(th.chans[s.Name], &unit))
		},
		"post": func(th *gothread, s *litmus.Stmt) error { th.chans[s.Name] <- 0; return nil },
		"lock": func(th *gothread, s *litmus.Stmt) error {
			if th.owns(s.Name) {
				return raised{"Error"}
			}
			err := th.pass("blocked lock "+s.Name, false, send(th.chans[s.Name], 0))
			if err == nil {
				th.own(s.Name, th)
			}
			return err
		},
		"unlock": func(th *gothread, s *litmus.Stmt) error {
			if !th.owns(s.Name) {
				return raised{"Error"}
			}
			th.own(s.Name, nil)
			<-th.chans[s.Name]
			return nil
		},
	}
}

// rests says that a thread is blocked or gone.
func (th *gothread) rests() bool { return th.end != "" || strings.HasPrefix(th.at, "blocked") }

func (th *gothread) owns(mutex string) bool {
	th.mu.Lock()
	defer th.mu.Unlock()
	return th.owner[mutex] == th
}

func (th *gothread) own(mutex string, as *gothread) {
	th.mu.Lock()
	defer th.mu.Unlock()
	th.owner[mutex] = as
}
