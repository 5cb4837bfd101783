package impl

import (
	"bytes"
	"fmt"
	"go/token"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// notTwice fails if t, of the word x, is not ready to block because it is blocked already.
func (t *Thread) notTwice(x uint64, op Op, on any) {
	if x&standing != started {
		t.usedTwice(op, on)
	}
}

// usedTwice fails because t is to block though it is blocked, has ended, or has not begun.
func (t *Thread) usedTwice(op Op, on any) {
	x := t.w.Acquire()
	was := fmt.Sprintf("is in %s %s", t.op, name(t.on))
	switch {
	case x&finished != 0:
		was = "has ended"
	case x&started == 0:
		was = "is not started"
	}
	t.w.Release(x)
	panic(fmt.Sprintf("impl: %s: %s %s: the thread %s: its handle is used from another goroutine", t.Name(), op, name(on), was))
}

// owner is what a runtime that checks knows of a thread.
type owner struct {
	goroutine uint64
	scopes    []uint64 // the masks in progress
	made      uint64   // how many there have been
}

// owned notes that the calling goroutine is t.
func (t *Thread) owned() {
	if t.rt.checks {
		t.rare().owner = &owner{goroutine: goroutine()}
	}
}

// checkOwner fails, in a runtime that checks, unless the calling goroutine is t.
func (rt *Runtime) checkOwner(t *Thread) {
	if rt.checks {
		t.checkOwner()
	}
}

func (t *Thread) checkOwner() {
	if o := t.rare().owner; o != nil && o.goroutine == goroutine() {
		return
	}
	panic(fmt.Sprintf("impl: %s: its handle is used from another goroutine; only the functions that the thread runs may", t.Name()))
}

// checkUse fails, in a runtime that checks, unless t itself is at a safe point of its own.
func (rt *Runtime) checkUse(t *Thread) {
	if rt.checks {
		t.checkUse()
	}
}

func (t *Thread) checkUse() {
	t.checkOwner()
	if t.w.Peek()&abroad != 0 {
		panic(fmt.Sprintf("impl: %s: its handle is used inside of its foreign call, which must not", t.Name()))
	}
}

// beginScope returns the identity of a mask that begins; zero in a runtime that does not
// check.
func (t *Thread) beginScope() uint64 {
	if t.watched {
		return t.newScope()
	}
	return 0
}

//go:noinline
func (t *Thread) newScope() uint64 {
	if !t.rt.checks {
		return 0
	}
	o := t.rare().owner
	o.made++
	o.scopes = append(o.scopes, o.made)
	return o.made
}

// endScope ends that mask, and those inside it that a panic has ended.
func (t *Thread) endScope(scope uint64) {
	if scope != 0 {
		o := t.rare().owner
		o.scopes = o.scopes[:slices.Index(o.scopes, scope)]
	}
}

// checkScope fails unless that mask is in progress. what is used of it.
func (t *Thread) checkScope(scope uint64, what string) {
	if t.watched && t.rt.checks {
		t.inScope(scope, what)
	}
}

func (t *Thread) inScope(scope uint64, what string) {
	t.checkOwner()
	if !slices.Contains(t.rare().owner.scopes, scope) {
		panic(fmt.Sprintf("impl: %s: %s is used outside of its mask, which has been left", t.Name(), what))
	}
}

// goroutine is the number of the calling goroutine, which the runtime tells in the
// headline of a stack only.
func goroutine() uint64 {
	var b [64]byte
	fields := bytes.Fields(b[:runtime.Stack(b[:], false)])
	n, err := strconv.ParseUint(string(fields[1]), 10, 64)
	if err != nil {
		panic("impl: a stack does not begin with its goroutine: " + err.Error())
	}
	return n
}

// aims fails unless u can be the target of t's op: locks of two threads are taken in the
// order of their numbers, which are those of one runtime.
func (t *Thread) aims(op Op, u *Thread) {
	if t == nil || u == nil || u.rt != t.rt {
		t.badTarget(op, u)
	}
}

// own fails if there is no thread, or, in a runtime that checks, if it is not the caller.
func (t *Thread) own() {
	t.given()
	t.rt.checkOwner(t)
}

// given fails if there is no thread. Safe points, masks and the other frames, in which each
// test shows, do without it: their own access to the nil thread fails.
func (t *Thread) given() {
	if t == nil {
		noThread()
	}
}

// noThread fails because an operation was given no thread. It names the operation.
//
//go:noinline
func noThread() {
	var at [8]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(2, at[:])])
	for {
		f, more := frames.Next()
		name := strings.ReplaceAll(f.Function[strings.LastIndexByte(f.Function, '/')+1:], "[...]", "")
		if token.IsExported(name[strings.LastIndexByte(name, '.')+1:]) || !more {
			panic(name + ": the *Thread is nil: what a thread does needs the handle that its function was given")
		}
	}
}

//go:noinline
func (t *Thread) badTarget(op Op, u *Thread) {
	t.given()
	if u == nil {
		panic(fmt.Sprintf("impl: %s: %s: the target is nil", t.Name(), op))
	}
	panic(fmt.Sprintf("impl: %s: %s %s: the target is a thread of another runtime; a runtime's threads interrupt and await each other only, from outside there is Post", t.Name(), op, u.Name()))
}

//go:noinline
func (t *Thread) unknown(op Op, on any) {
	panic(fmt.Sprintf("impl: %s: %s %s: the scheduler does not know the cell: make it by its New function, for this runtime", t.Name(), op, name(on)))
}

// checkParent fails unless parent, if there is one, can start t.
func (t *Thread) checkParent(parent *Thread) {
	switch {
	case t.rt == nil:
		panic("impl: start: the thread was not made by NewThread")
	case parent == nil:
	case parent.rt != t.rt:
		panic(fmt.Sprintf("impl: start %s: its parent %s is a thread of another runtime", t.Name(), parent.Name()))
	default:
		t.rt.checkOwner(parent)
	}
}

// badLevel fails because of a level that there is not.
func (t *Thread) badLevel(l Level) {
	panic(fmt.Sprintf("impl: %s: %v is none of open, masked, closed", t.Name(), l))
}

// scheduler is that of rt, or nil. what is being made in rt.
func (rt *Runtime) scheduler(what string) Scheduler {
	if rt == nil {
		panic("impl: " + what + ": the runtime is nil: New makes one")
	}
	return rt.sched
}
