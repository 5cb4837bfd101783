package export

import (
	"fmt"
	"strings"

	"github.com/interject/interject/model"
)

// process writes the one process: it chooses who steps. One step of ours is one
// d_step, whose guard says that it can be taken.
func (w *promela) process() {
	w.line("init {\n  d_step {")
	for i, t := range w.p.Threads {
		if !t.Later {
			w.line("    status[%d] = RUNNING; at[%d] = %d;", i, i, t.Start)
		}
	}
	for x, cell := range w.p.Cells {
		w.line("    cell[%d] = %d;", x, content(cell.Kind, cell.Init))
	}
	w.line("    skip\n  }\nend:\n  do")
	for i := range w.p.Threads {
		w.thread(i)
	}
	w.line("\n  /* Nothing can happen any more: the outcome. */\n  :: else -> d_step {")
	w.outcome()
	w.line("  }\n  od\n}")
}

// content is how a cell holds a value: an MVar 0 when it is empty, else one more.
func content(kind model.CellKind, v int16) int {
	if kind == model.MVar {
		return int(v) + 1
	}
	return int(v)
}

func (w *promela) thread(i int) {
	w.line("\n  /* %s: its own steps */", w.p.Threads[i].Name)
	w.line("  :: d_step { status[%d] == RUNNING%s%s ->", i, w.free(i), w.ready(i))
	w.line("       if\n       :: exc[%d] != 0 -> %s\n       :: exc[%d] == 0 && at[%d] == 0 -> %s", i, w.unwinds(i), i, i, w.returns(i))
	for _, at := range w.own[i] {
		w.line("       :: exc[%d] == 0 && at[%d] == %d -> %-60s /* %s */", i, i, at, w.step(i, at), w.text(at))
	}
	w.line("       fi }")
	w.resumes(i)
	if w.pend[i] > 0 {
		w.delivery(i)
	}
}

// free says that nothing need be received before the thread's next step.
func (w *promela) free(i int) string {
	if w.d.May || w.pend[i] == 0 {
		return ""
	}
	return fmt.Sprintf(" && !(queued[%d] && RECEPTIVE(%d))", i, i)
}

// ready says that the thread does not stand at a wait that runs.
func (w *promela) ready(i int) string {
	s := ""
	for _, at := range w.own[i] {
		switch n := &w.p.Nodes[at]; n.Op {
		case model.Spin:
			s += fmt.Sprintf(" &&\n       (exc[%d] || at[%d] != %d || cell[%d] == %d)", i, i, at, n.A, n.N)
		case model.Await:
			s += fmt.Sprintf(" &&\n       (exc[%d] || at[%d] != %d || status[%d] == BLOCKED || GONE(%d))", i, i, at, n.A, n.A)
		}
	}
	return s
}

// delivery is D1: the first, the last or any pending signal is received.
func (w *promela) delivery(i int) {
	w.line("\n  /* delivery to %s */", w.p.Threads[i].Name)
	guard := fmt.Sprintf("RECEPTIVE(%d)", i)
	switch w.d.Order {
	case model.FIFO:
		w.line("  :: d_step { queued[%d] && %s -> receive(%d, 0) }", i, guard, i)
	case model.LIFO:
		w.line("  :: d_step { queued[%d] && %s -> receive(%d, queued[%d] - 1) }", i, guard, i, i)
	default:
		for place := range w.pend[i] {
			w.line("  :: d_step { queued[%d] > %d && %s -> receive(%d, %d) }", i, place, guard, i, place)
		}
	}
}

// resumes are the operations without a wait list that go on by themselves.
func (w *promela) resumes(i int) {
	for _, at := range w.own[i] {
		n := &w.p.Nodes[at]
		if cond, ok := w.resumable(n); ok {
			w.line("  :: d_step { status[%d] == BLOCKED && !sends[%d] && at[%d] == %d && %s%s -> status[%d] = RUNNING; at[%d] = %d }",
				i, i, i, at, cond, w.free(i), i, i, n.Next)
		}
	}
}

func (w *promela) resumable(n *model.Node) (cond string, ok bool) {
	switch n.Op {
	case model.WaitUntil:
		return fmt.Sprintf("cell[%d] == %d", n.A, n.N), true
	case model.Join:
		return fmt.Sprintf("GONE(%d)", n.A), true
	case model.JoinTimeout, model.Sleep, model.Foreign:
		return "true", true
	}
	return "", false
}

