package litmus

import (
	"slices"
	"strings"

	"github.com/interject/interject/model"
)

// question checks final and the answers.
func (c *checker) question() {
	if c.t.Final != nil {
		c.cond(c.t.Final)
	}
	type key struct {
		edition string
		exact   bool
	}
	seen := map[key]Pos{}
	for i := range c.t.Answers {
		a := &c.t.Answers[i]
		if a.Verdict != 0 && c.t.Final == nil {
			c.fail(a.Pos, "an answer without a question: `final CONDITION` must stand before it")
		}
		for _, k := range a.Exactly {
			c.cond(k)
		}
		for j, e := range a.Editions {
			k := key{e, a.Verdict == 0}
			if first, twice := seen[k]; twice {
				c.fail(a.at(j), "%s is answered twice; first at %d:%d", e, first.Line, first.Col)
			}
			seen[k] = a.at(j)
		}
	}
}

func (a *Answer) at(i int) Pos {
	if i < len(a.At) {
		return a.At[i]
	}
	return a.Pos
}

func (c *checker) cond(root *Cond) {
	root.walk(func(k *Cond) {
		switch k.Op {
		case Logs, Pending:
			c.thread(k.Name, k.Pos, AThread)
			c.logged(k)
		case Is:
			c.state(k)
		}
	})
}

// logged checks that some statement appends each of the words: a question about another
// word would be answered never, whatever happens.
func (c *checker) logged(k *Cond) {
	for _, w := range k.What {
		word, _, _ := strings.Cut(w, "=")
		if _, words := c.t.vocabulary(); w != ".." && !slices.Contains(words, word) && !slices.Contains(model.SeenWords(), word) {
			c.fail(k.Pos, "no statement logs %s, so %s can never log it%s", word, k.Name, DidYouMean(word, words))
		}
	}
}

// raised checks that some statement names the class.
func (c *checker) raised(k *Cond) {
	class := k.What[1]
	if classes, _ := c.t.vocabulary(); !slices.Contains(classes, class) {
		c.fail(k.Pos, "no statement raises %s, so %s can never die of it%s", class, k.Name, DidYouMean(class, classes))
	}
}

// ownClasses are those that operations raise without a statement that names them.
var ownClasses = []string{ErrorClass, model.KillClass, model.TimeoutClass, model.CancelClass}

// state checks that the words are a state of the thread or of the kind of cell.
func (c *checker) state(k *Cond) {
	cell := c.cells[k.Name]
	switch {
	case c.threads[k.Name] != nil:
		c.end(k)
	case cell == nil:
		c.fail(k.Pos, "no thread or cell %s is declared%s", k.Name, DidYouMean(k.Name, append(c.threadNames(AThread), c.observedNames()...)))
	case !cell.observed():
		c.fail(k.Pos, "%s is %s, which is never part of an outcome", k.Name, article(cell.form().word))
	default:
		c.contents(k, cell)
	}
}

func (c *checker) observedNames() []string {
	var all []string
	for i := range c.t.Cells {
		if c.t.Cells[i].observed() {
			all = append(all, c.t.Cells[i].Name)
		}
	}
	return all
}

// ends are the first words of the states of a thread, each with the number of
// words that may follow it.
var ends = map[string]int{"returned": 0, "died": 1, "killed": 0, "blocked": 3, "running": 0, "unstarted": 0}

func endWords() []string {
	return []string{"returned", "died", "killed", "blocked", "running", "unstarted"}
}

func (c *checker) end(k *Cond) {
	n, ok := ends[k.What[0]]
	switch {
	case !ok:
		c.fail(k.Pos, "a thread does not end %s; it ends %s%s", k.What[0], strings.Join(endWords(), ", "), DidYouMean(k.What[0], endWords()))
	case len(k.What)-1 > n:
		c.fail(k.Pos, "found %q behind %s, expected nothing", k.What[n+1], k.What[n])
	case k.What[0] == "blocked" && len(k.What) > 1:
		c.blocked(k)
	case k.What[0] == "died" && len(k.What) > 1:
		c.raised(k)
	}
}

// blocked checks the statement behind blocked.
func (c *checker) blocked(k *Cond) {
	f := waiting(k.What[1])
	if f == nil {
		c.fail(k.Pos, "no thread is ever blocked in %s; expected one of %s%s", k.What[1],
			strings.Join(waitingWords(), ", "), DidYouMean(k.What[1], waitingWords()))
		return
	}
	names := k.What[2:]
	if len(names) > 1 || len(f.Names) == 0 && len(names) > 0 {
		c.fail(k.Pos, "found %q behind blocked %s, expected nothing", names[len(names)-1], f.Word)
		return
	}
	for _, n := range names {
		c.role(n, k.Pos, f.Names[0])
	}
}

// waiting is the form in which a thread can be blocked that begins with the word.
func waiting(w string) *Form {
	for _, f := range formsByWord[w] {
		if f.Waits {
			return f
		}
	}
	return nil
}

func waitingWords() []string {
	var all []string
	for _, f := range Forms {
		if f.Waits && !slices.Contains(all, f.Word) {
			all = append(all, f.Word)
		}
	}
	return all
}

// contents checks the value of a cell.
func (c *checker) contents(k *Cond, cell *Cell) {
	first, number := k.What[0], isNumber(k.What[0])
	ok := number
	expected := "a number"
	switch cell.Kind {
	case model.MVar:
		ok = number && first != "0" || first == "full" || first == "empty"
		expected = "full, empty or a number from 1"
	case model.Mutex:
		ok = first == "free" || first == "held"
		expected = "free, held or held THREAD"
	}
	if _, fits := parseNumber(first); number && !fits {
		ok = false
	}
	switch {
	case !ok:
		c.fail(k.Pos, "%s is never %s; expected %s", k.Name, first, expected)
	case first == "held" && len(k.What) == 2:
		c.thread(k.What[1], k.Pos, AThread)
	case len(k.What) > 1:
		c.fail(k.Pos, "found %q behind %s, expected nothing", k.What[1], first)
	}
}

// CheckEditions finds answers about editions that are not known; all is for
// suggestions. The error is an Errors.
func (t *Test) CheckEditions(known func(string) bool, all []string) error {
	var errs Errors
	for i := range t.Answers {
		for j, e := range t.Answers[i].Editions {
			if !known(e) {
				errs.add(t.File, t.Answers[i].at(j), "no edition %s is known%s", e, DidYouMean(e, all))
			}
		}
	}
	return errs.orNil()
}
