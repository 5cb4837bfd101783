package litmus

import (
	"fmt"
	"strings"
)

// ParseOutcome reads the canonical text of an outcome. It is lenient in white
// space, and in whether "(pending)" stands before the log or behind it.
func ParseOutcome(s string) (Outcome, error) {
	var o Outcome
	if strings.TrimSpace(s) == "crash" {
		return Outcome{Crash: true}, nil
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(s, ";") {
		name, state, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok || !isName(name) {
			return Outcome{}, fmt.Errorf("outcome %q: found %q, expected NAME=STATE", s, strings.TrimSpace(part))
		}
		if seen[name] {
			return Outcome{}, fmt.Errorf("outcome %q: %s stands in it twice", s, name)
		}
		seen[name] = true
		if err := o.component(name, strings.TrimSpace(state)); err != nil {
			return Outcome{}, fmt.Errorf("outcome %q: %w", s, err)
		}
	}
	return o, nil
}

// component appends one component.
func (o *Outcome) component(name, state string) error {
	words := strings.Fields(state)
	if len(words) == 0 {
		return fmt.Errorf("nothing behind %s=, expected a state", name)
	}
	if _, ok := ends[words[0]]; ok {
		return o.threadEnd(name, state)
	}
	if !isContents(words) {
		return fmt.Errorf("%s is %q, expected how a thread ends (%s) or what a cell holds (empty, full, free, held THREAD, a number)",
			name, state, strings.Join(endWords(), ", "))
	}
	words[0] = plainNumber(words[0])
	o.Cells = append(o.Cells, CellEnd{name, strings.Join(words, " ")})
	return nil
}

func isContents(words []string) bool {
	switch words[0] {
	case "empty", "full", "free":
		return len(words) == 1
	case "held":
		return len(words) == 2 && isName(words[1])
	}
	_, ok := parseNumber(words[0])
	return ok && len(words) == 1
}

func (o *Outcome) threadEnd(name, state string) error {
	t := ThreadEnd{Name: name}
	state, t.Pending = cutPending(state)
	if open := strings.IndexByte(state, '['); open >= 0 {
		log, after, closed := strings.Cut(state[open+1:], "]")
		if !closed || strings.TrimSpace(after) != "" {
			return fmt.Errorf("%s=%s: expected the log as [words] at the end", name, state)
		}
		t.Log = strings.Fields(log)
		state = state[:open]
	}
	for _, w := range t.Log {
		if value, number, ok := strings.Cut(w, "="); !isAtom(value) || ok && !isNumber(number) {
			return fmt.Errorf("%s: %q is no word of a log", name, w)
		}
	}
	words := strings.Fields(state)
	if err := checkEnd(words); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.End = strings.Join(words, " ")
	o.Threads = append(o.Threads, t)
	return nil
}

func cutPending(state string) (string, bool) {
	before, after, found := strings.Cut(state, "(pending)")
	return before + after, found
}

// checkEnd checks the words of an end; unlike those of a condition they are complete.
func checkEnd(words []string) error {
	switch {
	case words[0] == "blocked":
		return checkBlocked(words[1:])
	case len(words)-1 != ends[words[0]]:
		return fmt.Errorf("found %q, expected %d words behind %s", strings.Join(words, " "), ends[words[0]], words[0])
	case words[0] == "died" && !isName(words[1]):
		return fmt.Errorf("died of %q, which is no name of a class", words[1])
	}
	return nil
}

func checkBlocked(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("found blocked, expected blocked OPERATION")
	}
	f := waiting(words[0])
	if f == nil {
		return fmt.Errorf("blocked in %q, in which no thread is ever blocked; expected one of %s", words[0], strings.Join(waitingWords(), ", "))
	}
	if n := min(1, len(f.Names)); len(words)-1 != n || n == 1 && !isName(words[1]) {
		return fmt.Errorf("found blocked %s, expected %d name behind %s", strings.Join(words, " "), n, words[0])
	}
	return nil
}
