package properties

import (
	"context"
	"fmt"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Composition is two pieces, each of which an interrupt leaves undone or done,
// and never half done, one behind the other.
type Composition struct {
	First, Second, Both *Audit
	Tried               int // pairs of pieces
}

// Compose looks for the smallest pieces that are safe by themselves and unsafe
// together: it enumerates every program of one thread of the given forms and up to
// max statements, and cuts it in two wherever it can be cut.
func Compose(ctx context.Context, d model.Dialect, forms gen.Vocabulary, max int) (*Composition, error) {
	c := &Composition{}
	core := gen.Core{Forms: forms, Threads: 1, Cells: 2, Classes: 1, Tags: 1, Quiet: true}
	for n := 2; n <= max; n++ {
		for t := range core.Programs(n) {
			body := t.Threads[0].Body
			for i := 1; i < len(body); i++ {
				c.Tried++
				found, err := c.try(ctx, d, t, i)
				if found || err != nil {
					return c, err
				}
			}
		}
	}
	return nil, fmt.Errorf("no two pieces of up to %d statements together are safe alone and unsafe together, in %s; %d pairs tried", max, d.Name, c.Tried)
}

// try cuts a program before statement i of its thread.
func (c *Composition) try(ctx context.Context, d model.Dialect, t *litmus.Test, i int) (found bool, err error) {
	whole := Demands{Whole: true}
	audit := func(t *litmus.Test) (*Audit, error) { return RunAudit(ctx, t, d, whole, explore.Options{}) }
	if c.Both, err = audit(t); err != nil || c.Both.Safe() {
		return false, err
	}
	one := part(t, "first", t.Threads[0].Body[:i])
	if c.First, err = audit(one); err != nil || !c.First.Safe() {
		return false, err
	}
	two := part(t, "second", t.Threads[0].Body[i:])
	if err := follow(ctx, d, one, two); err != nil {
		return false, nil // the first piece does not end in one way
	}
	c.Second, err = audit(two)
	return err == nil && c.Second.Safe(), err
}

// part is a program of some of the statements.
func part(t *litmus.Test, name string, b litmus.Block) *litmus.Test {
	p := gen.Clone(t)
	p.Name = name
	p.Threads[0].Body = gen.CloneBlock(b)
	gen.Tidy(p)
	return p
}

// follow makes the second piece begin with what the first leaves.
func follow(ctx context.Context, d model.Dialect, one, two *litmus.Test) error {
	a, err := one.Explore(ctx, d, explore.Options{})
	if err != nil || len(a.Outcomes) != 1 {
		return fmt.Errorf("it has %d outcomes", len(a.Outcomes))
	}
	for i := range two.Cells {
		c := &two.Cells[i]
		switch v := content(a.Outcomes[0], c.Name); {
		case v == "":
		case v == "empty":
			c.Init = model.Empty
		case v == "full":
			c.Init = model.Full
		case c.Kind != model.Mutex:
			c.Init = int16(number(v))
		}
	}
	return nil
}
