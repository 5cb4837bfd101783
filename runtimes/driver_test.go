package runtimes

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

var nop = Program{Name: "nop", Wire: "(litmus 1 nop (thread a (nop)))", Hash: "0123", Forms: []string{"thread", "nop"}}

// A short limit: a fake driver that is silent is waited for 3 s and twice this.
var ten = Options{Runs: 10, Seed: 1, Limit: time.Millisecond}

func TestRunCounts(t *testing.T) {
	for _, c := range []struct {
		how       string
		counts    map[string]int
		undecided map[string]int
		restarts  int
		stopped   bool
	}{
		{how: "behaves", counts: map[string]int{"a=returned": 9, "a=killed": 1}},
		{how: "crashes once", counts: map[string]int{"a=returned": 9, Crash: 1}, restarts: 1},
		{how: "crashes", counts: map[string]int{Crash: 5}, restarts: 4, stopped: true},
		{how: "over the limit", counts: map[string]int{"a=returned": 9}, undecided: map[string]int{CPULimit: 1}, restarts: 1},
		{how: "undecided", counts: map[string]int{"a=returned": 8}, undecided: map[string]int{Starved: 2}},
		{how: "recycles", counts: map[string]int{"a=returned": 10}, restarts: 2},
	} {
		t.Run(c.how, func(t *testing.T) {
			t.Parallel()
			tally, err := fake(t, c.how).Run(t.Context(), nop, ten)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(tally.Counts, c.counts) || !maps.Equal(tally.Undecided, c.undecided) ||
				tally.Restarts != c.restarts || (tally.Stopped != "") != c.stopped {
				t.Errorf("got %+v, want %+v", tally, c)
			}
		})
	}
}

func TestBrokenDrivers(t *testing.T) {
	for how, want := range map[string]string{
		"garbage":       "hello, world",
		"stale":         "want a reply to request 3",
		"miscounts":     "do not add up",
		"overdoes":      "more outcomes than runs",
		"does nothing":  "at least one",
		"unknown field": "colour",
		"two in one":    "not both",
		"endless line":  "xxxxx",
		"refuses":       "unbalanced parentheses",
		"old":           "protocol 7",
		"dies at once":  "no such library",
		"falls mute":    "end of its standard output",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			_, err := fake(t, how).Run(t.Context(), nop, ten)
			var broken *Broken
			if !errors.As(err, &broken) || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want a broken driver: %s", err, want)
			}
			if broken != nil && broken.Runner != "fake" {
				t.Errorf("%q does not say whose driver", err)
			}
		})
	}
}

// An outcome that is none of the program is a fault of the driver, not a violation; and
// it is said what was found, and what was expected.
func TestOutcomesOfAnotherProgram(t *testing.T) {
	test, err := litmus.Parse("nop", []byte("litmus nop\nthread a { nop }\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := model.Edition("ghc@doc2010")
	if err != nil {
		t.Fatal(err)
	}
	for how, want := range map[string]string{
		"names a stranger":        "found the threads b=…, expected a=…",
		"logs what is not logged": `thread a: found the word "x"`,
		"forgets a thread":        "found the cells c=…, expected",
		"no text of an outcome":   "expected NAME=STATE",
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			_, err := Conform(t.Context(), fake(t, how), test, []model.Dialect{d}, ten)
			var broken *Broken
			if !errors.As(err, &broken) || !strings.Contains(broken.Got, want) || !strings.Contains(broken.Want, "a=…") {
				t.Errorf("got %v, want a broken driver: %s", err, want)
			}
		})
	}
	if rep, err := Conform(t.Context(), fake(t, "behaves"), test, []model.Dialect{d}, ten); err != nil || rep.Judged[0].Verdict != litmus.Violating {
		t.Errorf("an outcome of the program that is not allowed is no fault of the driver: %+v, %v", rep, err)
	}
}

func TestSkipped(t *testing.T) {
	for how, want := range map[string]string{"skips": "no form umask", "no history": "no mode history"} {
		_, err := fake(t, how).Run(t.Context(), nop, ten)
		var unsupported *Unsupported
		if !errors.As(err, &unsupported) || unsupported.Why != want {
			t.Errorf("%s: got %v, want %s", how, err, want)
		}
	}
	d := fake(t, "behaves")
	p := nop
	p.Forms = []string{"thread", "mask"}
	_, err := d.Run(t.Context(), p, ten)
	var unsupported *Unsupported
	if !errors.As(err, &unsupported) || unsupported.Why != "no form mask" || d.Missing(p) != "mask" || d.Missing(nop) != "" {
		t.Errorf("got %v, want no form mask", err)
	}
}

// A driver that hangs is killed with all that it started, and another goes on.
func TestHang(t *testing.T) {
	for how, why := range map[string]string{"hangs once": Hung, "loops once": Livelock} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			d := fake(t, how)
			tally, err := d.Run(t.Context(), nop, ten)
			if err != nil {
				t.Fatal(err)
			}
			if tally.Counts["a=returned"] != 9 || tally.Undecided[why] != 1 || tally.Restarts != 1 {
				t.Errorf("got %+v, want 9 returned and one %s", tally, why)
			}
			if how == "hangs once" {
				grandchildIsGone(t, d)
			}
		})
	}
}

