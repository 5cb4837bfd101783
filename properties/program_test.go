package properties

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/runtimes"
)

// choose lets rapid choose: so what it shrinks to is simple.
func choose(t *rapid.T) gen.Choose {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "") }
}

// program is a test that rapid shows in the wire form.
type program struct{ *litmus.Test }

func (p program) GoString() string { return p.Wire() }

// programsOf is programs of an edition's forms.
func programsOf(d model.Dialect, size int) *rapid.Generator[program] {
	v := gen.Of(d)
	return rapid.Custom(func(t *rapid.T) program { return program{gen.Program(v, size, choose(t))} })
}

// drawn is one of the editions and a program of it. The wire form is logged: check
// gen -from-failure reads it from what a failure leaves.
func drawn(t *rapid.T, property programProperty, size int) (model.Dialect, *litmus.Test) {
	editions := property.editions()
	d := editions[choose(t)(len(editions))]
	p := programsOf(d, size).Draw(t, "program")
	t.Logf("check model -d %s: %s", d.Name, p.Wire())
	return d, p.Test
}

// programProperty is a property of programs: a function that says what is wrong with
// one. It holds in all editions, unless it is about some.
type programProperty struct {
	name     string
	say      string
	bad      func(d model.Dialect, p *litmus.Test, f *Fault) string
	editions func() []model.Dialect
}

func everyEdition() []model.Dialect { return model.Editions }

var programProperties = []programProperty{
	{"search", "the search finds what a plain walk over all configurations finds", searchAgrees, everyEdition},
	{"witness", "a run is shown for every outcome, and it ends in that outcome", witnessed, everyEdition},
	{"text", "a program that is printed and read again, in both forms, allows the same", readAgain, everyEdition},
	{"sane", "every step keeps the invariants and the law of conservation", everyStepSane, everyEdition},
	{"deterministic", "the same search answers the same", twice, everyEdition},
	{"reduced", "the search with reductions finds the outcomes that the search without finds", reducedAgrees, everyEdition},
	{"interleavings", "every interleaving of impl ends as the model allows", interleaved, runtimes.ImplEditions},
	{"parallel", "every run of impl on goroutines ends as the model allows", parallel, runtimes.ImplEditions},
	{"histories", "the history of every interleaving of impl is a view of a run of the model, and linearizable", explained, runtimes.ImplEditions},
}

// propertyBound is how many configurations are visited.
const propertyBound = 4000

func allowed(d model.Dialect, p *litmus.Test, f *Fault) *litmus.Allowed {
	m, err := f.machine(p, d)
	if err != nil {
		panic(err)
	}
	a, err := p.ExploreMachine(context.Background(), m, explore.Options{MaxStates: propertyBound})
	if err != nil {
		panic(err)
	}
	return a
}

// searchAgrees compares the final configurations; runs without an end are the
// search's own matter.
func searchAgrees(d model.Dialect, p *litmus.Test, f *Fault) string {
	m, err := p.Machine(d) // without the fault: it is in the search
	if err != nil {
		return err.Error()
	}
	a := allowed(d, p, f)
	leaves, steps := map[string]bool{}, map[string]bool{}
	key := keys()
	final := map[string]model.Config{key(m.Start()): m.Start()}
	all, err := walk(m, propertyBound, func(e Edge) error {
		steps[key(e.From)] = true
		final[key(e.Move.To)] = e.Move.To
		return nil
	})
	if !all || err != nil || a.Partial {
		return ""
	}
	for k, c := range final {
		if !steps[k] {
			leaves[litmus.OutcomeOf(m, c).String()] = true
		}
	}
	for o := range leaves {
		if !slices.ContainsFunc(a.Outcomes, func(b litmus.Outcome) bool { return b.String() == o }) {
			return "not found: " + o
		}
	}
	for _, o := range a.Outcomes {
		running := slices.ContainsFunc(o.Threads, func(t litmus.ThreadEnd) bool { return t.End == "running" })
		if !leaves[o.String()] && !running && len(leaves) > 0 && !loops(p) {
			return "found, and no run ends so: " + o.String()
		}
	}
	return ""
}

func loops(p *litmus.Test) bool { return slices.Contains(p.Features(), "while") }

