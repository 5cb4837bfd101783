package litmus

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/interject/interject/model"
)

var (
	ghcIdioms = model.Idioms{
		Kill: model.KillException, Exit: model.ExitException, Protect: model.ProtectMasked,
		Bracket: model.BracketMasked, WithLock: model.WithLockMasked,
	}
	sbclIdioms = model.Idioms{ThrowTo: model.ThrowToThunk, Kill: model.KillThunk, WithLock: model.WithLockLocal}
	allIdioms  = []model.Idioms{{}, ghcIdioms, sbclIdioms}
)

// opNames are short names for the operations that expansions are made of.
var opNames = map[model.Op]string{
	model.Log: "log", model.Protect: "protect", model.Raise: "raise", model.Exit: "exit", model.ThrowTo: "throwTo",
	model.Interrupt: "interrupt", model.Kill: "kill", model.Lock: "lock", model.UnlockHeld: "unlock-held", model.NotHeld: "not-held", model.Nop: "nop",
}

var howNames = map[model.How]string{
	model.Shut: "mask", model.Seal: "umask", model.Restore: "restore", model.Without: "without", model.Allow: "allow", model.Local: "local",
}

// dump is a block of a program as text: scopes with their slots, sends with A.
func dump(p *model.Program, at model.Pos) string {
	var parts []string
	for ; at != 0; at = p.Nodes[at].Next {
		n := p.Nodes[at]
		s := opNames[n.Op]
		switch n.Op {
		case model.Scope:
			s = fmt.Sprintf("%s%d", howNames[n.How], n.Slot)
		case model.Log:
			s = p.Words[n.A]
		case model.Raise:
			s += " " + p.Classes[n.A]
		case model.ThrowTo:
			s += " " + p.Threads[n.A].Name + " " + p.Classes[n.B]
		case model.Interrupt, model.Kill:
			s += fmt.Sprintf(" %d", n.A)
		}
		if n.Op == model.Scope || n.Op == model.Protect || n.Op == model.Interrupt {
			s += " { " + dump(p, n.Body) + " }"
		}
		if n.Op == model.Protect {
			s += " { " + dump(p, n.Alt) + " }"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}

func TestExpansion(t *testing.T) {
	cases := []struct {
		idioms model.Idioms
		src    string
		want   string
	}{
		{model.Idioms{}, `throwTo a X; kill a; exit`, `throwTo a X; kill 0; exit`},
		{sbclIdioms, `throwTo b X; kill b; exit`, `interrupt 1 { raise X }; interrupt 1 { exit }; exit`},
		{ghcIdioms, `throwTo b X; kill b; exit`, `throwTo b X; throwTo b Kill; raise Kill`},
		{ghcIdioms, `interrupt b { throwTo self X }`, `interrupt 1 { throwTo b X }`},
		{ghcIdioms, `kill self`, `throwTo a Kill`},

		{model.Idioms{}, `protect { log w } cleanup { log c }`, `protect { w } { c }`},
		{ghcIdioms, `protect { log w } cleanup { log c }`, `mask0 { protect { restore0 { w } } { c } }`},
		{model.Idioms{}, `bracket { log a } use { log u } release { log r }; nop`, `a; protect { u } { r }; nop`},
		{ghcIdioms, `bracket { log a } use { log u } release { log r }`, `mask0 { a; protect { restore0 { u } } { r } }`},
		{model.Idioms{}, `with-lock l { log w }`, `lock; protect { w } { unlock-held }`},
		{ghcIdioms, `with-lock l { log w }`, `mask0 { lock; protect { restore0 { w } } { unlock-held } }`},
		{sbclIdioms, `with-lock l { log w }`, `without0 { allow0 { lock }; protect { local0 { w } } { unlock-held } }`},

		// Slots are depths; restore refers to the innermost mask of the text.
		{model.Idioms{}, `mask { umask { restore { restore { log w } } }; restore { log v } }`,
			`mask0 { umask1 { restore1 { restore1 { w } } }; restore0 { v } }`},
		{ghcIdioms, `mask { protect { restore { log w } } cleanup { mask { restore { log c } } } }`,
			`mask0 { mask1 { protect { restore1 { restore0 { w } } } { mask2 { restore2 { c } } } } }`},
		{model.Idioms{}, `mask { interrupt b { mask { restore { log w } } } }`, `mask0 { interrupt 1 { mask0 { restore0 { w } } } }`},
	}
	for _, c := range cases {
		x, err := Parse("case", []byte("litmus t\nmutex l\nthread a { "+c.src+" }\nthread b { }\n"))
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		p, err := x.Program(c.idioms)
		if err != nil {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		if got := dump(p, p.Threads[0].Start); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// checkProgram checks what every program promises: addresses in range, each node
// reached once, names in range.
func checkProgram(t interface{ Fatalf(string, ...any) }, p *model.Program) {
	reached := make([]int, len(p.Nodes))
	var visit func(model.Pos)
	visit = func(at model.Pos) {
		for ; at != 0; at = p.Nodes[at].Next {
			n := p.Nodes[at]
			if reached[at]++; n.Op == 0 || n.Op >= model.Relock || (n.Op == model.Scope) != (n.How != 0) {
				t.Fatalf("node %d is %+v", at, n)
			}
			visit(n.Body)
			visit(n.Alt)
		}
	}
	for _, th := range p.Threads {
		visit(th.Start)
	}
	for i, n := range reached[1:] {
		if n != 1 {
			t.Fatalf("node %d is reached %d times", i+1, n)
		}
	}
	if p.Classes[model.ErrorClass] != ErrorClass {
		t.Fatalf("class 0 is %s", p.Classes[0])
	}
}

func TestStatements(t *testing.T) {
	x, err := Parse("file", []byte("litmus t\nmutex l\nthread a { kill b; with-lock l { log w } }\nthread b { throwTo self X }\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := x.Program(ghcIdioms)
	if err != nil {
		t.Fatal(err)
	}
	from := x.Statements(ghcIdioms)
	if len(from) != len(p.Nodes) {
		t.Fatalf("found %d statements for %d nodes", len(from), len(p.Nodes))
	}
	ends := map[string]bool{}
	for i, n := range p.Nodes[1:] {
		if s := from[i+1]; n.Op == model.ThrowTo || n.Op == model.Lock {
			name := x.Threads[min(int(n.A), 1)].Name
			if n.Op == model.Lock {
				name = x.Cells[n.A].Name
			}
			ends[s.BlockedIn(n.Op, name)] = true
		}
		if from[i+1].Pos.Line != n.Line {
			t.Errorf("node %d of line %d comes from line %d", i+1, n.Line, from[i+1].Pos.Line)
		}
	}
	if want := map[string]bool{"kill b": true, "lock l": true, "throwTo b": true}; !maps.Equal(ends, want) {
		t.Errorf("found %v, expected %v", ends, want)
	}
}

func TestTooManyStatements(t *testing.T) {
	x := &Test{Name: "big", Threads: []Thread{{Name: "a", Body: make(Block, MaxNodes+1)}}}
	for i := range x.Threads[0].Body {
		x.Threads[0].Body[i].Form = FormOf("nop")
	}
	if _, err := x.Program(model.Idioms{}); err == nil || !strings.Contains(err.Error(), "65535 statements") {
		t.Errorf("found %v", err)
	}
}
