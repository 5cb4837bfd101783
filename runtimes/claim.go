package runtimes

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interject/interject/litmus"
)

// Claim is what may be said of a runner after its runs, in one edition's terms, and
// with all by which it could be less than it sounds. See docs/conforms.md.
type Claim struct {
	Runner  string // with its version
	Edition string
	Await   string // how it knows that a thread is blocked: by state or by timing
	Seed    uint64
	Of      int  // the tests that were asked for
	Whole   bool // they are the whole catalogue

	Tests        int // judged
	Violating    int
	Inconclusive int
	Least        int           // the fewest runs of a test
	Runs         int           // of all
	Undecided    int           // runs without an outcome
	Processor    time.Duration // of the driver, for all runs
	Seen         int
	Allowed      int
	Complete     int // tests of which every allowed outcome was seen
	Halves       [2]HalfClaim
	Skipped      map[string]int // why -> tests that the edition or the runner cannot express
	features     map[string]bool
}

// HalfClaim is what is claimed of one half of the tests. An edition of what was seen is
// made by looking at the one; that it holds in the other is no matter of course.
type HalfClaim struct{ Tests, Conforming int }

// Half says in which half of all tests one is: that of the last bit of its hash, so that
// nobody chooses.
func Half(t *litmus.Test) int {
	h := t.Hash()
	return strings.IndexByte("0123456789abcdef", h[len(h)-1]) & 1
}

// Add takes the report of one test in.
func (c *Claim) Add(rep Report) {
	if c.Skipped == nil {
		c.Skipped, c.features = map[string]int{}, map[string]bool{}
	}
	if rep.Skipped != "" {
		c.Skipped["the runtime "+rep.Skipped]++
		return
	}
	i := slices.IndexFunc(rep.Judged, func(j Judged) bool { return j.Edition == c.Edition })
	if i < 0 {
		return
	}
	if j := rep.Judged[i]; j.Skipped != "" {
		c.Skipped["the edition "+j.Skipped]++
	} else {
		c.add(rep, j)
	}
}

func (c *Claim) add(rep Report, j Judged) {
	runs := rep.Tally.Runs()
	if c.Tests == 0 || runs < c.Least {
		c.Least = runs
	}
	c.Tests++
	c.Runs += runs
	c.Processor += rep.Tally.Processor
	for _, n := range rep.Tally.Undecided {
		c.Undecided += n
	}
	c.Seen, c.Allowed = c.Seen+j.Seen, c.Allowed+j.Allowed
	if j.Seen == j.Allowed {
		c.Complete++
	}
	half := &c.Halves[Half(rep.Test)]
	half.Tests++
	switch j.Verdict {
	case litmus.Conforming:
		half.Conforming++
	case litmus.Violating:
		c.Violating++
	case litmus.Inconclusive:
		c.Inconclusive++
	}
	rep.Test.Walk(func(s *litmus.Stmt) { c.features[s.Form.Feature()] = true })
}

// Holds says that there is something to claim: every test that was judged conforms.
func (c *Claim) Holds() bool { return c.Tests > 0 && c.Violating == 0 && c.Inconclusive == 0 }

// Profile is the features of the language that the judged tests use, sorted.
func (c *Claim) Profile() []string { return slices.Sorted(maps.Keys(c.features)) }

// String is the claim in the words in which it may be made, or why there is none.
func (c *Claim) String() string {
	var b strings.Builder
	switch {
	case c.Tests == 0:
		return fmt.Sprintf("no claim: none of %d tests could be judged by %s\n", c.Of, c.Edition)
	case c.Holds():
		fmt.Fprintf(&b, "claim: %s conforms to %s\n", c.Runner, c.Edition)
	default:
		fmt.Fprintf(&b, "no claim that %s conforms to %s: of %d tests %d violate it and %d are undecided\n", c.Runner, c.Edition, c.Tests, c.Violating, c.Inconclusive)
	}
	of := "named tests"
	if c.Whole {
		of = "tests of the catalogue"
	}
	fmt.Fprintf(&b, "  tests     %d of %d %s; the others: %s\n", c.Tests, c.Of, of, c.others())
	fmt.Fprintf(&b, "  profile   %s\n", strings.Join(c.Profile(), ", "))
	fmt.Fprintf(&b, "  runs      at least %d of each test, %d in all, seed %d\n", c.Least, c.Runs, c.Seed)
	fmt.Fprintf(&b, "  coverage  %d of %d allowed outcomes seen (%d %%), all of them in %d tests\n", c.Seen, c.Allowed, 100*c.Seen/max(1, c.Allowed), c.Complete)
	fmt.Fprintf(&b, "  halves    %d of %d tests conform with an even hash, %d of %d with an odd one\n", c.Halves[0].Conforming, c.Halves[0].Tests, c.Halves[1].Conforming, c.Halves[1].Tests)
	fmt.Fprintf(&b, "  await     by %s\n", c.Await)
	if c.Processor > 0 {
		fmt.Fprintf(&b, "  cost      %.1f s of the driver's processor time, %d us a run\n", c.Processor.Seconds(), c.Processor.Microseconds()/int64(max(1, c.Runs)))
	}
	fmt.Fprintf(&b, "  liveness  %d runs came to no final state; in all others the final state was judged, signals that nobody received included\n", c.Undecided)
	return b.String()
}

func (c *Claim) others() string {
	var parts []string
	for _, why := range slices.Sorted(maps.Keys(c.Skipped)) {
		parts = append(parts, fmt.Sprintf("%d (%s)", c.Skipped[why], why))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
