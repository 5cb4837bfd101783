package goimpl

import (
	"fmt"
	"slices"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
)

// Program is a litmus program in the form of closures.
type Program struct {
	source  *model.Program
	blocks  []code // by thread
	classes []error
	slots   int // in how many the levels that scopes found are saved
}

// code is a statement, or a block of them.
type code func(e *env) error

// env is where a thread, or an interrupting function in it, runs.
type env struct {
	*run
	t      *impl.Thread
	id     model.Thread
	value  int16
	inTime bool         // the thread that was joined last had ended, or did within the bound
	levels []impl.Level // what the scopes found, by slot
	hold   uint64       // where the thread is held up; zero for nowhere
}

// env makes one for thread i, or for a function in it.
func (r *run) env(i model.Thread) *env {
	return &env{run: r, id: i, levels: make([]impl.Level, r.slots)}
}

// class is the error of a program's class.
type class struct {
	id   uint8
	name string
}

func (c *class) Error() string { return c.name }

// Compile compiles p, which must have been expanded by the idioms of the edition that
// it will be run in.
func Compile(p *model.Program) (*Program, error) {
	c := &compiler{Program: &Program{source: p}}
	for i, name := range p.Classes {
		c.classes = append(c.classes, &class{uint8(i), name})
	}
	for _, n := range p.Nodes {
		if n.Op == model.Scope {
			c.slots = max(c.slots, int(n.Slot)+1)
		}
	}
	c.awaited = slices.ContainsFunc(p.Nodes, func(n model.Node) bool { return n.Op == model.Await })
	for _, t := range p.Threads {
		c.blocks = append(c.blocks, c.block(t.Start))
	}
	return c.Program, c.err
}

type compiler struct {
	*Program
	awaited bool // some thread may be
	err     error
}

// block compiles the statements from pos to the end of their block.
func (c *compiler) block(pos model.Pos) code {
	var all []code
	for ; pos != 0; pos = c.source.Nodes[pos].Next {
		all = append(all, c.statement(&c.source.Nodes[pos]))
	}
	return func(e *env) error {
		for _, s := range all {
			if err := s(e); err != nil {
				return err
			}
		}
		return e.point()
	}
}

// point is a safe point that does not count as a beginning.
func (e *env) point() error {
	if e.t.Beginning() {
		return nil
	}
	return e.t.Check()
}

func (c *compiler) statement(n *model.Node) code {
	make, ok := makers[n.Op]
	if !ok {
		c.err = fmt.Errorf("goimpl: line %d: no statement of kind %d", n.Line, n.Op)
		return nil
	}
	s := c.recording(n, make(c, n))
	if begins[n.Op] {
		return s
	}
	return func(e *env) error {
		if err := e.start(); err != nil {
			return err
		}
		return s(e)
	}
}

// start is the safe point at which a statement begins.
func (e *env) start() error {
	e.jitter()
	return e.t.Check()
}

// begins are the statements that begin with a safe point of their own.
var begins = map[model.Op]bool{
	model.Scope: true, model.ThrowTo: true, model.Interrupt: true, model.Kill: true, model.KillNow: true,
	model.Take: true, model.Put: true, model.Lock: true, model.Acquire: true, model.Wait: true,
	model.WaitUntil: true, model.Spin: true, model.Await: true, model.Join: true, model.JoinTimeout: true,
	model.Sleep: true, model.Foreign: true,
}

// makers make the closure of each kind of statement.
var makers map[model.Op]func(c *compiler, n *model.Node) code

func init() {
	makers = map[model.Op]func(*compiler, *model.Node) code{
		model.Nop: nothing, model.Point: nothing, model.Settle: nothing,
		model.Log: logWord, model.LogValue: logValue, model.Value: value, model.Set: set, model.Spin: spin,
		model.Timeout: timeout, model.Scope: scope, model.Try: try, model.Tag: tag, model.Protect: protect, model.Throw: throw,
		model.Raise: raise, model.Exit: exit, model.While: while,
		model.ThrowTo: throwTo, model.Interrupt: interrupt, model.Kill: kill, model.KillNow: killNow,
		model.Take: take, model.Put: put, model.Lock: lock, model.Unlock: unlock, model.UnlockHeld: unlockHeld,
		model.Acquire: acquire, model.Post: post, model.Wait: wait, model.Notify: notify, model.WaitUntil: waitUntil,
		model.Join: join, model.JoinTimeout: joinTimeout, model.Sleep: sleep, model.Foreign: foreign,
		model.ForeignInt: foreign, model.Fork: fork, model.Await: await,
		model.GetMask: getMask, model.Held: held, model.Alive: alive,
	}
}
