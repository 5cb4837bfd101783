package litmus

import "strings"

// String is the condition as in a litmus file.
func (c *Cond) String() string { return c.text(Or) }

// text is the condition as an operand where operators that bind no looser than
// outer may stand.
func (c *Cond) text(outer CondOp) string {
	switch c.Op {
	case And, Or:
		s := c.list()
		if c.Op == Or && outer == And || outer == Not {
			return "(" + s + ")"
		}
		return s
	case Not:
		return "!" + c.Kids[0].text(Not)
	case Is:
		return c.Name + " = " + strings.Join(c.What, " ")
	case Logs:
		return strings.Join(append([]string{c.Name + ":"}, c.What...), " ")
	case Pending:
		return c.Name + " pending"
	case Crashes:
		return "crash"
	}
	panic("litmus: a condition without an operator")
}

func (c *Cond) list() string {
	sign, inner := " & ", And
	if c.Op == Or {
		sign, inner = " | ", Or
	}
	parts := make([]string, len(c.Kids))
	for i, k := range c.Kids {
		parts[i] = k.text(inner)
	}
	return strings.Join(parts, sign)
}
