// Package export writes litmus tests for other model checkers, with a statement of
// the semantics of its own: evidence that is independent of the rules of model.
package export

import (
	"fmt"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// core is a test of the core language under a dialect of the core: threads that
// throw synchronously at each other, masks, handlers, cleanups, MVars, semaphores,
// variables and the waiting of one thread for another.
type core struct {
	t       *litmus.Test
	d       model.Dialect
	p       *model.Program
	stmts   []*litmus.Stmt    // where the nodes come from
	own     [][]model.Pos     // the nodes of each thread, in the order of the text
	binders map[model.Pos]int // the masks around a statement whose levels are saved
	depth   []int             // of each thread's stack
	slots   []int             // of scopes that a thread can restore
	logs    []int             // entries of each thread's log
	pend    []int             // places in each thread's queue
	waits   []int             // places in each cell's wait list
	sites
}

// A site is a frame as a statement pushes it.
type site struct {
	node model.Pos
	kind model.FrameKind
}

// sites are the frames that a program can push, numbered from 1, and each thread's.
type sites struct {
	number map[site]int
	of     [][]site
}

// maxNumber bounds statements and frames: they are bytes in the export.
const maxNumber = 255

// seen is how many words getmask and alive? log.
const seen = 5

// newCore refuses what is outside the core, and says what is.
func newCore(t *litmus.Test, d model.Dialect) (*core, error) {
	if why := outside(d); why != "" {
		return nil, fmt.Errorf("the export knows the core of the editions of GHC; in %s %s", d.Name, why)
	}
	m, err := t.Machine(d)
	if err != nil {
		return nil, err
	}
	c := &core{t: t, d: d, p: m.Program, stmts: t.Statements(d.Idioms), binders: map[model.Pos]int{}}
	c.number = map[site]int{}
	for pos := 1; pos < len(c.p.Nodes); pos++ {
		if why := c.refuse(&c.p.Nodes[pos]); why != "" {
			return nil, &litmus.Error{File: t.File, Pos: c.stmts[pos].Pos, Msg: "the export " + why}
		}
	}
	for i := range c.p.Threads {
		c.measure(i)
	}
	c.measureLists()
	if n := max(len(c.p.Nodes), len(c.number), 2*len(c.p.Words)+seen); n > maxNumber {
		return nil, &litmus.Error{File: t.File, Pos: t.Pos, Msg: fmt.Sprintf("the export numbers at most %d statements, frames and words, the test has %d", maxNumber, n)}
	}
	return c, nil
}

// answered are the choice points whose every answer the export has rules for, with
// the statements that it knows.
var answered = []string{"Inherit", "Direct", "Order", "May", "Wake", "Opens", "Points", "HandlerMask", "CleanupMask", "Squeeze",
	"ThrowTo", "Kill", "Exit", "Protect", "Bracket", "WithLock"}

// outside says which choice point of d is answered in a way that the export has no
// rules for; empty if none is.
func outside(d model.Dialect) string {
	handed := model.Ops(model.Take, model.Put, model.Acquire)
	switch {
	case !d.Sync:
		return "a throwTo does not wait until it is received (sync=no)"
	case d.Arrival != model.AtOnce:
		return "a signal that was sent has still to arrive (arrival)"
	case !d.SelfNow:
		return "a throwTo to oneself is not raised at once (selfnow=no)"
	case d.HandOff&handed != handed:
		return "MVars and semaphores are not handed to who waits (handoff)"
	case d.NoPoint&^model.Ops(model.Busy) != 0:
		return "there are statements without a safe point (nopoint)"
	}
	for _, c := range model.ChoicePoints() {
		known := slices.Contains(answered, c.Name) || slices.Contains([]string{"Sync", "SelfNow", "HandOff", "NoPoint", "Poke"}, c.Name)
		if is := c.Get(d); !known && is != c.Get(model.Dialect{}) {
			return fmt.Sprintf("a question is answered that it does not ask (%s=%s)", strings.ToLower(c.Name), is)
		}
	}
	return ""
}

// has are the statements that the export has rules for.
var has = model.Ops(model.Nop, model.Point, model.Log, model.LogValue, model.Value, model.Set, model.Spin, model.Scope, model.Try,
	model.Protect, model.Raise, model.ThrowTo, model.Take, model.Put, model.Acquire, model.Post, model.WaitUntil, model.Join,
	model.JoinTimeout, model.Sleep, model.Foreign, model.Fork, model.Await, model.Settle, model.GetMask, model.Alive)

// refuse says why a statement is outside the core; empty if it is not.
func (c *core) refuse(n *model.Node) string {
	switch n.Op {
	case model.While:
		return "has no loops: its final states would not be all outcomes"
	case model.Value, model.Set, model.Spin, model.WaitUntil, model.Put:
		if n.N < 0 || n.N >= maxNumber {
			return fmt.Sprintf("has values from 0 to %d, not %d", maxNumber-1, n.N)
		}
	}
	if !has.Has(n.Op) {
		return "has no rule for this statement"
	}
	return ""
}

// measure finds out what thread i needs.
func (c *core) measure(i int) {
	c.own = append(c.own, nil)
	c.of = append(c.of, nil)
	c.depth, c.slots, c.logs = append(c.depth, 0), append(c.slots, 0), append(c.logs, 0)
	c.block(i, c.p.Threads[i].Start, 0, 0)
	if !c.restores(i) {
		c.slots[i] = 0
	}
}

// block is depth frames and binders masks deep.
func (c *core) block(i int, at model.Pos, depth, binders int) {
	c.depth[i] = max(c.depth[i], depth)
	for ; at != 0; at = c.p.Nodes[at].Next {
		n := &c.p.Nodes[at]
		c.own[i] = append(c.own[i], at)
		c.binders[at] = binders
		if logs(n.Op) {
			c.logs[i]++
		}
		for _, k := range frames(n.Op) {
			c.push(i, site{at, k})
		}
		if n.Op == model.Scope && c.d.Squeeze {
			c.push(i, site{at, model.AfterFrame})
		}
		if binds(n) {
			c.slots[i] = max(c.slots[i], int(n.Slot)+1)
		}
		if len(frames(n.Op)) > 0 {
			inside := binders
			if binds(n) {
				inside++
			}
			c.block(i, n.Body, depth+1, inside)
			c.block(i, n.Alt, depth+1, binders)
		}
	}
}

func (c *core) push(i int, s site) {
	c.number[s] = len(c.number) + 1
	c.of[i] = append(c.of[i], s)
}

// frames are the kinds of frames that a statement pushes.
func frames(op model.Op) []model.FrameKind {
	switch op {
	case model.Scope:
		return []model.FrameKind{model.ScopeFrame}
	case model.Try:
		return []model.FrameKind{model.HandlerFrame, model.ScopeFrame, model.AfterFrame}
	case model.Protect:
		return []model.FrameKind{model.CleanupFrame, model.CleaningFrame}
	}
	return nil
}

func logs(op model.Op) bool {
	return op == model.Log || op == model.LogValue || op == model.GetMask || op == model.Alive
}

// binds says that n is a scope that a restore inside it refers to.
func binds(n *model.Node) bool {
	return n.Op == model.Scope && (n.How == model.Shut || n.How == model.Seal)
}

// restores says that what the masks of thread i find must be kept apart from their
// frames: for a restore, and where frames are squeezed away.
func (c *core) restores(i int) bool {
	return c.d.Squeeze || c.any(i, func(n *model.Node) bool { return n.Op == model.Scope && n.How == model.Restore })
}

func (c *core) any(i int, ok func(*model.Node) bool) bool {
	for _, at := range c.own[i] {
		if ok(&c.p.Nodes[at]) {
			return true
		}
	}
	return false
}

// measureLists: a thread is in a queue or on a wait list at most once.
func (c *core) measureLists() {
	c.pend, c.waits = make([]int, len(c.p.Threads)), make([]int, len(c.p.Cells))
	for i := range c.p.Threads {
		for u := range c.p.Threads {
			if u != i && c.any(i, func(n *model.Node) bool { return n.Op == model.ThrowTo && int(n.A) == u }) {
				c.pend[u]++
			}
		}
		for x := range c.p.Cells {
			if c.any(i, func(n *model.Node) bool { return listed(n.Op) && int(n.A) == x }) {
				c.waits[x]++
			}
		}
	}
}

func listed(op model.Op) bool { return op == model.Take || op == model.Put || op == model.Acquire }

// valued says that some value but 0 can come up: else none is kept.
func (c *core) valued() bool {
	for _, n := range c.p.Nodes {
		if (n.Op == model.Value || n.Op == model.Put) && n.N != 0 {
			return true
		}
	}
	for _, x := range c.p.Cells {
		if x.Kind == model.MVar && x.Init > 0 {
			return true
		}
	}
	return false
}

func (c *core) uses(op model.Op) bool {
	for _, n := range c.p.Nodes {
		if n.Op == op {
			return true
		}
	}
	return false
}

// text is a statement as the test has it, on one line.
func (c *core) text(at model.Pos) string {
	s := c.stmts[at]
	words := []string{s.Form.Word, s.Name, s.Other}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// points says that a masked thread looks at a statement.
func (c *core) points(n *model.Node) bool { return c.d.Points.Has(n.Op) }

// deaf says that nothing is received in an operation.
func (c *core) deaf(n *model.Node) bool { return model.Blocking.Has(n.Op) && !c.d.Wake.Has(n.Op) }

// shuts says that a mask keeps an operation shut.
func (c *core) shuts(n *model.Node) bool { return model.Blocking.Has(n.Op) && !c.d.Opens.Has(n.Op) }
