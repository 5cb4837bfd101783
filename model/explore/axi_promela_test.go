package explore_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/interject/interject/model/explore"
)

var writePromela = flag.String("promela", "", "write the named AXI instance for SPIN to standard output")

// axiRules is AXI in Promela. A thread's pc stays when it waits; a thread that is gone
// has nothing but status, heard and log.
const axiRules = `
hidden byte i, j, y, u;

inline wake(x) { waits[x] = 0; pc[x]++ }

inline wake_all(t) {
  i = 0;
  do
  :: i < queued[t] -> y = queue[QUEUE(t) + i]; wake(y); queue[QUEUE(t) + i] = 0; i++
  :: else -> break
  od;
  queued[t] = 0
}

/* Thread t is hit: it leaves the queue in which it waits, and goes on in its handler
   or dies. */
inline hit(t, by) {
  if
  :: waits[t] ->
       u = waits[t] - 1; i = 0; j = 0;
       do
       :: i < queued[u] ->
            if
            :: queue[QUEUE(u) + i] == t
            :: else -> queue[QUEUE(u) + j] = queue[QUEUE(u) + i]; j++
            fi;
            i++
       :: else -> break
       od;
       queue[QUEUE(u) + j] = 0; queued[u] = j; waits[t] = 0
  :: else
  fi;
  heard[t] = 1 + by;
  if
  :: handler[t] -> pc[t] = handler[t] - 1; handler[t] = 0; masked[t] = 1
  :: else -> pc[t] = 0; masked[t] = 0; status[t] = 2; DROP(t)
  fi
}

/* The first that waits for t is woken, and t is hit by it. */
inline receive(t) {
  y = queue[QUEUE(t)];
  queued[t]--;
  i = 0;
  do
  :: i < queued[t] -> queue[QUEUE(t) + i] = queue[QUEUE(t) + i + 1]; i++
  :: else -> break
  od;
  queue[QUEUE(t) + i] = 0;
  wake(y);
  j = y;
  hit(t, j)
}

inline throw_to(t, x, open, next) {
  if
  :: status[x] -> pc[t] = next
  :: !status[x] && (open) -> pc[t] = next; hit(x, t)
  :: else -> queue[QUEUE(x) + queued[x]] = t; queued[x]++; waits[t] = x + 1
  fi
}
`

// axiPromela writes an AXI program for SPIN, as small in its states as it can be.
type axiPromela struct {
	*axi
	strings.Builder
}

func (w *axiPromela) line(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }

func (a *axi) promela() string {
	w := &axiPromela{axi: a}
	n := len(a.threads)
	w.line("/* %s: spin -o2 -a FILE (without -o2 states are lost) && gcc -O3 -DSAFETY -DNOREDUCE -o pan pan.c */", a.name)
	w.line("byte pc[%d], status[%d], waits[%d], heard[%d], handler[%d];\nbit masked[%d];", n, n, n, n, n, n)
	throwers, notes := make([]int, n), make([]int, n)
	for t := range n {
		for u := range n {
			throwers[t] += min(1, w.count(u, func(in axiIns) bool { return in.op == throw && in.arg == t }))
		}
		notes[t] = w.notesOf(t)
	}
	w.lists("QUEUE", "queued", "queue", throwers)
	w.lists("LOG", "noted", "log", notes)
	if a.cells > 0 {
		w.line("bit cell[%d];", a.cells)
	}
	w.line("#define DROP(t) wake_all(t)\n%s", axiRules)
	w.line("init {\n  d_step { skip;")
	for c := range a.cells {
		w.line("    cell[%d] = 1;", c)
	}
	w.line("    skip }\nend:\n  do")
	for t := range n {
		w.thread(t, throwers[t] > 0)
	}
	w.line("  od\n}")
	return w.String()
}

func (w *axiPromela) count(t int, ok func(axiIns) bool) (n int) {
	for _, in := range w.threads[t] {
		if ok(in) {
			n++
		}
	}
	return n
}

// notesOf: a thread executes each of its instructions at most once.
func (w *axiPromela) notesOf(t int) int {
	return w.count(t, func(in axiIns) bool { return in.op == note })
}

// lists are lists of threads, one behind the other in an array. Those behind the last
// that is used have no length either.
func (w *axiPromela) lists(offset, length, list string, sizes []int) {
	expr, sum, used := "0", 0, 0
	for t, n := range sizes {
		if n > 0 {
			expr = fmt.Sprintf("(t == %d -> %d : %s)", t, sum, expr)
			used = t + 1
		}
		sum += n
	}
	w.line("#define %s(t) %s\nbyte %s[%d], %s[%d];", offset, strings.ReplaceAll(expr, "(t ==", "((t) =="), length, max(used, 1), list, max(sum, 1))
}

