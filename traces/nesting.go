package traces

// nesting says for each event how deep in frames it stands, and how many
// operations of its thread are open after it; -1 after the thread's end.
type nesting struct{ depth, busy []int }

func nest(x *Index) nesting {
	h := x.History
	n := nesting{make([]int, len(h.Events)), make([]int, len(h.Events))}
	stacks := make([][]int, len(h.Threads)) // of events that opened something
	for i := range h.Events {
		e := &h.Events[i]
		s := stacks[e.Thread]
		if e.Phase == Return || e.Kind == Leave {
			for s[len(s)-1] != int(x.Match[i]) {
				s = s[:len(s)-1]
			}
			s = s[:len(s)-1]
		}
		n.depth[i] = n.count(h, s, Enter)
		if e.Phase == Call || e.Kind == Enter {
			s = append(s, i)
		}
		n.busy[i] = len(s) - n.count(h, s, Enter)
		if e.Kind == End {
			s, n.busy[i] = nil, -1
		}
		stacks[e.Thread] = s
	}
	return n
}

// count counts the events of a kind in a stack.
func (nesting) count(h *History, stack []int, k Kind) int {
	c := 0
	for _, i := range stack {
		if h.Events[i].Kind == k {
			c++
		}
	}
	return c
}