// step is the statement at a place.
func (w *promela) step(i int, at model.Pos) string {
	n := &w.p.Nodes[at]
	switch n.Op {
	case model.Nop, model.Point, model.Spin, model.Await, model.Settle:
		return fmt.Sprintf("at[%d] = %d", i, n.Next)
	case model.Log:
		return fmt.Sprintf("log_word(%d, %d, %d)", i, w.word(n), n.Next)
	case model.LogValue:
		return w.logValue(i, n)
	case model.GetMask:
		return fmt.Sprintf("log_word(%d, %d - level[%d], %d)", i, firstSeen, i, n.Next)
	case model.Alive:
		return fmt.Sprintf("log_word(%d, %d - GONE(%d), %d)", i, firstSeen-3, n.A, n.Next)
	case model.Value:
		return w.ifValued(fmt.Sprintf("value[%d] = %d; ", i, n.N)) + fmt.Sprintf("at[%d] = %d", i, n.Next)
	case model.Set:
		return fmt.Sprintf("cell[%d] = %d; at[%d] = %d", n.A, n.N, i, n.Next)
	case model.Scope:
		return w.scope(i, at, n)
	case model.Try:
		return fmt.Sprintf("install(%d, %d, %d)", i, w.number[site{at, model.HandlerFrame}], n.Body)
	case model.Protect:
		return fmt.Sprintf("install(%d, %d, %d)", i, w.number[site{at, model.CleanupFrame}], n.Body)
	case model.Raise:
		return fmt.Sprintf("raise(%d, %d)", i, n.A)
	case model.Fork:
		return fmt.Sprintf("fork(%d, %d, %d, %d)", i, n.A, w.p.Threads[n.A].Start, n.Next)
	case model.ThrowTo:
		return w.throwTo(i, at, n)
	}
	return w.operation(i, n)
}

// firstSeen is the word of an open mask; those of the other things that can be seen
// are below it.
const firstSeen = 255

func (w *promela) ifValued(s string) string {
	if w.valued() {
		return s
	}
	return ""
}

// operation is a statement that can block, or that wakes who is blocked.
func (w *promela) operation(i int, n *model.Node) string {
	switch n.Op {
	case model.Take:
		return fmt.Sprintf("take(%d, %d, %d)", i, n.A, n.Next)
	case model.Put:
		return fmt.Sprintf("put(%d, %d, %d, %d)", i, n.A, n.N, n.Next)
	case model.Acquire:
		return fmt.Sprintf("acquire(%d, %d, %d)", i, n.A, n.Next)
	case model.Post:
		return fmt.Sprintf("post(%d, %d, %d)", i, n.A, n.Next)
	case model.WaitUntil:
		return fmt.Sprintf("done_or_block(%d, cell[%d] == %d, %d)", i, n.A, n.N, n.Next)
	case model.Join, model.JoinTimeout:
		return fmt.Sprintf("done_or_block(%d, GONE(%d), %d)", i, n.A, n.Next)
	case model.Sleep, model.Foreign:
		return fmt.Sprintf("status[%d] = BLOCKED", i)
	}
	panic(fmt.Sprintf("export: statement %d passed the checks, but there is no rule for it", n.Op))
}

func (w *promela) logValue(i int, n *model.Node) string {
	s := fmt.Sprintf("log_word(%d, %d, %d)", i, w.word(n), n.Next)
	return w.ifValued(fmt.Sprintf("numbers[LOG(%d) + logged[%d]] = value[%d]; ", i, i, i)) + s
}

func (w *promela) throwTo(i int, at model.Pos, n *model.Node) string {
	rule := "throw_to"
	switch {
	case int(n.A) == i:
		return fmt.Sprintf("raise(%d, %d)", i, n.B) // T1
	case w.d.Direct:
		rule = "throw_direct"
	}
	return fmt.Sprintf("%s(%d, %d, %d, %d)", rule, i, n.A, at, n.Next)
}

