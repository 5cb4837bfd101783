package properties

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
)

// One state machine drives package impl and the model side by side. The threads of
// impl are puppets: each spins until it is given an order, obeys, and spins again.
// In the model they spin at the address waits, and are put at the end of such a wait with
// the order behind it: who has waited has begun, as ThunkBegins has it.
// After each burst of orders both go on until nothing can move, and impl must be
// where one of the model's runs can be.

const (
	puppets  = 3
	payloads = 2 // classes that are thrown, after Error and Kill

	waits model.Pos = 1 // where the model's threads wait for orders
)

// An order is a statement of the model, and how impl is told to do the same.
type order struct {
	name string
	node model.Node
	obey func(s *stage, p *puppet) error
}

func (o order) GoString() string { return o.name } // for rapid, which tells what it drew

// A puppet is a thread of impl. Its blocks belong to the thread, and are looked at when
// the runtime is quiet.
type puppet struct {
	*impl.Thread
	blocks []*block // that are open, the innermost last
	frames int      // that are around the puppet
}

// A block is where a puppet waits for orders. One that is given is this block's own: a
// function that interrupts does not see it, and it is lost if the block is left before.
type block struct {
	masks []impl.Restore // those around it that can be restored
	given *impl.Var[*order]
}

func (p *puppet) inside() *block { return p.blocks[len(p.blocks)-1] }

// thrown is the error of a class of the model's.
type thrown uint8

func (c thrown) Error() string { return fmt.Sprintf("X%d", uint8(c)-1) }

// stage is a runtime and what stands on it.
type stage struct {
	rt      *impl.Runtime
	puppets []*puppet
	cell    *impl.MVar[int16]
}

func newStage(edition string) *stage {
	rt, err := impl.New(edition, impl.Config{Quiet: true})
	if err != nil {
		panic(err)
	}
	s := &stage{rt: rt, cell: impl.NewMVar[int16](rt)}
	for i := range puppets {
		p := &puppet{}
		p.Thread = rt.NewThread(threadName(i), func(*impl.Thread) error { return s.play(p, nil) })
		s.puppets = append(s.puppets, p)
	}
	for _, p := range s.puppets {
		if err := p.Start(nil); err != nil {
			panic(err)
		}
	}
	if err := rt.AwaitQuiet(context.Background()); err != nil {
		panic(err)
	}
	return s
}

func threadName(i int) string { return string(rune('a' + i)) }

// play is a block: it obeys until it is told to end.
func (s *stage) play(p *puppet, masks []impl.Restore) error {
	b := &block{masks, impl.NewVar[*order](s.rt, nil)}
	p.blocks = append(p.blocks, b)
	defer func() { p.blocks = p.blocks[:len(p.blocks)-1] }()
	for {
		if err := b.given.Spin(p.Thread, func(o *order) bool { return o != nil }); err != nil {
			return err
		}
		o := b.given.Get()
		b.given.Set(nil)
		if o.obey == nil {
			return nil
		}
		frames := p.frames
		err := o.obey(s, p)
		p.frames = frames // a frame that was never entered is gone too
		if err != nil {
			return err
		}
	}
}

// body is a block in one more frame, which is there from now on, and gone when the block is left.
func (s *stage) body(p *puppet) func() error {
	masks := p.inside().masks
	body := s.inFrame(p, func() error { return s.play(p, masks) })
	p.frames++
	return body
}

// binder is a body inside a mask that can be restored there.
func (s *stage) binder(p *puppet) func(impl.Restore) error {
	masks, frames := p.inside().masks, p.frames
	p.frames++
	return func(r impl.Restore) error {
		p.frames = frames
		return s.inFrame(p, func() error { return s.play(p, append(masks[:len(masks):len(masks)], r)) })()
	}
}

// inFrame is f in one more frame than there is now.
func (s *stage) inFrame(p *puppet, f func() error) func() error {
	frames := p.frames
	return func() error {
		p.frames = frames + 1
		defer func() { p.frames = frames }()
		return f()
	}
}

// view is where the puppets and the cell are, when the runtime is quiet.
func (s *stage) view() []string {
	stuck := s.rt.Stuck()
	var all []string
	for _, p := range s.puppets {
		k := slices.IndexFunc(stuck, func(b impl.Status) bool { return b.Thread == p.Thread })
		switch {
		case k < 0:
			all = append(all, p.ended())
		case stuck[k].Op == impl.OpSpin:
			all = append(all, idle(p.frames))
		default:
			all = append(all, "blocked "+stuck[k].Op.String())
		}
	}
	if v, full := s.cell.Peek(); full {
		return append(all, fmt.Sprint("full ", v))
	}
	return append(all, "empty")
}

