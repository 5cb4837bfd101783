package properties

import (
	"slices"
	"strings"
	"sync"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// mutant is an edition with one thing changed.
type mutant struct {
	edition string
	change  string // a setting, or the name of a fault
}

// String is what an index calls it.
func (m mutant) String() string { return "`" + m.edition + "` `" + m.change + "`" }

// kind is 0 for a setting and 1 for a fault.
func (m mutant) kind() int {
	if faultNamed()[m.change] != nil {
		return 1
	}
	return 0
}

// dialect is the edition, changed if the change is a setting.
func (m mutant) dialect() (model.Dialect, error) {
	d, err := model.Edition(m.edition)
	if err != nil || faultNamed()[m.change] != nil {
		return d, err
	}
	return d.With(m.change)
}

// machine is a test under the mutant.
func (m mutant) machine(test *litmus.Test) (*model.Machine, error) {
	d, err := m.dialect()
	if err != nil {
		return nil, err
	}
	return faultNamed()[m.change].machine(test, d)
}

// faultNamed is every fault, by name.
var faultNamed = sync.OnceValue(func() map[string]*Fault {
	named := map[string]*Fault{}
	for _, f := range append(Faults(), denials...) {
		named[f.Name] = &f
	}
	return named
})

// denials are mistakes that deny a claim of the documents and are not among Faults.
var denials = []Fault{
	nodes("functions do nothing", func(n *model.Node) {
		if n.Op == model.Interrupt {
			n.Body = 0
		}
	}),
	nodes("kill! is kill", func(n *model.Node) {
		if n.Op == model.KillNow {
			n.Op = model.Kill
		}
	}),
	nodes("joins do not wait", func(n *model.Node) {
		if n.Op == model.Join {
			n.Op = model.Nop
		}
	}),
	{Name: "loops are not left", Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			if m.Nodes[i].Op == model.While {
				m.Nodes[i].Next = model.Pos(i)
			}
		}
	}},
}

// settings are the ways to change one choice point of an edition that could matter to
// a test: every other answer, and for sets each element that the test's program has.
func settings(q Question) []mutant {
	var all []mutant
	add := func(c model.ChoicePoint, how, to string) {
		all = append(all, mutant{q.Edition.Name, strings.ToLower(c.Name) + how + "=" + to})
	}
	for _, c := range model.ChoicePoints() {
		is := c.Get(q.Edition)
		switch {
		case c.Name == "NestBound":
			for _, n := range []string{"0", "1", "2"} {
				if n != is {
					add(c, "", n)
				}
			}
		case c.Elements != nil:
			for _, e := range elementsIn(q, c) {
				how := "+"
				if slices.Contains(strings.Fields(is), e) {
					how = "-"
				}
				add(c, how, e)
			}
		default:
			for _, v := range c.Values {
				if v != is {
					add(c, "", v)
				}
			}
		}
	}
	return all
}

// elementsIn are the elements of a set that a program can tell apart: cues, and the
// operations that it has.
func elementsIn(q Question, c model.ChoicePoint) []string {
	m, err := q.Test.Machine(q.Edition)
	if err != nil || !slices.Contains(c.Elements, "take") {
		return c.Elements
	}
	var has model.OpSet
	for _, n := range m.Nodes {
		has |= model.Ops(n.Op)
	}
	return strings.Fields(has.String())
}

// confused are the ways to take statements for others.
func confused(q Question) (all []mutant) {
	for _, f := range confusions {
		if f.Machine != nil {
			all = append(all, mutant{q.Edition.Name, f.Name})
		}
	}
	return all
}

// removals are the ways to leave out one rule that fires.
func removals(q Question) ([]mutant, error) {
	fired, err := q.Fired()
	var all []mutant
	for r, rule := range model.Rules {
		if fired.Has(r) {
			all = append(all, mutant{q.Edition.Name, "without rule " + rule.ID + " " + rule.Name})
		}
	}
	return all, err
}
