package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/runtimes"
)

var runCommand = command{
	name: "run", args: "-r RUNTIME | -driver COMMAND [-d EDITION,...] [-runs N] [TEST ...]",
	help: "run tests on a real runtime and hold what it does against editions",
	more: `examples:
  check run -r ghc-1cap fifo-await
  check run -r sbcl -d sbcl@doc masked-nest
  check run -r impl -d sbcl@doc nest/
  check run -r all -runs 200
  check run -r all -results all.ndjson             broken off, it goes on where it stopped
  check run -r sbcl -jobs 1                        one process of the driver, not several side by side
  check run -r sbcl -runs 100 -histories kept nest/    records them, too; check trace judges such files
  check run -driver 'python3 mine.py' -d python@seed2018
  check run -list                                  the runtimes, and how to install what is missing

At the end stands what may be claimed, in the words of docs/conforms.md.

Without -d a runtime is judged by the edition of what was seen of it, and the documents stand beside it
for information; with -d by each edition named.`,
	run: (*app).run,
}

// trial is what the flags of run say.
type trial struct {
	runtime string
	driver  string
	names   string
	options runtimes.Options
	verbose bool
	jobs    int // 0: as many as suit
	results string
	records string // the directory for histories
	whole   bool   // no test was named
	stored  *runtimes.Results
}

func (a *app) run(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	var tr trial
	f.StringVar(&tr.runtime, "r", "", "the `runtime`, impl, or all for every one that is installed")
	f.StringVar(&tr.driver, "driver", "", "the `command` that starts a driver of your own")
	f.StringVar(&tr.names, "d", "", "the `editions` by which to judge, separated by commas")
	f.IntVar(&tr.options.Runs, "runs", 1000, "run each test so `many` times")
	f.Uint64Var(&tr.options.Seed, "seed", 0, "the `seed` of the jitter (default: a new one, printed)")
	f.DurationVar(&tr.options.Limit, "limit", 2*time.Second, "a run that takes longer has no outcome")
	f.IntVar(&tr.jobs, "jobs", 0, "let so `many` processes of a driver do the tests side by side (default: twice the processors, of ghc half of them)")
	f.BoolVar(&tr.verbose, "v", false, "print every outcome with its count")
	f.StringVar(&tr.results, "results", "", "write results to a `file` as they come, and do not run again what is in it")
	f.StringVar(&tr.records, "histories", "", "record a history of each run, judge it, and write those that differ into the `directory`, a file a test")
	list := f.Bool("list", false, "list the runtimes")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if *list {
		return a.listRuntimes(), nil
	}
	if err := aboveZero(f, "runs", "limit"); err != nil {
		return exitUsage, err
	}
	if tr.records != "" && tr.results != "" {
		return exitUsage, usageError{fmt.Errorf("-histories and -results exclude each other: what is not run again is not recorded")}
	}
	chosen, err := tests(args)
	if err != nil {
		return exitUsage, err
	}
	tr.whole = len(args) == 0
	if err := tr.open(); err != nil {
		return exitUsage, err
	}
	if tr.stored != nil {
		defer tr.stored.Close()
	}
	subjects, err := a.subjects(tr)
	if err != nil {
		return exitUsage, err
	}
	status, judged := exitOK, 0
	for _, sub := range subjects {
		s, err := a.runOn(ctx, sub, tr, chosen)
		if err != nil {
			return exitUsage, err
		}
		status, judged = worse(status, s.status), judged+s.judged()
	}
	if judged == 0 && status == exitOK {
		fmt.Fprintln(a.err, "nothing was judged: all that was asked for was skipped, for the reasons above")
		return exitInconclusive, nil
	}
	return status, nil
}

// aboveZero is an error if one of the named flags is 0 or less: for more than a default
// nobody needs to write that.
func aboveZero(f *flag.FlagSet, names ...string) error {
	for _, name := range names {
		if v := f.Lookup(name).Value.String(); v == "0" || v == "0s" || strings.HasPrefix(v, "-") {
			return usageError{fmt.Errorf("-%s %s: expected more than 0", name, v)}
		}
	}
	return nil
}

// open opens the file of results, if there is to be one, and sees to it that there is a
// seed: that of the runs that are to be gone on with, or a new one.
func (tr *trial) open() (err error) {
	if tr.results != "" {
		if tr.stored, err = runtimes.OpenResults(tr.results); err != nil {
			return err
		}
		if tr.options.Seed == 0 {
			tr.options.Seed = tr.stored.Seed()
		}
	}
	for tr.options.Seed == 0 {
		tr.options.Seed = newSeed()
	}
	return nil
}

// subject is something that runs tests, and what it is held against.
type subject struct {
	start    func() runtimes.Runner // anew for each that runs beside others
	jobs     int                    // as many as may well do so
	editions []model.Dialect
	deciding []string // those that make the verdict
}

