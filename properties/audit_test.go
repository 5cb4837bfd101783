package properties

import (
	"context"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// What the audit marks unsafe is what the model says when the interrupt is written
// into the program: over random programs, an audit finds a failure of a condition
// exactly when the model of the program with the auditor's thread comes to it.
func TestAuditFindsWhatTheModelFinds(t *testing.T) {
	found := 0
	for _, d := range model.Editions {
		v := gen.Of(d)
		for seed := range uint64(40) {
			p := gen.Program(v, 6, gen.Seeded(seed))
			if len(p.Cells) == 0 || hasAuditor(p) {
				continue
			}
			want := Demands{Whole: true}
			a, err := RunAudit(context.Background(), p, d, want, explore.Options{MaxStates: 20_000})
			if err != nil || len(a.Partial) > 0 {
				continue
			}
			if got, expected := brokenCells(a), modelBreaksCells(t, a, d); got != expected {
				t.Errorf("%s, seed %d: the audit finds something leaked or half done: %v, the model: %v\n%s", d.Name, seed, got, expected, a.Marked().Format())
			} else if got {
				found++
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d programs leave anything half done: that tells little", found)
	}
}

func hasAuditor(p *litmus.Test) bool {
	for _, th := range p.Threads {
		if interrupting(th.Body) {
			return true
		}
	}
	return false
}

func brokenCells(a *Audit) bool {
	for _, f := range a.Failures() {
		if ofCells(f.Why) {
			return true
		}
	}
	return false
}

// ofCells says that what is wrong is about what cells hold.
func ofCells(why string) bool {
	return strings.Contains(why, "half done") || strings.Contains(why, "leaks") || strings.Contains(why, "back twice")
}

// modelBreaksCells says that with an interrupt from outside the cells come to
// something that they do not come to without.
func modelBreaksCells(t *testing.T, a *Audit, d model.Dialect) bool {
	normal, err := a.Test.Explore(context.Background(), d, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	j := judging(a.Test, normal.Set, Demands{Whole: true})
	form := signalOf(gen.Of(d))
	for _, th := range a.Test.Threads {
		p := gen.Clone(a.Test)
		s := litmus.Stmt{Form: form, Name: th.Name, Other: auditClass}
		p.Threads = append(p.Threads, litmus.Thread{Name: auditor, Body: litmus.Block{s}})
		all, err := p.Explore(context.Background(), d, explore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all.Outcomes {
			if ofCells(j.of(th.Name, s).failures(o, "").String()) {
				return true
			}
		}
	}
	return false
}

// On the claim that pieces that are safe against interrupts do not make a whole
// that is: it finds the example itself, in every edition in which an interrupt can
// come between two assignments.
func TestSafePiecesDoNotCompose(t *testing.T) {
	two, err := litmus.ReadWire("(litmus 1 two (var x 0) (var y 0) (thread a (set x 1) (set y 1)))")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, d := range model.Editions {
		a, err := RunAudit(context.Background(), two, d, Demands{Whole: true}, explore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a.Safe() {
			continue // received only at certain operations
		}
		c, err := Compose(context.Background(), d, gen.Of(d).Only("set", "mask", "without"), 3)
		if err != nil {
			t.Fatal(err)
		}
		found++
		if !c.First.Safe() || !c.Second.Safe() || c.Both.Safe() {
			t.Errorf("%s: not an example:\n%s", d.Name, c.Both.Marked().Format())
		}
	}
	if found < len(model.Editions)/2 {
		t.Errorf("examples in %d editions only", found)
	}
}

// Each way in which an interrupt can break code is found where it is, and is not
// found in the code that keeps interrupts out.
func TestAuditKinds(t *testing.T) {
	for _, c := range []struct{ name, edition, program, at, why string }{
		{"leak", "sbcl@2.2", "mutex l thread t { lock l; protect { log w } cleanup { unlock l } }", "protect", "leaks l: t has ended and holds it"},
		{"no leak", "sbcl@2.2", "mutex l thread t { with-lock l { log w } }", "", ""},
		{"leak of an MVar", "ghc@doc2010", "mvar m = 1 thread t { take m; put m 2 }", "put", "leaks m: it is left empty and was 1"},
		{"no leak of an MVar", "ghc@doc2010", "mvar m = 1 thread t { mask { take m; put m 2 } }", "", ""},
		{"double release", "ghc@doc2010", "sem s = 1 thread t { protect { acquire s; log w } cleanup { post s } }", "acquire", "gives s back twice: it is left 2 and was 1"},
		{"one release", "ghc@doc2010", "sem s = 1 thread t { bracket { acquire s } use { log w } release { post s } }", "", ""},
		{"lost update", "sbcl@2.2", "var x = 0 var z = 0 thread t { while x 0 { log w; set x 1 } } thread k { interrupt t { set z 1; set x 2 } } final x = 1 & z = 1", "set", "there is x = 1 & z = 1"},
		{"no lost update", "sbcl@2.2", "var x = 0 var z = 0 thread t { without { while x 0 { log w; set x 1 } } } thread k { interrupt t { set z 1; set x 2 } } final x = 1 & z = 1", "", ""},
		{"re-entry", "sbcl@2.2", "var busy = 0 var twice = 0 thread t { set busy 1; log w; set busy 0 } thread k { interrupt t { while busy 1 { set twice 1; set busy 2 } } } final twice = 1", "log", "there is twice = 1"},
		{"no re-entry", "sbcl@2.2", "var busy = 0 var twice = 0 thread t { without { set busy 1; log w; set busy 0 } } thread k { interrupt t { while busy 1 { set twice 1; set busy 2 } } } final twice = 1", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) { auditKind(t, c.edition, c.program, c.at, c.why) })
	}
}

func auditKind(t *testing.T, edition, program, at, why string) {
	d, err := model.Edition(edition)
	if err != nil {
		t.Fatal(err)
	}
	p, err := litmus.Parse("audited", []byte("litmus p\n"+strings.NewReplacer(" thread ", "\nthread ", " var ", "\nvar ", " final ", "\nfinal ").Replace(program)+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := RunAudit(context.Background(), p, d, Demands{Never: p.Final}, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Partial) > 0 || len(a.Points) == 0 {
		t.Fatalf("partial %v, points %v", a.Partial, a.Points)
	}
	if why == "" {
		for _, f := range a.Failures() {
			t.Errorf("%s, found in\n%s", f.Why, a.Marked().Format())
		}
		return
	}
	lines := strings.Split(a.Marked().Format(), "\n")
	for _, f := range a.Failures() {
		if f.Why == why && f.At.Stmt > 0 && strings.HasPrefix(strings.TrimSpace(lines[f.At.Stmt-1]), at) && len(f.Run) > 0 {
			return
		}
	}
	t.Errorf("not found: %s at %s, in\n%s%v", why, at, a.Marked().Format(), a.Failures())
}
