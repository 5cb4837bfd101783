package properties

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// judge says what is wrong with the end of a run in which a thread was interrupted.
type judge struct {
	want    Demands
	thread  string              // that was interrupted
	start   map[string]string   // what the cells hold at first
	back    map[string]bool     // the cells that are given back in every end without an interrupt
	mvars   map[string]bool     // of which it does not matter what they hold, if they are full
	borrows map[string][]string // for each thread, the cells that it takes from and gives back to
	ends    map[string][]string // how each thread ends without an interrupt
	whole   []litmus.Outcome    // what the cells may hold together: as without an interrupt, or as at first
	thunk   bool                // the interrupt runs code of its own: whole is then with that before the thread, or behind it
}

func judging(t *litmus.Test, normal litmus.Set, want Demands) judge {
	j := judge{want: want, start: map[string]string{}, back: map[string]bool{}, mvars: map[string]bool{}, borrows: map[string][]string{}, ends: map[string][]string{}}
	var first litmus.Outcome
	for _, c := range t.Cells {
		if c.Hidden || c.Kind == model.Condition {
			continue
		}
		j.start[c.Name], j.back[c.Name], j.mvars[c.Name] = initialText(c), c.Kind != model.Var, c.Kind == model.MVar
		first.Cells = append(first.Cells, litmus.CellEnd{Name: c.Name, Value: initialText(c)})
	}
	for _, o := range normal.Outcomes {
		for _, c := range o.Cells {
			j.back[c.Name] = j.back[c.Name] && j.asBefore(c)
		}
		for _, t := range o.Threads {
			j.ends[t.Name] = append(j.ends[t.Name], t.End)
		}
	}
	for _, th := range t.Threads {
		j.borrows[th.Name] = borrowed(th.Body)
	}
	j.whole = append([]litmus.Outcome{first}, normal.Outcomes...)
	return j
}

// of is the judge of an interrupt of a thread by a statement.
func (j judge) of(thread string, s litmus.Stmt) judge {
	j.thread, j.borrows = thread, maps.Clone(j.borrows)
	for _, b := range s.Blocks {
		j.thunk = j.thunk || len(b) > 0
		j.borrows[thread] = append(slices.Clone(j.borrows[thread]), borrowed(b)...)
	}
	return j
}

// borrowed are the semaphores and MVars that a block takes from and gives back to, but for
// what it has others do.
func borrowed(b litmus.Block) []string {
	var taken, given []string
	var walk func(litmus.Block)
	walk = func(b litmus.Block) {
		for _, s := range b {
			switch s.Form.Op {
			case model.Take, model.Acquire, model.AcquireOpen:
				taken = append(taken, s.Name)
			case model.Put, model.Post:
				given = append(given, s.Name)
			}
			if s.Form.Op != model.Interrupt {
				for _, kid := range s.Blocks {
					walk(kid)
				}
			}
		}
	}
	walk(b)
	return slices.DeleteFunc(taken, func(c string) bool { return !slices.Contains(given, c) })
}

func initialText(c litmus.Cell) string {
	switch {
	case c.Kind == model.MVar && c.Init == model.Empty:
		return "empty"
	case c.Kind == model.MVar && c.Init == model.Full:
		return "full"
	case c.Kind == model.Mutex:
		return "free"
	}
	return strconv.Itoa(int(c.Init))
}

