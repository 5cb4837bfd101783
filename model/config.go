package model

import (
	"fmt"
	"slices"
	"strings"
)

// Config is one configuration: the parts in order.
type Config []Part

// Start is the configuration in which every run begins.
func (m *Machine) Start() Config {
	c := make(Config, m.Parts())
	for i := range c {
		c[i] = m.Initial(i)
	}
	return c
}

// Move is one step that a configuration can take.
type Move struct {
	Label  Label
	To     Config
	Events []Event
}

// Moves are all steps that c can take, in the order of agents and rules, and
// the bounds that were reached instead of a step.
func (m *Machine) Moves(c Config) (moves []Move, exceeded []string) {
	r := recorder{from: c, now: slices.Clone(c)}
	for i := range m.Agents() {
		m.Expand(i, &r)
	}
	return r.moves, r.exceeded
}

// Replay follows the labels from the start. It is an error if one of them is
// not possible.
func (m *Machine) Replay(path []Label) ([]Move, error) {
	c := m.Start()
	var run []Move
	for i, l := range path {
		moves, _ := m.Moves(c)
		j := slices.IndexFunc(moves, func(v Move) bool { return v.Label == l })
		if j < 0 {
			return run, fmt.Errorf("step %d, %s, is not possible here; possible are %s", i+1, m.String(l), m.labels(moves))
		}
		run, c = append(run, moves[j]), moves[j].To
	}
	return run, nil
}

func (m *Machine) labels(moves []Move) string {
	var all []string
	for _, v := range moves {
		all = append(all, m.String(v.Label))
	}
	return strings.Join(all, " ")
}

// recorder is a Store that keeps what is committed.
type recorder struct {
	from     Config
	now      Config
	moves    []Move
	exceeded []string
}

func (r *recorder) Get(i int) Part    { return r.now[i] }
func (r *recorder) Set(i int, p Part) { r.now[i] = p }

func (r *recorder) Commit(label uint32) {
	r.moves = append(r.moves, Move{Label: Unpack(label), To: slices.Clone(r.now)})
	copy(r.now, r.from)
}

func (r *recorder) Exceeded(bound string) {
	r.exceeded = append(r.exceeded, bound)
	copy(r.now, r.from)
}

// Events takes the events of the step that was just committed.
func (r *recorder) Events(e []Event) { r.moves[len(r.moves)-1].Events = slices.Clone(e) }

// Key is the configuration as one comparable value.
func (c Config) Key() string {
	var b strings.Builder
	for _, p := range c {
		fmt.Fprintf(&b, "%v|%v|%q;", p.core, p.cell, p.seq)
	}
	return b.String()
}
