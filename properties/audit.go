package properties

import (
	"context"
	"fmt"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Audit is what an interrupt does to a program, wherever it comes.
type Audit struct {
	Test    *litmus.Test // what was audited: the test without the threads that only interrupt
	Edition string
	Signal  string   // the usual statement that interrupts
	Left    []string // the threads that were left out, since they only interrupt
	Points  []Point  // where the interrupt was received, in the order of the text
	Partial []string // why there may be more; empty if there is not
}

// Point is a place in the text at which the interrupt is received.
type Point struct {
	Thread string
	Stmt   int       // the line of the statement in the marked program; 0: the thread's end
	Block  int       // -1: before the statement, or in it; else at the end of that of its blocks
	Unsafe []Failure // what comes of it there, each with its shortest run; empty: it is safe
	shown  []string  // the causes that these show
}

// Failure is something that an interrupt breaks.
type Failure struct {
	Why     string // what is broken, and what follows from it
	Outcome litmus.Outcome
	Machine *model.Machine
	Run     []model.Label // the shortest
}

// Safe says that no interrupt breaks anything.
func (a *Audit) Safe() bool {
	return !slices.ContainsFunc(a.Points, func(p Point) bool { return len(p.Unsafe) > 0 })
}

// Demands are what an interrupt must not break, beside what is demanded always:
// that what is given back without an interrupt is given back, once, and that no
// other thread is stuck.
type Demands struct {
	Never  *litmus.Cond // must not hold in the end
	Always *litmus.Cond // must hold in the end
	Whole  bool         // in the end the cells are as before, or as they are without an interrupt
}

// interrupts are the statements that interrupt thread t from outside, the usual
// one of a system first.
var interrupts = []string{"throwTo", "kill", "interrupt", "cancel"}

// Nowhere is the line of the auditor's own statements, which stand in no text.
const Nowhere = 1 << 14

// auditor is the thread that interrupts, and the class that it throws.
const auditor, auditClass = "intr", "Interrupt"

// RunAudit puts an interrupt at every point of every thread of a test, in an edition.
func RunAudit(ctx context.Context, t *litmus.Test, d model.Dialect, want Demands, o explore.Options) (*Audit, error) {
	form := signalOf(gen.Of(d))
	if form == nil {
		return nil, fmt.Errorf("%s has no statement that interrupts another thread: one of %v", d.Name, interrupts)
	}
	a := &Audit{Edition: d.Name}
	var own []litmus.Stmt
	a.Test, a.Left, own = withoutInterrupters(t)
	if err := a.layOut(); err != nil {
		return nil, err
	}
	normal, err := a.Test.Explore(ctx, d, o)
	if err != nil {
		return nil, err
	}
	j := judging(a.Test, normal.Set, want)
	a.note(normal.Reasons...)
	for _, th := range a.Test.Threads {
		s := litmus.Stmt{Form: form, Name: th.Name, Other: auditClass}
		if len(form.Names) < 2 {
			s.Other = ""
		}
		s.Blocks = make([]litmus.Block, len(form.Blocks))
		for _, s := range append([]litmus.Stmt{s}, aimed(own, th.Name)...) {
			j := j.of(th.Name, s)
			if err := a.orders(ctx, d, th.Name, s, &j, o); err != nil {
				return nil, err
			}
			if err := a.thread(ctx, d, th.Name, s, j, o); err != nil {
				return nil, err
			}
		}
	}
	a.Signal = form.Word
	a.inOrder()
	return a, nil
}

func (a *Audit) note(reasons ...string) { a.Partial = append(a.Partial, reasons...) }

// inOrder puts the points in the order of the text: a thread's end behind all that is in it.
func (a *Audit) inOrder() {
	type place struct {
		thread      string
		stmt, block int
	}
	at := map[place]int{}
	for _, th := range a.Test.Threads {
		var walk func(litmus.Block)
		walk = func(b litmus.Block) {
			for _, s := range b {
				at[place{th.Name, s.Pos.Line, -1}] = len(at) + 1
				for i, kid := range s.Blocks {
					walk(kid)
					at[place{th.Name, s.Pos.Line, i}] = len(at) + 1
				}
			}
		}
		walk(th.Body)
		for _, end := range []int{0, Nowhere} {
			at[place{th.Name, end, -1}] = len(at) + 1
		}
	}
	slices.SortStableFunc(a.Points, func(p, q Point) int {
		return at[place{p.Thread, p.Stmt, p.Block}] - at[place{q.Thread, q.Stmt, q.Block}]
	})
}

func signalOf(v gen.Vocabulary) *litmus.Form {
	for _, name := range interrupts {
		if v.Has(name) {
			return litmus.FormOf(name)
		}
	}
	return nil
}

// withoutInterrupters is a copy of a test without the threads that do nothing but interrupt others and that nobody
// names; their names, and the statements by which they interrupt.
func withoutInterrupters(t *litmus.Test) (*litmus.Test, []string, []litmus.Stmt) {
	c := gen.Clone(t)
	c.Final, c.Answers, c.Inner, c.See = nil, nil, nil, nil
	named := map[string]bool{}
	for _, th := range c.Threads {
		if interrupting(th.Body) {
			continue
		}
		one := litmus.Test{Threads: []litmus.Thread{th}}
		one.Walk(func(s *litmus.Stmt) { named[s.Name] = true })
	}
	var left []string
	var own []litmus.Stmt
	var kept []litmus.Thread
	for _, th := range c.Threads {
		if interrupting(th.Body) && !named[th.Name] {
			left = append(left, th.Name)
			own = append(own, signalsIn(th.Body)...)
			continue
		}
		kept = append(kept, th)
	}
	if len(kept) > 0 {
		c.Threads = kept
	} else {
		left, own = nil, nil
	}
	c.Walk(func(s *litmus.Stmt) { s.Comments = litmus.Comments{} })
	return c, left, own
}

// layOut gives the statements the lines that they have in the marked program; each
// has one of its own, since each has a comment.
func (a *Audit) layOut() error {
	cells := a.Test.Cells
	gen.Tidy(a.Test)
	a.Test.Cells = cells // what the threads that were left out send may use them
	t, err := litmus.Parse(a.Test.Name, []byte(a.Marked().Format()))
	if err != nil {
		return fmt.Errorf("the marked program does not parse, which is a bug in interject: %w", err)
	}
	var lines []litmus.Pos
	t.Walk(func(s *litmus.Stmt) { lines = append(lines, s.Pos) })
	a.Test.Walk(func(s *litmus.Stmt) { s.Pos, lines = lines[0], lines[1:] })
	return nil
}

// signalsIn are the signals that a block sends, outside of thunks.
func signalsIn(b litmus.Block) (all []litmus.Stmt) {
	for _, s := range b {
		if slices.Contains(interrupts, s.Form.Word) {
			all = append(all, s)
		} else if len(s.Blocks) > 0 {
			all = append(all, signalsIn(s.Blocks[0])...)
		}
	}
	return all
}

// aimed are those that are sent to a thread.
func aimed(all []litmus.Stmt, name string) []litmus.Stmt {
	return slices.DeleteFunc(slices.Clone(all), func(s litmus.Stmt) bool { return s.Name != name })
}

// interrupting says that a block sends a signal to another thread and does nothing
// else that shows.
func interrupting(b litmus.Block) bool {
	sent := false
	for _, s := range b {
		switch s.Form.Op {
		case model.Await, model.Spin, model.Settle, model.Sleep, model.Nop:
			continue
		case model.Try:
			if !interrupting(s.Blocks[0]) || len(s.Blocks[1]) > 0 {
				return false
			}
			sent = true
			continue
		}
		if !slices.Contains(interrupts, s.Form.Word) || s.Name == litmus.Self {
			return false
		}
		sent = true
	}
	return sent
}

// orders finds what the cells hold when what interrupts is done before the thread, or
// behind it: to come to something else loses an update.
func (a *Audit) orders(ctx context.Context, d model.Dialect, name string, s litmus.Stmt, j *judge, o explore.Options) error {
	if !j.want.Whole || !j.thunk {
		return nil
	}
	j.whole = nil
	for _, first := range []bool{true, false} {
		t := gen.Clone(a.Test)
		for i := range t.Threads {
			th := &t.Threads[i]
			if thunk := gen.CloneBlock(s.Blocks[0]); th.Name == name && first {
				th.Body = append(thunk, th.Body...)
			} else if th.Name == name {
				th.Body = append(th.Body, thunk...)
			}
		}
		all, err := t.Explore(ctx, d, o)
		if err != nil {
			return err
		}
		a.note(all.Reasons...)
		j.whole = append(j.whole, all.Outcomes...)
	}
	return nil
}

// thread interrupts one thread, wherever it is.
func (a *Audit) thread(ctx context.Context, d model.Dialect, name string, s litmus.Stmt, j judge, o explore.Options) error {
	t := gen.Clone(a.Test)
	body := gen.CloneBlock(litmus.Block{s})
	t.Threads = append(t.Threads, litmus.Thread{Name: auditor, Body: body})
	one := litmus.Test{Threads: t.Threads[len(t.Threads)-1:]}
	one.Walk(func(s *litmus.Stmt) { s.Pos.Line = Nowhere })
	if err := t.Check(); err != nil {
		return err
	}
	m, err := t.Machine(d)
	if err != nil {
		return err
	}
	w := newWatch(m, t, d, name)
	r, err := explore.Explore(ctx, w, o)
	if err != nil {
		return err
	}
	a.note(r.Reasons...)
	for _, state := range r.Finals {
		a.end(w, r, state, []int{state}, j)
	}
	for _, c := range r.Cycles {
		a.end(w, r, c.States[0], c.States, j)
	}
	return nil
}

// end looks at a state in which a run ends, or at a cycle that it does not leave.
func (a *Audit) end(w *watch, r *explore.Report[noted], state int, cycle []int, j judge) {
	at, ok := w.point(r.State(state, nil))
	if !ok {
		return
	}
	i := slices.IndexFunc(a.Points, func(p Point) bool { return p.Thread == at.Thread && p.Stmt == at.Stmt && p.Block == at.Block })
	if i < 0 {
		i = len(a.Points)
		a.Points = append(a.Points, at)
	}
	p := &a.Points[i]
	o := w.outcome(r, cycle)
	f := Failure{Outcome: o, Machine: w.Machine}
	for _, s := range r.Paths(state)[0] {
		f.Run = append(f.Run, model.Unpack(s.Label))
	}
	v := j.failures(o, misuse(w.Machine, w.thread, f.Run))
	if !slices.ContainsFunc(v.causes, func(why string) bool { return !slices.Contains(p.shown, why) }) {
		return // the first is the shortest
	}
	p.shown, f.Why = append(p.shown, v.causes...), v.String()
	p.Unsafe = append(p.Unsafe, f)
}

// misuse says by what operation a thread came to its last Error.
func misuse(m *model.Machine, t model.Thread, run []model.Label) string {
	moves, err := m.Replay(run)
	if err != nil {
		panic(fmt.Sprintf("properties: a run of %s does not replay: %v", m.Name, err))
	}
	why := "misuses a resource: it dies of Error"
	from := m.Start()
	for _, v := range moves {
		was, is := standingAt(m, t, from.Read()), standingAt(m, t, v.To.Read())
		if from = v.To; was.Unwinding() || !is.Unwinding() || was.At == 0 || v.Label.Thread != t {
			continue
		}
		switch n := m.Nodes[was.At]; n.Op {
		case model.Lock:
			why = "re-enters " + m.Cells[n.A].Name + ": it takes the mutex that it holds, and dies of Error"
		case model.Throw:
			why = "throws to a tag that is not there, and dies of Error"
		case model.Unlock:
			why = "gives " + m.Cells[n.A].Name + " back twice: it releases the mutex that it does not hold, and dies of Error"
		}
	}
	return why
}
