package export

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

//go:embed rules.pml
var rules string

// Promela is the test under the dialect as a model for SPIN. It prints the outcome
// of every final state, as outcomes are written here. The error says what of the
// test or of the dialect is outside the core of the language.
func Promela(t *litmus.Test, d model.Dialect) (string, error) {
	c, err := newCore(t, d)
	if err != nil {
		return "", err
	}
	w := &promela{core: c}
	w.header()
	w.tables()
	w.variables()
	w.line("%s", rules)
	w.process()
	return w.String(), nil
}

// promela writes the model.
type promela struct {
	*core
	strings.Builder
}

func (w *promela) line(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }

func (w *promela) header() {
	w.line(`/*
 * %s under %s.
 * Hash of the test: %s. Written by check export; the semantics below stands on its own.
 *
 * spin -o2 -a FILE && gcc -O2 -DSAFETY -DNOREDUCE -DPRINTF -o pan pan.c && ./pan -b -m1000000 -n
 *
 * -o2         no elimination of dead variables: with hidden variables in d_steps it loses states
 * -DNOREDUCE  no partial-order reduction: with one process there is nothing to reduce
 * -DSAFETY    no search for cycles: the test has no loops
 * -DPRINTF    print the outcome of each final state while verifying
 * -b          reaching the bound -m on the depth is an error, not silence
 *
 * A final state counts twice in "states, stored", since it is told; and there is the
 * state before the first: states = stored - outcomes told - 1.`, w.t.Name, w.d.Name, w.t.Hash())
	w.line(" *\n * Threads:%s", names(len(w.p.Threads), func(i int) string { return w.p.Threads[i].Name }))
	w.line(" * Cells:  %s", names(len(w.p.Cells), func(i int) string { return w.p.Cells[i].Name }))
	w.line(" * Classes:%s\n */\n", names(len(w.p.Classes), func(i int) string { return w.p.Classes[i] }))
}

func names(n int, name func(int) string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " %d %s,", i, name(i))
	}
	return strings.TrimSuffix(b.String(), ",")
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// tables writes what the rules ask of the program and of the dialect.
func (w *promela) tables() {
	w.line("/* The dialect. */")
	w.line("#define HANDLERMASK %d\n#define CLEANUPMASK %d\n#define INHERIT %d", w.d.HandlerMask, w.d.CleanupMask, bit(w.d.Inherit))
	w.line("#define ANYORDER %d", bit(w.d.Order == model.AnyOrder))
	w.set("POINTS", w.points)
	w.set("DEAF", w.deaf)
	w.set("SHUTS", w.shuts)
	w.line("\n/* The program: tables by statement. */")
	w.line("#define VALUES %d\n#define CLEANUPS %d", bit(w.valued()), bit(w.uses(model.Protect)))
	w.table("TARGET", model.ThrowTo, func(n *model.Node) int { return int(n.A) })
	w.table("CLASS", model.ThrowTo, func(n *model.Node) int { return int(n.B) })
	w.table("PUTS", model.Put, func(n *model.Node) int { return int(n.N) })
	w.choice("NEXT", func(n *model.Node) (int, bool) { return int(n.Next), listed(n.Op) })
	w.choice("LISTED", func(n *model.Node) (int, bool) { return int(n.A) + 1, listed(n.Op) })
	w.frameTables()
	w.line("\n/* Where each thread's part of an array begins. */")
	w.offsets("STACK", w.depth)
	w.offsets("SAVED", w.slots)
	w.offsets("LOG", w.logs)
	w.offsets("QUEUE", w.pend)
	w.offsets("WAITERS", w.waits)
}

// set writes a predicate on statements.
func (w *promela) set(name string, ok func(*model.Node) bool) {
	cond := ""
	for at := 1; at < len(w.p.Nodes); at++ {
		if ok(&w.p.Nodes[at]) {
			cond += fmt.Sprintf(" || (n) == %d", at)
		}
	}
	w.line("#define %s(n) (false%s)", name, cond)
}

func (w *promela) table(name string, op model.Op, value func(*model.Node) int) {
	w.choice(name, func(n *model.Node) (int, bool) { return value(n), n.Op == op })
}

// choice writes a function of statements.
func (w *promela) choice(name string, value func(*model.Node) (int, bool)) {
	var by []pair
	for at := 1; at < len(w.p.Nodes); at++ {
		if v, ok := value(&w.p.Nodes[at]); ok {
			by = append(by, pair{at, v})
		}
	}
	w.line("#define %s(n) %s", name, chain("(n)", by))
}

type pair struct{ at, value int }

// chain is a conditional expression, 0 where no pair applies.
func chain(of string, by []pair) string {
	expr := "0"
	for i := len(by) - 1; i >= 0; i-- {
		expr = fmt.Sprintf("(%s == %d -> %d : %s)", of, by[i].at, by[i].value, expr)
	}
	return expr
}

func (w *promela) frameTables() {
	scopes, after := "false", []pair(nil)
	for _, of := range w.of {
		for _, s := range of {
			if s.kind != model.ScopeFrame {
				continue
			}
			scopes += fmt.Sprintf(" || (f) == %d", w.number[s])
			after = append(after, pair{w.number[s], w.number[site{s.node, model.AfterFrame}]})
		}
	}
	if !w.d.Squeeze {
		after = nil
	}
	w.line("#define SCOPES(f) (%s)\n#define AFTER(f) %s", scopes, chain("(f)", after))
}

func (w *promela) offsets(name string, sizes []int) {
	sum, by := 0, []pair(nil)
	for i, n := range sizes {
		by = append(by, pair{i, sum})
		sum += n
	}
	by = append(by, pair{len(sizes), sum})
	w.line("#define %s(t) %s", name, chain("(t)", by))
}

func (w *promela) variables() {
	n := len(w.p.Threads)
	w.line("\n/* The state. */")
	w.array("byte", "at, status, level, exc, sends, height, queued, logged", n)
	if w.valued() {
		w.array("byte", "value", n)
	}
	w.array("byte", "frames, found", sum(w.depth))
	if w.uses(model.Protect) {
		w.array("byte", "held, held_value", sum(w.depth))
	}
	w.array("byte", "saved", sum(w.slots))
	w.array("byte", "words, numbers", sum(w.logs))
	w.array("byte", "queue", sum(w.pend))
	w.array("short", "cell", len(w.p.Cells))
	w.array("byte", "waiting", len(w.p.Cells))
	w.array("byte", "waiters", sum(w.waits))
	w.line("")
}

// array declares arrays of one size; what is never used takes no room in a state.
func (w *promela) array(kind, list string, n int) {
	for name := range strings.SplitSeq(list, ", ") {
		if w.unused(name) {
			kind = "hidden " + kind
		}
		w.line("%s %s[%d];", kind, name, max(n, 1))
		kind = strings.TrimPrefix(kind, "hidden ")
	}
}

func (w *promela) unused(name string) bool {
	switch name {
	case "queued", "queue":
		return sum(w.pend) == 0
	case "sends":
		return !w.uses(model.ThrowTo)
	case "height", "frames", "found":
		return sum(w.depth) == 0
	case "saved":
		return sum(w.slots) == 0
	case "logged", "words":
		return sum(w.logs) == 0
	case "numbers":
		return !w.uses(model.LogValue) || !w.valued()
	case "held_value":
		return !w.valued()
	case "waiting", "waiters":
		return sum(w.waits) == 0
	}
	return len(w.p.Cells) == 0 && name == "cell"
}

func sum(sizes []int) (n int) {
	for _, k := range sizes {
		n += k
	}
	return n
}
