package litmus

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/model/reduce"
)

// Allowed is what the semantics allows of a test under a dialect.
type Allowed struct {
	Set
	Test    *Test
	Machine *model.Machine
	States  int
	Reasons []string // why the set is partial; empty if it is not
	report  *explore.Report[model.Part]
	ends    map[string]end                // by canonical text, the first state that is final so
	orbits  explore.Symmetric[model.Part] // nil if every state was kept
}

// An end is a state, once its threads are renamed where one of each orbit is kept.
type end struct {
	state int
	to    []uint8
}

// System is a machine as the explorer sees it.
type System struct{ *model.Machine }

// Expand makes every step of an agent.
func (s System) Expand(agent int, v *explore.View[model.Part]) { s.Machine.Expand(agent, v) }

// Check is invariant i of the machine.
func (s System) Check(i int, v *explore.View[model.Part]) error { return s.Machine.Check(i, v) }

// MissingIn are the forms that the test uses and the dialect does not have.
func (t *Test) MissingIn(d model.Dialect) []string {
	return slices.DeleteFunc(t.Features(), func(f string) bool { return !slices.Contains(d.Lacks, f) })
}

// Machine is the test under a dialect. It is an error if the dialect lacks a form.
func (t *Test) Machine(d model.Dialect) (*model.Machine, error) {
	if s := t.Lacks(func(form string) bool { return !slices.Contains(d.Lacks, form) }); s != nil {
		return nil, &Error{File: t.File, Pos: s.Pos, Msg: fmt.Sprintf("%s has no %s", d.Name, s.Form.Feature())}
	}
	p, err := t.Program(d.Idioms)
	if err != nil {
		return nil, err
	}
	return model.NewMachine(p, d), nil
}

// Explore finds every outcome that the dialect allows of the test. What it does
// not find within the options makes the set partial, and says why. A broken
// invariant of the semantics panics.
func (t *Test) Explore(ctx context.Context, d model.Dialect, o explore.Options) (*Allowed, error) {
	m, err := t.Machine(d)
	if err != nil {
		return nil, err
	}
	return t.ExploreMachine(ctx, m, o)
}

// ExploreMachine is Explore for a machine that was made in another way. With
// o.Reduce, all reductions that the dialect permits are used.
func (t *Test) ExploreMachine(ctx context.Context, m *model.Machine, o explore.Options) (*Allowed, error) {
	if o.Reduce {
		return t.ExploreReduced(ctx, m, reduce.New(m, reduce.All), o)
	}
	return t.ExploreSystem(ctx, m, System{m}, o)
}

// ExploreReduced is ExploreMachine with chosen reductions.
func (t *Test) ExploreReduced(ctx context.Context, m *model.Machine, sys explore.Reducer[model.Part], o explore.Options) (*Allowed, error) {
	o.Reduce = true
	return t.ExploreSystem(ctx, m, sys, o)
}

// ExploreSystem is ExploreMachine for a system that takes the machine's steps and does
// something beside.
func (t *Test) ExploreSystem(ctx context.Context, m *model.Machine, sys explore.System[model.Part], o explore.Options) (*Allowed, error) {
	r, err := explore.Explore(ctx, sys, o)
	if err != nil {
		return nil, err
	}
	a := t.allowed(m, r)
	if a.orbits, _ = sys.(explore.Symmetric[model.Part]); !r.Orbits {
		a.orbits = nil
	}
	a.collect()
	return a, nil
}

// Resume is Explore that goes on from a checkpoint, which Identity names in its options.
func (t *Test) Resume(ctx context.Context, d model.Dialect, o explore.Options, from io.Reader) (*Allowed, error) {
	m, err := t.Machine(d)
	if err != nil {
		return nil, err
	}
	r, err := explore.Resume(ctx, System{m}, o, from)
	if err != nil {
		return nil, err
	}
	a := t.allowed(m, r)
	a.collect()
	return a, nil
}

// Checkpoint is where the search stopped: for Resume.
func (a *Allowed) Checkpoint() explore.Checkpoint { return a.report.Checkpoint() }

func (t *Test) allowed(m *model.Machine, r *explore.Report[model.Part]) *Allowed {
	if len(r.Violations) > 0 {
		v := r.Violations[0]
		panic(fmt.Sprintf("model: %s under %s: %v, after %s", t.Name, m.Name, v.Err, m.Path(labels(r.Paths(v.State)[0]))))
	}
	return &Allowed{Test: t, Machine: m, States: r.States, Reasons: r.Reasons, report: r, ends: map[string]end{}}
}

func (a *Allowed) collect() {
	var all []Outcome
	add := func(e end, o Outcome) {
		if _, ok := a.ends[o.String()]; !ok {
			a.ends[o.String()] = e
			all = append(all, o)
		}
	}
	for _, s := range a.report.Finals {
		for _, c := range a.orbit(s, a.text) {
			add(end{s, c.To}, OutcomeOf(a.Machine, c.State))
		}
	}
	for _, c := range a.report.Cycles {
		a.collectCycle(c.States, func(state int, o Outcome) { add(end{state: state}, o) })
	}
	a.Set = NewSet(all...)
	a.Partial = !a.report.Complete
}

