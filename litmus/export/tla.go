package export

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

//go:embed rules.tla
var tlaRules string

// TLA is the test under the dialect as a TLA+ module for TLC, with the configuration
// that TLC needs behind it. It tells the outcome of every final state, as outcomes are
// written here. The error says what of the test or of the dialect is outside the core of
// the language, which is the same as for Promela.
func TLA(t *litmus.Test, d model.Dialect) (string, error) {
	c, err := newCore(t, d)
	if err != nil {
		return "", err
	}
	w := &tla{core: c}
	w.header()
	w.dialect()
	w.program()
	w.line("\n%s====", tlaRules)
	w.line("\n---- CONFIG %s ----\nINIT Init\nNEXT Next\nINVARIANT Tell\nCHECK_DEADLOCK FALSE\n====", Module(t))
	return w.String(), nil
}

// Module is what a test is called as a module. TLC wants the file called so too.
func Module(t *litmus.Test) string {
	return "interject_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, t.Name)
}

// tla writes the module.
type tla struct {
	*core
	strings.Builder
}

func (w *tla) line(format string, a ...any) { fmt.Fprintf(w, format+"\n", a...) }

func (w *tla) header() {
	m := Module(w.t)
	w.line(`---- MODULE %[1]s ----
\* %[2]s under %[3]s.
\* Hash of the test: %[4]s. Written by check export; the semantics below stands on its own.
\*
\* TLC wants the file to be called %[1]s.tla:
\*
\* java -XX:+UseParallelGC -cp tla2tools.jar tlc2.TLC -workers auto -deadlock -config %[1]s.tla %[1]s.tla
\*
\* -workers   auto: all processors
\* -deadlock  a state without a successor is an end, and no error
\* -config    where the configuration stands: here, at the end. A TLC that does not know
\*            this wants the lines between CONFIG and ==== in a file %[1]s.cfg.
\*
\* "distinct states" are the states; outcomes are printed, each once for every final state.
EXTENDS Integers, Sequences, TLC
`, m, w.t.Name, w.d.Name, w.t.Hash())
}

// dialect writes what the rules ask of the dialect.
func (w *tla) dialect() {
	w.line("\\* ---- The dialect ----\nHandlerMask == %d\nCleanupMask == %d", w.d.HandlerMask, w.d.CleanupMask)
	for _, b := range []struct {
		name string
		is   bool
	}{{"Inherit", w.d.Inherit}, {"Direct", w.d.Direct}, {"May", w.d.May}, {"Squeeze", w.d.Squeeze}, {"AnyOrder", w.d.Order == model.AnyOrder}} {
		w.line("%s == %s", b.name, truth(b.is))
	}
	w.line("Order == %q", map[model.Order]string{model.FIFO: "fifo", model.LIFO: "lifo", model.AnyOrder: "any"}[w.d.Order])
	w.line("\n\\* Statements at which a masked thread looks, operations in which nothing is received,\n\\* and those that a mask keeps shut.")
	w.set("Points", w.points)
	w.set("Deaf", w.deaf)
	w.set("Shuts", w.shuts)
}

func truth(b bool) string { return strings.ToUpper(strconv.FormatBool(b)) }

func (w *tla) set(name string, ok func(*model.Node) bool) {
	var all []string
	for at := 1; at < len(w.p.Nodes); at++ {
		if ok(&w.p.Nodes[at]) {
			all = append(all, strconv.Itoa(at))
		}
	}
	w.line("%s == {%s}", name, strings.Join(all, ", "))
}

// program writes the statements, threads and cells. All are numbered from 1.
func (w *tla) program() {
	w.line("\n\\* ---- The program ----\nNode == <<")
	for at := 1; at < len(w.p.Nodes); at++ {
		separator := ","
		if at == len(w.p.Nodes)-1 {
			separator = ""
		}
		w.line("  %-60s \\* %d: %s", "["+w.fields(&w.p.Nodes[at])+"]"+separator, at, w.text(model.Pos(at)))
	}
	w.line(">>\n\\* How many masks that can be restored stand around a statement.")
	w.sequence("Binders", len(w.p.Nodes)-1, func(i int) string { return strconv.Itoa(w.binders[model.Pos(i+1)]) })
	w.sequence("Class", len(w.p.Classes), func(i int) string { return strconv.Quote(w.p.Classes[i]) })
	threads := len(w.p.Threads)
	w.sequence("Name", threads, func(i int) string { return strconv.Quote(w.p.Threads[i].Name) })
	w.sequence("Start", threads, func(i int) string { return strconv.Itoa(int(w.p.Threads[i].Start)) })
	w.sequence("Later", threads, func(i int) string { return truth(w.p.Threads[i].Later) })
	w.sequence("Slots", threads, func(i int) string { return strconv.Itoa(w.slots[i]) })
	w.sequence("Initial", len(w.p.Cells), func(i int) string { return strconv.Itoa(int(w.p.Cells[i].Init)) })
	var shown []string
	for i, cell := range w.p.Cells {
		if !cell.Hidden && cell.Kind != model.Condition {
			shown = append(shown, fmt.Sprintf("[cell |-> %d, name |-> %q, kind |-> %q]", i+1, cell.Name, contents[cell.Kind]))
		}
	}
	w.sequence("Shown", len(shown), func(i int) string { return shown[i] })
}

