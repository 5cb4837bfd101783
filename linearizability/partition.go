package linearizability

import (
	"slices"

	"github.com/interject/interject/traces"
)

// A history of an unknown program falls into parts that share nothing but the
// order of their events: linearizability is a property of each object by itself
// [herlihy-wing-1990 s.3.3]. The objects are threads together with all that they
// send to and all cells that they use. A thread that only sends, and to which
// nobody sends, belongs to no object: what it does to one of them is all that this
// one knows of it, and the order of its sends is that of their stamps.

// Part is one part of a history, and where its events stand in the whole.
type Part struct {
	*traces.History
	Place []int // of each event of the part, in the history
}

// Partition is the parts of a history; itself alone if it cannot be divided: if it
// is of a litmus test, or something in it went unobserved.
func Partition(h *traces.History) []Part {
	g := newGroups(h)
	if g == nil {
		return []Part{undivided(h)}
	}
	var parts []Part
	for _, root := range g.roots() {
		parts = append(parts, g.part(root))
	}
	return parts
}

func undivided(h *traces.History) Part {
	p := Part{History: h, Place: make([]int, len(h.Events))}
	for i := range p.Place {
		p.Place[i] = i
	}
	return p
}

// groups is which threads and cells belong together.
type groups struct {
	h      *traces.History
	sender []bool // of each thread: it only sends
	up     []int  // union-find over the threads, then the cells
	match  []int32
}

func newGroups(h *traces.History) *groups {
	if h.Test != traces.Free || h.Over == traces.Crashed || len(h.Unobserved) > 0 || !slices.Contains(h.Observed, traces.Send) || !slices.Contains(h.Observed, traces.Enter) {
		return nil
	}
	g := &groups{h: h, sender: make([]bool, len(h.Threads)), match: traces.NewIndex(h).Match}
	for i := range g.sender {
		g.sender[i] = true
	}
	for i := range len(h.Threads) + len(h.Cells) {
		g.up = append(g.up, i)
	}
	for i := range h.Events {
		g.impure(i)
	}
	for i := range h.Events {
		g.join(&h.Events[i])
	}
	return g
}

// impure notes that the event makes its thread, or its target, more than a sender.
func (g *groups) impure(i int) {
	e := &g.h.Events[i]
	switch {
	case e.Kind == traces.Send && e.Phase == traces.Call:
		g.sender[e.To] = false
		if g.match[i] < 0 {
			g.sender[e.Thread] = false // it may have died in it
		}
	case e.Kind == traces.Join, e.Kind == traces.Fork, e.Kind == traces.Await, e.Kind == traces.Alive:
		g.sender[e.Thread] = false
		if e.Phase == traces.Call {
			g.sender[e.To] = false
		}
	case alone(e):
	case e.Kind == traces.Send && (e.Result == traces.Received || e.Result == traces.Queued || e.Result == traces.Gone):
	default:
		g.sender[e.Thread] = false
	}
}

// alone says that the event concerns nobody but its thread.
func alone(e *traces.Event) bool {
	return e.Kind == traces.Log || e.Kind == traces.Point || e.Kind == traces.Start || e.Kind == traces.End && e.Result == traces.Returned
}

func (g *groups) root(i int) int {
	for g.up[i] != i {
		i = g.up[i]
	}
	return i
}

func (g *groups) union(i, j int) { g.up[g.root(i)] = g.root(j) }

func (g *groups) join(e *traces.Event) {
	t := int(e.Thread)
	switch {
	case g.sender[t] || e.Phase != traces.Call:
	case e.Kind == traces.Send, e.Kind == traces.Join, e.Kind == traces.Fork, e.Kind == traces.Await, e.Kind == traces.Alive:
		g.union(t, int(e.To))
	case e.Kind == traces.Sleep, e.Kind == traces.Foreign, e.Kind == traces.Settle:
	default:
		g.union(t, len(g.h.Threads)+int(e.Cell))
		if e.Kind == traces.Wait {
			g.union(t, len(g.h.Threads)+int(e.With))
		}
	}
}

// roots are the groups that have threads of their own, in order.
func (g *groups) roots() []int {
	var all []int
	for t := range g.h.Threads {
		if r := g.root(t); !g.sender[t] && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// part is the history of one group: of its threads, and of what others send to it.
func (g *groups) part(root int) Part {
	p := Part{History: &traces.History{Header: g.h.Header, Over: g.h.Over, Incomplete: g.h.Incomplete}}
	p.Threads = nil
	thread := map[int16]int16{}
	number := map[int16]int32{}
	was := map[int16]map[int32]int32{}
	add := func(t int16) {
		if _, ok := thread[t]; !ok {
			thread[t] = int16(len(p.Threads))
			p.Threads = append(p.Threads, g.h.Threads[t])
			was[t] = map[int32]int32{}
		}
	}
	for i := range g.h.Events {
		e := g.h.Events[i]
		if !g.belongs(root, i) {
			continue
		}
		add(e.Thread)
		if e.Phase == traces.Call && (e.Kind == traces.Send || e.Kind == traces.Join || e.Kind == traces.Fork || e.Kind == traces.Await || e.Kind == traces.Alive) {
			add(e.To)
		}
		if e.Phase == traces.Return || e.Kind == traces.Leave {
			e.Of = was[e.Thread][e.Of]
		}
		was[e.Thread][e.N] = number[e.Thread]
		e.N = number[e.Thread]
		number[e.Thread]++
		e.To = thread[e.To]
		e.Thread = thread[e.Thread]
		p.Events, p.Place = append(p.Events, e), append(p.Place, i)
	}
	return p
}

// belongs says whether event i is one of the group.
func (g *groups) belongs(root, i int) bool {
	e := &g.h.Events[i]
	switch {
	case !g.sender[e.Thread]:
		return g.root(int(e.Thread)) == root
	case alone(e):
		return true // in every part that the thread sends to, as its own clock
	case e.Phase == traces.Return:
		return g.belongs(root, int(g.match[i]))
	}
	return g.root(int(e.To)) == root
}