func idle(frames int) string { return fmt.Sprint("idle in ", frames) }

func (p *puppet) ended() string {
	how, err := p.End()
	var c thrown
	if how == impl.Died && errors.As(err, &c) {
		return "died " + c.Error()
	}
	if how == impl.Died {
		return "died Error"
	}
	return how.String()
}

// crowd is every configuration of the model in which impl can be.
type crowd struct {
	m   *model.Machine
	all []model.Config
}

// crowdBound is how many configurations are gone through for one burst of orders.
const crowdBound = 20000

func newCrowd(d model.Dialect) *crowd {
	p := &model.Program{Classes: []string{"Error", "Kill"}, Cells: []model.CellDecl{{Name: "m", Kind: model.MVar, Init: model.Empty}}}
	p.Cells = append(p.Cells, model.CellDecl{Name: "never", Kind: model.Var, Hidden: true})
	p.Nodes = []model.Node{{}, {Op: model.Spin, A: 1, N: 1}}
	for i := range payloads {
		p.Classes = append(p.Classes, fmt.Sprint("X", i+1))
	}
	for i := range puppets {
		p.Threads = append(p.Threads, model.ThreadDecl{Name: threadName(i), Start: waits})
	}
	m := model.NewMachine(p, d)
	return &crowd{m, []model.Config{m.Start()}}
}

// give puts puppet t at the end of its wait, with the statement behind.
func (c *crowd) give(t int, o order) {
	next := model.Pos(0)
	if o.obey != nil {
		n := o.node
		n.Next, n.Body, n.Alt = waits, waits, waits
		next = c.address(n)
	}
	at := c.address(model.Node{Op: model.Spin, A: 1, Next: next})
	for i, x := range c.all {
		x = slices.Clone(x)
		x[model.CoreOf(model.Thread(t))] = x[model.CoreOf(model.Thread(t))].Moved(at)
		c.all[i] = x
	}
}

// address is where a statement stands: behind the others, if it is new.
func (c *crowd) address(n model.Node) model.Pos {
	k := slices.Index(c.m.Nodes, n)
	if k < 0 {
		k = len(c.m.Nodes)
		c.m.Nodes = append(c.m.Nodes, n)
	}
	return model.Pos(k)
}

// settle goes on until nothing can move. It answers false if a bound was reached.
func (c *crowd) settle() bool {
	seen, still, key := map[string]bool{}, c.all[:0:0], keys()
	for todo := c.all; len(todo) > 0; {
		x := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if k := key(x); seen[k] {
			continue
		} else if seen[k] = true; len(seen) > crowdBound {
			return false
		}
		moves, exceeded := c.m.Moves(x)
		if len(exceeded) > 0 {
			return false
		}
		if len(moves) == 0 {
			still = append(still, x)
		}
		for _, m := range moves {
			todo = append(todo, m.To)
		}
	}
	c.all = still
	return true
}

// keep drops the configurations that do not look so, and answers how the dropped ones look.
func (c *crowd) keep(view []string) (others []string) {
	c.all = slices.DeleteFunc(c.all, func(x model.Config) bool {
		v := c.view(x)
		if !slices.Equal(v, view) {
			others = append(others, fmt.Sprint(v))
			return true
		}
		return false
	})
	slices.Sort(others)
	return slices.Compact(others)
}

var blockedIn = map[model.Op]impl.Op{model.ThrowTo: impl.OpThrowTo, model.Take: impl.OpTake, model.Put: impl.OpPut, model.Join: impl.OpJoin}

func (c *crowd) view(x model.Config) (all []string) {
	for i := range puppets {
		t := model.Thread(i)
		switch p := x[model.CoreOf(t)].Core(); {
		case p.Status == model.Running:
			all = append(all, idle(x[model.StackOf(t)].Stack().Len()))
		case p.Status == model.Blocked:
			all = append(all, "blocked "+blockedIn[p.Op].String())
		case p.Status == model.Died:
			all = append(all, "died "+c.m.Classes[p.Arg])
		default:
			all = append(all, p.Status.String())
		}
	}
	if v := x[len(x)-3].Cell().Value; v != model.Empty {
		return append(all, fmt.Sprint("full ", v))
	}
	return append(all, "empty")
}
