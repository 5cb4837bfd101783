package runtimes

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
)

const planted = "ghc@doc2010"

// plantedFault is a driver of impl, in a process of its own, in which mask does what
// unmask does.
type plantedFault struct{ program string }

func (f *plantedFault) answers(r request) bool {
	switch r.Cmd {
	case "hello":
		f.hello(r.Seq)
	case "load":
		f.load(r)
	case "run":
		f.run(r)
	default:
		return false
	}
	return true
}

func (f *plantedFault) hello(seq int) {
	d, err := model.Edition(planted)
	if err != nil {
		panic(err)
	}
	var forms []string
	for _, form := range gen.Of(d) {
		forms = append(forms, form.Wire)
	}
	list, _ := json.Marshal(slices.Compact(slices.Sorted(slices.Values(forms))))
	say(`{"seq":%d,"ok":true,"proto":1,"runtime":"planted","version":"1","await":"state","forms":%s}`, seq, list)
}

func (f *plantedFault) load(r request) {
	f.program = strings.ReplaceAll(r.Program, "(mask ", "(unmask ")
	say(`{"seq":%d,"ok":true}`, r.Seq)
}

func (f *plantedFault) run(r request) {
	impl, err := NewImpl(planted)
	if err != nil {
		panic(err)
	}
	tally, err := impl.Run(context.Background(), Program{Name: "p", Wire: f.program}, Options{Runs: r.Runs, Seed: r.Seed})
	if err != nil {
		why, _ := json.Marshal(err.Error())
		say(`{"seq":%d,"skipped":%s}`, r.Seq, strings.ReplaceAll(string(why), `\"`, "'"))
		return
	}
	for _, o := range tally.Outcomes() {
		say(`{"seq":%d,"outcome":%q,"count":%d}`, r.Seq, o, tally.Counts[o])
	}
	say(`{"seq":%d,"done":true,"runs":%d}`, r.Seq, r.Runs)
}

// The fault is found, across the process boundary, and shrunk to a program of a mask,
// what is in it, and a signal; its seed makes it again.
func TestFuzzFindsAPlantedFault(t *testing.T) {
	d, err := model.Edition(planted)
	if err != nil {
		t.Fatal(err)
	}
	find := func(o FuzzOptions) *Finding {
		r := fake(t, "planted fault")
		if _, err := r.Version(t.Context()); err != nil {
			t.Fatal(err)
		}
		sum, err := Fuzz(t.Context(), r, d, o)
		if err != nil {
			t.Fatal(err)
		}
		if sum.Found == nil {
			t.Fatalf("not found in %+v", sum)
		}
		return sum.Found
	}
	found := find(FuzzOptions{Programs: 300, Seed: 1})
	t.Logf("seed %d, %d of %d runs %s\nmade\n%s\nshrunk to\n%s", found.Seed, found.Stray.Count, found.Runs, found.Stray.Outcome, found.Made.Format(), found.Program.Format())
	if n := gen.Size(found.Program); n > 6 || !strings.Contains(found.Program.Wire(), "(mask ") {
		t.Errorf("shrunk to %d statements: %s", n, found.Program.Wire())
	}
	if again := find(FuzzOptions{Programs: 1, Seed: found.Seed}); again.Made.Wire() != found.Made.Wire() {
		t.Errorf("seed %d makes another program: %s", found.Seed, again.Made.Wire())
	}
}

// Without a fault nothing is found, and something is seen.
func TestFuzzFindsNothingInImpl(t *testing.T) {
	r, err := NewImpl(planted)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := Fuzz(t.Context(), r, r.dialect, FuzzOptions{Programs: 40, Seed: 1, Run: Options{Runs: 40}})
	if err != nil || sum.Found != nil || sum.Seen == 0 || sum.Skipped == sum.Programs {
		t.Errorf("%v, %+v", err, sum)
	}
}

// A runner that shares no statement with the edition is refused, not called conforming.
func TestFuzzNeedsCommonForms(t *testing.T) {
	r := fake(t, "plain")
	if _, err := r.Version(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := model.Edition(planted)
	if err != nil {
		t.Fatal(err)
	}
	d.Lacks = append(slices.Clone(d.Lacks), featureOf("nop"))
	if _, err := Fuzz(t.Context(), r, d, FuzzOptions{Programs: 1}); err == nil {
		t.Error("no error")
	}
}

func featureOf(wire string) string {
	for _, f := range litmus.Forms {
		if f.Wire == wire {
			return f.Feature()
		}
	}
	panic("no form " + wire)
}

// Made programs that every driver runs, from a seed with which nothing was found in many more
// runs. ECL calls a C compiler for each.
const (
	madeSeed       = 20100101
	madeStatements = 6
	madePrograms   = 8
	madeByECL      = 3
	madeRuns       = 25
)

// No driver comes, in a few made programs, to what the edition of what was seen does not allow.
func TestMadePrograms(t *testing.T) {
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			beside(t, r)
			d, edition := seen(t, r)
			if _, err := d.Version(t.Context()); err != nil {
				t.Fatal(err)
			}
			o := FuzzOptions{Programs: madePrograms, Statements: madeStatements, Seed: madeSeed, Run: Options{Runs: madeRuns, Seed: madeSeed, Limit: limit}}
			if r.Name == "ecl" {
				o.Programs = madeByECL
			}
			sum, err := Fuzz(t.Context(), d, edition, o)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d programs, %d not judged; %d of %d allowed outcomes seen; %d runs undecided", sum.Programs, sum.Skipped, sum.Seen, sum.Allowed, sum.Undecided)
			if sum.Seen == 0 {
				t.Error("nothing was judged")
			}
			if f := sum.Found; f != nil {
				t.Errorf("%s\n%s does not allow %s (%d of %d runs)\nto see it again: check fuzz -r %s -seed %d -programs 1 -statements %d -runs %d",
					f.Program.Format(), edition.Name, f.Stray.Outcome, f.Stray.Count, f.Runs, r.Name, f.Seed, madeStatements, 20*madeRuns)
			}
		})
	}
}
