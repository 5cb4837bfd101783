package properties

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

var (
	update  = flag.Bool("update", false, "find the laws' counterexamples anew, and rewrite docs/laws.md and the results in docs/results")
	size    = flag.Int("size", 1, "with -update: check laws in all contexts of up to so many statements")
	beyond  = flag.Int("beyond", 120, "with -update: and in so many with one statement more")
	only    = flag.String("only", ".", "with -update: find anew only the laws and editions that, written as 'law edition', match this `pattern`")
	nightly = os.Getenv("NIGHTLY") != ""
)

const (
	lawsGolden = "testdata/laws.jsonl"
	lawsDoc    = "../docs/laws.md"

	// randomTests is on how many random programs the laws about all programs are
	// tried when they are recorded.
	randomTests = 60
)

// record is what is known of a law and an edition.
type record struct {
	Law, Edition   string
	Tried          int             `json:",omitempty"`
	Partial        int             `json:",omitempty"`
	Lacks          []string        `json:",omitempty"`
	Counterexample *Counterexample `json:",omitempty"`
}

// recorded is how far laws were tried when they were recorded.
func recorded() Range {
	return Range{Size: *size, Beyond: *beyond, Random: randomTests, Seed: 1, States: 20_000}
}

// What is recorded of every law and edition still holds: a law that was kept finds
// no counterexample in a small range, one that was not is refuted by the program
// that refuted it.
func TestLaws(t *testing.T) {
	if *update {
		updateLaws(t)
	}
	known := readLaws(t)
	for _, d := range model.Editions {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			checkLaws(t, d, known)
		})
	}
}

// everyRun is the range of every run of the tests, everyNight that of the long ones.
var (
	everyRun   = Range{Beyond: 6, Random: 6, Seed: 2, States: 20_000}
	everyNight = Range{Size: 1, Beyond: 500, Random: 300, Seed: 2, States: 100_000}
)

func checkLaws(t *testing.T, d model.Dialect, known map[string]record) {
	t.Helper()
	ctx := context.Background()
	var kept []*Law
	for i := range Laws {
		l := &Laws[i]
		switch k, ok := known[l.Name+" "+d.Name]; {
		case !ok:
			t.Errorf("nothing is recorded of %s; run go test ./properties -run TestLaws -update -only '%s'", l.Name, d.Name)
		case k.Counterexample == nil:
			kept = append(kept, l)
		default:
			if still, err := l.Again(ctx, d, k.Counterexample); err != nil || !still {
				t.Errorf("%s: %v is no longer a counterexample (error %v); if that is right, run with -update", l.Name, k.Counterexample.Programs, err)
			}
		}
	}
	r := everyRun
	if nightly {
		r = everyNight
	}
	all, err := TryAll(ctx, d, kept, r)
	if err != nil {
		t.Error(err)
	}
	for _, f := range all {
		if k := known[f.Law+" "+d.Name]; !slices.Equal(f.Lacks, k.Lacks) {
			t.Errorf("%s: it lacks %v, recorded is %v; run with -update", f.Law, f.Lacks, k.Lacks)
		}
		if f.Against != nil {
			t.Errorf("%s is not kept: %s\n%s", f.Law, f.Against.Why, strings.Join(f.Against.Programs, "\n"))
		}
	}
}

func readLaws(t *testing.T) map[string]record {
	src, err := os.ReadFile(lawsGolden)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]record{}
	for lines := bufio.NewScanner(bytes.NewReader(src)); lines.Scan(); {
		var k record
		if err := json.Unmarshal(lines.Bytes(), &k); err != nil {
			t.Fatal(err)
		}
		known[k.Law+" "+k.Edition] = k
	}
	return known
}

func updateLaws(t *testing.T) {
	pattern := regexp.MustCompile(*only)
	known := readLaws(t)
	slots := make(chan bool, runtime.GOMAXPROCS(0))
	var done sync.WaitGroup
	var mu sync.Mutex
	for _, d := range model.Editions {
		slots <- true
		done.Go(func() {
			defer func() { <-slots }()
			var laws []*Law
			for i := range Laws {
				if pattern.MatchString(Laws[i].Name + " " + d.Name) {
					laws = append(laws, &Laws[i])
				}
			}
			all, err := TryAll(context.Background(), d, laws, recorded())
			if err != nil {
				t.Errorf("%s: %v", d.Name, err)
			}
			t.Logf("%s is done", d.Name)
			mu.Lock()
			defer mu.Unlock()
			for _, f := range all {
				known[f.Law+" "+d.Name] = record{f.Law, f.Edition, f.Tried, f.Partial, f.Lacks, f.Against}
			}
		})
	}
	done.Wait()
	var out bytes.Buffer
	for i := range Laws {
		for _, d := range model.Editions {
			line, err := json.Marshal(known[Laws[i].Name+" "+d.Name])
			if err != nil {
				t.Fatal(err)
			}
			out.Write(append(line, '\n'))
		}
	}
	write(t, lawsGolden, out.Bytes())
	write(t, lawsDoc, lawsDocument(t, readLaws(t)))
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The document says what is recorded.
func TestLawsDocument(t *testing.T) {
	got, err := os.ReadFile(lawsDoc)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, lawsDocument(t, readLaws(t))) {
		t.Error("docs/laws.md does not say what the table of laws and the recorded findings say; run go test ./properties -run TestLaws -update")
	}
}