// subjects are what the flags name. Runtimes that are not installed are skipped by
// name, unless one was asked for by its own.
func (a *app) subjects(tr trial) ([]subject, error) {
	switch {
	case tr.driver != "" && tr.names == "":
		return nil, usageError{fmt.Errorf("a driver of your own needs an edition to be judged by: -d")}
	case tr.driver != "":
		return one(func() runtimes.Runner { return runtimes.Command(tr.driver, tr.names) }, runtimes.Runtime{}.Jobs(), tr.names)
	case tr.runtime == "impl":
		edition := cmp.Or(tr.names, "ghc@doc2010")
		r, err := runtimes.NewImpl(edition)
		if err != nil {
			return nil, usageError{err}
		}
		return one(func() runtimes.Runner { return r }, 1, edition) // which makes its runs side by side
	}
	all, err := runtimesNamed(tr.runtime)
	if err != nil {
		return nil, err
	}
	var subjects []subject
	for _, r := range all {
		if err := r.Installed(); err != nil {
			if tr.runtime != "all" {
				return nil, err
			}
			fmt.Fprintf(a.err, "skipped: %v\n", err)
			continue
		}
		eds, deciding, err := judges(r, tr.names)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, subject{func() runtimes.Runner { return r.Driver() }, r.Jobs(), eds, deciding})
	}
	return subjects, nil
}

// one is a single subject judged by the named editions.
func one(start func() runtimes.Runner, jobs int, names string) ([]subject, error) {
	eds, err := editions(names, nil)
	if err != nil {
		return nil, err
	}
	sub := subject{start: start, jobs: jobs, editions: eds}
	for _, d := range eds {
		sub.deciding = append(sub.deciding, d.Name)
	}
	return []subject{sub}, nil
}

func newSeed() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:]) >> 1
}

func runtimesNamed(name string) ([]runtimes.Runtime, error) {
	if name == "all" {
		return runtimes.All(), nil
	}
	r, ok := runtimes.Find(name)
	if ok {
		return []runtimes.Runtime{r}, nil
	}
	var names []string
	for _, r := range runtimes.All() {
		names = append(names, r.Name)
	}
	if name == "" {
		return nil, usageError{fmt.Errorf("run needs a runtime with -r: %s, impl or all; or a -driver", commas(names))}
	}
	return nil, usageError{fmt.Errorf("there is no runtime %q%s; there are %s", name, litmus.DidYouMean(name, names), commas(names))}
}

func (a *app) listRuntimes() int {
	for _, r := range runtimes.All() {
		state := "installed"
		if err := r.Installed(); err != nil {
			state = "missing; " + r.Install
		}
		if a.json {
			a.record(map[string]any{"runtime": r.Name, "title": r.Title, "edition": r.Edition, "installed": r.Installed() == nil, "install": r.Install})
			continue
		}
		fmt.Fprintf(a.out, "%-10s %-48s %-14s %s\n", r.Name, r.Title, r.Edition, state)
	}
	return exitOK
}

// judges are the editions that are held against a runtime, and the names of
// those that decide the verdict.
func judges(r runtimes.Runtime, names string) (eds []model.Dialect, deciding []string, err error) {
	if names != "" {
		eds, err = editions(names, nil)
		for _, d := range eds {
			deciding = append(deciding, d.Name)
		}
		return eds, deciding, err
	}
	for _, name := range append([]string{r.Edition}, r.Compare...) {
		if d, err := model.Edition(name); err == nil {
			eds = append(eds, d)
		}
	}
	if len(eds) == 0 || eds[0].Name != r.Edition {
		return nil, nil, usageError{fmt.Errorf("%s has no edition of its own: name one with -d", r.Name)}
	}
	return eds, []string{r.Edition}, nil
}

// summary collects reports of one runtime.
type summary struct {
	*app
	runtime  string
	deciding []string
	verbose  bool
	status   int
	note     string
	skipped  map[string]int    // why the runtime could not run a test
	by       map[string]*tally // of the deciding editions
	claims   []runtimes.Claim
}

func newSummary(a *app, runtime string, deciding []string) *summary {
	s := &summary{app: a, runtime: runtime, deciding: deciding, skipped: map[string]int{}, by: map[string]*tally{}}
	for _, edition := range deciding {
		s.by[edition] = &tally{verdicts: map[litmus.Verdict]int{}}
	}
	return s
}

// tally is what one edition said of the tests.
type tally struct {
	verdicts      map[litmus.Verdict]int
	lacking       int // tests that the edition cannot express
	seen, allowed int
}

// judged is how many tests an edition gave a verdict of.
func (s *summary) judged() (n int) {
	for _, t := range s.by {
		for _, k := range t.verdicts {
			n += k
		}
	}
	return n
}

func (s *summary) add(rep runtimes.Report) {
	for i := range s.claims {
		s.claims[i].Add(rep)
	}
	if rep.Skipped != "" {
		s.skipped[rep.Skipped]++
		if s.json {
			s.record(map[string]any{"runtime": s.runtime, "test": rep.Test.Name, "skipped": rep.Skipped})
		}
		return
	}
	for _, j := range rep.Judged {
		t := s.by[j.Edition]
		switch {
		case t == nil: // beside it for information
		case j.Skipped != "":
			t.lacking++
		default:
			t.verdicts[j.Verdict]++
			t.seen, t.allowed = t.seen+j.Seen, t.allowed+j.Allowed
			s.status = worse(s.status, statusOf(j.Verdict))
		}
	}
	if s.json {
		s.record(runJSON(s.runtime, rep))
		return
	}
	s.printReport(rep)
}

