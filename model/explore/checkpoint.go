package explore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A checkpoint is the log of discoveries, with the layout of its keys, the tallies, and
// which rules were run in which states, in order. Neither the parts nor the memo are
// in it: the rules, run again in that order, intern the same parts under the same
// numbers and teach the same effects. So parts need no encoding, and a system that has
// changed since is noticed.

const checkpointMagic = "interject explore checkpoint 3"

// Checkpoint writes itself. It is good until the callback that got it returns.
type Checkpoint struct{ s searcher }

// WriteTo writes the checkpoint.
func (c Checkpoint) WriteTo(w io.Writer) (int64, error) {
	if c.s.about().know.symmetric() {
		return 0, errors.New("explore: a search that keeps one state of each orbit writes no checkpoints")
	}
	e := newEncoder(w)
	e.text(checkpointMagic)
	c.s.about().save(e)
	c.s.saveKeys(e)
	return e.end()
}

// Checkpoint is where the search stopped. Resume goes on from it, with other bounds
// if these stopped it.
func (r *Report[P]) Checkpoint() Checkpoint { return Checkpoint{r.s} }

// Resume goes on with a search of which a checkpoint was written. It is an error if the
// checkpoint is damaged, or of another system or Identity. The report is that of a
// search that was never interrupted.
func Resume[P comparable](ctx context.Context, sys System[P], o Options, from io.Reader) (*Report[P], error) {
	if err := sensible(sys, o); err != nil {
		return nil, err
	}
	v := newView(sys).reduced(o.Reduce)
	if v.symmetric() {
		return nil, errors.New("explore: cannot resume: a search that keeps one state of each orbit writes no checkpoints")
	}
	s, err := load(v, o, from)
	if err != nil {
		return nil, fmt.Errorf("explore: cannot resume: %w", err)
	}
	return finish(ctx, sys, v, s, o), nil
}

func (c *course) save(e *encoder) {
	c.saveIdentity(e)
	e.number(len(c.fields))
	for _, f := range c.fields {
		e.number(int(f.word), int(f.shift), int(f.bits), int(f.stride), int(f.radix))
	}
	e.number(c.next, c.layerEnd, c.transitions, c.reduced, c.packs, len(c.layers))
	e.number(c.layers...)
	e.number(len(c.finals))
	for _, f := range c.finals {
		e.number(int(f))
	}
	e.number(len(c.notes))
	for n, at := range c.notes {
		e.number(int(n.kind), n.rule, int(n.label), at.first, at.count)
	}
	e.number(c.lessons.n)
	for l := range c.lessons.all {
		e.number(int(l.rule), int(l.state))
	}
	sizes := c.know.sizes()
	e.number(len(sizes))
	e.number(sizes...)
}

func (c *course) saveIdentity(e *encoder) {
	e.text(c.opts.Identity)
	e.number(len(c.fields), c.agents, c.checks, c.facts)
	for _, f := range c.fair {
		if f {
			e.number(1)
		} else {
			e.number(0)
		}
	}
}

func (s *search[K]) saveKeys(e *encoder) {
	var k K
	e.number(len(k), s.log.n)
	for i := range s.log.n {
		k = *s.log.at(i)
		for j := 0; j < len(k); j++ {
			e.word(k[j])
		}
	}
}

// load reads a checkpoint into a search that can run.
func load(know teacher, o Options, from io.Reader) (searcher, error) {
	d := newDecoder(from)
	if magic := d.text(len(checkpointMagic)); d.err == nil && magic != checkpointMagic {
		return nil, fmt.Errorf("not a checkpoint, or of another version: it begins with %q, want %q", magic, checkpointMagic)
	}
	c := newCourse(know, o)
	c.fields = make([]field, len(know.state()))
	if err := c.checkIdentity(d); err != nil {
		return nil, err
	}
	c.load(d)
	width, n := d.number(), d.number()
	if d.err != nil {
		return nil, d.err
	}
	switch width {
	case 1:
		return loadKeys[[1]uint64](c, d, n)
	case 2:
		return loadKeys[[2]uint64](c, d, n)
	case 4:
		return loadKeys[[4]uint64](c, d, n)
	case 8:
		return loadKeys[[8]uint64](c, d, n)
	case 16:
		return loadKeys[[16]uint64](c, d, n)
	}
	return nil, fmt.Errorf("the checkpoint is damaged: keys of %d words", width)
}

