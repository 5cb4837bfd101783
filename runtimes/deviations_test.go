package runtimes

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "measure the deviations anew and rewrite docs/results/deviations.md")

var only = flag.String("only", "", "with -update: measure those only whose name matches the `pattern`")

const deviationsPage = "../docs/results/deviations.md"

// Each deviation is one: the edition of what was seen allows it, the older one does not.
func TestDeviationsDeviate(t *testing.T) {
	for _, v := range Deviations {
		r, ok := Find(v.Runtime)
		if !ok {
			t.Errorf("%s: no runtime %s", v.What, v.Runtime)
			continue
		}
		if seen, err := v.Allowed(t.Context(), r.Edition); err != nil || !seen {
			t.Errorf("%s: %s does not allow it in %s (%v)", v.What, r.Edition, v.Test, err)
		}
		if v.Older == "" {
			continue
		}
		if before, err := v.Allowed(t.Context(), v.Older); err != nil || before {
			t.Errorf("%s: %s allows it in %s, too (%v)", v.What, v.Older, v.Test, err)
		}
	}
}

// The page has a section for each deviation with all that is written of it; with
// -update the counts are measured anew, where the runtime is installed.
func TestDeviationsPage(t *testing.T) {
	old, err := os.ReadFile(deviationsPage)
	if err != nil && !*update {
		t.Fatal(err)
	}
	rows := map[string]string{} // as they were measured
	for _, m := range regexp.MustCompile(`(?m)^## (.+)\n\n(seen .+)\n`).FindAllStringSubmatch(string(old), -1) {
		rows[m[1]] = m[2]
	}
	drivers := map[string]*Driver{}
	var b strings.Builder
	b.WriteString(pageHead)
	for _, v := range Deviations {
		if *update && regexp.MustCompile(*only).MatchString(v.What) {
			if now := measured(t, drivers, v); now != "" {
				rows[v.What] = now
			}
		}
		if rows[v.What] == "" {
			t.Errorf("%q was never measured: go test ./runtimes -run TestDeviationsPage -update", v.What)
		}
		b.WriteString(v.section(rows[v.What]))
	}
	b.WriteString(pageTail)
	if *update {
		if err := os.WriteFile(deviationsPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if b.String() != string(old) {
		t.Errorf("%s is not what the table of deviations says: go test ./runtimes -run TestDeviationsPage -update", deviationsPage)
	}
}

const pageTail = `## Looked for, and not seen

- **Erlang: both may die by exiting each other.** The manual allows it, since signals take time [erl-manual Signals], and so do both
  editions. In 20 000 runs of ` + "`mutual-kill`" + ` on OTP 25 (erts 13.1.5), two schedulers on two processors, it was never seen: a alone lived 1986 times,
  b alone 17 975 times, and both lived 39 times, whose signals came too late. It was not tried with more processors.
- **GHC: an error out of throwTo.** In 89 of 3000 runs of ` + "`target-ends-masked`" + ` with two capabilities the thrower died of an error. That was
  the driver: a thread that is forked on another capability could be thrown at before its parent had said who it is.
  It says so itself now; 0 of 3000.
- **Ruby: a signal in an on-blocking scope that no blocking operation of it hears of** is known to happen, and is allowed by no edition here.
  It is not pinned: no test of the catalogue showed it in 1000 runs.
`

const pageHead = `# Where runtimes deviate from their documents

Each was measured by running the litmus test that is named, on the version that is named, and each is allowed by the
edition of what was seen of that runtime and not by the older document, or narrower edition, that is named. Counts depend on the machine and its load; that
a thing was seen does not. ` + "`go test ./runtimes -run TestDeviationsPage -update`" + ` measures them anew. A deviation that is
not seen on another version is news, and said as such, not a failure.

`

func (v Deviation) section(seen string) string {
	older := v.Older
	if older == "" {
		older = "none that can be asked"
	}
	return fmt.Sprintf("## %s\n\n%s\n\n- test: `%s`, outcomes that match `%s`\n- contradicts: %s\n- older document: %s\n- cause: %s\n\n",
		v.What, seen, v.Test, strings.ReplaceAll(v.Outcome, "|", "` or `"), v.Says, older, v.Cause)
}

// measured is what is to be written of a deviation, empty where the runtime is not installed.
func measured(t *testing.T, drivers map[string]*Driver, v Deviation) string {
	r, _ := Find(v.Runtime)
	if r.Installed() != nil {
		return ""
	}
	d := drivers[v.Runtime]
	if d == nil {
		d = r.Driver()
		t.Cleanup(func() { d.Close() })
		drivers[v.Runtime] = d
	}
	version, err := d.Version(t.Context())
	if err != nil {
		t.Error(err)
		return ""
	}
	m, err := v.Measure(t.Context(), d, v.Runs, seed)
	if err != nil {
		t.Errorf("%s: %v", v.What, err)
		return ""
	}
	note := ""
	if m.Unexpected > 0 {
		note = fmt.Sprintf("; %d runs came to what %s does not allow", m.Unexpected, r.Edition)
	}
	if m.Vanished {
		t.Logf("NEWS: %s was not seen on %s in %d runs", v.What, version, m.Runs)
		note += "; **vanished**"
	}
	return fmt.Sprintf("seen %d times in %d runs of %s (`%s`)%s", m.Count, m.Runs, version, v.Runtime, note)
}

// Where a runtime is installed, its deviations are looked for with few runs: one that is
// not seen is news. What may not be, is an outcome that the runtime's edition forbids.
func TestDeviationsAreStillThere(t *testing.T) {
	few := 20
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			beside(t, r)
			d := driver(t, r.Name)
			for _, v := range Deviations {
				if v.Runtime != r.Name {
					continue
				}
				m, err := v.Measure(t.Context(), d, min(v.Runs, few), seed)
				switch {
				case err != nil:
					t.Errorf("%s: %v", v.What, err)
				case m.Unexpected > 0:
					t.Errorf("%s, %s: %d of %d runs came to what %s does not allow, as %s (seed %d)", v.What, v.Test, m.Unexpected, m.Runs, r.Edition, m.Such, seed)
				case m.Vanished:
					t.Logf("not seen in %d runs: %s", m.Runs, v.What)
				default:
					t.Logf("%d of %d: %s", m.Count, m.Runs, v.What)
				}
			}
		})
	}
}
