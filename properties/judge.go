package properties

import (
	"slices"
	"strconv"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// judge says what is wrong with the end of an interrupted run.
type judge struct {
	want  Demands
	start map[string]string   // what the cells hold at first
	back  map[string]bool     // the cells that are given back in every end without an interrupt
	mvars map[string]bool     // of which it does not matter what they hold, if they are full
	ends  map[string][]string // how each thread ends without an interrupt
	whole map[string]bool     // what all cells together hold without an interrupt, and at first
}

func judging(t *litmus.Test, normal litmus.Set, want Demands) judge {
	j := judge{want: want, start: map[string]string{}, back: map[string]bool{}, mvars: map[string]bool{}, ends: map[string][]string{}, whole: map[string]bool{}}
	var first litmus.Outcome
	for _, c := range t.Cells {
		if c.Hidden || c.Kind == model.Condition {
			continue
		}
		j.start[c.Name], j.back[c.Name], j.mvars[c.Name] = initialText(c), c.Kind != model.Var, c.Kind == model.MVar
		first.Cells = append(first.Cells, litmus.CellEnd{Name: c.Name, Value: initialText(c)})
	}
	j.whole[cellsText(first)] = true
	for _, o := range normal.Outcomes {
		for _, c := range o.Cells {
			j.back[c.Name] = j.back[c.Name] && j.asBefore(c)
		}
		for _, t := range o.Threads {
			j.ends[t.Name] = append(j.ends[t.Name], t.End)
		}
		j.whole[cellsText(o)] = true
	}
	return j
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

// failures are what is wrong with the end of a run in which a thread was
// interrupted.
func (j judge) failures(o litmus.Outcome, thread string) (all []string) {
	if o.Crash {
		return []string{"the process dies"}
	}
	if gone(threadIn(o, thread)) {
		all = j.resources(o)
	}
	for _, t := range o.Threads {
		switch {
		case t.Name == thread && t.End == "died "+litmus.ErrorClass && !slices.Contains(j.ends[t.Name], t.End):
			all = append(all, "misuses a resource: it dies of Error")
		case t.Name != thread && !gone(t) && t.End != "unstarted" && !slices.Contains(j.ends[t.Name], t.End):
			all = append(all, t.Name+" is stuck: "+t.End)
		}
	}
	switch {
	case j.want.Never != nil && j.want.Never.Eval(o):
		all = append(all, "there is "+j.want.Never.String())
	case j.want.Always != nil && !j.want.Always.Eval(o):
		all = append(all, "there is not "+j.want.Always.String())
	case j.want.Whole && !j.whole[cellsText(o)]:
		all = append(all, "half done: "+cellsText(o))
	}
	return all
}

// resources: what was given back without an interrupt must be given back, once.
func (j judge) resources(o litmus.Outcome) (all []string) {
	for _, c := range o.Cells {
		holder, held := strings.CutPrefix(c.Value, "held ")
		switch {
		case held && gone(threadIn(o, holder)):
			all = append(all, "leaks "+c.Name+": "+holder+" has ended and holds it")
		case held || !j.back[c.Name] || j.asBefore(c):
		case slices.ContainsFunc(o.Threads, func(t litmus.ThreadEnd) bool { return !gone(t) && t.End != "unstarted" }):
			// somebody may still give it back
		case c.Value == "empty" || number(c.Value) < number(j.start[c.Name]):
			all = append(all, "leaks "+c.Name+": it is left "+c.Value+" and was "+j.start[c.Name])
		default:
			all = append(all, "gives "+c.Name+" back twice: it is left "+c.Value+" and was "+j.start[c.Name])
		}
	}
	return all
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
