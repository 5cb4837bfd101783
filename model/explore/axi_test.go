package explore_test

import (
	"fmt"

	"github.com/interject/interject/model/explore"
)

// AXI is a small language of threads that throw exceptions at each other, known
// from a comparison of model checkers: its three scenarios have published counts.
// A throw blocks until it is received and is itself always interruptible; a thread
// is receptive when unmasked and when it is blocked.

type axiOp uint8

const (
	nop axiOp = iota
	shut
	open
	catch // arg: where the handler is; one handler at a time
	drop
	take // arg: cell
	put  // arg: cell
	throw
	note
	end
)

type axiIns struct {
	op   axiOp
	arg  int
	next int
}

// axi is a program of some threads and some cells, all of which start full.
type axi struct {
	name    string
	threads [][]axiIns
	cells   int
}

// axiPart is a part of the state: a thread's core, its queue, its log, or a cell.
type axiPart struct {
	pc      uint8
	status  uint8
	masked  bool
	waits   uint8 // 1 + the thread in whose queue it is
	heard   uint8 // 1 + who hit it last
	handler uint8 // 1 + where it is
	n       uint8 // length of a list; a full cell has 1
	list    [9]uint8
}

const (
	running = iota
	returned
	dead
)

func (p axiPart) push(x int) axiPart {
	p.list[p.n] = uint8(x)
	p.n++
	return p
}

func (p axiPart) without(x int) axiPart {
	q := axiPart{}
	for _, y := range p.list[:p.n] {
		if int(y) != x {
			q = q.push(int(y))
		}
	}
	return q
}

func (a *axi) core(t int) int  { return t }
func (a *axi) queue(t int) int { return len(a.threads) + t }
func (a *axi) notes(t int) int { return 2*len(a.threads) + t }
func (a *axi) cell(c int) int  { return 3*len(a.threads) + c }

func (a *axi) Parts() int  { return 3*len(a.threads) + a.cells }
func (a *axi) Agents() int { return len(a.threads) }
func (a *axi) Initial(c int) axiPart {
	if c >= a.cell(0) {
		return axiPart{n: 1}
	}
	return axiPart{}
}

// axiStep is a step of a thread in a state.
type axiStep struct {
	*explore.View[axiPart]
	*axi
}

func (a *axi) Expand(t int, v *explore.View[axiPart]) {
	x := axiStep{v, a}
	me := v.Get(a.core(t))
	if me.status != running || me.waits != 0 {
		return
	}
	if x.step(t, me, a.threads[t][me.pc]) {
		v.Commit(0)
	}
}

// step does one instruction; false: the thread is blocked.
func (x axiStep) step(t int, me axiPart, in axiIns) bool {
	me.pc = uint8(in.next)
	switch in.op {
	case shut:
		me.masked = true
	case open:
		me.masked = false
		x.Set(x.core(t), me)
		x.receive(t)
		return true
	case catch:
		me.handler = uint8(in.arg + 1)
	case drop:
		me.handler = 0
	case take, put:
		if x.blocked(in) {
			return x.receive(t)
		}
		c := x.Get(x.cell(in.arg))
		c.n = 1 - c.n
		x.Set(x.cell(in.arg), c)
	case throw:
		x.throwTo(t, me, in.arg)
		return true
	case note:
		x.Set(x.notes(t), x.Get(x.notes(t)).push(int(me.heard)))
	case end:
		me.pc, me.status, me.masked = 0, returned, false
		x.wakeAll(t)
	}
	x.Set(x.core(t), me)
	return true
}

func (x axiStep) blocked(in axiIns) bool {
	switch in.op {
	case take:
		return x.Get(x.cell(in.arg)).n == 0
	case put:
		return x.Get(x.cell(in.arg)).n == 1
	}
	return false
}

func (x axiStep) throwTo(t int, me axiPart, to int) {
	if x.receive(t) {
		return
	}
	target := x.Get(x.core(to))
	if target.status == running && !x.receptive(to, target) {
		x.Set(x.queue(to), x.Get(x.queue(to)).push(t))
		me.pc = x.Get(x.core(t)).pc
		me.waits = uint8(to + 1)
		x.Set(x.core(t), me)
		return
	}
	x.Set(x.core(t), me)
	if target.status == running {
		x.raise(to, t)
	}
}

func (x axiStep) receptive(t int, th axiPart) bool {
	return !th.masked || th.waits != 0 || x.blocked(x.threads[t][th.pc])
}

