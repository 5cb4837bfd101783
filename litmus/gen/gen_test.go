package gen

import (
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// The generator makes well-formed programs of every edition, of forms that the
// edition has, and comes to every form that it has.
func TestProgramsAreWellFormed(t *testing.T) {
	for _, d := range append([]model.Dialect{{Name: "the whole language"}}, model.Editions...) {
		t.Run(d.Name, func(t *testing.T) {
			v, seen := Of(d), map[string]bool{}
			for seed := range uint64(2000) {
				p := Program(v, 12, Seeded(seed))
				if missing := p.MissingIn(d); len(missing) > 0 {
					t.Fatalf("seed %d: the edition has no %v:\n%s", seed, missing, p.Format())
				}
				if p.Format() != Program(v, 12, Seeded(seed)).Format() {
					t.Fatalf("seed %d makes different programs", seed)
				}
				for _, f := range p.Features() {
					seen[f] = true
				}
			}
			for _, f := range v {
				if !seen[f.Feature()] {
					t.Errorf("no program of 2000 has %s", f.Feature())
				}
			}
		})
	}
}

func TestEveryFormIsKnown(t *testing.T) {
	for _, f := range Unknown() {
		t.Errorf("no program will ever have %s: the tables names and cells know nothing for one of its names", f)
	}
}

// Who chooses the simplest way for ever gets a program that one can read.
func TestTheSimplestProgram(t *testing.T) {
	p := Program(Of(), 12, Bytes(nil))
	if got := Size(p); got > 3 {
		t.Errorf("it has %d statements:\n%s", got, p.Format())
	}
}

func FuzzBytes(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{3, 1, 4, 1, 5, 9, 2, 6})
	f.Fuzz(func(t *testing.T, data []byte) {
		if p := Program(Of(), 20, Bytes(data)); Size(p) > 40 {
			t.Errorf("%d statements:\n%s", Size(p), p.Format())
		}
	})
}

func BenchmarkProgram(b *testing.B) {
	v := Of(model.GHCDoc2010)
	var p *litmus.Test
	for i := range b.N {
		p = Program(v, 12, Seeded(uint64(i)))
	}
	_ = p
}
