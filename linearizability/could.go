package linearizability

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// could is what thread t can do next in the states that are left.
func (v *validator) could(t int) []string {
	all := map[string]bool{}
	for _, s := range v.now.list {
		all[v.stand(s, t)] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// stand says how thread t stands in s and what that lets it record.
func (v *validator) stand(s state, t int) string {
	name := v.h.Threads[t]
	c := v.core(s.config, t)
	l := v.of(s.locals, t)
	pending := ""
	if q := v.waiting(s, t); q != "" {
		pending = "; pending there: " + q
	}
	switch top := v.top(l.nest); {
	case c.Status == model.Unborn:
		return name + " has not started"
	case c.Status.Gone():
		return name + " has " + gonePhrase(c, v.m)
	case c.Ctl == model.Raising:
		return name + " unwinds for " + v.m.Classes[c.Arg] + pending
	case c.Ctl != model.Run:
		return name + " unwinds" + pending
	case top != nil && top.kind == opEntry && top.event >= 0:
		return fmt.Sprintf("%s is in %s, %s%s", name, v.x.Text(int(v.own[t][top.event])), phaseNames[top.phase], pending)
	case !v.clean(&l):
		return name + " has received " + v.received(&l) + " and is to record it first" + pending
	case !v.free && c.At != 0:
		return fmt.Sprintf("%s stands at line %d of the test%s", name, v.m.Nodes[c.At].Line, pending)
	}
	return fmt.Sprintf("%s goes on, its mask %s%s", name, c.Mask, pending)
}

func gonePhrase(c model.Core, m *model.Machine) string {
	if c.Status == model.Died {
		return "died of " + m.Classes[c.Arg]
	}
	return c.Status.String()
}

var phaseNames = [...]string{"not begun", "not over", "done", "received by its target", "its target gone", "failed", "interrupted", "interrupted and taken back"}

// waiting is the signals that thread t could receive, by their ids.
func (v *validator) waiting(s state, t int) string {
	var all []string
	q := v.queue(s.config, t)
	for i := range q.Len() {
		all = append(all, v.signal(q.At(i).Send, q.At(i).By))
	}
	if len(all) > 8 {
		all = append(all[:8], fmt.Sprintf("and %d more", len(all)-8))
	}
	return strings.Join(all, ", ")
}

// signal names a signal by the id that the history gives it, if it does.
func (v *validator) signal(at model.Pos, by model.Thread) string {
	if id := v.idOf(at); id != 0 {
		return fmt.Sprintf("#%d", id)
	}
	return "one of " + v.h.Threads[by]
}

// idOf is the id of the signal that the statement last sent in what is explained.
func (v *validator) idOf(at model.Pos) (id uint64) {
	tag, ok := v.tagOf[at]
	if !ok {
		return 0
	}
	for i := range v.report.Explained {
		if e := &v.h.Events[i]; e.Kind == traces.Send && e.Phase == traces.Call && v.tag[e.ID] == tag {
			id = e.ID
		}
	}
	return id
}

func (v *validator) received(l *local) string {
	f := v.frame(l.nest)
	if id := v.idOf(f.slot); f.due && id != 0 {
		return fmt.Sprintf("#%d", id)
	}
	if f.frame != 0 && f.fresh {
		return "control in " + f.frame.String()
	}
	return "a signal"
}

// pendings says of all threads what is left to happen.
func (v *validator) pendings() []string {
	all := map[string]bool{}
	for _, s := range v.now.list {
		for t := range v.h.Threads {
			if !v.core(s.config, t).Status.Gone() {
				all[v.stand(s, t)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}
