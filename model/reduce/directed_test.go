package reduce_test

import (
	"testing"

	"github.com/interject/interject/model"
	"github.com/interject/interject/model/reduce"
)

// A counterexample is a small program that shows what a premise or condition is for.
type counterexample struct {
	shows    string
	edition  string
	settings []string
	src      string
}

var directed = []counterexample{
	{"lazy work throws, whoever does it", "ghc@doc2010", nil, `
		litmus lazy-work
		lazy z
		thread a { nop; log w }
		thread b { lazy z { throwTo a X }; force z }`},
	{"who is first in turn is first, and no other is in its place", "asyncio@3.11", nil, `
		litmus alike-in-turn
		mvar m = 1
		thread a { take m; log w }
		thread b { take m; log w }`},
	{"what is due is received when its turn comes, and others may have theirs before", "asyncio@3.11", []string{"keep=all", "order=fifo"}, `
		litmus due-in-turn
		thread a { cancel b }
		thread b { cancel a }`},
	{"who asks whether a thread is alive sees what another has broken off", "python@3.11-signal", nil, `
		litmus false-death-seen
		flag y
		mvar m
		thread a { set y; interrupt b { try { bracket { } use { } release { fork c; alive? b }; take m } catch X { } }; join b timeout }
		thread b { take m; put m 1; foreign }
		later c { throwTo a X }`},
	{"each receipt is counted", "ghc@base4.15", []string{"counts=yes"}, `
		litmus counted
		mvar m
		thread a { take m; throwTo b Kill }
		thread b { unmask { nop }; protect { } cleanup { bracket { put m 1 } use { log w1; try { throwTo a Kill; take m } catch Kill { throwTo a Kill } } release { }; nop }; log w2; throwTo a X }`},
	{"a thunk in a queue has a future", "sbcl@2.2", nil, `
		litmus queued-thunk
		thread a { nop; log w }
		thread b { without { nop; nop } }
		thread c { interrupt b { interrupt a { raise X } } }`},
	{"a sender that is handed over is never blocked, and somebody waits for that", "ghc@9.0-1cap", []string{"order=fifo"}, `
		litmus masked-direct
		thread a { mask { nop; nop } }
		thread b { log w; throwTo a Kill; log v }
		thread c { await b; throwTo b X }`},
	{"a sender that waits is interrupted before its signal is received", "ghc@doc2010", []string{"may=no"}, `
		litmus waiting-sender
		thread a { nop; nop }
		thread b { log w; throwTo a Kill; log v }
		thread c { await b; throwTo b X }`},
	{"two loops show every pair of values", "ghc@doc2010", nil, `
		litmus two-loops
		flag y
		var p = 0
		var q = 0
		thread a { while y 0 { set p 1; set p 0 } }
		thread b { while y 0 { set q 1; set q 0 } }`},
	{"lazy work that is interrupted keeps its point, and nobody may come to resume it", "ghc@doc2010", nil, `
		litmus frozen-point
		lazy z
		thread a { lazy z { nop; nop }; force z }
		thread b { throwTo a X }`},
	{"a value outlives the raise, and the handler logs it", "ghc@doc2010", nil, `
		litmus kept-value
		thread a { try { value 2; nop } catch X { log w= } }
		thread b { throwTo a X }`},
	{"a step to where there is no safe point may be the last before which a signal is received", "ghc@doc2010", nil, `
		litmus no-point
		flag y
		thread a { nop; busy y 5 }
		thread b { throwTo a X }`},
	{"who closes a circle of waits depends on who waits first", "sbcl@2.2", nil, `
		litmus lock-cycle
		mutex l
		mutex k
		thread a { lock l; lock k }
		thread b { lock k; lock l }`},
	{"what was received once may be raised again at every point", "go@context", nil, `
		litmus raised-again
		mvar m
		mvar n
		thread a { try { take m } catch any { nop }; put n; log w }
		thread b { cancel a }`},
	{"a throw that waits is seen by who awaits its sender", "ghc@doc2010", nil, `
		litmus awaited-thrower
		flag y
		thread a { umask { spin y 5 } }
		thread b { throwTo a X }
		thread c { await b; log w }`},
	{"throws that are never received are made all the same, in any order", "ghc@doc2010", nil, `
		litmus never-received
		flag y
		thread a { umask { spin y 5 } }
		thread b { throwTo a X }
		thread c { try { throwTo b X } catch any { throwTo a X } }`},
	{"who waits in a throwTo may be hit there, though it may not be on the way there", "ghc@doc2010", []string{"points=none"}, `
		litmus hit-while-waiting
		thread a { umask { nop; nop } }
		thread b { mask { try { throwTo a X } catch any { log h } } }
		thread c { throwTo b Y }`},
	{"a throw at a thread that is masked for ever is owed its turn", "ghc@doc2010", nil, `
		litmus masked-for-ever
		flag y
		thread a { nop; mask { while y 0 { nop } } }
		thread b { throwTo a X }`},
	{"a thread may be ended from outside", "racket@8.7", nil, `
		litmus ended
		thread a { }
		thread b { kill! a }`},
	{"a thread that blocks is seen by who awaits it", "pthread@glibc2.36", nil, `
		litmus awaited
		thread a { foreign }
		thread b { await a; alive? a }`},
	{"a forked thread has a future", "ecl@21", nil, `
		litmus forked
		thread a { }
		thread b { fork d }
		later d { kill a }`},
	{"a masked thread looks at its queue", "java@17", nil, `
		litmus looking
		thread a { cancelled? }
		thread b { cancel a }`},
	{"a receipt that is due may lag behind", "sbcl@doc", nil, `
		litmus lagging
		thread a { await b }
		thread b { kill a }`},
	{"a later signal takes the place of an earlier one", "python@3.11", nil, `
		litmus replaced
		thread a { }
		thread b { throwTo a X; throwTo a Kill }`},
	{"a foreign call is ended early by what is sent, not by what is received", "ghc@doc2010", nil, `
		litmus poked
		flag y
		thread a { throwTo b X }
		thread b { foreign interruptible; busy y }`},
	{"behind a return into a cleanup a raise meets another stack", "python@doc3.11", nil, `
		litmus cleaned
		flag y
		thread a { protect { } cleanup { while y 0 { } } }
		thread b { throwTo a X }`},
	{"behind a try a raise meets another stack", "python@3.11", []string{"may=yes"}, `
		litmus tried
		thread a { try { log w } catch any { } }
		thread b { throwTo a X }`},
	{"a loop that nobody can see or disturb is not enough", "ghc@doc2010", nil, `
		litmus lonely-loop
		flag y
		thread a { while y 0 { nop } }
		thread b { log w }`},
	{"either of two threads may hit the other", "ghc@doc2010", nil, `
		litmus duel
		thread a { throwTo b X }
		thread b { throwTo a X }`},
	{"throwers of one class are not alike if they hit different threads", "ghc@doc2010", nil, `
		litmus targets
		mvar m = full
		thread a { log w }
		thread b { }
		thread c { take m; throwTo a X }
		thread d { take m; throwTo b X }`},
	{"threads are not alike if their numbers differ", "ghc@doc2010", nil, `
		litmus numbers
		var x = 0
		thread a { value 1; log w= }
		thread b { value 2; log w= }`},
	{"throwers are not alike if their classes differ", "ghc@doc2010", nil, `
		litmus classes
		thread a { nop }
		thread b { throwTo a X }
		thread c { throwTo a Y }`},
	{"who waits for a masked thread is known to its queue", "ghc@doc2010", nil, `
		litmus waiting
		thread a { mask { nop } }
		thread b { throwTo a X; log w }
		thread c { throwTo a X; log w }`},
	{"who hands a mutex on sees whether the other has ended before it is woken", "ecl@21", nil, `
		litmus handed-on
		mutex l
		thread a { lock l; await b; unlock l; log w }
		thread b { lock l }`},
	{"an exit sets those free who wait for the thread", "ghc@doc2010", []string{"voids=yes", "exit=primitive"}, `
		litmus voided
		flag y
		thread a { umask { protect { exit } cleanup { wait-until y; log v } } }
		thread b { throwTo a X; set y }`},
	{"a kill voids what was sent before it is received", "sbcl@doc", []string{"may=no", "voids=yes", "kill=primitive"}, `
		litmus voiding
		thread a { nop; protect { nop } cleanup { log v } }
		thread b { kill a }
		thread c { interrupt a { log w } }`},
	{"who ends by receiving is seen to have ended", "sbcl@doc", []string{"may=no", "fatal=yes"}, `
		litmus ended-by-receiving
		thread a { interrupt b { }; point; without { }; try { throwTo b X } catch X { nop } }
		thread b { without { }; throwTo a Kill; log w }`},
	{"a second kill has no effect until the unwinding is replaced", "lispworks@doc",
		[]string{"may=no", "cleanup-mask=closed", "doomed=no-kill", "unwind-points=nowhere", "handler-mask=open"}, `
		litmus replaced-kill
		flag y
		flag g
		thread t { try { protect { set g; wait-until y 5 } cleanup { set y; nop; raise X } } catch X { log h; wait-until y 5 } }
		thread b { spin g; kill t }
		thread c { spin y; kill t }`},
	{"a handler may throw, though it may never be entered", "ecl@21", nil, `
		litmus expired
		thread a { }
		thread b { timeout { } expired { throwTo a X } }`},
	{"a value that is set is seen after the raise", "ghc@doc2010", []string{"may=no"}, `
		litmus kept-set
		var x = 0
		thread a { set x }
		thread b { throwTo a X }`},
	{"who looks for signals only after a cue is armed by what came before it", "racket@8.7", nil, `
		litmus cued
		thread a { breaks off { }; throwTo b X }
		thread b { throwTo a X }`},
	{"where the last signal is received first, a later one comes before what is due", "ghc@doc2010", []string{"may=no", "sync=no", "order=lifo"}, `
		litmus overtaken
		thread a { }
		thread b { throwTo a Kill; throwTo a X }`},
	{"a second kill has no effect as long as what is due is not received", "lispworks@doc", []string{"may=no", "order=fifo"}, `
		litmus due-and-no-kill
		flag h
		thread t { try { nop } catch X { spin h; log c } }
		thread y { kill t; interrupt t { raise X }; kill t; set h }`},
	{"a kill voids what comes before it is received", "lispworks@doc", []string{"may=no", "order=fifo", "doomed=everything", "voids=yes"}, `
		litmus due-and-voids
		flag g
		thread t { protect { nop } cleanup { spin g; log c } }
		thread y { kill t; interrupt t { log x }; set g }`},
	{"what is pending when a signal is received, waits for the next cue, and what comes later is one", "racket@8.7", []string{"may=no", "keep=all", "arm=send", "handler-mask=open"}, `
		litmus due-and-cues
		flag g
		thread t { try { nop } catch X { spin g; log c } }
		thread y { throwTo t X; throwTo t X; set g }`},
	{"a mask that opens is a cue only if something is pending", "ghc@doc2010", []string{"may=no", "arm=enter"}, `
		litmus lazy-and-cues
		flag f
		thread t { mask { set f; unmask { nop }; log n } }
		thread y { spin f; throwTo t X }`},
	{"where a throw at who has ended is an error, it does not wait for the end", "ghc@doc2010", []string{"gone-error=yes"}, `
		litmus gone
		thread a { throwTo b X }
		thread b { }`},
}

func (p counterexample) dialect(t testing.TB) model.Dialect {
	t.Helper()
	d, err := model.Edition(p.edition)
	for _, s := range p.settings {
		if err == nil {
			d, err = d.With(s)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReducedAgreesOnCounterexamples(t *testing.T) {
	for _, p := range directed {
		d := p.dialect(t)
		test := parse(t, p.src)
		m, err := test.Machine(d)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := search(test, m, reduce.New(m, 0))
		if err != nil {
			t.Fatal(err)
		}
		for _, kinds := range subsets(d) {
			if _, err := agree(test, m, plain, reduce.New(m, kinds)); err != nil {
				t.Errorf("%s: %v: %v", p.shows, kinds, err)
			}
		}
	}
}
