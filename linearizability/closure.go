package linearizability

import (
	"context"
	"errors"
	"slices"

	"github.com/interject/interject/model"
)

// after is every state one step behind s. Whose events may be made, may says.
func (p *product) after(s state, may permit, found func(state)) {
	for i := range p.space.from(s.config) {
		v := &p.moves[s.config][i]
		if n, ok := p.step(s, v, may); ok {
			found(n)
		}
	}
	if !p.free {
		return
	}
	for t := range p.h.Threads {
		p.afterFetch(s, t, may, found)
	}
}

// next is after, or that part of it which concerns one thread.
func (p *product) next(s state, only int, may permit, found func(state)) {
	if only == everyone {
		p.after(s, may, found)
		return
	}
	moves := p.space.from(s.config)
	for i := range moves {
		m := &moves[i]
		if int(m.label.Thread) != only && !slices.Contains(m.moved, only) {
			continue
		}
		if n, ok := p.step(s, m, may); ok {
			found(n)
		}
	}
	if p.free {
		p.afterFetch(s, only, may, found)
	}
}

// afterFetch is the part of after in which thread t of a free program goes on.
func (p *product) afterFetch(s state, t int, may permit, found func(state)) {
	if p.stands(s, t) {
		found(state{p.put(s.config, t, p.node(model.Node{Op: model.Point}, 0)), s.locals})
	}
	for _, at := range p.deaf(s, t) {
		found(state{p.put(s.config, t, at), s.locals})
	}
	for _, at := range p.fetch(s, t) {
		moved := state{p.put(s.config, t, at), s.locals}
		all := p.space.from(moved.config)
		for i := range all {
			v := &all[i]
			if v.by != model.Own || int(v.label.Thread) != t {
				continue
			}
			if n, ok := p.step(moved, v, may); ok {
				found(n)
			}
		}
	}
}

// bound is where a search gives up.
type bound struct {
	ctx context.Context
	max int // so many states at once
}

// errBound says that there are too many states.
var errBound = errors.New("bound")

// closure adds to the states what they can come to without an event but those that may
// allows. Those given are closed already but for steps of thread t.
func (p *product) closure(all *states, t int, may permit, within bound) error {
	known := len(all.list)
	if t == everyone {
		known = 0
	}
	for i := 0; i < len(all.list); i++ {
		if i%256 == 0 && within.ctx.Err() != nil {
			return within.ctx.Err()
		}
		only := everyone
		if i < known {
			only = t
		}
		p.next(all.list[i], only, may, func(n state) { all.add(n) })
		if len(all.list) > within.max {
			return errBound
		}
	}
	return nil
}
