package properties

import (
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// Fault is a mistake that is made in the semantics on purpose, to see that it is
// noticed.
type Fault struct {
	Name    string
	Dialect func(*model.Dialect) bool                         // a choice point is moved; false when it is there already
	Machine func(*model.Machine)                              // a rule is left out, or statements are mistaken for others
	Events  func(*model.Machine, []model.Event) []model.Event // a step tells less, or something else, than it did
}

// machine is a test under a dialect, with the fault; the nil fault is none.
func (f *Fault) machine(t *litmus.Test, d model.Dialect) (*model.Machine, error) {
	if f != nil && f.Dialect != nil {
		f.Dialect(&d)
	}
	m, err := t.Machine(d)
	if err == nil && f != nil && f.Machine != nil {
		f.Machine(m)
	}
	return m, err
}

// Faults are all faults: every rule left out, every choice point moved to every
// answer that has a name, and statements, blocks and events mistaken for others.
func Faults() []Fault {
	return slices.Concat(confusions, ruleFaults(), choiceFaults())
}

func ruleFaults() (all []Fault) {
	for r, rule := range model.Rules {
		all = append(all, Fault{Name: "without rule " + rule.ID + " " + rule.Name, Machine: func(m *model.Machine) { ablate(m, r) }})
	}
	return all
}

// ablate leaves a rule out.
func ablate(m *model.Machine, r int) { m.Ablated = m.Ablated.Or(model.RuleAt(r)) }

func choiceFaults() (all []Fault) {
	for _, c := range model.ChoicePoints() {
		for _, to := range answersOf(c) {
			all = append(all, Fault{Name: "with " + c.Name + " = " + to, Dialect: func(d *model.Dialect) bool {
				return c.Get(*d) != to && c.Set(d, to) == nil
			}})
		}
	}
	return all
}

// answersOf are the answers of a choice point that have names, or else those that
// some edition gives.
func answersOf(c model.ChoicePoint) []string {
	if len(c.Values) > 0 {
		return c.Values
	}
	var all []string
	for _, d := range model.Editions {
		if v := c.Get(d); !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// confusions are mistakes in what statements mean and in what steps tell.
var confusions = []Fault{
	scopes("mask closes", model.Shut, model.Seal),
	scopes("mask opens what is masked", model.Shut, model.Relent),
	scopes("mask opens", model.Shut, model.Unmask),
	scopes("umask only masks", model.Seal, model.Shut),
	scopes("umask opens what is masked", model.Seal, model.Relent),
	scopes("restore opens", model.Restore, model.Unmask),
	scopes("restore masks", model.Restore, model.Shut),
	scopes("restore opens what is masked", model.Restore, model.Relent),
	scopes("unmask opens only what is masked", model.Unmask, model.Relent),
	scopes("unmask does nothing when masked", model.Unmask, model.Shut),
	scopes("interruptible opens what is closed", model.Relent, model.Unmask),
	scopes("interruptible masks", model.Relent, model.Shut),
	scopes("without only masks", model.Without, model.Shut),
	scopes("without opens what is masked", model.Without, model.Relent),
	scopes("allow opens", model.Allow, model.Local),
	scopes("allow opens what is masked", model.Allow, model.Relent),
	scopes("local only allows", model.Local, model.Allow),
	scopes("local always opens", model.Local, model.Unmask),
	nodes("no-ops raise", func(n *model.Node) {
		if n.Op == model.Nop {
			n.Op, n.A = model.Raise, model.ErrorClass
		}
	}),
	nodes("handlers take every class", func(n *model.Node) {
		if n.Op == model.Try {
			n.A = model.Any
		}
	}),
	nodes("handlers do nothing", func(n *model.Node) {
		if n.Op == model.Try {
			n.Alt = 0
		}
	}),
	nodes("handlers run the body again", func(n *model.Node) {
		if n.Op == model.Try && n.Alt == 0 {
			n.Alt = n.Body
		}
	}),
	nodes("cleanups do nothing", func(n *model.Node) {
		if n.Op == model.Protect {
			n.Alt = 0
		}
	}),
	nodes("bodies run again as cleanups", func(n *model.Node) {
		if n.Op == model.Protect && n.Alt == 0 {
			n.Alt = n.Body
		}
	}),
	nodes("cleanups run instead of bodies too", func(n *model.Node) {
		if n.Op == model.Protect {
			n.Body = n.Alt
		}
	}),
	nodes("every throw is to the first tag", func(n *model.Node) {
		if n.Op == model.Throw {
			n.A = 0
		}
	}),
	nodes("a tag's block runs on behind it", func(n *model.Node) {
		if n.Op == model.Tag && n.Next == 0 {
			n.Next = n.Body
		}
	}),
	nodes("exit raises Error", func(n *model.Node) {
		if n.Op == model.Exit {
			n.Op, n.A = model.Raise, model.ErrorClass
		}
	}),
	nodes("nobody unlocks", func(n *model.Node) {
		if n.Op == model.UnlockHeld || n.Op == model.Unlock {
			n.Op = model.Nop
		}
	}),
	nodes("puts are lost", func(n *model.Node) {
		if n.Op == model.Put {
			n.Op = model.Nop
		}
	}),
	{Name: "raises are of another class", Machine: func(m *model.Machine) {
		m.Classes = append(slices.Clone(m.Classes), "Other")
		for i := range m.Nodes {
			if n := &m.Nodes[i]; n.Op == model.Raise && n.A != model.ErrorClass {
				n.A = uint8(len(m.Classes) - 1)
			}
		}
	}},
	scopesIn("a scope right inside its like opens", func(outer, inner *model.Node) {
		if outer.How == inner.How {
			inner.How = model.Unmask
		}
	}),
	scopesIn("a scope right inside another is the other", func(outer, inner *model.Node) { inner.How = outer.How }),
	{Name: "what stands behind a scope runs inside it", Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			if n := &m.Nodes[i]; n.Op == model.Scope && n.Next != 0 {
				*end(m, &n.Body) = n.Next
				n.Next = 0
			}
		}
	}},
	{Name: "nested cleanups change places", Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			n := &m.Nodes[i]
			if n.Op != model.Protect {
				continue
			}
			in := n.Body
			for in != 0 && m.Nodes[in].Op == model.Scope {
				in = m.Nodes[in].Body
			}
			if inner := &m.Nodes[in]; inner.Op == model.Protect {
				n.Alt, inner.Alt = inner.Alt, n.Alt
			}
		}
	}},
	{Name: "an exception thrown to oneself is raised at once", Dialect: func(d *model.Dialect) bool {
		moved := !d.SelfNow || d.ThrowTo != model.ThrowToPrimitive
		d.SelfNow, d.ThrowTo = true, model.ThrowToPrimitive
		return moved
	}},
	{Name: "the last statement of a block is skipped", Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			if n := &m.Nodes[i]; n.Next != 0 && m.Nodes[n.Next].Next == 0 {
				n.Next = 0
			}
		}
	}},
	{Name: "neighbours change places", Machine: func(m *model.Machine) {
		for i := 1; i+1 < len(m.Nodes); i++ {
			if a, b := &m.Nodes[i], &m.Nodes[i+1]; a.Op == model.Log && b.Op == model.Log && int(a.Next) == i+1 {
				a.A, b.A = b.A, a.A
			}
		}
	}},
	{Name: "logs are written twice", Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			if n := m.Nodes[i]; n.Op == model.Log {
				m.Nodes = append(m.Nodes, n)
				m.Nodes[i].Next = model.Pos(len(m.Nodes) - 1)
			}
		}
	}},
	{Name: "the first thread is forgotten", Machine: func(m *model.Machine) {
		if len(m.Threads) > 1 {
			m.Threads = slices.Clone(m.Threads)
			m.Threads[0].Start = 0
		}
	}},
	{Name: "handlers do not know longer names", Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			if n := &m.Nodes[i]; n.Op == model.Try && n.A != model.Any && len(m.Classes[n.A]) > 1 {
				n.A = model.ErrorClass
			}
		}
	}},
	{Name: "programs of three threads end at once", Machine: func(m *model.Machine) {
		if len(m.Threads) > 2 {
			m.Threads = slices.Clone(m.Threads)
			for i := range m.Threads {
				m.Threads[i].Start = 0
			}
		}
	}},
	telling("receipts are not told", func(_ *model.Machine, e model.Event) (model.Event, bool) { return e, e.Kind != model.Received }),
	telling("leaving a block counts as a receipt", func(m *model.Machine, e model.Event) (model.Event, bool) {
		if n := model.Thread(len(m.Threads)); e.Kind == model.Left && n > 1 {
			e.Kind, e.Other = model.Received, (e.Thread+1)%n
		}
		return e, true
	}),
	telling("dropped signals are not told", func(_ *model.Machine, e model.Event) (model.Event, bool) { return e, e.Kind != model.Dropped }),
	telling("signals taken back count as dropped", func(_ *model.Machine, e model.Event) (model.Event, bool) {
		if e.Kind == model.Withdrawn {
			e.Kind = model.Dropped
		}
		return e, true
	}),
	telling("sends count as signals taken back", func(_ *model.Machine, e model.Event) (model.Event, bool) {
		if e.Kind == model.Sent {
			e.Kind = model.Withdrawn
		}
		return e, true
	}),
	telling("what is dropped counts as logged", func(_ *model.Machine, e model.Event) (model.Event, bool) {
		if e.Kind == model.Received || e.Kind == model.Ended {
			e.Kind, e.Thread = model.Logged, e.Other
		}
		return e, true
	}),
}