// receive takes the first thrower out of t's queue, if there is one.
func (x axiStep) receive(t int) bool {
	q := x.Get(x.queue(t))
	if q.n == 0 {
		return false
	}
	from := int(q.list[0])
	x.Set(x.queue(t), q.without(from))
	x.wake(from)
	x.raise(t, from)
	return true
}

func (x axiStep) raise(t, from int) {
	th := x.Get(x.core(t))
	if th.waits != 0 {
		q := x.queue(int(th.waits) - 1)
		x.Set(q, x.Get(q).without(t))
		th.waits = 0
	}
	th.heard = uint8(from + 1)
	if th.handler != 0 {
		th.pc, th.handler, th.masked = th.handler-1, 0, true
		x.Set(x.core(t), th)
		return
	}
	x.Set(x.core(t), axiPart{status: dead, heard: th.heard})
	x.wakeAll(t)
}

func (x axiStep) wakeAll(t int) {
	q := x.Get(x.queue(t))
	for _, y := range q.list[:q.n] {
		x.wake(int(y))
	}
	x.Set(x.queue(t), axiPart{})
}

// wake makes a waiting throw return.
func (x axiStep) wake(t int) {
	th := x.Get(x.core(t))
	th.waits = 0
	th.pc = uint8(x.threads[t][th.pc].next)
	x.Set(x.core(t), th)
}

// An unmasked thread has nobody waiting for it.
func (a *axi) Checks() int { return len(a.threads) }
func (a *axi) Check(t int, v *explore.View[axiPart]) error {
	if !v.Get(a.core(t)).masked && v.Get(a.queue(t)).n > 0 {
		return fmt.Errorf("thread %d is unmasked and somebody waits for it", t)
	}
	return nil
}

// The scenarios.

type axiCode []axiIns

func (c *axiCode) emit(op axiOp, arg int) int {
	*c = append(*c, axiIns{op, arg, len(*c) + 1})
	return len(*c) - 1
}

func (c *axiCode) emits(ops ...axiOp) {
	for _, op := range ops {
		c.emit(op, 0)
	}
}

// kill: a target goes rounds with a lock held while open to interrupts; killers hit
// it once each and then take the lock too.
func kill(killers, rounds int) *axi {
	var c axiCode
	var catches, after []int
	for range rounds {
		c.emits(shut, take)
		catches = append(catches, c.emit(catch, 0))
		c.emits(open, nop, nop, shut, drop, put, open, nop)
		after = append(after, len(c))
	}
	c.emits(end)
	for i, at := range catches {
		c[at].arg = c.emit(nop, 0)
		c.emits(put, note)
		c[c.emit(open, 0)].next = after[i]
	}
	a := &axi{name: fmt.Sprintf("kill_%d_%d", killers, rounds), threads: [][]axiIns{c}, cells: 1}
	for range killers {
		var k axiCode
		k.emits(nop, throw, take, put, end)
		a.threads = append(a.threads, k)
	}
	return a
}

// ring: each thread throws to its right under a mask, and to its left when hit.
func ring(n int) *axi {
	a := &axi{name: fmt.Sprintf("ring_%d", n)}
	for i := range n {
		var c axiCode
		c.emit(catch, 8)
		c.emits(nop, shut, nop)
		c.emit(throw, (i+1)%n)
		c.emits(open, drop, end)
		c.emit(note, 0)
		c.emit(throw, (i+n-1)%n)
		c[c.emit(open, 0)].next = 7
		a.threads = append(a.threads, c)
	}
	return a
}

// fifo: throwers queue at a target that is masked for some steps, then opens a
// window for each and notes whom it heard.
func fifo(throwers, steps int) *axi {
	var c axiCode
	var catches, after []int
	c.emits(shut)
	for range steps {
		c.emits(nop)
	}
	for range throwers {
		catches = append(catches, c.emit(catch, 0))
		c.emits(open, nop, shut, drop)
		after = append(after, len(c))
	}
	c.emits(end)
	for i, at := range catches {
		c[at].arg = c.emit(note, 0)
		c[c[at].arg].next = after[i]
	}
	a := &axi{name: fmt.Sprintf("fifo_%d_%d", throwers, steps), threads: [][]axiIns{c}}
	for range throwers {
		var t axiCode
		t.emits(nop, throw, end)
		a.threads = append(a.threads, t)
	}
	return a
}