func (w *axiPromela) thread(t int, hit bool) {
	queue := "false"
	if hit {
		queue = fmt.Sprintf("queued[%d]", t)
	}
	guard := fmt.Sprintf("!status[%d] && !waits[%d]", t, t)
	for at, in := range w.threads[t] {
		if b := blockedAt(in); b != "" {
			guard += fmt.Sprintf(" && (pc[%d] != %d || !(%s) || %s)", t, at, b, queue)
		}
	}
	w.line("  :: d_step { %s -> if", guard)
	for at, in := range w.threads[t] {
		w.line("     :: pc[%d] == %d -> %s", t, at, w.step(t, in, hit))
	}
	w.line("     fi }")
}

func blockedAt(in axiIns) string {
	switch in.op {
	case take:
		return fmt.Sprintf("!cell[%d]", in.arg)
	case put:
		return fmt.Sprintf("cell[%d]", in.arg)
	}
	return ""
}

func (w *axiPromela) step(t int, in axiIns, hit bool) string {
	first, s := "", fmt.Sprintf("pc[%d] = %d", t, in.next)
	if hit {
		first = fmt.Sprintf(":: queued[%d] -> receive(%d)", t, t)
	}
	orFirst := func(s, cond string) string {
		if first == "" {
			return s
		}
		return fmt.Sprintf("if %s :: !(%s) -> %s fi", strings.Replace(first, fmt.Sprintf("queued[%d]", t), cond, 1), cond, s)
	}
	switch in.op {
	case shut:
		return fmt.Sprintf("masked[%d] = 1; %s", t, s)
	case open:
		if hit {
			return fmt.Sprintf("masked[%d] = 0; %s; if %s :: else fi", t, s, first)
		}
		return fmt.Sprintf("masked[%d] = 0; %s", t, s)
	case catch:
		return fmt.Sprintf("handler[%d] = %d; %s", t, in.arg+1, s)
	case drop:
		return fmt.Sprintf("handler[%d] = 0; %s", t, s)
	case take, put:
		return orFirst(fmt.Sprintf("cell[%d] = %d; %s", in.arg, int(in.op-take), s), blockedAt(in))
	case throw:
		return orFirst(fmt.Sprintf("throw_to(%d, %d, %s, %d)", t, in.arg, w.receptiveText(in.arg), in.next), fmt.Sprintf("queued[%d]", t))
	case note:
		return fmt.Sprintf("log[LOG(%d) + noted[%d]] = heard[%d]; noted[%d]++; %s", t, t, t, t, s)
	case end:
		if hit {
			return fmt.Sprintf("pc[%d] = 0; masked[%d] = 0; status[%d] = 1; wake_all(%d)", t, t, t, t)
		}
		return fmt.Sprintf("pc[%d] = 0; masked[%d] = 0; status[%d] = 1", t, t, t)
	}
	return s
}

func (w *axiPromela) receptiveText(t int) string {
	s := fmt.Sprintf("!masked[%d] || waits[%d]", t, t)
	for at, in := range w.threads[t] {
		if b := blockedAt(in); b != "" {
			s += fmt.Sprintf(" || (pc[%d] == %d && %s)", t, at, b)
		}
	}
	return s
}

// SPIN, from the same programs and a statement of its own, finds as many states.
func TestAXIInSpin(t *testing.T) {
	if *writePromela != "" {
		for _, c := range axiCounts {
			if c.prog.name == *writePromela {
				fmt.Print(c.prog.promela())
			}
		}
		return
	}
	for _, c := range axiCounts {
		t.Run(c.prog.name, func(t *testing.T) {
			if c.states > 300_000 && !*large {
				t.Skip("more than 300000 states: run with -large")
			}
			if got := spinStates(t, c.prog.promela()); got != c.states+1 {
				t.Errorf("SPIN finds %d states, want %d and one before the first", got, c.states)
			}
		})
	}
}

func spinStates(t *testing.T, model string) (n int) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "m.pml"), []byte(model), 0o644); err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, line := range []string{"spin -o2 -a m.pml", "gcc -O0 -w -DSAFETY -DNOREDUCE -o pan pan.c", "./pan -b -m1000000 -w20 -n"} {
		args := strings.Fields(line)
		if _, err := exec.LookPath(args[0]); err != nil && args[0] != "./pan" {
			t.Skipf("%s is not installed: apt-get install %s", args[0], args[0])
		}
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		var err error
		if out, err = cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	m := regexp.MustCompile(`(\d+) states, stored`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("no states in\n%s", out)
	}
	fmt.Sscan(string(m[1]), &n)
	return n
}

// One instance, once, for a comparison with other explorers: see bench. Invariants are
// not checked, since the others check none.
func TestAXIOnce(t *testing.T) {
	name := os.Getenv("AXI_INSTANCE")
	if name == "" {
		t.Skip("set AXI_INSTANCE=kill_6_3, …: the comparison in bench does")
	}
	debug.SetGCPercent(25) // most of the heap is tables without pointers, and stays
	for _, c := range axiCounts {
		if c.prog.name == name {
			r, err := explore.Explore(t.Context(), struct{ explore.System[axiPart] }{c.prog}, explore.Options{Workers: *workers})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Printf("states %d bytes %d\n", r.States, r.Memory.Total())
		}
	}
}