func scopes(name string, is, becomes model.How) Fault {
	return nodes(name, func(n *model.Node) {
		if n.Op == model.Scope && n.How == is {
			n.How = becomes
		}
	})
}

// scopesIn changes what stands first in a scope and is a scope.
func scopesIn(name string, change func(outer, inner *model.Node)) Fault {
	return Fault{Name: name, Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			n := &m.Nodes[i]
			if inner := &m.Nodes[n.Body]; n.Op == model.Scope && inner.Op == model.Scope {
				change(n, inner)
			}
		}
	}}
}

// end is where a block that begins at a place ends.
func end(m *model.Machine, at *model.Pos) *model.Pos {
	for *at != 0 {
		at = &m.Nodes[*at].Next
	}
	return at
}

func nodes(name string, change func(*model.Node)) Fault {
	return Fault{Name: name, Machine: func(m *model.Machine) {
		for i := range m.Nodes {
			change(&m.Nodes[i])
		}
	}}
}

func telling(name string, tell func(*model.Machine, model.Event) (model.Event, bool)) Fault {
	return Fault{Name: name, Events: func(m *model.Machine, all []model.Event) (told []model.Event) {
		for _, e := range all {
			if e, ok := tell(m, e); ok {
				told = append(told, e)
			}
		}
		return told
	}}
}
