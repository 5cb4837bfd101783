package goimpl

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/impl/sched"
	"github.com/interject/interject/model"
)

// mutualKill is two threads that throw at each other.
var mutualKill = &model.Program{
	Nodes: []model.Node{
		{},
		{Op: model.ThrowTo, A: 1, B: 1},
		{Op: model.ThrowTo, A: 0, B: 1},
	},
	Threads: []model.ThreadDecl{{Name: "a", Start: 1}, {Name: "b", Start: 2}},
	Classes: []string{"Error", "Kill"},
}

// maskedTake is a thread that takes inside a mask, one that puts after it and one that
// throws at it.
var maskedTake = &model.Program{
	Nodes: []model.Node{
		{},
		{Op: model.Scope, How: model.Shut, Body: 2, Next: 4},
		{Op: model.Take, A: 0, Next: 3},
		{Op: model.LogValue, A: 0},
		{Op: model.GetMask},
		{Op: model.Put, A: 0, N: 3},
		{Op: model.ThrowTo, A: 0, B: 1},
	},
	Threads: []model.ThreadDecl{{Name: "t", Start: 1}, {Name: "p", Start: 5}, {Name: "k", Start: 6}},
	Cells:   []model.CellDecl{{Name: "m", Kind: model.MVar, Init: model.Empty}},
	Classes: []string{"Error", "Kill"},
	Words:   []string{"v"},
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		name    string
		p       *model.Program
		edition string
		want    []string
	}{
		{"mutual kill", mutualKill, "ghc@doc2010", []string{
			"a=died Kill; b=returned",
			"a=returned; b=died Kill",
		}},
		{"masked take", maskedTake, "ghc@doc2010", []string{
			"t=died Kill [v=3 open]; p=returned; k=returned; m=empty",
			"t=died Kill [v=3]; p=returned; k=returned; m=empty",
			"t=died Kill; p=returned; k=returned; m=3",
			"t=returned [v=3 open]; p=returned; k=returned; m=empty",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Compile(c.p)
			if err != nil {
				t.Fatal(err)
			}
			r, err := p.Explore(context.Background(), c.edition, sched.Options{})
			if err != nil || r.Exceeded != "" {
				t.Fatal(err, r.Exceeded)
			}
			if !slices.Equal(r.Texts(), c.want) {
				t.Errorf("outcomes\n%s\nwant\n%s", strings.Join(r.Texts(), "\n"), strings.Join(c.want, "\n"))
			}
			for seed := range uint64(200) {
				got, err := p.Run(t.Context(), c.edition, seed, nil)
				if err != nil || !slices.Contains(c.want, got) {
					t.Fatalf("seed %d: %q, %v", seed, got, err)
				}
			}
		})
	}
}

func TestUnknownStatementIsRefused(t *testing.T) {
	_, err := Compile(&model.Program{
		Nodes:   []model.Node{{}, {Op: 250, Line: 7}},
		Threads: []model.ThreadDecl{{Name: "a", Start: 1}},
	})
	if err == nil || !strings.Contains(err.Error(), "line 7") {
		t.Errorf("error %v, want one that names line 7", err)
	}
}

func TestUnknownEditionIsRefused(t *testing.T) {
	p, err := Compile(mutualKill)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(t.Context(), "ghc@1.0", 0, nil); err == nil || !strings.Contains(err.Error(), "ghc@doc2010") {
		t.Errorf("error %v, want one that lists the editions", err)
	}
}
