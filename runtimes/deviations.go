package runtimes

import (
	"context"
	"fmt"
	"regexp"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Deviation is something that a runtime was seen to do and that its documentation, or
// an older one, says otherwise, or says nothing of.
type Deviation struct {
	What    string
	Runtime string
	Test    string
	Outcome string // a regular expression: the outcomes in which it shows
	Says    string // the sentence that it contradicts, in our words, with its key; Undocumented
	Older   string // the document, or the narrower edition, from which it differs, which does not allow it; or ""
	Cause   string
	Runs    int // how often the test is run to see it
}

// Undocumented is said of what no document of the runtime's version speaks of.
const Undocumented = "*undocumented*"

const noPromise = "[ghc-base Control.Exception.throwTo] of 4.15 has dropped the promise of 2010, that blocked throwers are served first in, first out [ghc-throwto-2010 s.12], and gives no other: " + Undocumented

// Deviations are the ones that are pinned.
var Deviations = []Deviation{
	{"Blocked throwers are served last in, first out", "ghc-1cap", "fifo-await", `^t=returned \[2 1\]`, noPromise, "ghc@doc2010",
		"`throwToMsg` puts a blocked exception at the head of the target's list, `maybePerformBlockedException` takes it from there [ghc-rts].", 300},
	{"Of three blocked throwers the one that came last kills", "ghc-1cap", "others-return", `^t=died X3`, noPromise, "ghc@doc2010",
		"The same list [ghc-rts].", 300},
	{"A thrower is blocked and nothing is pending: its target unmasks and is not hit", "ghc", "in-flight-missed", `\[(n1|x1 n2)`, Undocumented, "ghc@9.0-1cap",
		"Between capabilities throwTo is a message: the thrower is blocked when it has sent it, the target is hit when its capability has read it [ghc-rts sendMessage, executeMessage].", 1000},
	{"A throwTo is interrupted, and its exception was delivered all the same", "ghc-1cap", "withdraw-race", `^b=died X; a=returned \[cut\]`,
		"A throwTo that is interrupted has not delivered is what readers conclude from [ghc-throwto-2010 s.12]; it is not said: " + Undocumented, "",
		"The thrower that is woken because its exception was raised is merely runnable, and can be hit before it returns [ghc-rts throwToMsg].", 1000},
	{"throwTo returns and nothing was raised", "ghc-1cap", "send-to-finished", `k=returned`,
		"That the call returns when the exception was raised [ghc-throwto-2010 s.2] holds for threads that have not ended; for those it returns at once: " + Undocumented, "",
		"`throwTo` to a thread that is finished does nothing [ghc-rts throwTo].", 100},

	{"Function bodies run last in, first out once they enable interrupts", "sbcl", "masked-nest", `s1 e1 s0 e0`,
		"Interruptions are executed in the order in which they were sent [sbcl-it ¶4].", "sbcl@doc",
		"`run-interruption` takes the first, raises the signal again, and calls it; `with-interrupts` delivers what is pending before its body [sbcl-src].", 300},
	{"A mutex that is free is found held: the second function runs inside the first's with-mutex", "sbcl", "nest-mutex", `s0 s1 err1 e1 m0 e0`,
		"The documentation warns that taking a mutex may enable interrupts [sbcl-it ¶3], and promises the order of ¶4; the two together are " + Undocumented + ".", "",
		"with-mutex enables interrupts after it has the mutex and before its body [sbcl-src with-mutex].", 300},
	{"The ninth nested function ends the process", "sbcl", "depth-nine", `^crash`, Undocumented, "sbcl@doc",
		"MAX_INTERRUPTS is eight contexts [sbcl-src].", 20},
	{"Of two throws that are queued the last wins, also from inside", "sbcl", "throws-outer-inner", `cb b=2`, Undocumented, "",
		"The next interruption runs inside the unwinding that the first began, before the cleanups, and its throw replaces it [sbcl-src nlx-protect].", 300},
	{"An interrupt is accepted and never executed", "sbcl", "exit-window", `s=returned \[sent alive\]`,
		"A thread that is not alive is an error for the sender [sbcl-it ¶1]; one that is alive and drops what it accepted is " + Undocumented + ".", "",
		"`handle-thread-exit` empties the queue before the thread is no longer alive [sbcl-src].", 3000},
	{"Both may die in mutual kill", "sbcl", "mutual-kill", `a=died Kill; b=died Kill`,
		"Sending does not wait [sbcl-it ¶1], so this is allowed; GHC's documentation of 2010 excludes it [ghc-throwto-2010 s.4].", "ghc@doc2010",
		"Both have sent before either receives.", 2000},

	{"What a throw leaves queued is stranded, and lost", "ecl", "nlx-queue", `\[f1 cl1 cl2 after\]`, Undocumented, "",
		"The loop that runs the queue is left by the throw, and no signal is pending [ecl-src handle_all_queued].", 200},
	{"The order of one sender is broken", "ecl", "fifo-busy", `\[s1|\[s2|s2 .*s1`, Undocumented, "sbcl@doc",
		"A function that was taken from the queue and has not begun is overtaken by the signal of the next [ecl-src handle_all_queued].", 2000},
	{"The kill of a newborn is ignored", "ecl", "ecl-newborn", `c=returned \[ran\]`, Undocumented, "",
		"A process that boots accepts the request, and no signal is sent [ecl-src mp_interrupt_process].", 200},
	{"A thread that masks interrupts receives when it sends", "ecl", "send-self-masked", `\[a f b c\]`,
		"Interrupts are deferred inside without-interrupts, in the words of its documentation string [ecl-src mp.lsp].", "sbcl@doc",
		"mp:interrupt-process ends with a look at the queue, and none at the mask [ecl-src ECL_UNWIND_PROTECT_THREAD_SAFE_END].", 100},
	{"A process that was joined is still active", "ecl", "join-resumed", `joined alive`, Undocumented, "sbcl@doc",
		"The barrier is opened before the phase is set [ecl-src thread_cleanup].", 200},
	{"A kill of a thread that ends, ends the process", "ecl", "kill-thrice", `^crash`, Undocumented, "sbcl@doc",
		"exit-process unwinds to a frame that has been popped [ecl-src mp_exit_process, thread_entry_point].", 300},

	{"An interrupted join leaves a running thread dead for all others", "cpython", "py-false-death", `ki dead`,
		"is_alive is true until just after run has ended [py-manual threading.Thread.is_alive].", "python@seed2018",
		"The join held the lock by which threads know, and marks the thread as stopped [cpython-90882].", 200},
	{"Of two pending exceptions the second stays pending though its target can receive", "ruby", "rb-stranded", `\[a mid end\]`,
		"With :immediate an interrupt is executed immediately [ruby-doc Thread.handle_interrupt].", "",
		"One check takes one interrupt, and nothing asks for another check [ruby-src rb_threadptr_execute_interrupts].", 100},
	{"A read that has completed is cancelled, and the byte is lost", "pthread", "read-lost", `t=killed; p=returned; s=returned; pipe=empty`,
		"A function that was cancelled has had no effect, as after EINTR [posix s.2.9.5].", "pthread@doc",
		"The window between the system call's return and the end of asynchronous cancelling [glibc-12683].", 3000},
	{"Both may be cancelled by each other", "pthread", "mutual-cancel-point", `a=killed; b=killed`,
		"A request waits, and sending does not [posix pthread_cancel]: allowed; where kill is an exception of 2010's GHC it is excluded [ghc-throwto-2010 s.4].", "",
		"Both have sent before either comes to a point.", 2000},
	{"The next task of a worker hears of the interrupt that was meant for the last", "java", "java-stale", `one c2`,
		"cancel(true) interrupts the thread that executes this task [java-api FutureTask.cancel]; that the flag stays is " + Undocumented + " there.", "",
		"The flag is the thread's, not the task's [java-obs].", 3000},
	{"Both may be interrupted by each other", "java", "java-mutual", `a=died Cancelled; b=died Cancelled`,
		"interrupt does not wait [java-api Thread.interrupt]: allowed.", "",
		"Both have set the other's flag before either looks.", 400},
}

// Measured is how often a deviation showed.
type Measured struct {
	Version    string
	Count      int
	Runs       int
	Undecided  int
	Vanished   bool   // it did not show
	Unexpected int    // outcomes that the runtime's edition does not allow
	Such       string // one of them
}

// Measure runs the test of a deviation on d, the driver of its runtime.
func (v Deviation) Measure(ctx context.Context, d Runner, runs int, seed uint64) (Measured, error) {
	t, edition, err := v.resolve(d.Edition())
	if err != nil {
		return Measured{}, err
	}
	rep, err := Conform(ctx, d, t, []model.Dialect{edition}, Options{Runs: runs, Seed: seed})
	if err != nil {
		return Measured{}, err
	}
	if rep.Skipped != "" {
		return Measured{}, &Unsupported{Runner: d.Name(), Program: t.Name, Why: rep.Skipped}
	}
	m := Measured{Runs: rep.Tally.Runs()}
	where := regexp.MustCompile(v.Outcome)
	for text, n := range rep.Tally.Counts {
		if where.MatchString(text) {
			m.Count += n
		}
	}
	for _, n := range rep.Tally.Undecided {
		m.Undecided += n
	}
	for _, s := range rep.Judged[0].Stray {
		m.Unexpected, m.Such = m.Unexpected+s.Count, s.Outcome.String()
	}
	m.Vanished = m.Count == 0
	return m, nil
}

func (v Deviation) resolve(edition string) (*litmus.Test, model.Dialect, error) {
	d, err := model.Edition(edition)
	if err != nil {
		return nil, d, err
	}
	for _, t := range litmus.All() {
		if t.Name == v.Test {
			return t, d, nil
		}
	}
	return nil, d, fmt.Errorf("no test %s in the catalogue", v.Test)
}

// Allowed says whether an edition allows an outcome in which the deviation shows.
func (v Deviation) Allowed(ctx context.Context, edition string) (bool, error) {
	t, d, err := v.resolve(edition)
	if err != nil {
		return false, err
	}
	if missing := t.MissingIn(d); len(missing) > 0 {
		return false, fmt.Errorf("%s has no %s, which %s uses", edition, missing[0], v.Test)
	}
	allowed, err := t.Explore(ctx, d, explore.Options{})
	if err != nil {
		return false, err
	}
	where := regexp.MustCompile(v.Outcome)
	for _, o := range allowed.Outcomes {
		if where.MatchString(o.String()) {
			return true, nil
		}
	}
	return false, nil
}
