package properties

import (
	"slices"
	"strings"
	"sync"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
)

// bad says why an outcome of a program in which a thread ran a piece is bad; empty
// if it is not.
type bad = func(o litmus.Outcome, thread litmus.ThreadEnd) string

func count(t litmus.ThreadEnd, word string) (n int) {
	for _, w := range t.Log {
		if w == word {
			n++
		}
	}
	return n
}

func logged(t litmus.ThreadEnd, words ...string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return count(t, w) == 0 })
}

func never(words ...string) bad {
	return func(_ litmus.Outcome, t litmus.ThreadEnd) string {
		for _, w := range words {
			if logged(t, w) {
				return "there is " + w
			}
		}
		return ""
	}
}

// implies: who has logged f has logged g, unless it still stands between the two.
func implies(f, g string) bad {
	return func(_ litmus.Outcome, t litmus.ThreadEnd) string {
		if logged(t, f) && !logged(t, g) && gone(t) {
			return f + " without " + g
		}
		return ""
	}
}

func atMostOnce(w string) bad {
	return func(_ litmus.Outcome, t litmus.ThreadEnd) string {
		if count(t, w) > 1 {
			return w + " twice"
		}
		return ""
	}
}

func before(f, g string) bad {
	return func(_ litmus.Outcome, t litmus.ThreadEnd) string {
		if logged(t, f, g) && slices.Index(t.Log, f) > slices.Index(t.Log, g) {
			return g + " before " + f
		}
		return ""
	}
}

// prefix: of words, those that were logged are the first ones, in order.
func prefix(words ...string) bad {
	return func(_ litmus.Outcome, t litmus.ThreadEnd) string {
		var got []string
		for _, w := range t.Log {
			if slices.Contains(words, w) {
				got = append(got, w)
			}
		}
		if len(got) > len(words) || !slices.Equal(got, words[:len(got)]) {
			return strings.Join(got, " ") + " is no beginning"
		}
		return ""
	}
}

// oneOf: who has begun has logged the whole of one or of the other.
func oneOf(begun string, one, other []string) bad {
	return func(_ litmus.Outcome, t litmus.ThreadEnd) string {
		if gone(t) && logged(t, begun) && !logged(t, one...) && !logged(t, other...) {
			return "both are cut short"
		}
		return ""
	}
}

// takenUnless: n is empty only if w was logged.
func takenUnless(w string) bad {
	return func(o litmus.Outcome, t litmus.ThreadEnd) string {
		if content(o, "n") == "empty" && !logged(t, w) && gone(t) {
			return "taken without " + w
		}
		return ""
	}
}

// cell: the cell is not left so.
func cell(name, left string) bad {
	return func(o litmus.Outcome, _ litmus.ThreadEnd) string {
		if strings.HasPrefix(content(o, name), left) {
			return name + " is left " + left
		}
		return ""
	}
}

func content(o litmus.Outcome, cell string) string {
	for _, c := range o.Cells {
		if c.Name == cell {
			return c.Value
		}
	}
	return ""
}

// ended is about threads that have ended.
func ended(b bad) bad {
	return func(o litmus.Outcome, t litmus.ThreadEnd) string {
		if !gone(t) {
			return ""
		}
		return b(o, t)
	}
}

func gone(t litmus.ThreadEnd) bool {
	return t.End == "returned" || t.End == "killed" || strings.HasPrefix(t.End, "died")
}

// blocksRestore is tried with every form that has blocks and sends nothing.
var blocksRestore = claim{
	inContext: func(tr *trial, c gen.Context) (*Counterexample, error) {
		for _, p := range blockPieces() {
			if !p.fits(tr.v) {
				continue
			}
			if x, err := p.levelKept(tr, c); x != nil || err != nil {
				return x, err
			}
		}
		return nil, nil
	},
	again: promise("nop", levelKept).again,
}

func (p piecePart) levelKept(tr *trial, c gen.Context) (*Counterexample, error) {
	one := func() []piecePart { return []piecePart{p} }
	return promisePieces(one, func(gen.Context) bool { return true }, levelKept).inContext(tr, c)
}

// blockPieces are the forms with blocks, with blocks that do nothing and with
// blocks that log, in every kind of scope.
var blockPieces = sync.OnceValue(func() (all []piecePart) {
	for _, f := range litmus.Forms {
		if len(f.Blocks) == 0 || f.Op == model.Interrupt || f.Op == model.While {
			continue
		}
		for _, inner := range []string{" { } ", " { log f } "} {
			for _, around := range []string{"%", "mask { % }", "without { % }"} {
				text := "getmask; " + f.Word + blockText(f, inner) + "; log z; getmask"
				text = strings.ReplaceAll(around, "%", text)
				if t, err := litmus.Parse("a law", []byte("litmus piece\n"+pieceCells+"thread a { "+text+" }\n")); err == nil {
					all = append(all, piecePart{t.Threads[0].Body, t.Cells, t.Features()})
				}
			}
		}
	}
	return all
})

// blockText is what stands behind the word of a form whose blocks are all inner.
func blockText(f *litmus.Form, inner string) (text string) {
	names := map[litmus.Role]string{litmus.AClassOrAny: "any", litmus.ATag: "mine", litmus.AMutex: "l", litmus.AClass: "X"}
	for i, b := range f.Blocks {
		if i == f.Before {
			for _, r := range f.Names {
				b += " " + names[r]
			}
			if f.After != "" {
				b += " " + f.After
			}
		}
		text += " " + b + inner
	}
	return text
}

// levelKept: the mask behind is the mask before.
func levelKept(_ litmus.Outcome, t litmus.ThreadEnd) string {
	i := slices.Index(t.Log, "z")
	var levels []string
	for _, w := range t.Log {
		if w == "open" || w == "masked" || w == "closed" {
			levels = append(levels, w)
		}
	}
	if i >= 0 && len(levels) == 2 && levels[0] != levels[1] {
		return "the mask was " + levels[0] + " before and is " + levels[1] + " behind"
	}
	return ""
}

func nothingLeft(_ *litmus.Test, o litmus.Outcome) string {
	for _, t := range o.Threads {
		if t.Pending {
			return "a signal is left at " + t.Name
		}
	}
	return ""
}

func once(t *litmus.Test, o litmus.Outcome) string {
	if slices.Contains(t.Features(), "while") {
		return ""
	}
	words := map[string]int{}
	for _, th := range o.Threads {
		for _, w := range th.Log {
			w, _, _ = strings.Cut(w, "=")
			words[w]++
		}
	}
	looks := map[string]bool{"open": true, "masked": true, "closed": true, "held": true, "notheld": true, "alive": true, "dead": true, "cancelled": true, "clean": true}
	for w, n := range words {
		if n > 1 && !looks[w] {
			return w + " twice"
		}
	}
	return ""
}

func diesOfSomething(t *litmus.Test, o litmus.Outcome) string {
	classes := map[string]bool{litmus.ErrorClass: true, model.KillClass: true}
	t.Walk(func(s *litmus.Stmt) {
		switch s.Form.Feature() {
		case "cancel":
			classes[model.CancelClass] = true
		case "timeout":
			classes[model.TimeoutClass] = true
		}
		for i, r := range s.Form.Names {
			if r == litmus.AClass {
				classes[[]string{s.Name, s.Other}[i]] = true
			}
		}
	})
	for _, th := range o.Threads {
		if class, died := strings.CutPrefix(th.End, "died "); died && !classes[class] {
			return th.Name + " died of " + class
		}
	}
	return ""
}
