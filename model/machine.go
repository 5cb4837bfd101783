package model

import "fmt"

// Machine is a program under a dialect: the transition system.
type Machine struct {
	*Program
	Dialect
	Bounds  Bounds
	Ablated RuleSet // rules left out: what would a semantics without them be?
}

// Bounds end a run that would otherwise have no end. Reaching one is not an
// outcome: whoever explores must answer inconclusive.
type Bounds struct {
	Frames  int // of one stack
	Pending int // signals of one queue
	Words   int // of one log
}

// DefaultBounds are far above what the programs that people write need.
var DefaultBounds = Bounds{Frames: 64, Pending: 32, Words: 64}

// NewMachine is p under d.
func NewMachine(p *Program, d Dialect) *Machine {
	return &Machine{Program: p, Dialect: d, Bounds: DefaultBounds}
}

// Parts is the number of components of a configuration.
func (m *Machine) Parts() int { return threadParts*len(m.Threads) + len(m.Cells) + 1 }

// Initial is component i of the initial configuration.
func (m *Machine) Initial(i int) Part {
	switch t, k := i/threadParts, i%threadParts; {
	case t < len(m.Threads) && k == corePart && m.Threads[t].Later:
		return Part{core: Core{Status: Unborn}}
	case t < len(m.Threads) && k == corePart:
		return Part{core: Core{Status: Running, Mask: m.Begin, At: m.Threads[t].Start}}
	case t < len(m.Threads) || i == m.Parts()-1:
		return Part{}
	default:
		return Part{cell: Cell{Value: m.Cells[i-threadParts*len(m.Threads)].Init}}
	}
}

// Agents is the number of agents: each thread, the delivery to each thread, and
// the configuration as a whole.
func (m *Machine) Agents() int { return 2*len(m.Threads) + 1 }

// Agent is who can take a step.
type Agent uint8

// The agents.
const (
	Own           Agent = iota // the thread itself
	Delivery                   // whatever brings signals to the thread
	Configuration              // all together
)

// agent says what agent number i is, and of which thread.
func (m *Machine) agent(i int) (Agent, Thread) {
	n := len(m.Threads)
	switch {
	case i < n:
		return Own, Thread(i)
	case i < 2*n:
		return Delivery, Thread(i - n)
	}
	return Configuration, 0
}

// Label names a step: the rule, the thread it was for, and which of several
// ways it went.
type Label struct {
	Rule   uint8
	Thread Thread
	Choice uint8
}

// Pack is the label as a number.
func (l Label) Pack() uint32 { return uint32(l.Rule)<<16 | uint32(l.Thread)<<8 | uint32(l.Choice) }

// Unpack is the label whose number is n.
func Unpack(n uint32) Label { return Label{uint8(n >> 16), Thread(n >> 8), uint8(n)} }

// String is the label as traces print it: T5@a, D1@b#1.
func (m *Machine) String(l Label) string {
	s := Rules[l.Rule].ID + "@" + m.Threads[l.Thread].Name
	if l.Choice > 0 {
		s += fmt.Sprint("#", l.Choice)
	}
	return s
}

// Store holds one configuration. The explorer's learns what was looked at.
type Store interface {
	Get(part int) Part
	Set(part int, p Part)
	Commit(label uint32)   // one step is complete; what it wrote is taken back
	Exceeded(bound string) // a bound was reached instead
}

// Witness is a Store that wants to know what happened in the step just committed.
type Witness interface{ Events([]Event) }

// Expand makes every step that agent i can take in the configuration of s.
func (m *Machine) Expand(i int, s Store) {
	who, t := m.agent(i)
	x := Step{Machine: m, store: s}
	if (m.NestBound > 0 || m.LateKill) && x.crashed() {
		return
	}
	if m.Turns && !x.mayStep(who, t) || who == Own && x.mustReceive(t) {
		return
	}
	for r := range Rules {
		if Rules[r].By == who && !m.Ablated.Has(r) {
			x.run(Label{Rule: uint8(r), Thread: t})
		}
	}
}

// run makes every step of one rule.
func (x *Step) run(l Label) {
	for ways := 1; int(l.Choice) < ways; l.Choice++ {
		x.choice, x.ways, x.wrote, x.over = l.Choice, 1, false, ""
		x.events = x.events[:0]
		ok := Rules[l.Rule].Do(x, l.Thread)
		if ok && x.Turns {
			x.passTurn(l.Thread)
		}
		switch {
		case x.over != "":
			x.store.Exceeded(x.over)
		case ok:
			x.store.Commit(l.Pack())
			if w, ok := x.store.(Witness); ok {
				w.Events(x.events)
			}
		case x.wrote:
			panic(fmt.Sprintf("model: rule %s wrote and then said that it does not apply", Rules[l.Rule].ID))
		}
		ways = int(x.ways)
	}
}
