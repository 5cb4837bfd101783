package litmus

import (
	"errors"
	"testing"
)

// positioned fails unless the error is an Errors with a place for each.
func positioned(t *testing.T, err error) {
	t.Helper()
	errs, ok := errors.AsType[Errors](err)
	if !ok || len(errs) == 0 || len(errs) > maxErrors {
		t.Fatalf("found %T of %d: %v", err, len(errs), err)
	}
	for _, e := range errs {
		if e.Pos.Line < 1 || e.Pos.Col < 1 {
			t.Fatalf("an error without a place: %v", e)
		}
	}
}

// corpus is one test of each ten in the catalogue: enough to start from.
func corpus() []*Test {
	var some []*Test
	for i, x := range All() {
		if i%10 == 0 {
			some = append(some, x)
		}
	}
	return some
}

func FuzzParse(f *testing.F) {
	for _, x := range corpus() {
		f.Add([]byte(x.Format()))
	}
	for seed := range 20 {
		f.Add([]byte(tests.Example(seed).Format()))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		x, err := Parse("file", src)
		if err != nil {
			positioned(t, err)
			return
		}
		if n := commentsIn(src); remarks(x) != n {
			t.Fatalf("the text has %d comments, the tree %d", n, remarks(x))
		}
		if err := formatKeepsProgram(x); err != nil {
			t.Fatal(err)
		}
		if err := wireKeeps(x, (*Test).Wire); err != nil {
			t.Fatal(err)
		}
		for _, idioms := range allIdioms {
			p, err := x.Program(idioms)
			if err != nil {
				t.Fatal(err)
			}
			checkProgram(t, p)
		}
	})
}

// formatKeepsProgram is formatKeeps for texts that people write, in which comments
// stand where the canonical layout has none: they move, and none is lost.
func formatKeepsProgram(x *Test) error {
	y, err := Parse("formatted", []byte(x.Format()))
	if err != nil {
		return err
	}
	if y.Hash() != x.Hash() || remarks(x) != remarks(y) {
		return errors.New("formatting changes the program or loses a comment:\n" + x.Format())
	}
	return formatKeeps(y, (*Test).Format)
}

// commentsIn is the number of comments in a text that say something.
func commentsIn(src []byte) int {
	tokens, _ := lex(src)
	n := 0
	for _, tok := range tokens {
		if tok.kind == comment && commentText(tok) != "" {
			n++
		}
	}
	return n
}

// remarks is the number of comments in a tree that say something.
func remarks(x *Test) int {
	n := 0
	count := func(c Comments) {
		for _, lines := range append(c.Inner, c.Lead, c.Open, []string{c.Trail}) {
			for _, l := range lines {
				if l != "" {
					n++
				}
			}
		}
	}
	count(x.Comments)
	count(x.Asking)
	for _, c := range x.Cells {
		count(c.Comments)
	}
	for _, th := range x.Threads {
		count(th.Comments)
	}
	for _, a := range x.Answers {
		count(a.Comments)
	}
	x.Walk(func(s *Stmt) { count(s.Comments) })
	return n
}

func FuzzWire(f *testing.F) {
	for _, x := range corpus() {
		f.Add(x.Wire())
	}
	for seed := range 20 {
		f.Add(tests.Example(seed).Wire())
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := ReadWire(s)
		if err != nil {
			positioned(t, err)
			return
		}
		if err := wireKeeps(x, (*Test).Wire); err != nil {
			t.Fatal(err)
		}
		if err := formatKeeps(x, (*Test).Format); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzOutcome(f *testing.F) {
	f.Add(everyEnd)
	f.Add("crash")
	f.Add("a=returned (pending) [w]; m=12")
	f.Fuzz(func(t *testing.T, s string) {
		o, err := ParseOutcome(s)
		if err != nil {
			return
		}
		again, err := ParseOutcome(o.String())
		if err != nil || again.String() != o.String() {
			t.Fatalf("%q is read as %q, that as %q: %v", s, o, again, err)
		}
	})
}
