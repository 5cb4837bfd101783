package litmus

import (
	"slices"
	"strings"
)

// Outcome is what can be seen of a final state.
type Outcome struct {
	Crash   bool // the process died; nothing else is known
	Threads []ThreadEnd
	Cells   []CellEnd
}

// ThreadEnd is how a thread ended.
type ThreadEnd struct {
	Name    string
	End     string // "returned", "died X", "killed", "blocked take m", "running", "unstarted"
	Pending bool   // a signal that it could have received is still there
	Log     []string
}

// CellEnd is what a cell held in the end: "empty", "full", "free", "held t", "3".
type CellEnd struct {
	Name, Value string
}

// String is the canonical text: the components in the order of their declaration,
// `a=died Kill [w1 w2]; b=blocked throwTo a; m=empty; l=held b; x=1`. A pending
// signal is told behind the end: `t=returned (pending) [w]`.
func (o Outcome) String() string {
	if o.Crash {
		return "crash"
	}
	return strings.Join(o.components(), "; ")
}

// components are the parts of the canonical text.
func (o Outcome) components() []string {
	if o.Crash {
		return []string{"crash"}
	}
	parts := make([]string, 0, len(o.Threads)+len(o.Cells))
	for _, t := range o.Threads {
		parts = append(parts, t.String())
	}
	for _, c := range o.Cells {
		parts = append(parts, c.Name+"="+c.Value)
	}
	return parts
}

// String is the component of the thread in the canonical text.
func (t ThreadEnd) String() string {
	s := t.Name + "=" + t.End
	if t.Pending {
		s += " (pending)"
	}
	if len(t.Log) > 0 {
		s += " [" + strings.Join(t.Log, " ") + "]"
	}
	return s
}

// Eval says whether the condition holds of the outcome. Of a crash nothing holds
// but crash, and what says that something else does not.
func (c *Cond) Eval(o Outcome) bool {
	holds := func(k *Cond) bool { return k.Eval(o) }
	switch c.Op {
	case And:
		return !slices.ContainsFunc(c.Kids, func(k *Cond) bool { return !holds(k) })
	case Or:
		return slices.ContainsFunc(c.Kids, holds)
	case Not:
		return !holds(c.Kids[0])
	case Crashes:
		return o.Crash
	case Pending:
		return slices.ContainsFunc(o.Threads, func(t ThreadEnd) bool { return t.Name == c.Name && t.Pending })
	case Logs:
		return slices.ContainsFunc(o.Threads, func(t ThreadEnd) bool { return t.Name == c.Name && matchLog(c.What, t.Log) })
	case Is:
		return c.is(o)
	}
	panic("litmus: a condition without an operator")
}

// is compares the words of a state with the beginning of the component's. Any
// contents of an MVar are full.
func (c *Cond) is(o Outcome) bool {
	for _, t := range o.Threads {
		if t.Name == c.Name {
			return begins(strings.Fields(t.End), c.What)
		}
	}
	for _, cell := range o.Cells {
		if cell.Name == c.Name {
			full := len(c.What) == 1 && c.What[0] == "full"
			return full && isNumber(cell.Value) || begins(strings.Fields(cell.Value), c.What)
		}
	}
	return false
}

func begins(words, first []string) bool {
	return len(words) >= len(first) && slices.Equal(words[:len(first)], first)
}

// matchLog compares a log with words of which ".." stands for any words. When a
// word does not fit, the last ".." takes one word more: that is enough, for what
// earlier ones took has left the most to those behind them.
func matchLog(pattern, log []string) bool {
	p, l := 0, 0
	dots, taken := -1, 0
	for l < len(log) {
		switch {
		case p < len(pattern) && pattern[p] == "..":
			dots, taken = p, l
			p++
		case p < len(pattern) && pattern[p] == log[l]:
			p++
			l++
		case dots >= 0:
			taken++
			p, l = dots+1, taken
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == ".." {
		p++
	}
	return p == len(pattern)
}