func (c *course) checkIdentity(d *decoder) error {
	if id := d.text(maxText); d.err == nil && id != c.opts.Identity {
		return fmt.Errorf("the checkpoint is of %q, this search of %q", id, c.opts.Identity)
	}
	parts, agents, checks, facts := d.number(), d.number(), d.number(), d.number()
	if d.err == nil && (parts != len(c.fields) || agents != c.agents || checks != c.checks || facts != c.facts) {
		return fmt.Errorf("the checkpoint is of a system with %d parts, %d agents, %d invariants, %d facts; this one has %d, %d, %d, %d", parts, agents, checks, facts, len(c.fields), c.agents, c.checks, c.facts)
	}
	for a, f := range c.fair {
		if fair := d.number() == 1; d.err == nil && fair != f {
			return fmt.Errorf("agent %d is fair in one of checkpoint and search only", a)
		}
	}
	return d.err
}

func (c *course) load(d *decoder) {
	if d.number() != len(c.fields) {
		d.damaged("fields")
	}
	for i := range c.fields {
		c.fields[i] = field{uint16(d.number()), uint8(d.number()), uint8(d.number()), uint16(d.number()), uint16(d.number())}
		if f := c.fields[i]; f.stride != 0 && f.radix == 0 {
			d.damaged("fields")
		}
	}
	c.next, c.layerEnd, c.transitions, c.reduced, c.packs = d.number(), d.number(), d.number(), d.number(), d.number()
	c.resumed = c.next
	d.times(func() { c.layers = append(c.layers, d.number()) })
	d.times(func() { c.finals = append(c.finals, uint32(d.number())) })
	d.times(func() {
		n := note{kind(d.number()), d.number(), uint32(d.number())}
		c.notes[n] = &noted{d.number(), d.number()}
	})
	d.times(func() { c.lessons.append(uint32(d.number()), uint32(d.number())) })
	d.times(func() { c.sizes = append(c.sizes, d.number()) })
	// A search that was stopped noted the layer ahead; it is noted again when reached.
	if n := len(c.layers); n > 0 && c.layers[n-1] == c.layerEnd {
		c.layers = c.layers[:n-1]
	}
}

// loadKeys reads the log and rebuilds store and memo.
func loadKeys[K words](c *course, d *decoder, n int) (searcher, error) {
	s := &search[K]{course: c, memo: newMemo[K](c.rules()), store: newStore[K, K](nil)}
	s.crew = newCrew(s)
	for i := range n {
		var k K
		for j := 0; j < len(k); j++ {
			k[j] = d.word()
		}
		if s.add(k); s.log.n != i+1 {
			d.damaged("keys")
		}
		if d.err != nil {
			return nil, d.err
		}
	}
	if d.end(); d.err != nil {
		return nil, d.err
	}
	return s, s.relearn()
}

var errChanged = errors.New("the system has changed: its rules, run again in the same states, do not make the same parts")

// relearn runs the rules that were run, in the same order.
func (s *search[K]) relearn() error {
	before := s.lessons
	s.lessons = lessons{}
	s.know.initial()
	for l := range before.all {
		if int(l.state) >= s.log.n || int(l.rule) >= s.rules() {
			return errors.New("the checkpoint is damaged: a rule was run in a state that it does not have")
		}
		if s.read(int(l.state), s.know.state()); !s.know.knows(s.know.state()) {
			return errChanged
		}
		// A rule whose result did not fit was run again after the layout had changed.
		if s.memo.find(int(l.rule), s.log.at(int(l.state))) == 0 {
			s.learn(int(l.rule), int(l.state))
		}
	}
	if !slices.Equal(s.know.sizes(), s.sizes) {
		return errChanged
	}
	return nil
}
