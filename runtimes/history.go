package runtimes

import (
	"context"
	"slices"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/runtimes/goimpl"
	"github.com/interject/interject/traces"
)

// Recorded is a run of which a history was recorded.
type Recorded struct {
	Outcome string
	History *traces.History // nil: the run was too long for the recorder
}

// Record runs p on goroutines as Run does, and records a history of each run that comes
// to rest. The seed of a history is the one that its run had.
func (r *Impl) Record(ctx context.Context, p Program, o Options, found func(Recorded) error) (Tally, error) {
	var t Tally
	g, tape, err := r.taped(p)
	if err != nil {
		return t, err
	}
	o = o.withDefaults()
	for i := range o.Runs {
		if ctx.Err() != nil {
			return t, ctx.Err()
		}
		text, err := r.once(ctx, g, o, i, tape)
		if err == errRestless { // its threads may still write on this tape
			t.undecided(Restless, 1)
			if g, tape, err = r.taped(p); err != nil {
				return t, err
			}
			continue
		}
		if err != nil {
			return t, err
		}
		h, err := tape.Recorder.History(tape.Over)
		if err != nil {
			return t, err
		}
		t.outcome(text, 1)
		if err := found(Recorded{text, h}); err != nil {
			return t, err
		}
	}
	return t, nil
}

// RecordEvery runs p through every interleaving of its steps, as Explore does, and
// records a history of each. One execution stands for all that differ in the order of
// independent steps only, of which it is the history of one.
func (r *Impl) RecordEvery(ctx context.Context, p Program, o sched.Options, found func(*traces.History) error) (*sched.Result, error) {
	g, tape, err := r.taped(p)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tape.Heard = func(tape *goimpl.Tape) {
		if err != nil {
			return
		}
		var h *traces.History
		if h, err = tape.Recorder.History(tape.Over); err == nil {
			err = found(h)
		}
		if err != nil {
			cancel()
		}
	}
	res := sched.Explore(ctx, g.Interleaved(r.dialect.Name, tape), o)
	return res, err
}

// taped is p compiled, and a tape for it.
func (r *Impl) taped(p Program) (*goimpl.Program, *goimpl.Tape, error) {
	g, err := r.compile(p)
	if err != nil {
		return nil, nil, err
	}
	t, err := litmus.ReadWire(p.Wire)
	if err != nil {
		return nil, nil, err
	}
	if slices.Contains(t.Features(), "timeout") {
		return nil, nil, &Unsupported{"impl", p.Name, "what a timer sends is not recorded"}
	}
	h := traces.Header{Test: t.Hash(), Name: t.Name, Program: t.Wire(), Edition: r.dialect.Name, Runtime: "impl"}
	tape, err := g.NewTape(h, silent(t, r.dialect.Idioms))
	return g, tape, err
}

// silent are the bodies of interrupts that the idioms make of something else.
func silent(t *litmus.Test, idioms model.Idioms) map[model.Pos]bool {
	all := map[model.Pos]bool{}
	p, err := t.Program(idioms)
	if err != nil {
		return all // it did not compile before either
	}
	for at, from := range t.Statements(idioms) {
		if n := &p.Nodes[at]; n.Op == model.Interrupt && from != nil && from.Form.Op != model.Interrupt {
			all[n.Body] = true
		}
	}
	return all
}
