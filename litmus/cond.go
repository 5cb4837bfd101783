package litmus

// CondOp is what a condition asks.
type CondOp uint8

// Conditions on an outcome.
const (
	And     CondOp = iota + 1 // all of Kids
	Or                        // one of Kids
	Not                       // not Kids[0]
	Is                        // the thread or cell Name ended as What, of which the words that matter are given
	Logs                      // the log of thread Name is What, in which ".." stands for any words
	Pending                   // thread Name ended with a receivable signal that it did not receive
	Crashes                   // the process died
)

// Cond is a condition on an outcome, as a tree.
type Cond struct {
	Pos  Pos
	Op   CondOp
	Kids []*Cond
	Name string
	What []string
}

// AllOf is the condition that all of the given ones hold; a
// kid of the same kind is merged, and a single one is itself.
func AllOf(kids ...*Cond) *Cond { return join(And, kids) }

// AnyOf is the condition that one of the given ones holds.
func AnyOf(kids ...*Cond) *Cond { return join(Or, kids) }

func join(op CondOp, kids []*Cond) *Cond {
	if len(kids) == 1 {
		return kids[0]
	}
	c := &Cond{Op: op}
	for _, k := range kids {
		if c.Pos == (Pos{}) {
			c.Pos = k.Pos
		}
		if k.Op == op {
			c.Kids = append(c.Kids, k.Kids...)
		} else {
			c.Kids = append(c.Kids, k)
		}
	}
	return c
}

// walk calls f on every condition of the tree.
func (c *Cond) walk(f func(*Cond)) {
	f(c)
	for _, k := range c.Kids {
		k.walk(f)
	}
}
