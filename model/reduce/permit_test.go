package reduce_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/model/reduce"
)

// A rule or a statement that is new takes part in nothing before somebody has looked.
func TestEveryRuleAndStatementIsClassified(t *testing.T) {
	for _, r := range model.Rules {
		if !reduce.Classified(r.ID) {
			t.Errorf("rule %s %s is not in the table of rules.go: say whether it may take part", r.ID, r.Name)
		}
	}
	if n := len(model.Rules); n != reduce.Rules() {
		t.Errorf("%d rules are classified, there are %d", reduce.Rules(), n)
	}
	for o := model.Nop; o < model.Relock; o++ {
		if !reduce.Known(o) {
			t.Errorf("statement %d is not in the table of future.go: say what it does to others", o)
		}
	}
}

// The random programs have every form of the language.
func TestEveryFormIsWritten(t *testing.T) {
	for _, f := range litmus.Forms {
		if !slices.ContainsFunc(append(forms, loop), func(g form) bool { return g.feature == f.Feature() }) {
			t.Errorf("no random program has %q: add it to the forms of the writer", f.Feature())
		}
	}
}

func TestPermitted(t *testing.T) {
	for name, want := range map[string]string{
		"ghc@doc2010":             "unseen, masked, merged, lazy, alike",
		"ghc@doc2010 may=no":      "unseen, masked, merged, due, lazy, alike",
		"ghc@doc2010 sync=no":     "unseen, masked, merged, alike",       // senders do not wait
		"ghc@doc2010 points=none": "unseen, masked, merged, alike",       // a masked thread that is about to throw is not receptive
		"ghc@base4.15 may=no":     "unseen, masked, merged, lazy, alike", // any order
		"ghc@9.0":                 "unseen, masked, merged, alike",       // signals fly
		"ghc@9.0-1cap":            "unseen, masked, merged, alike",       // last in, first out; direct
		"sbcl@2.2":                "unseen, masked, merged, alike",       // signals fly
		"sbcl@doc may=no":         "unseen, masked, merged, due, alike",
		"ecl@21":                  "unseen, alike", // looks after cues
		"ruby@3.1":                "unseen, alike",
		"racket@8.7":              "unseen, alike",
		"lispworks@doc":           "unseen, merged, alike", // a second kill is empty
		"asyncio@3.11":            "none",                  // threads take turns
		"python@3.11 keep=last":   "masked, merged, alike", // who has not ended may pass for dead
	} {
		edition, setting, set := strings.Cut(name, " ")
		d, err := model.Edition(edition)
		if err == nil && set {
			d, err = d.With(setting)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := reduce.Permitted(d).String(); got != want {
			t.Errorf("%s permits %s, want %s", name, got, want)
		}
	}
}

// A program whose statements or size nobody has thought of is not reduced, and says so.
func TestMisfits(t *testing.T) {
	test := parse(t, killers(2, 1))
	m, err := test.Machine(model.GHCDoc2010)
	if err != nil {
		t.Fatal(err)
	}
	m.Threads = slices.Repeat(m.Threads, 11)
	if s := reduce.New(m, reduce.All); s.Off == "" || s.Kinds != 0 || s.Facts() != 0 {
		t.Errorf("a program of %d threads is reduced by %v: %q", len(m.Threads), s.Kinds, s.Off)
	}
	p := *m.Program
	p.Threads = p.Threads[:3]
	p.Nodes = append([]model.Node{}, p.Nodes...)
	p.Nodes[1].Op = 200
	if s := reduce.New(model.NewMachine(&p, model.GHCDoc2010), reduce.All); !strings.Contains(s.Off, "200") || s.Kinds != 0 {
		t.Errorf("a program with an unknown statement is reduced by %v: %q", s.Kinds, s.Off)
	}
}

// Throws are lazy in programs only that have nothing which could tell.
func TestLazyIsOffByStatement(t *testing.T) {
	for form, lazy := range map[string]bool{
		"nop": true, "join b": true, "fork d": true, "sleep": true, "take m": true, "busy y": true, "try { exit } catch any { log w }": true,
		"await b": false, "settle": false, "timeout { nop } expired { nop }": false, "foreign": false, "foreign interruptible": false,
		"lazy z { nop }; force z": false, "while y 1 { nop }": false,
	} {
		test := parse(t, "litmus off\nflag y\nmvar m\nlazy z\nthread a { throwTo b X }\nthread b { mask { nop } }\nthread c { "+form+" }\nlater d { log v }")
		m, err := test.Machine(model.GHCDoc2010)
		if err != nil {
			t.Fatal(err)
		}
		if got := reduce.New(m, reduce.All).Kinds.Has(reduce.Lazy); got != lazy {
			t.Errorf("%s: throws lazy: %v, want %v", form, got, lazy)
		}
	}
}

// Threads are renamed where all of their text agrees, and nothing runs for ever.
func TestSymmetryByProgram(t *testing.T) {
	for src, want := range map[string]string{
		"thread a { nop } thread b { nop }":                                                   "[[0 1]] []",
		"thread a { nop } thread b { nop; nop }":                                              "[] [[0 1]]",
		"thread a { throwTo b X } thread b { throwTo a X }":                                   "[[0 1]] []",
		"thread a { log w } thread b { throwTo a X } thread c { throwTo a X }":                "[[1 2]] []",
		"thread a { log w } thread b { throwTo a X } thread c { throwTo a Y }":                "[] [[0 1 2]]",
		"thread a { throwTo b X } thread b { throwTo c X } thread c { throwTo a X }":          "[] [[0 1 2] [1 2 0] [2 0 1]]",
		"thread a { throwTo self X } thread b { throwTo self X }":                             "[[0 1]] []",
		"thread a { value 1 } thread b { value 2 }":                                           "[] [[0 1]]",
		"flag y thread a { while y 0 { nop } } thread b { while y 0 { nop } }":                "[] []",
		"thread a { throwTo c X } thread b { throwTo d X } thread c { nop } thread d { nop }": "[] [[0 1 2 3] [1 0 3 2]]",
	} {
		test := parse(t, "litmus alike\n"+strings.ReplaceAll(src, " thread", "\nthread"))
		m, err := test.Machine(model.GHCDoc2010)
		if err != nil {
			t.Fatal(err)
		}
		g := reduce.New(m, reduce.All).Symmetry()
		if got := fmt.Sprint(g.Classes, g.Group); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

// Facts, like rules, depend on nothing but what they looked at.
func TestFactsAreHonest(t *testing.T) {
	for seed := range uint64(number(t, 300)) {
		d := dialect(seed)
		test, src := write(seed, d, 9, seed%2 == 0)
		m, err := test.Machine(d)
		if err != nil {
			t.Fatal(err)
		}
		s := reduce.New(m, reduce.All)
		r, err := explore.Explore(context.Background(), s, explore.Options{Reduce: true, MaxStates: 2000})
		if err != nil {
			t.Fatal(err)
		}
		if err := explore.CheckFootprint(s, r, 40, seed); err != nil {
			t.Fatalf("seed %d, %s: %v\n%s", seed, d.Name, err, src)
		}
	}
}
