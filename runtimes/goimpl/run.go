package goimpl

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// run is one run of a program: its runtime, its threads and its cells, by index.
type run struct {
	*Program
	rt         *impl.Runtime
	threads    []*impl.Thread
	envs       []*env // by thread, where it runs now
	logs       [][]string
	looping    []int    // by thread, in how many loops without effect it waits
	sending    []string // by thread, its last throwTo as outcomes call it
	cells      []cell
	tags       []*impl.Tag[int16]
	tape       *Tape  // nil: not recorded
	reels      []reel // if recorded, by thread
	controlled bool   // by a scheduler
	over       bool   // its threads are being ended; written before they are told
}

func (p *Program) start(edition string, c impl.Config, seed uint64, tape *Tape) (*run, error) {
	n := len(p.blocks)
	r := &run{Program: p, logs: make([][]string, n), sending: make([]string, n), looping: make([]int, n), tape: tape}
	r.controlled = c.Scheduler != nil
	if tape != nil {
		tape.Recorder.Reset(seed)
		r.reels = make([]reel, n)
		c.Observe = r.observe
	}
	rt, err := impl.New(edition, c)
	if err != nil {
		return nil, err
	}
	r.rt = rt
	r.cells = make([]cell, len(p.source.Cells))
	for i, d := range p.source.Cells {
		r.cells[i] = newCell(rt, d)
	}
	for _, name := range p.source.Tags {
		r.tags = append(r.tags, impl.NewTag[int16](name))
	}
	r.threads, r.envs = make([]*impl.Thread, 0, n), make([]*env, 0, n)
	for i, d := range p.source.Threads {
		e := r.env(model.Thread(i))
		if seed != 0 {
			e.delays(seed, i)
		}
		r.envs = append(r.envs, e)
		r.threads = append(r.threads, rt.NewThread(d.Name, func(t *impl.Thread) error {
			if e.t = t; !r.controlled {
				makeRoom(byte(i))
			}
			return p.blocks[i](e)
		}))
	}
	for i, d := range p.source.Threads {
		if d.Later {
			continue
		}
		if err := r.threads[i].Start(nil); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// makeRoom makes the stack of a fresh goroutine grow once, while it is flat: to copy it twice when
// the frames of a program are on it is a fifth of a run.
//
//go:noinline
func makeRoom(i byte) byte {
	var room [5 << 10]byte
	return room[int(i)*16]
}

// cell is a cell of a run: one of these.
type cell struct {
	v         *impl.Var[int16]
	mvar      *impl.MVar[int16]
	mutex     *impl.Mutex
	semaphore *impl.Semaphore
	condition *impl.Cond
}

func newCell(rt *impl.Runtime, d model.CellDecl) (c cell) {
	switch d.Kind {
	case model.Var:
		c.v = impl.NewVar(rt, d.Init)
	case model.MVar:
		if c.mvar = impl.NewMVar[int16](rt); d.Init != model.Empty {
			c.mvar = impl.NewMVarOf(rt, d.Init)
		}
	case model.Mutex:
		c.mutex = impl.NewMutex(rt, d.Name)
	case model.Semaphore:
		c.semaphore = impl.NewSemaphore(rt, int(d.Init))
	case model.Condition:
		c.condition = impl.NewCond(rt)
	default:
		panic(fmt.Sprintf("goimpl: cell %s is of kind %d, which there is not", d.Name, d.Kind))
	}
	return c
}

func (e *env) log(word string) { e.logs[e.id] = append(e.logs[e.id], word) }

// Run runs p once on goroutines and returns its outcome in canonical form. The seed
// chooses where threads are held up; zero is nowhere. The tape may be nil. A run that
// has not come to rest when ctx ends has no outcome, but the error of ctx; its threads
// may write on the tape for a while after, which is good for nothing then.
func (p *Program) Run(ctx context.Context, edition string, seed uint64, tape *Tape) (string, error) {
	r, err := p.start(edition, impl.Config{Quiet: true}, seed, tape)
	if err != nil {
		return "", err
	}
	defer r.rt.Close()
	if err := r.rt.AwaitQuiet(ctx); err != nil {
		return "", err
	}
	r.over = true
	if tape != nil {
		tape.Over = r.ending()
	}
	return r.outcome(), nil
}

// ending says how a run that has come to rest is over, for its history.
func (r *run) ending() traces.Over {
	if slices.ContainsFunc(r.looping, func(n int) bool { return n > 0 }) {
		return traces.Stopped
	}
	return traces.Quiescent
}

// Explore runs p through every interleaving; the outcomes of the result are in
// canonical form.
func (p *Program) Explore(ctx context.Context, edition string, o sched.Options) (*sched.Result, error) {
	if _, err := impl.PolicyOf(edition); err != nil {
		return nil, err
	}
	return sched.Explore(ctx, p.Interleaved(edition, nil), o), nil
}

// Interleaved is p as a program of the scheduler, for replay and minimisation. The
// tape may be nil.
func (p *Program) Interleaved(edition string, tape *Tape) sched.Program {
	return func(x *sched.Exec) {
		r, err := p.start(edition, impl.Config{Scheduler: x}, 0, tape)
		if err != nil {
			panic(err)
		}
		x.Judge(func() string {
			if tape != nil && tape.Heard != nil {
				tape.Over = r.ending()
				tape.Heard(tape)
			}
			return r.outcome()
		})
	}
}

// jitter holds the thread up now and then.
func (e *env) jitter() {
	if e.hold == 0 {
		return
	}
	e.hold = e.hold*6364136223846793005 + 1442695040888963407
	switch k := e.hold >> 58; {
	case k < 8:
		runtime.Gosched()
	case k < 16:
		for range k * 16 {
			runtime.KeepAlive(e)
		}
	}
}

func (e *env) delays(seed uint64, thread int) { e.hold = seed*31 + uint64(thread) + 1 }