func runJSON(runtime string, rep runtimes.Report) map[string]any {
	var judged []map[string]any
	for _, j := range rep.Judged {
		if j.Skipped != "" {
			judged = append(judged, map[string]any{"edition": j.Edition, "skipped": j.Skipped})
			continue
		}
		m := map[string]any{"edition": j.Edition, "verdict": j.Verdict.String(), "seen": j.Seen, "allowed": j.Allowed}
		var stray []map[string]any
		for _, s := range j.Stray {
			stray = append(stray, map[string]any{"outcome": s.Outcome.String(), "count": s.Count, "nearest": s.Nearest.String()})
		}
		if stray != nil {
			m["stray"] = stray
		}
		judged = append(judged, m)
	}
	return map[string]any{"runtime": runtime, "test": rep.Test.Name, "hash": rep.Test.Hash(), "counts": rep.Tally.Counts,
		"undecided": rep.Tally.Undecided, "judged": judged, "processor_us": rep.Tally.Processor.Microseconds()}
}

func (s *summary) printReport(rep runtimes.Report) {
	runs := rep.Tally.Runs()
	fmt.Fprintf(s.out, "%-34s", rep.Test.Path())
	if rep.Test.Final != nil {
		fmt.Fprintf(s.out, " %-9s %*d/%d", rep.Final, len(fmt.Sprint(runs)), rep.Holds, runs)
	}
	for _, j := range rep.Judged {
		if j.Skipped == "" {
			fmt.Fprintf(s.out, "  %s %s (%d of %d seen)", j.Edition, j.Verdict, j.Seen, j.Allowed)
		}
	}
	fmt.Fprintln(s.out)
	for _, why := range slices.Sorted(maps.Keys(rep.Tally.Undecided)) {
		fmt.Fprintf(s.out, "    %s without an outcome: %s\n", plural(rep.Tally.Undecided[why], "run", "runs"), why)
	}
	if rep.Tally.Stopped != "" {
		fmt.Fprintf(s.out, "    stopped early: %s\n", rep.Tally.Stopped)
	}
	for _, j := range rep.Judged {
		s.printStray(j)
	}
	if s.verbose {
		for _, o := range rep.Tally.Outcomes() {
			fmt.Fprintf(s.out, "    %7d  %s\n", rep.Tally.Counts[o], o)
		}
	}
}

func (s *summary) printStray(j runtimes.Judged) {
	for i, stray := range j.Stray {
		if i == maxShown {
			fmt.Fprintf(s.out, "    … and %d more outcomes that %s does not allow\n", len(j.Stray)-i, j.Edition)
			return
		}
		fmt.Fprintf(s.out, "    %s does not allow %s (%s)\n      nearest allowed:%s %s\n", j.Edition, stray.Outcome,
			plural(stray.Count, "run", "runs"), strings.Repeat(" ", max(0, len(j.Edition)-1)), stray.Nearest)
	}
}

func (s *summary) print() {
	if s.json {
		for i := range s.claims {
			s.record(claimJSON(&s.claims[i]))
		}
		return
	}
	for _, edition := range s.deciding {
		s.printTally(edition, s.by[edition])
	}
	if s.note != "" {
		fmt.Fprintln(s.out, s.note)
		return // of runs that were broken off nothing is claimed
	}
	for i := range s.claims {
		fmt.Fprint(s.out, s.claims[i].String())
	}
}

// printTally is a line of what an edition said of how many tests; with several editions
// one says of which.
func (s *summary) printTally(edition string, t *tally) {
	var parts []string
	for _, v := range []litmus.Verdict{litmus.Conforming, litmus.Violating, litmus.Inconclusive} {
		if n := t.verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if t.lacking > 0 {
		parts = append(parts, fmt.Sprintf("%d skipped (not of %s)", t.lacking, edition))
	}
	for _, why := range slices.Sorted(maps.Keys(s.skipped)) {
		parts = append(parts, fmt.Sprintf("%d skipped (%s)", s.skipped[why], why))
	}
	if len(parts) == 0 {
		parts = []string{"no test"}
	}
	who := s.runtime
	if len(s.deciding) > 1 {
		who += " by " + edition
	}
	fmt.Fprintf(s.out, "%s: %s; %d of %d allowed outcomes seen\n", who, commas(parts), t.seen, t.allowed)
}

func claimJSON(c *runtimes.Claim) map[string]any {
	return map[string]any{"claim": c.Holds(), "runtime": c.Runner, "edition": c.Edition, "tests": c.Tests, "of": c.Of, "catalogue": c.Whole, "profile": c.Profile(),
		"least": c.Least, "runs": c.Runs, "seed": c.Seed, "seen": c.Seen, "allowed": c.Allowed, "complete": c.Complete, "halves": c.Halves, "await": c.Await,
		"undecided": c.Undecided, "processor_us": c.Processor.Microseconds(), "violating": c.Violating, "inconclusive": c.Inconclusive, "skipped": c.Skipped}
}