func (w *tla) sequence(name string, n int, value func(int) string) {
	all := make([]string, n)
	for i := range all {
		all[i] = value(i)
	}
	w.line("%s == <<%s>>", name, strings.Join(all, ", "))
}

// contents is how an outcome shows what is in a cell.
var contents = map[model.CellKind]string{model.MVar: "mvar", model.Mutex: "mutex", model.Var: "number", model.Semaphore: "number"}

// statement is what a statement is called in the rules, and what it has besides next.
type statement struct {
	op     string
	fields []string
}

var statements = map[model.Op]statement{
	model.Nop:         {"nop", nil},
	model.Point:       {"point", nil},
	model.Settle:      {"settle", nil},
	model.Sleep:       {"sleep", nil},
	model.Foreign:     {"foreign", nil},
	model.GetMask:     {"getmask", nil},
	model.Log:         {"log", []string{"word"}},
	model.LogValue:    {"log-value", []string{"word"}},
	model.Value:       {"value", []string{"n"}},
	model.Set:         {"set", []string{"cell", "n"}},
	model.Spin:        {"spin", []string{"cell", "n"}},
	model.WaitUntil:   {"wait-until", []string{"cell", "n"}},
	model.Put:         {"put", []string{"cell", "n"}},
	model.Take:        {"take", []string{"cell"}},
	model.Acquire:     {"acquire", []string{"cell"}},
	model.Post:        {"post", []string{"cell"}},
	model.Scope:       {"scope", []string{"how", "slot", "binds", "body"}},
	model.Try:         {"try", []string{"slot", "binds", "body", "alt", "class"}},
	model.Protect:     {"protect", []string{"slot", "binds", "body", "alt"}},
	model.Raise:       {"raise", []string{"class"}},
	model.ThrowTo:     {"throw-to", []string{"thread", "sent class"}},
	model.Join:        {"join", []string{"thread"}},
	model.JoinTimeout: {"join-timeout", []string{"thread"}},
	model.Fork:        {"fork", []string{"thread"}},
	model.Await:       {"await", []string{"thread"}},
	model.Alive:       {"alive", []string{"thread"}},
}

func (w *tla) fields(n *model.Node) string {
	s, ok := statements[n.Op]
	if !ok {
		panic(fmt.Sprintf("export: statement %d passed the checks, but there is no rule for it", n.Op))
	}
	text := fmt.Sprintf("op |-> %q, next |-> %d", s.op, n.Next)
	for _, field := range s.fields {
		text += ", " + w.field(n, field)
	}
	if n.In != "" {
		text += fmt.Sprintf(", in |-> %q", n.In)
	}
	return text
}

func (w *tla) field(n *model.Node, field string) string {
	switch field {
	case "word":
		return fmt.Sprintf("word |-> %q", w.p.Words[n.A])
	case "cell":
		return fmt.Sprintf("cell |-> %d", n.A+1)
	case "thread":
		return fmt.Sprintf("thread |-> %d", n.A+1)
	case "n":
		return fmt.Sprintf("n |-> %d", n.N)
	case "how":
		return fmt.Sprintf("how |-> %q", scopes[n.How])
	case "slot":
		return fmt.Sprintf("slot |-> %d", n.Slot+1)
	case "binds":
		return "binds |-> " + truth(binds(n))
	case "body":
		return fmt.Sprintf("body |-> %d", n.Body)
	case "alt":
		return fmt.Sprintf("alt |-> %d", n.Alt)
	case "class":
		return fmt.Sprintf("class |-> %d", n.A+1) // 0 for model.Any, which is the greatest
	case "sent class":
		return fmt.Sprintf("class |-> %d", n.B+1)
	}
	panic("export: no field " + field)
}

var scopes = map[model.How]string{
	model.Shut: "shut", model.Seal: "seal", model.Restore: "restore", model.Unmask: "unmask", model.Relent: "relent",
}
