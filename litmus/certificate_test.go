package litmus

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

func certify(t *testing.T, src, edition, outcome string) (*Allowed, *Certificate) {
	t.Helper()
	test, err := Parse("test.litmus", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	d, err := model.Edition(edition)
	if err != nil {
		t.Fatal(err)
	}
	a, err := test.Explore(context.Background(), d, explore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := ParseOutcome(outcome)
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Certify(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

const mutual = `litmus mutual
thread a { throwTo b Kill }
thread b { throwTo a Kill }`

const endlessLoop = `litmus endless
flag y
var x = 0
thread a { while y 0 { set x 1; set x 2 } }
thread b { log w }`

// hurried is a context that ends when it has been asked so often.
type hurried struct {
	context.Context
	left int
}

func (h *hurried) Err() error {
	if h.left--; h.left < 0 {
		return context.Canceled
	}
	return nil
}

// Whoever does not want to wait gets no graph, but how far the check came.
func TestVerifyEndsWithItsContext(t *testing.T) {
	a, c := certify(t, mutual, "ghc@doc2010", "a=died Kill; b=died Kill")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Verify(&hurried{ctx, 5}); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "5 of ") {
		t.Error(err)
	}
	if _, err := a.Certify(&hurried{ctx, 3}, c.Outcome); !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "3 of ") {
		t.Error(err)
	}
}

func TestCertificate(t *testing.T) {
	a, c := certify(t, mutual, "ghc@doc2010", "a=died Kill; b=died Kill")
	g, err := c.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := a.Explain(g)
	if w.Nearest.String() != "a=died Kill; b=returned" || !slices.Equal(w.Differs, []string{"b=died Kill"}) {
		t.Errorf("nearest is %s, which differs in %q", w.Nearest, w.Differs)
	}
	if w.Turn < 0 || a.Machine.String(w.Run[w.Turn]) != "D1@a" || len(w.Instead) != 1 || a.Machine.String(w.Instead[0].Label) != "T5@a" {
		t.Errorf("decided at step %d of %s, instead %v", w.Turn, a.Machine.Path(w.Run), w.Instead)
	}
}

// What is no certificate is not taken for one.
func TestFalseCertificates(t *testing.T) {
	without := func(c *Certificate, i int) { c.States = slices.Delete(slices.Clone(c.States), i, i+1) }
	for _, c := range []struct {
		say, src, outcome, edition string
		spoil                      func(*Certificate)
	}{
		{"runs begin is not in it", mutual, "a=died Kill; b=died Kill", "ghc@doc2010", func(c *Certificate) { without(c, 0) }},
		{"leaves it from state", mutual, "a=died Kill; b=died Kill", "ghc@doc2010", func(c *Certificate) { without(c, len(c.States)-1) }},
		{"a run shows it", mutual, "a=died Kill; b=died Kill", "ghc@doc2010",
			func(c *Certificate) { c.Outcome, _ = ParseOutcome("a=died Kill; b=returned") }},
		{"a run shows it", endlessLoop, "a=running; b=running; x=1", "ghc@doc2010",
			func(c *Certificate) { c.Outcome, _ = ParseOutcome("a=running; b=returned [w]; x=1") }},
		{"behind state", mutual, "a=died Kill; b=died Kill", "ghc@doc2010",
			func(c *Certificate) { m := *c.Machine; m.Bounds.Pending = 0; c.Machine = &m }},
	} {
		_, cert := certify(t, c.src, c.edition, c.outcome)
		if _, err := cert.Verify(t.Context()); err != nil {
			t.Fatalf("%s: %v", c.outcome, err)
		}
		c.spoil(cert)
		if _, err := cert.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("a spoiled certificate: %v, want ...%s...", err, c.say)
		}
	}
}

func TestNoCertificate(t *testing.T) {
	a, _ := certify(t, mutual, "ghc@doc2010", "a=died Kill; b=died Kill")
	if _, err := a.Certify(t.Context(), a.Outcomes[0]); err == nil {
		t.Error("an allowed outcome was certified as forbidden")
	}
	o, _ := ParseOutcome("a=died Kill; b=died Kill")
	for _, opts := range []explore.Options{{MaxStates: 3}, {Reduce: true}} {
		some, err := a.Test.Explore(context.Background(), model.GHCDoc2010, opts)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := some.Certify(t.Context(), o); err == nil {
			t.Errorf("a search with %+v was made a certificate of", opts)
		}
	}
}

func TestWhatIf(t *testing.T) {
	a, _ := certify(t, mutual, "ghc@doc2010", "a=died Kill; b=died Kill")
	o, _ := ParseOutcome("a=died Kill; b=died Kill")
	points := WhatIf(model.GHCDoc2010, func(d model.Dialect) bool {
		b, err := a.Test.Explore(context.Background(), d, explore.Options{})
		return err == nil && b.Has(o)
	})
	if !slices.Contains(points, "sync=no") || slices.Contains(points, "order=lifo") {
		t.Errorf("it would be allowed with %q", points)
	}
}
