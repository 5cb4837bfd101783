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
		for seed := range uint64(800 / len(model.Editions)) {
			p := gen.Program(v, 6, gen.Seeded(seed))
			if len(p.Cells) == 0 || hasAuditor(p) {
				continue
			}
			want := Demands{Whole: true}
			a, err := RunAudit(context.Background(), p, d, want, explore.Options{MaxStates: 20_000})
			if err != nil || len(a.Partial) > 0 {
				continue
			}
			if got, expected := halfDone(a), modelHalfDone(t, a, d); got != expected {
				t.Errorf("%s, seed %d: the audit finds something half done: %v, the model: %v\n%s", d.Name, seed, got, expected, a.Marked().Format())
			} else if got {
				found++
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d programs have anything half done: that tells little", found)
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

func halfDone(a *Audit) bool {
	for _, f := range a.Failures() {
		if strings.Contains(f.Why, "half done") {
			return true
		}
	}
	return false
}

// modelHalfDone says that with an interrupt from outside the cells come to
// something that they do not come to without.
func modelHalfDone(t *testing.T, a *Audit, d model.Dialect) bool {
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
			if !o.Crash && !j.whole[cellsText(o)] {
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
