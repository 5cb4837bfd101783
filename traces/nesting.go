package traces

// nesting says for each event how deep in frames it stands, and how many
// operations of its thread are open after it; -1 after the thread's end.
type nesting struct{ depth, busy []int }

// level is something open: the event that opened it, and how many frames are
// open with it.
type level struct{ event, frames int }

func nest(x *Index) nesting {
	h := x.History
	n := nesting{make([]int, len(h.Events)), make([]int, len(h.Events))}
	stacks := make([][]level, len(h.Threads))
	for i := range h.Events {
		e := &h.Events[i]
		s := stacks[e.Thread]
		if e.Phase == Return || e.Kind == Leave {
			for s[len(s)-1].event != int(x.Match[i]) {
				s = s[:len(s)-1]
			}
			s = s[:len(s)-1]
		}
		n.depth[i] = frames(s)
		switch {
		case e.Phase == Call:
			s = append(s, level{i, frames(s)})
		case e.Kind == Enter:
			s = append(s, level{i, frames(s) + 1})
		}
		n.busy[i] = len(s) - frames(s)
		if e.Kind == End {
			s, n.busy[i] = nil, -1
		}
		stacks[e.Thread] = s
	}
	return n
}

func frames(s []level) int {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].frames
}
