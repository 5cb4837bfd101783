package export

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// outcome prints the final state as outcomes are written.
func (w *promela) outcome() {
	w.line(`    printf("outcome: ");`)
	for i, t := range w.p.Threads {
		w.line(`    printf("%s%s=");`, separator(i), t.Name)
		w.end(i)
		if w.logs[i] > 0 {
			w.log(i)
		}
	}
	shown := len(w.p.Threads)
	for x, cell := range w.p.Cells {
		if !cell.Hidden && cell.Kind != model.Condition {
			w.line(`    printf("%s%s=");`, separator(shown), cell.Name)
			w.cell(x, cell.Kind)
			shown++
		}
	}
	w.line(`    printf("\n")`)
}

func separator(i int) string {
	if i == 0 {
		return ""
	}
	return "; "
}

// end prints how a thread ended.
func (w *promela) end(i int) {
	w.line("    if\n    :: status[%d] == UNSTARTED -> printf(\"unstarted\")\n    :: status[%d] == RUNNING -> printf(\"running\")\n    :: status[%d] == RETURNED -> printf(\"returned\")", i, i, i)
	for class, name := range w.p.Classes {
		w.line(`    :: status[%d] == DIED && exc[%d] == %d -> printf("died %s")`, i, i, 1+class, name)
	}
	for _, at := range w.own[i] {
		n := &w.p.Nodes[at]
		switch {
		case n.In == "":
		case n.Op == model.ThrowTo:
			w.line(`    :: status[%d] == BLOCKED && sends[%d] == %d -> printf("blocked %s")`, i, i, at, n.In)
		default:
			w.line(`    :: status[%d] == BLOCKED && !sends[%d] && at[%d] == %d -> printf("blocked %s")`, i, i, i, at, n.In)
		}
	}
	w.line("    fi;")
}

func (w *promela) log(i int) {
	w.line("    i = 0;\n    do\n    :: i < logged[%d] ->\n         if :: i == 0 -> printf(\" [\") :: else -> printf(\" \") fi;\n         k = LOG(%d) + i;\n         if", i, i)
	words := w.vocabulary(i)
	for _, word := range slices.Sorted(maps.Keys(words)) {
		w.line(`         :: words[k] == %d -> printf(%s)`, word, words[word])
	}
	w.line("         fi; i++\n    :: else -> break\n    od;\n    if :: logged[%d] -> printf(\"]\") :: else fi;", i)
}

// vocabulary is what to print for the words that a thread can log, by number.
func (w *promela) vocabulary(i int) map[int]string {
	all := map[int]string{}
	for _, at := range w.own[i] {
		switch n := &w.p.Nodes[at]; n.Op {
		case model.Log:
			all[w.word(n)] = strconv.Quote(w.p.Words[n.A])
		case model.LogValue:
			all[w.word(n)] = strconv.Quote(w.p.Words[n.A] + "=0")
			if w.valued() {
				all[w.word(n)] = strconv.Quote(w.p.Words[n.A]+"=%d") + ", numbers[k]"
			}
		case model.GetMask:
			all[firstSeen], all[firstSeen-1], all[firstSeen-2] = `"open"`, `"masked"`, `"closed"`
		case model.Alive:
			all[firstSeen-3], all[firstSeen-4] = `"alive"`, `"dead"`
		}
	}
	return all
}

// word numbers the words of a program, those with a number behind those without.
func (w *promela) word(n *model.Node) int {
	if n.Op == model.LogValue {
		return 1 + len(w.p.Words) + int(n.A)
	}
	return 1 + int(n.A)
}

func (w *promela) cell(x int, kind model.CellKind) {
	switch kind {
	case model.Mutex: // nobody locks it: that is outside the core
		w.line(`    printf("free");`)
		return
	case model.Var, model.Semaphore:
		w.line(`    printf("%%d", cell[%d]);`, x)
		return
	}
	w.line("    if\n    :: cell[%d] == 0 -> printf(\"empty\")\n    :: cell[%d] == 1 -> printf(\"full\")\n    :: else -> printf(\"%%d\", cell[%d] - 1)\n    fi;", x, x, x)
}

// Outcomes are the outcomes in what SPIN's verifier or TLC printed.
func Outcomes(printed string) (litmus.Set, error) {
	var all []litmus.Outcome
	for line := range strings.SplitSeq(printed, "\n") {
		text, ok := strings.CutPrefix(strings.Trim(strings.TrimSpace(line), `"`), "outcome: ")
		if !ok {
			continue
		}
		o, err := litmus.ParseOutcome(text)
		if err != nil {
			return litmus.Set{}, fmt.Errorf("no outcome is printed here: %w", err)
		}
		all = append(all, o)
	}
	return litmus.NewSet(all...), nil
}
