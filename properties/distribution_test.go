package properties

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
)

// shapes are what the generator must come to, each by what the model does: a
// program counts when one of its runs does it. least is the share, in percent, of
// the programs of the editions that can do it at all.
var shapes = []struct {
	name  string
	least int
	is    func(Edge, model.Event) bool
}{
	{"receives a signal", 60, received(func(Standing) bool { return true })},
	{"receives while masked", 12, received(func(s Standing) bool { return s.Mask == model.Interruptible })},
	{"receives in a mask's scope", 16, received(func(s Standing) bool { return s.In(model.ScopeFrame) })},
	{"receives in a cleanup", 12, received(func(s Standing) bool { return s.In(model.CleaningFrame) })},
	{"receives in a protected block", 18, received(func(s Standing) bool { return s.In(model.CleanupFrame) })},
	{"receives under a handler", 8, received(func(s Standing) bool { return s.In(model.HandlerFrame) })},
	{"receives in a handler", 8, received(func(s Standing) bool { return s.In(model.AfterFrame) })},
	{"receives in a blocked operation", 25, received(func(s Standing) bool { return s.Status == model.Blocked })},
	{"receives in a thunk", 20, received(func(s Standing) bool { return s.In(model.ThunkFrame) })},
	{"receives while unwinding", 25, received(func(s Standing) bool { return s.Unwinding() })},
	{"receives at the end of a block", 25, received(func(s Standing) bool { return s.Line() == 0 && !s.Unwinding() && s.Depth() > 0 })},
	{"is caught by a handler", 10, unwound(model.HandlerFrame, 1)},
	{"unwinds through two frames", 20, func(e Edge, v model.Event) bool {
		return v.Kind == model.Left && v.Unwinding && e.Before(v.Thread).Depth() >= 2
	}},
	{"a cleanup runs because of an unwinding", 18, unwound(model.CleanupFrame, 1)},
	{"a cleanup is cut short", 10, unwound(model.CleaningFrame, 1)},
	{"takes a throw back", 10, kind(model.Withdrawn)},
	{"drops a signal at the end", 30, kind(model.Dropped)},
	{"a sender waits", 35, kind(model.SendDone)},
	{"a second signal is pending", 20, func(e Edge, v model.Event) bool {
		return v.Kind == model.Received && len(e.Before(v.Thread).Pending()) >= 2
	}},
}

func received(ok func(Standing) bool) func(Edge, model.Event) bool {
	return func(e Edge, v model.Event) bool { return v.Kind == model.Received && ok(e.Before(v.Thread)) }
}

func unwound(k model.FrameKind, frames int) func(Edge, model.Event) bool {
	return func(e Edge, v model.Event) bool {
		return v.Kind == model.Left && v.Unwinding && v.Frame == k && e.Before(v.Thread).Depth() >= frames
	}
}

func kind(k model.EventKind) func(Edge, model.Event) bool {
	return func(_ Edge, v model.Event) bool { return v.Kind == k }
}

// The generator comes to the situations in which interrupts go wrong, and often
// enough; a change that makes one of them rare, or that takes it from an edition,
// is noticed here. The figures are in generatorsDoc, which -update writes.
func TestDistribution(t *testing.T) {
	const statements, bound = 12, 1000
	programs := 600 / len(model.Editions)
	count := map[string]int{}
	possible := map[string]int{}
	for _, d := range model.Editions {
		v, here := gen.Of(d), map[string]int{}
		for seed := range uint64(programs) {
			for name := range shapesOf(t, d, gen.Program(v, statements, gen.Seeded(seed)), bound) {
				here[name]++
			}
		}
		for _, s := range shapes {
			if here[s.name] > 0 {
				count[s.name] += here[s.name]
				possible[s.name]++
			}
		}
	}
	known := distributionKnown(t)
	text := "| in some run | editions | of their programs | at least |\n|---|---|---|---|\n"
	for _, s := range shapes {
		share := 100 * float64(count[s.name]) / float64(max(programs*possible[s.name], 1))
		text += fmt.Sprintf("| %s | %d | %.0f %% | %d %% |\n", s.name, possible[s.name], share, s.least)
		if share < float64(s.least) {
			t.Errorf("%s: %.1f %% of the programs, expected at least %d %%", s.name, share, s.least)
		}
		if k, ok := known[s.name]; !*update && (!ok || possible[s.name] < k.editions || math.Abs(share-k.share) > driftAllowed) {
			t.Errorf("%s: %.1f %% of the programs of %d editions; %s says %.0f %% of %d (-update writes what is)", s.name, share, possible[s.name], generatorsDoc, k.share, k.editions)
		}
	}
	t.Log("\n" + text)
	if *update {
		section(t, generatorsDoc, "distribution", text)
	}
}

// driftAllowed is by how many percent points a share may differ from what the
// document says, which a change of an edition does.
const driftAllowed = 4

type distributed struct {
	editions int
	share    float64
}

// distributionKnown is what the document says.
func distributionKnown(t *testing.T) map[string]distributed {
	src, err := os.ReadFile(generatorsDoc)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]distributed{}
	for line := range strings.Lines(string(src)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			continue
		}
		n, err1 := strconv.Atoi(strings.TrimSpace(cells[2]))
		share, err2 := strconv.ParseFloat(strings.Trim(cells[3], " %"), 64)
		if err1 == nil && err2 == nil {
			all[strings.TrimSpace(cells[1])] = distributed{n, share}
		}
	}
	return all
}

// shapesOf are the shapes that some run of a program has.
func shapesOf(t *testing.T, d model.Dialect, p *litmus.Test, bound int) map[string]bool {
	m, err := p.Machine(d)
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	_, err = walk(m, bound, func(e Edge) error {
		for _, v := range e.Move.Events {
			for _, s := range shapes {
				if !has[s.name] && s.is(e, v) {
					has[s.name] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", p.Wire(), err))
	}
	return has
}
