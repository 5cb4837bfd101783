package litmus

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/interject/interject/model"
)

// same compares trees, positions aside.
// same compares trees. Forms are compared as what they are, entries of one table: a
// comparison of their contents would take nearly all of the time.
var same = cmp.Options{
	cmpopts.IgnoreTypes(Pos{}, []Pos{}), cmpopts.IgnoreFields(Test{}, "File"), cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b *Form) bool { return a == b }),
}

// formatKeeps checks that parsing what format writes gives the tree back, and that
// what it writes then is the same text.
func formatKeeps(x *Test, format func(*Test) string) error {
	text := format(x)
	y, err := Parse("formatted", []byte(text))
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	if diff := cmp.Diff(x, y, same); diff != "" {
		return fmt.Errorf("parsing the text changes the tree (-was +is):\n%s\n%s", diff, text)
	}
	if again := y.Format(); again != text {
		return fmt.Errorf("the text is not stable: first\n%s\nthen\n%s", text, again)
	}
	return nil
}

// wireKeeps checks that the wire form carries the program and nothing else.
func wireKeeps(x *Test, wire func(*Test) string) error {
	text := wire(x)
	y, err := ReadWire(text)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	bare := &Test{Name: x.Name, Cells: x.Cells, Threads: x.Threads}
	if diff := cmp.Diff(bare, y, append(same, cmpopts.IgnoreTypes(Comments{}))); diff != "" {
		return fmt.Errorf("reading the wire form changes the program (-was +is):\n%s\n%s", diff, text)
	}
	if y.Hash() != x.Hash() {
		return fmt.Errorf("the hash changes: %s", text)
	}
	return nil
}

func TestFormatKeepsTheTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := formatKeeps(tests.Draw(t, "test"), (*Test).Format); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWireKeepsTheProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := wireKeeps(tests.Draw(t, "test"), (*Test).Wire); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEveryTestCompiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := tests.Draw(t, "test")
		for _, idioms := range allIdioms {
			p, err := x.Program(idioms)
			if err != nil {
				t.Fatal(err)
			}
			checkProgram(t, p)
		}
	})
}

// planted are faults of a printer, each as what it does to the tree before a right
// printer prints it. The properties above must notice every one.
var planted = map[string]func(s *Stmt){
	"the number is forgotten":    func(s *Stmt) { s.N = s.Form.Default },
	"the second name is doubled": func(s *Stmt) { s.Other = s.Name },
	"two blocks are swapped": func(s *Stmt) {
		if len(s.Blocks) == 2 && !s.Form.binds() {
			s.Blocks = []Block{s.Blocks[1], s.Blocks[0]}
		}
	},
	"restore becomes unmask": func(s *Stmt) {
		if s.Form.How == model.Restore {
			s.Form = FormOf("unmask")
		}
	},
	"join timeout becomes join": func(s *Stmt) {
		if s.Form.Op == model.JoinTimeout {
			s.Form = FormOf("join")
		}
	},
	"the last statement is lost": func(s *Stmt) {
		if n := len(s.Blocks); n > 0 && len(s.Blocks[0]) > 0 {
			blocks := append([]Block(nil), s.Blocks...)
			blocks[0] = blocks[0][:len(blocks[0])-1]
			s.Blocks = blocks
		}
	},
}

func TestThePropertiesNoticePlantedFaults(t *testing.T) {
	for name, fault := range planted {
		broken := func(print func(*Test) string) func(*Test) string {
			return func(x *Test) string {
				y, err := ReadWire(x.Wire()) // a copy; its comments are gone
				if err != nil {
					t.Fatal(err)
				}
				y.Walk(fault)
				return print(y)
			}
		}
		if !noticed(func(x *Test) error { return wireKeeps(x, broken((*Test).Wire)) }) {
			t.Errorf("wire: nothing notices that %s", name)
		}
		bare := func(x *Test) *Test { y, _ := ReadWire(x.Wire()); return y }
		if !noticed(func(x *Test) error { return formatKeeps(bare(x), broken((*Test).Format)) }) {
			t.Errorf("format: nothing notices that %s", name)
		}
	}
	lost := func(x *Test) string {
		y := *x
		y.Trail, y.Lead, y.Inner = "", nil, nil
		return y.Format()
	}
	if !noticed(func(x *Test) error { return formatKeeps(x, lost) }) {
		t.Error("format: nothing notices that the comments of the head are lost")
	}
}

func noticed(check func(*Test) error) bool {
	for seed := range 3000 {
		if check(tests.Example(seed)) != nil {
			return true
		}
	}
	return false
}
