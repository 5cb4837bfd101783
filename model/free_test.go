package model

import (
	"slices"
	"testing"
)

// freeConfig is the start of a machine whose threads all stand at Free.
func freeMachine(d Dialect, threads int, nodes ...Node) *Machine {
	p := &Program{Nodes: append([]Node{{}, {}}, nodes...), Classes: []string{"Error", "Kill"}, Cells: []CellDecl{{Name: "m", Kind: MVar, Init: Empty}}}
	for i := range p.Nodes {
		p.Nodes[i].Next, p.Nodes[i].Body, p.Nodes[i].Alt = Free, Free, Free
	}
	for i := range threads {
		p.Threads = append(p.Threads, ThreadDecl{Name: string(rune('a' + i)), Start: Free})
	}
	return NewMachine(p, d)
}

// put moves a thread to a statement, or to the end of a block.
func (c Config) put(t Thread, at Pos) Config {
	c = slices.Clone(c)
	c[CoreOf(t)] = c[CoreOf(t)].Moved(at)
	return c
}

// step makes the only step with that rule.
func step(t *testing.T, m *Machine, c Config, label string) Config {
	t.Helper()
	moves, _ := m.Moves(c)
	for _, v := range moves {
		if m.String(v.Label) == label {
			return v.To
		}
	}
	t.Fatalf("no %s; possible are %s", label, m.labels(moves))
	return nil
}

// The rules serve a free program as they stand: a throw is queued and received
// into a handler and a cleanup, a mask is returned into, an MVar is handed over.
func TestRulesServeAFreeProgram(t *testing.T) {
	const throw, try, protect, mask, take, put = 2, 3, 4, 5, 6, 7
	m := freeMachine(GHCDoc2010, 2, Node{Op: ThrowTo, A: 1, B: 1}, Node{Op: Try, A: Any}, Node{Op: Protect},
		Node{Op: Scope, How: Shut}, Node{Op: Take}, Node{Op: Put, N: 7})
	c := m.Start()
	if moves, _ := m.Moves(c); len(moves) > 0 {
		t.Fatalf("a thread moves by itself from Free: %s", m.labels(moves))
	}
	c = step(t, m, c.put(1, try), "S7@b")
	c = step(t, m, c.put(1, protect), "S9@b")
	c = step(t, m, c.put(1, mask), "S6@b")
	c = step(t, m, c.put(0, throw), "T5@a")
	c = step(t, m, c.put(1, 0), "R2@b")
	c = step(t, m, c, "D1@b")
	c = step(t, m, c, "X5@b")
	c = step(t, m, c.put(1, 0), "R6@b")
	c = step(t, m, c, "X3@b")
	c = step(t, m, c.put(1, 0), "R2@b")
	c = step(t, m, c.put(0, take), "B7@a")
	c = step(t, m, c.put(1, put), "B2@b")
	if got := c[CoreOf(0)].Core(); got.At != Free || got.Value != 7 {
		t.Errorf("the taker is at %d with %d, expected at %d with 7", got.At, got.Value, Free)
	}
	c = step(t, m, c.put(1, 0), "R1@b")
	if got := c[CoreOf(1)].Core().Status; got != Returned {
		t.Errorf("b is %s, expected returned", got)
	}
}
