package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// record prints one JSON object on a line.
func (a *app) record(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a record that is no JSON: %v", err))
	}
	fmt.Fprintf(a.out, "%s\n", b)
}

// say prints a record, or the text of it.
func (a *app) say(record map[string]any, format string, text ...any) {
	if a.json {
		a.record(record)
		return
	}
	fmt.Fprintf(a.out, format, text...)
}

// inconclusive says which bounds kept a search from its end.
func (a *app) inconclusive(t *litmus.Test, d model.Dialect, allowed *litmus.Allowed) {
	a.say(map[string]any{"test": t.Name, "edition": d.Name, "complete": false, "reasons": allowed.Reasons},
		"%s under %s: inconclusive: %s\n", t.Name, d.Name, commas(allowed.Reasons))
}

// plural is n and the word for one or many.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// commas joins words: a, b, c.
func commas(words []string) string { return strings.Join(words, ", ") }

// watched says whether somebody looks at the standard error.
func (a *app) watched() bool {
	f, ok := a.err.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// progress shows how far a search has come, from its second second on.
func (a *app) progress(what string) func(explore.Progress) {
	return func(p explore.Progress) {
		if p.Elapsed < 2*time.Second {
			return
		}
		rate := float64(p.States) / p.Elapsed.Seconds()
		fmt.Fprintf(a.err, "\r\033[K%s: %d states, %d to expand, depth %d, %.0f states/s, %d MB, at least %v more", what, p.States, p.Frontier, p.Depth, rate, p.Memory>>20, p.AtLeast.Round(time.Second))
		if p.Frontier == 0 {
			fmt.Fprint(a.err, "\r\033[K")
		}
	}
}

// count shows which of many things is being done.
func (a *app) count(i, n int, what string) {
	switch {
	case !a.watched():
	case i == n:
		fmt.Fprint(a.err, "\r\033[K")
	default:
		fmt.Fprintf(a.err, "\r\033[K%d/%d %s", i+1, n, what)
	}
}
