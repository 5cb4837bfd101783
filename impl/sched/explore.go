package sched

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Mode says how much of the search is left out.
type Mode uint8

// The modes. All but Random are complete: they visit every trace.
const (
	DPOR   Mode = iota // source sets and sleep sets
	Sleep              // sleep sets only
	Full               // every interleaving
	Random             // as many executions as allowed, each drawn at random
)

// Options bound and direct a search. The zero value means: complete, unbounded.
type Options struct {
	Mode          Mode
	MaxExecutions int    // 0: no bound
	MaxSteps      int    // of one execution; 0: the most, 30 000
	Seed          uint64 // of Random
	Bounded       bool   // executions with more than Preemptions are left out (with Full)
	Preemptions   int
	Traces        bool               // collect Result.Traces
	Until         func(Outcome) bool // stops the search at the first such outcome
}

// mostSteps keeps the components of a clock, two for a step, within 16 bits.
const mostSteps = 30_000

// Outcome is one way in which executions end.
type Outcome struct {
	Text     string // what Judge said; without one, "done" or "deadlock"
	Failure  string // a panic, or a data race; then Text is empty
	Deadlock bool   // some thread had not ended
	Count    int
	Schedule Schedule // of the first such execution
	Steps    int      // of it
	Trail    []string // of Replay: who made each step, and what it was
}

// Result is what a search has found.
type Result struct {
	Executions int // complete ones
	Cut        int // given up because every continuation had been visited
	Truncated  int // given up because they were too long; the search goes on beside them
	Steps      int // in all of them, replayed ones included
	Depth      int // of the longest
	Outcomes   map[string]*Outcome
	Traces     map[uint64]int // fingerprint of each trace, and how often it was visited
	Found      *Outcome       // what Until stopped at
	Exceeded   string         // which bound ended the search; empty if it is complete
}

// Explore searches. A search that ends early says so in Exceeded.
func Explore(ctx context.Context, p Program, opt Options) *Result {
	if opt.MaxSteps <= 0 || opt.MaxSteps > mostSteps {
		opt.MaxSteps = mostSteps
	}
	x := &Exec{search: &search{opt: opt, random: mix(opt.Seed)}}
	defer x.close()
	r := &Result{Outcomes: map[string]*Outcome{}}
	if opt.Traces {
		r.Traces = map[uint64]int{}
	}
	for {
		x.execute(p)
		stop := x.collect(r)
		x.abort()
		switch {
		case stop:
			r.Exceeded = "stopped at an outcome"
			return r
		case opt.Mode == Random:
			x.prefix = 0
		case !x.advance():
			r.truncated(opt)
			return r
		}
		if n := r.Executions + r.Cut + r.Truncated; opt.MaxExecutions > 0 && n >= opt.MaxExecutions {
			r.Exceeded = "executions"
			return r
		}
		if ctx.Err() != nil {
			r.Exceeded = ctx.Err().Error()
			return r
		}
	}
}

// truncated says so if executions were given up because of their length.
func (r *Result) truncated(opt Options) {
	if r.Truncated > 0 {
		r.Exceeded = fmt.Sprintf("%d executions have more than %d steps", r.Truncated, opt.MaxSteps)
	}
}

func (x *Exec) execute(p Program) {
	x.depth, x.asleep, x.cut, x.long, x.trace = 0, 0, false, false, 0
	x.run(p)
}

// collect adds the execution that has just ended to r.
func (x *Exec) collect(r *Result) (stop bool) {
	r.Steps += x.depth
	r.Depth = max(r.Depth, x.depth)
	if x.cut {
		r.Cut++
		return false
	}
	if x.long {
		r.Truncated++
		return false // it has not ended, so it has no outcome
	}
	r.Executions++
	if r.Traces != nil {
		r.Traces[x.trace]++
	}
	o := x.outcome()
	key := o.Failure + o.Text
	if old := r.Outcomes[key]; old != nil {
		old.Count++
	} else {
		o.Count, o.Schedule, o.Steps = 1, x.schedule(), x.depth
		r.Outcomes[key] = &o
	}
	if x.opt.Until == nil || !x.opt.Until(o) {
		return false
	}
	o.Count, o.Schedule, o.Steps = 1, x.schedule(), x.depth
	r.Found = &o
	return true
}

func (x *Exec) outcome() Outcome {
	if x.failure != "" {
		return Outcome{Failure: x.failure}
	}
	o := Outcome{Text: "done"}
	for _, t := range x.threads {
		o.Deadlock = o.Deadlock || !t.done
	}
	if o.Deadlock {
		o.Text = "deadlock"
	}
	if x.judge != nil {
		x.cur = nil
		o.Text = x.judge()
	}
	return o
}

// Texts lists the outcomes, sorted.
func (r *Result) Texts() []string { return slices.Sorted(maps.Keys(r.Outcomes)) }