func lawsDocument(t *testing.T, known map[string]record) []byte {
	var b bytes.Buffer
	tried, partial := 0, 0
	for _, k := range known {
		tried, partial = tried+k.Tried, partial+k.Partial
	}
	r := recorded()
	fmt.Fprintf(&b, lawsHead, r.Size, r.Beyond, r.Random, tried, partial, r.States, walkBound, len(Laws))
	var cases bytes.Buffer
	for i := range Laws {
		l := &Laws[i]
		var keeps, breaks, lacks []string
		by := map[string][]string{}
		for _, d := range model.Editions {
			switch k := known[l.Name+" "+d.Name]; {
			case len(k.Lacks) > 0:
				lacks = append(lacks, d.Name)
			case k.Counterexample == nil:
				keeps = append(keeps, d.Name)
			default:
				breaks = append(breaks, d.Name)
				key := counterexampleText(t, k.Counterexample)
				by[key] = append(by[key], d.Name)
			}
		}
		says := strings.ReplaceAll(l.Says, "|", "\\|")
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", l.Name, says, source(l.Source), list(keeps, len(lacks)), list(breaks, len(lacks)))
		if len(by) > 0 {
			fmt.Fprintf(&cases, "\n### %s\n\n%s.\n", l.Name, l.Says)
			for _, d := range breaks {
				for text, names := range by {
					if names[0] == d {
						fmt.Fprintf(&cases, "\nNot in %s:\n\n%s", strings.Join(names, ", "), text)
					}
				}
			}
		}
	}
	b.WriteString("\n## Counterexamples\n")
	b.Write(cases.Bytes())
	return b.Bytes()
}

const lawsHead = `# Laws

What is true of all programs, and in which editions. An edition that does not keep a law is not at fault for it: that
is what the edition is like, and the program that shows it is below. An edition without the forms that a law is about is in
neither column.

A law about pieces of programs is checked in every context of up to %d statement beside the piece and in %d of one more, S being
each of three bodies: one that shows that it ran, one that shows its mask and can block, one that ends by an exception. A law
about all programs is checked on every program up to that size and on %d random ones of up to 12 statements. A context is a
program of the core of the language with a hole in it; the core is every form but those that are derived from others and those
that are about one operation where another of its kind is there already. Each check is a search of the semantics: there were
%d, of which %d were ended by a bound, %d states or %d configurations visited step by step, and say nothing of what lies
behind it. So "keeps" says that no counterexample is that small, not that there is none.

This file is made from the table in properties/laws.go by ` + "`go test ./properties -run TestLaws -update`" + `, which also finds
the counterexamples anew. Every run of the tests checks both columns again: the counterexamples, and each law that is kept in the
context without a statement and in a few with one; the nightly run (NIGHTLY=1) in more than here. %d laws.

| law | says | source | kept by | not kept by |
|---|---|---|---|---|
`

func source(s string) string {
	if s == "ours" {
		return s
	}
	return "[" + s + "]"
}

// list is the editions, or all of those that have the forms.
func list(names []string, lacking int) string {
	switch {
	case len(names) == 0:
		return "none"
	case len(names) == len(model.Editions):
		return "all"
	case len(names)+lacking == len(model.Editions):
		return "all that have the forms"
	}
	return strings.Join(names, ", ")
}

func counterexampleText(t *testing.T, x *Counterexample) string {
	var b strings.Builder
	b.WriteString("```\n")
	for i, wire := range x.Programs {
		p, err := litmus.ReadWire(wire)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := strings.Cut(p.Format(), "\n\n")
		if i > 0 {
			b.WriteString("\n// and\n\n")
		}
		b.WriteString(text)
	}
	return b.String() + "```\n\n" + x.Why + "\n"
}

// Every law is named once, and its source is in the list of sources.
func TestLawsAreNamed(t *testing.T) {
	src, err := os.ReadFile("../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, l := range Laws {
		if seen[l.Name] {
			t.Errorf("two laws are called %s", l.Name)
		}
		seen[l.Name] = true
		for one := range strings.SplitSeq(l.Source, "; ") {
			if key, _, _ := strings.Cut(one, " "); key != "ours" && !strings.Contains(string(src), "| `"+key+"` |") {
				t.Errorf("%s: the source %s is not in docs/sources.md", l.Name, key)
			}
		}
	}
}