// orbit is a state, and what it can be renamed to, one of each name.
func (a *Allowed) orbit(state int, name func([]model.Part) string) []explore.Renamed[model.Part] {
	c := a.report.State(state, nil)
	if a.orbits == nil {
		return []explore.Renamed[model.Part]{{State: c}}
	}
	return explore.Orbit(a.orbits, c, name)
}

func (a *Allowed) text(c []model.Part) string { return OutcomeOf(a.Machine, c).String() }

// collectCycle adds the outcomes of a run that never leaves some states.
func (a *Allowed) collectCycle(states []int, add func(int, Outcome)) {
	var seen []Outcome
	for _, s := range states {
		seen = append(seen, a.outcome(s))
	}
	for i, o := range endless(seen) {
		add(states[i], o)
	}
}

// endless is what is seen of a run that never leaves some states, of which seen is what
// is seen of each by itself: a thread that does not stand still in all of them is
// running. A signal that is pending in passing is not one that is never received.
func endless(seen []Outcome) []Outcome {
	moves := make([]bool, len(seen[0].Threads))
	for _, o := range seen {
		for i, t := range o.Threads {
			moves[i] = moves[i] || t.End != seen[0].Threads[i].End
		}
	}
	for _, o := range seen {
		for i := range o.Threads {
			o.Threads[i].Pending = false
			if moves[i] {
				o.Threads[i].End = model.Running.String()
			}
		}
	}
	return seen
}

// outcome is what can be seen of a state.
func (a *Allowed) outcome(state int) Outcome {
	return OutcomeOf(a.Machine, model.Config(a.report.State(state, nil)))
}

// OutcomeOf is what can be seen of a configuration.
func OutcomeOf(m *model.Machine, c model.Config) Outcome {
	s := c.Read()
	if m.Dead(s) {
		return Outcome{Crash: true}
	}
	var o Outcome
	for i, th := range m.Threads {
		o.Threads = append(o.Threads, threadEnd(th.Name, m.End(model.Thread(i), s)))
	}
	for i, cell := range m.Cells {
		if text, shown := cellText(m, i, s); shown {
			o.Cells = append(o.Cells, CellEnd{cell.Name, text})
		}
	}
	return o
}

func threadEnd(name string, e model.End) ThreadEnd {
	t := ThreadEnd{Name: name, End: e.Status.String(), Pending: e.Pending}
	switch e.Status {
	case model.Died:
		t.End += " " + e.Class
	case model.Sending, model.Waking, model.Exiting:
		t.End = model.Running.String()
	case model.Blocked:
		t.End = "blocked " + e.In
	}
	for _, w := range e.Log {
		if w.Valued {
			w.Word += fmt.Sprint("=", w.Value)
		}
		t.Log = append(t.Log, w.Word)
	}
	return t
}

func cellText(m *model.Machine, i int, s model.Store) (text string, shown bool) {
	v, owner := m.Content(i, s)
	switch d := m.Cells[i]; {
	case d.Hidden || d.Kind == model.Condition || d.Kind == model.LazyCell:
		return "", false
	case d.Kind == model.Mutex && owner == "":
		return "free", true
	case d.Kind == model.Mutex:
		return "held " + owner, true
	case d.Kind == model.MVar && v == model.Empty:
		return "empty", true
	case d.Kind == model.MVar && v == model.Full:
		return "full", true
	}
	return fmt.Sprint(v), true
}

// Witness is a shortest run that ends in the outcome.
func (a *Allowed) Witness(o Outcome) ([]model.Label, bool) {
	e, ok := a.ends[o.String()]
	if !ok {
		return nil, false
	}
	path := a.report.Paths(e.state)[0]
	if a.orbits == nil {
		return labels(path), true
	}
	return a.unrenamed(path, e.to), true
}

// unrenamed is the run of which a path is left once threads are renamed; its last
// state is renamed by to. Its labels are those of the steps between its states.
func (a *Allowed) unrenamed(path []explore.Step, to []uint8) []model.Label {
	states := [][]model.Part{a.Machine.Start()}
	for _, s := range path {
		states = append(states, a.report.State(s.State, nil))
	}
	run := explore.Unrename(a.orbits, states, path, to)
	var all []model.Label
	for i := range path {
		moves, _ := a.Machine.Moves(run[i])
		j := slices.IndexFunc(moves, func(m model.Move) bool { return slices.Equal(m.To, run[i+1]) })
		if j < 0 {
			panic(fmt.Sprintf("litmus: %s under %s: no step leads to state %d of a run whose threads were renamed", a.Test.Name, a.Machine.Name, i+1))
		}
		all = append(all, moves[j].Label)
	}
	return all
}

func labels(path []explore.Step) []model.Label {
	var all []model.Label
	for _, s := range path {
		all = append(all, model.Unpack(s.Label))
	}
	return all
}

// Finals are the states in which a run can end, each once.
func (a *Allowed) Finals() []model.Config {
	var all []model.Config
	for _, s := range a.report.Finals {
		for _, c := range a.orbit(s, func(c []model.Part) string { return model.Config(c).Key() }) {
			all = append(all, c.State)
		}
	}
	return all
}