func cellsText(o litmus.Outcome) string {
	var all []string
	for _, c := range o.Cells {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// verdict is what is wrong with the end of a run: the causes, and what follows from them.
type verdict struct{ causes, effects []string }

func (v verdict) String() string {
	return strings.Join(append(slices.Clone(v.causes), v.effects...), "; ")
}

// failures are what is wrong with the end of a run; misuse says for what the thread died
// of an Error, if it did.
func (j judge) failures(o litmus.Outcome, misuse string) (v verdict) {
	if o.Crash {
		return verdict{causes: []string{"the process dies"}}
	}
	bad := map[string]bool{} // the cells that are not given back as they should be
	for _, c := range o.Cells {
		if why := j.resource(o, c); why != "" {
			bad[c.Name] = true
			v.causes = append(v.causes, why)
		}
	}
	for _, t := range o.Threads {
		usual := slices.Contains(j.ends[t.Name], t.End)
		words := strings.Fields(t.End)
		switch {
		case usual || t.End == "unstarted":
		case t.Name == j.thread && t.End == "died "+litmus.ErrorClass:
			v.causes = append(v.causes, misuse)
		case gone(t), t.Name == j.thread && waitsTwice(t, bad):
		case bad[words[len(words)-1]]:
			v.effects = append(v.effects, t.Name+" then waits for ever: "+t.End)
		case t.Name == j.thread:
			v.causes = append(v.causes, t.Name+" itself is stuck: "+t.End)
		default:
			v.causes = append(v.causes, t.Name+" is stuck: "+t.End)
		}
	}
	switch {
	case j.want.Never != nil && j.want.Never.Eval(o):
		v.causes = append(v.causes, "there is "+j.want.Never.String())
	case j.want.Always != nil && !j.want.Always.Eval(o):
		v.causes = append(v.causes, "there is not "+j.want.Always.String())
	case j.want.Whole && !j.isWhole(o, bad) && j.thunk:
		v.causes = append(v.causes, "loses an update: "+cellsText(o)+", unlike with what interrupts before or behind it")
	case j.want.Whole && !j.isWhole(o, bad):
		v.causes = append(v.causes, "half done: "+cellsText(o))
	}
	return v
}

// waitsTwice says that a thread waits to put into an MVar a second time, which is told
// of the MVar.
func waitsTwice(t litmus.ThreadEnd, bad map[string]bool) bool {
	m, ok := strings.CutPrefix(t.End, "blocked put ")
	return ok && bad[m]
}

// isWhole says that the cells, but for some, hold together what they do without an
// interrupt, or at first.
func (j judge) isWhole(o litmus.Outcome, but map[string]bool) bool {
	return slices.ContainsFunc(j.whole, func(w litmus.Outcome) bool {
		for i, c := range o.Cells {
			if !but[c.Name] && (i >= len(w.Cells) || w.Cells[i].Value != c.Value) {
				return false
			}
		}
		return true
	})
}

// resource says how a cell was not given back, once, that is without an interrupt.
func (j judge) resource(o litmus.Outcome, c litmus.CellEnd) string {
	holder, held := strings.CutPrefix(c.Value, "held ")
	less := c.Value == "empty" || number(c.Value) < number(j.start[c.Name])
	it := threadIn(o, j.thread)
	switch {
	case held && gone(threadIn(o, holder)):
		return "leaks " + c.Name + ": " + holder + " has ended and holds it"
	case held || !slices.Contains(j.borrows[j.thread], c.Name):
		return ""
	case j.back[c.Name] && it.End == "blocked put "+c.Name && !slices.Contains(j.ends[j.thread], it.End):
		return "gives " + c.Name + " back twice: " + j.thread + " waits to put into it, and it is full"
	case !j.back[c.Name] || j.asBefore(c) || j.mayGiveBack(o, c.Name):
		return ""
	case less:
		return fmt.Sprintf("leaks %s: it is left %s and was %s", c.Name, c.Value, j.start[c.Name])
	}
	return fmt.Sprintf("gives %s back twice: it is left %s and was %s", c.Name, c.Value, j.start[c.Name])
}

// mayGiveBack says that somebody has not ended who may have what is missing of a cell:
// not who waits for that cell.
func (j judge) mayGiveBack(o litmus.Outcome, cell string) bool {
	return slices.ContainsFunc(o.Threads, func(t litmus.ThreadEnd) bool {
		return !gone(t) && t.End != "unstarted" && !strings.HasSuffix(t.End, " "+cell) && (t.Name == j.thread || slices.Contains(j.borrows[t.Name], cell))
	})
}

// asBefore says that a cell is left as it was: an MVar is left full if it was.
func (j judge) asBefore(c litmus.CellEnd) bool {
	was := j.start[c.Name]
	return c.Value == was || j.mvars[c.Name] && c.Value != "empty" && was != "empty"
}

// number is the number that a cell holds, 0 where it holds none.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