func (w *promela) scope(i int, at model.Pos, n *model.Node) string {
	rule, s := "scope", ""
	if w.d.Squeeze && n.Next == 0 {
		rule = "squeeze"
	}
	if binds(n) && w.slots[i] > 0 {
		s = fmt.Sprintf("save(%d, %d); ", i, n.Slot)
	}
	return s + fmt.Sprintf("%s(%d, %d, %s, %d)", rule, i, w.number[site{at, model.ScopeFrame}], w.to(i, n), n.Body)
}

// to is the level that a scope sets; open, masked and closed are 0, 1 and 2. (An
// argument of an inline cannot be a conditional expression.)
func (w *promela) to(i int, n *model.Node) string {
	switch n.How {
	case model.Shut:
		return fmt.Sprintf("level[%d] + (level[%d] == OPEN)", i, i)
	case model.Seal:
		return "CLOSED"
	case model.Restore:
		return fmt.Sprintf("saved[SAVED(%d) + %d]", i, n.Slot)
	case model.Unmask:
		return "OPEN"
	case model.Relent:
		return fmt.Sprintf("level[%d] - (level[%d] == MASKED)", i, i)
	}
	panic(fmt.Sprintf("export: no rule for the scope %d", n.How))
}

// returns is returning into whatever frame is on top.
func (w *promela) returns(i int) string {
	return w.top(i, "RETURNED", func(s site, n *model.Node) string {
		forget := w.forget(i, n)
		switch s.kind {
		case model.CleanupFrame:
			return w.clean(i, s)
		case model.CleaningFrame:
			return fmt.Sprintf("return_cleaning(%d, %d)", i, n.Next)
		case model.ScopeFrame:
			return fmt.Sprintf("return_scope(%d, %d)%s", i, n.Next, forget)
		}
		if w.slots[i] > 0 { // of a scope that was squeezed nothing else is left to drop what it saved
			forget = fmt.Sprintf("; forget(%d, %d)", i, w.binders[s.node])
		}
		return fmt.Sprintf("return_past(%d, %d)%s", i, n.Next, forget)
	})
}

// unwinds is unwinding into whatever frame is on top.
func (w *promela) unwinds(i int) string {
	return w.top(i, "DIED", func(s site, n *model.Node) string {
		switch s.kind {
		case model.HandlerFrame:
			scoped, after := w.number[site{s.node, model.ScopeFrame}], w.number[site{s.node, model.AfterFrame}]
			return fmt.Sprintf("catch(%d, %s, %d, %d, %d)", i, fits(i, n.A), scoped, after, n.Alt)
		case model.CleanupFrame:
			return w.clean(i, s)
		case model.AfterFrame:
			return "skip"
		}
		return fmt.Sprintf("unwind_past(%d)%s", i, w.forget(i, n))
	})
}

func fits(i int, class uint8) string {
	if class == model.Any {
		return "true"
	}
	return fmt.Sprintf("exc[%d] == %d", i, 1+int(class))
}

func (w *promela) clean(i int, s site) string {
	return fmt.Sprintf("clean(%d, %d, %d)", i, w.number[site{s.node, model.CleaningFrame}], w.p.Nodes[s.node].Alt)
}

func (w *promela) forget(i int, n *model.Node) string {
	if binds(n) && w.slots[i] > 0 {
		return fmt.Sprintf("; forget(%d, %d)", i, n.Slot)
	}
	return ""
}

// top takes the top frame away and does what is to be done with it; without a frame
// the thread ends.
func (w *promela) top(i int, end string, with func(site, *model.Node) string) string {
	finish := fmt.Sprintf("finish(%d, %s)", i, end)
	if len(w.of[i]) == 0 {
		return finish
	}
	var b strings.Builder
	fmt.Fprintf(&b, "if\n          :: height[%d] == 0 -> %s\n          :: else -> pop(%d);\n             if\n", i, finish, i)
	for _, s := range w.of[i] {
		fmt.Fprintf(&b, "             :: site == %d -> %-40s /* %s %s */\n", w.number[s], with(s, &w.p.Nodes[s.node]), kinds[s.kind], w.text(s.node))
	}
	b.WriteString("             fi\n          fi")
	return b.String()
}

var kinds = map[model.FrameKind]string{
	model.ScopeFrame: "scope of", model.AfterFrame: "after", model.HandlerFrame: "handler of",
	model.CleanupFrame: "cleanup of", model.CleaningFrame: "cleaning of",
}
