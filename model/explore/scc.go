package explore

import "unsafe"

// unvisited and done mark vertices in the numbering of components.
const (
	unvisited uint32 = 0
	done      uint32 = 1<<32 - 1
)

// visitComponents finds the strongly connected components of the graph on the
// vertices 0..n-1 by Tarjan's algorithm (SIAM J. Computing 1(2), 1972), without
// recursion. next gives the edge of v at a cursor, moves the cursor on, and reports
// false behind the last edge. poll is told from time to time how many bytes are used
// beside four per vertex; if it says false, the visit ends and is false too. emit may
// keep nothing of its argument.
func visitComponents(n int, next func(v uint32, at *edge) (uint32, bool), poll func(used int64) bool, emit func([]uint32)) bool {
	t := tarjan{order: make([]uint32, n), next: next, emit: emit}
	for v := range n {
		if v&0xfff == 0 && !poll(t.bytes()) {
			return false
		}
		if t.order[v] == unvisited && !t.search(uint32(v), poll) {
			return false
		}
	}
	return true
}

// An edge is a cursor over the edges of one vertex.
type edge struct {
	agent  int32
	effect int32
}

type tarjan struct {
	order  []uint32 // of the first visit, from 1
	last   uint32
	stack  []uint32 // visited vertices not yet in a component
	frames []frame
	next   func(uint32, *edge) (uint32, bool)
	emit   func([]uint32)
}

type frame struct {
	v, low uint32
	at     edge
	base   int // of v in the stack
}

func (t *tarjan) search(root uint32, poll func(int64) bool) bool {
	t.push(root)
	for steps := 1; len(t.frames) > 0; steps++ {
		if steps&0xffff == 0 && !poll(t.bytes()) {
			return false
		}
		f := &t.frames[len(t.frames)-1]
		w, ok := t.next(f.v, &f.at)
		switch {
		case !ok:
			t.pop()
		case t.order[w] == unvisited:
			t.push(w)
		default: // done is greater than all orders
			f.low = min(f.low, t.order[w])
		}
	}
	return true
}

func (t *tarjan) bytes() int64 {
	return int64(cap(t.frames))*int64(unsafe.Sizeof(frame{})) + 4*int64(cap(t.stack))
}

func (t *tarjan) push(v uint32) {
	t.last++
	t.order[v] = t.last
	t.frames = append(t.frames, frame{v: v, low: t.last, base: len(t.stack)})
	t.stack = append(t.stack, v)
}

func (t *tarjan) pop() {
	f := t.frames[len(t.frames)-1]
	t.frames = t.frames[:len(t.frames)-1]
	if f.low == t.order[f.v] {
		members := t.stack[f.base:]
		t.stack = t.stack[:f.base]
		for _, w := range members {
			t.order[w] = done
		}
		t.emit(members)
	}
	if n := len(t.frames); n > 0 {
		t.frames[n-1].low = min(t.frames[n-1].low, f.low)
	}
}