func witnessed(d model.Dialect, p *litmus.Test, f *Fault) string {
	a := allowed(d, p, f)
	m, err := p.Machine(d)
	if err != nil {
		return err.Error()
	}
	for _, o := range a.Outcomes {
		run, ok := a.Witness(o)
		if !ok {
			return "no run to " + o.String()
		}
		moves, err := m.Replay(run)
		if err != nil {
			return err.Error()
		}
		end := m.Start()
		if len(moves) > 0 {
			end = moves[len(moves)-1].To
		}
		if got := litmus.OutcomeOf(m, end); got.String() != o.String() && !slices.ContainsFunc(o.Threads, func(t litmus.ThreadEnd) bool { return t.End == "running" }) {
			return fmt.Sprintf("the run to %s ends in %s", o, got)
		}
	}
	return ""
}

func readAgain(d model.Dialect, p *litmus.Test, f *Fault) string {
	printed, err := litmus.Parse("printed", []byte(p.Format()))
	if err != nil {
		return err.Error()
	}
	wired, err := litmus.ReadWire(p.Wire())
	if err != nil {
		return err.Error()
	}
	a := allowed(d, p, nil)
	for _, q := range []*litmus.Test{printed, wired} {
		if why := difference(a.Set, allowed(d, q, f).Set, "before", "after"); why != "" {
			return why
		}
	}
	return ""
}

func everyStepSane(d model.Dialect, p *litmus.Test, f *Fault) (why string) {
	m, err := f.machine(p, d)
	if err != nil {
		return err.Error()
	}
	_, err = walk(m, propertyBound, func(e Edge) error {
		if f != nil && f.Events != nil {
			e.Move.Events = f.Events(m, e.Move.Events)
		}
		if why = conserved(e) + sane(e); why != "" {
			return errFound
		}
		return nil
	})
	if err != nil && err != errFound {
		return err.Error()
	}
	return why
}

func twice(d model.Dialect, p *litmus.Test, f *Fault) string {
	return difference(allowed(d, p, nil).Set, allowed(d, p, f).Set, "once", "again")
}

// programSize is how many statements generated programs have at most, about.
const programSize = 8

// trying is a property being tried, and the last program on which it did not hold:
// the smallest, once rapid has shrunk it.
type trying struct {
	programProperty
	d    model.Dialect
	last *litmus.Test
}

func (p *trying) check(t *rapid.T) {
	d, x := drawn(t, p.programProperty, programSize)
	if why := p.bad(d, x, nil); why != "" {
		p.d, p.last = d, x
		t.Logf("%s\n%s", foundBy(p.name, d.Name, why), x.Format())
		t.Fatal("the property does not hold") // rapid shrinks as long as the message is the same
	}
}

// planted is the variable by which the fuzz targets make the mistake that their
// property is known to find: to see what becomes of a finding.
const planted = "INTERJECT_PLANTED"

func (p *trying) plant(f Fault) {
	bad := p.bad
	p.bad = func(d model.Dialect, x *litmus.Test, _ *Fault) string { return bad(d, x, &f) }
}

// shrinkTries bounds how many programs are tried to make a failing one smaller.
const shrinkTries = 400

// report takes from the program all that it does not need to fail. It is the last
// that is said, and so what check gen -from-failure reads.
func (p *trying) report(t testing.TB) {
	if p.last == nil {
		return
	}
	x := smallest(p.last, func(x *litmus.Test) bool { return p.bad(p.d, x, nil) != "" })
	t.Logf("shrunk to: check model -d %s: %s\n%s\n%s", p.d.Name, x.Wire(), foundBy(p.name, p.d.Name, p.bad(p.d, x, nil)), x.Format())
}

func smallest(x *litmus.Test, fails func(*litmus.Test) bool) *litmus.Test {
	tries := 0
	return gen.Shrink(x, func(x *litmus.Test) bool { tries++; return tries <= shrinkTries && fails(x) })
}

func TestPrograms(t *testing.T) {
	for _, p := range programProperties {
		p := &trying{programProperty: p}
		check := rapid.MakeCheck(p.check)
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			defer p.report(t)
			check(t)
		})
	}
}

// Fuzzing: go test ./properties -run '^$' -fuzz '^FuzzSearch$'. What it finds becomes a
// test by check gen -from-failure properties/testdata/fuzz/FuzzSearch/FILE.
func FuzzSearch(f *testing.F)        { fuzz(f, "search") }
func FuzzWitness(f *testing.F)       { fuzz(f, "witness") }
func FuzzText(f *testing.F)          { fuzz(f, "text") }
func FuzzSane(f *testing.F)          { fuzz(f, "sane") }
func FuzzReduced(f *testing.F)       { fuzz(f, "reduced") }
func FuzzInterleavings(f *testing.F) { fuzz(f, "interleavings") }
func FuzzParallel(f *testing.F)      { fuzz(f, "parallel") }
func FuzzHistories(f *testing.F)     { fuzz(f, "histories") }