func grandchildIsGone(t *testing.T, d *Driver) {
	t.Helper()
	cmd, _ := d.command(t.Context())
	text, err := os.ReadFile(filepath.Join(dirOf(cmd), "child"))
	if err != nil {
		t.Fatal(err)
	}
	pid, _ := strconv.Atoi(string(text))
	for range 1000 {
		stat, err := os.ReadFile("/proc/" + string(text) + "/stat")
		if syscall.Kill(pid, 0) != nil || err == nil && strings.Contains(string(stat), ") Z ") {
			return
		}
	}
	t.Errorf("process %d was left behind", pid)
}

func dirOf(cmd *exec.Cmd) string {
	for _, e := range cmd.Env {
		if dir, ok := strings.CutPrefix(e, "FAKE_DIR="); ok {
			return dir
		}
	}
	return ""
}

// Close ends a process that does not stop when it is asked to.
func TestCloseEndsProcess(t *testing.T) {
	for _, how := range []string{"behaves", "no stop"} {
		d := fake(t, how)
		if _, err := d.Run(t.Context(), nop, ten); err != nil {
			t.Fatal(err)
		}
		pid := d.child.cmd.Process.Pid
		d.Close()
		if err := syscall.Kill(pid, 0); err == nil {
			t.Errorf("%s: process %d lives", how, pid)
		}
		if _, err := d.Run(t.Context(), nop, ten); err != nil {
			t.Errorf("%s: a closed driver does not start again: %v", how, err)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := fake(t, "hangs once")
	o := ten
	o.Progress = func(int) { cancel() }
	tally, err := d.Run(ctx, nop, o)
	if !errors.Is(err, context.Canceled) || tally.Counts["a=returned"] != 2 {
		t.Errorf("got %+v, %v; want what there was, and canceled", tally, err)
	}
	if d.child != nil {
		t.Error("the process that was running is kept")
	}
}

func TestNotInstalled(t *testing.T) {
	r := Runtime{Name: "algol", Tool: "algol-that-nobody-has", Install: "apt-get install algol"}
	_, err := r.Driver().Run(t.Context(), nop, ten)
	var missing *NotInstalled
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "apt-get install algol") {
		t.Errorf("got %v, want the command that installs it", err)
	}
}

// A driver that does not compile is broken, with the compiler's words, and leaves
// nothing where the next attempt would find it.
func TestBuildFails(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	r := Runtime{Name: "bad", Tool: "sh", source: source{"driver.sh", "echo no such rule >&2; exit 1\n"},
		build:   func(file, out string) []string { return []string{"sh", file} },
		command: func(file string) []string { return []string{file} }}
	for range 2 {
		_, err := r.Driver().Run(t.Context(), nop, ten)
		var broken *Broken
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), "no such rule") {
			t.Errorf("got %v, want the compiler's message", err)
		}
	}
	dir, err := r.cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) > 0 {
		t.Errorf("%v left behind", left)
	}
}

// A driver is built once for each content of its source.
func TestBuildIsCached(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	builds := 0
	r := Runtime{Name: "good", Tool: "cp", source: source{"driver.sh", "a"},
		build:   func(file, out string) []string { return []string{"cp", file, out} },
		command: func(file string) []string { builds++; return []string{file} }}
	first, err := r.prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(first[0])
	if err != nil {
		t.Fatal(err)
	}
	second, _ := r.prepare(t.Context())
	again, err := os.Stat(second[0])
	if err != nil || first[0] != second[0] || !os.SameFile(info, again) {
		t.Errorf("built twice: %s, %s, %v", first, second, err)
	}
	r.source.text = "b"
	third, err := r.prepare(t.Context())
	if err != nil || third[0] == first[0] {
		t.Errorf("another source is the same driver: %s, %v", third, err)
	}
}

// What JSON would escape is refused, not sent: drivers need not undo escapes.
func TestEncodeRefusesEscapes(t *testing.T) {
	for _, wire := range []string{`(log "x")`, `a\b`, "a\nb", "é", "a<b", "a>b", "a&b"} {
		if line, err := encode(request{Seq: 1, Cmd: "load", Program: wire, Hash: "0"}); err == nil {
			t.Errorf("%q was sent as %s", wire, line)
		}
	}
}

func TestNextInRow(t *testing.T) {
	n := 0
	for i, step := range []struct {
		lost    bool
		counted int
		want    int
	}{{true, 1, 1}, {true, 1, 2}, {true, 5, 1}, {true, 0, 2}, {false, 9, 0}} {
		if n = nextInRow(n, step.lost, step.counted); n != step.want {
			t.Errorf("step %d: %d, want %d", i, n, step.want)
		}
	}
}