func fuzz(f *testing.F, property string) {
	fuzzing := flag.Lookup("test.fuzz").Value.String() != ""
	f.Fuzz(func(t *testing.T, input []byte) {
		p := &trying{programProperty: propertyNamed(property)}
		if os.Getenv(planted) != "" {
			p.plant(programFaults()[property])
		}
		if !fuzzing { // then the fuzzer makes the input smaller
			defer p.report(t)
		}
		fuzzed(p.check)(t, input)
	})
}

// fuzzed lets an input choose, and the simplest choices follow it: so whatever the
// fuzzer makes of an input is a program, and it may be short.
func fuzzed(check func(*rapid.T)) func(*testing.T, []byte) {
	run := rapid.MakeFuzz(check)
	return func(t *testing.T, input []byte) { run(t, append(slices.Clip(input), make([]byte, 16<<10)...)) }
}

func propertyNamed(name string) programProperty {
	for _, p := range programProperties {
		if p.name == name {
			return p
		}
	}
	panic("no property " + name)
}

// told is a test that is to fail: it notes what rapid tells of the failure.
type told struct {
	testing.TB
	failed bool
	text   string
}

func (n *told) Helper()                   {}
func (n *told) Name() string              { return n.TB.Name() }
func (n *told) Logf(f string, a ...any)   { n.text += fmt.Sprintf(f, a...) + "\n" }
func (n *told) Log(a ...any)              { n.text += fmt.Sprintln(a...) }
func (n *told) Errorf(f string, a ...any) { n.Logf(f, a...); n.failed = true }
func (n *told) Error(a ...any)            { n.Log(a...); n.failed = true }
func (n *told) Fatalf(f string, a ...any) { n.Logf(f, a...); n.failed = true }
func (n *told) Fatal(a ...any)            { n.Log(a...); n.failed = true }
func (n *told) FailNow()                  { n.failed = true }
func (n *told) Fail()                     { n.failed = true }
func (n *told) Failed() bool              { return n.failed }

// programFaults are the mistakes that the properties of programs are seen to find.
func programFaults() map[string]Fault {
	deaf := Fault{Name: "without rule D1 receive", Machine: func(m *model.Machine) { ablate(m, model.RuleByID("D1")) }}
	return map[string]Fault{
		"search":        deaf,
		"witness":       confusionNamed("logs are written twice"),
		"text":          deaf,
		"sane":          confusionNamed("receipts are not told"),
		"deterministic": confusionNamed("the first thread is forgotten"),
		"reduced":       deaf,
		"interleavings": deaf,
		"parallel":      confusionNamed("logs are written twice"), // every run shows it, whatever the scheduler does
		"histories": {Name: "a throw waits where it did not, and does not where it did", Dialect: func(d *model.Dialect) bool {
			d.ThrowTo, d.Sync = model.ThrowToPrimitive, !d.Sync
			return true
		}},
	}
}

// shrunkTo is how many statements a person still takes in at once.
const shrunkTo = 3

// Each property of programs finds a mistake made on purpose, and rapid shrinks the
// program to one that a person would have written.
func TestProgramsCanFail(t *testing.T) {
	t.Chdir(t.TempDir()) // where rapid keeps what fails
	for _, p := range programProperties {
		t.Run(p.name, func(t *testing.T) {
			f, ok := programFaults()[p.name]
			if !ok {
				t.Fatal("no mistake is made for it")
			}
			n := &told{TB: t}
			try := &trying{programProperty: p}
			try.plant(f)
			for seed := 1; seed <= 5 && !n.failed; seed++ { // few programs show some of the mistakes
				seeded(t, seed, "1h")
				rapid.Check(n, try.check)
			}
			if !n.failed {
				t.Fatal("it holds whatever the mistake")
			}
			try.report(n)
			x, err := FromFailure(n.text)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("shrunk to %s", x.Wire())
			if gen.Size(x) > shrunkTo && p.name != "parallel" { // there the scheduler may not repeat what is shrunk
				t.Errorf("shrunk only to\n%s\n%s", x.Format(), n.text)
			}
		})
	}
}

func confusionNamed(name string) Fault {
	for _, f := range confusions {
		if f.Name == name {
			return f
		}
	}
	panic("no fault " + name)
}
