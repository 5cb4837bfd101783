package reduce

import (
	"strings"

	"github.com/interject/interject/model"
)

// Kind is a reason why the steps of one agent are enough.
type Kind uint8

// The kinds, each by its section of docs/reductions.md.
const (
	Unseen Kind = iota // a: no other thread can come to see or disturb the step
	Masked             // b: signals may come, but the thread receives none before the step
	Merged             // c: a signal may be received before the step, and then the step does not matter
	Due                // d: a thread must receive, and nobody can prevent it
	Lazy               // e: a throw waits until its target can receive it, which it then does
	Alike              // f: threads that are alike may be renamed
	kinds
)

var kindNames = [kinds]string{"unseen", "masked", "merged", "due", "lazy", "alike"}

// String is the name of the kind.
func (k Kind) String() string { return kindNames[k] }

// Kinds is a set of kinds.
type Kinds uint8

// KindsOf is the set of the given kinds.
func KindsOf(ks ...Kind) (s Kinds) {
	for _, k := range ks {
		s |= 1 << k
	}
	return s
}

// All is the set of all kinds.
const All Kinds = 1<<kinds - 1

// Has says whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s>>k&1 != 0 }

// String names the kinds of the set.
func (s Kinds) String() string {
	var names []string
	for k := range kinds {
		if s.Has(k) {
			names = append(names, k.String())
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// A premise is what a kind demands of a dialect.
type premise struct {
	says  string
	holds func(model.Dialect) bool
}

// The premises on dialects. docs/reductions.md says where each proof needs which.
var (
	noCues = premise{"threads look for signals always, not after cues (arm)",
		func(d model.Dialect) bool { return d.Arm == 0 }}
	killsCount = premise{"a kill of a thread that is being killed is not taken away (doomed)",
		func(d model.Dialect) bool { return d.Doomed != model.NoKill && d.Doomed != model.NeverAgain }}
	nothingVoid = premise{"a kill leaves what is pending (voids)",
		func(d model.Dialect) bool { return !d.Voids }}
	survived = premise{"who receives goes on, if only to unwind (fatal)",
		func(d model.Dialect) bool { return !d.Fatal }}
	prompt = premise{"receipt comes first (may, chance)",
		func(d model.Dialect) bool { return !d.May && !d.Chance }}
	queued = premise{"senders only append (direct, arrival, keep)",
		func(d model.Dialect) bool { return !d.Direct && d.Arrival == model.AtOnce && d.Keep == model.All }}
	inOrder = premise{"what is sent later is received later (order)",
		func(d model.Dialect) bool { return d.Order == model.FIFO }}
	waiting = premise{"a throwTo waits until it is received (sync, self-now, gone-error)",
		func(d model.Dialect) bool { return d.Sync && d.SelfNow && !d.GoneError }}
	interruptible = premise{"who waits in a throwTo, and who is about to throw, is as receptive (wake, opens, points, chance)",
		func(d model.Dialect) bool {
			return d.Wake.Has(model.ThrowTo) && d.Opens.Has(model.ThrowTo) && d.Points.Has(model.ThrowTo) && !d.Chance
		}}
	unobserved = premise{"nobody sees who waits (deadlock, false-death, two-step-exit, booting)",
		func(d model.Dialect) bool { return !d.Deadlock && !d.FalseDeath && !d.TwoStepExit && !d.Booting }}
	once = premise{"what was received is over, and nobody counts it (sticky, counts)",
		func(d model.Dialect) bool { return !d.Sticky && !d.Counts }}
	trulyDead = premise{"who is said to be dead is (false-death)",
		func(d model.Dialect) bool { return !d.FalseDeath }}

	together = premise{"threads run side by side, and what is sent to one stays with it (turns, through)",
		func(d model.Dialect) bool { return !d.Turns && !d.Through }}
)

// premises of each kind. Lazy ones need not ask for together: waiting does, by Dialect.Check.
var premises = [kinds][]premise{
	Unseen: {together, trulyDead},
	Masked: {together, noCues, killsCount},
	Merged: {together, noCues},
	Due:    {together, noCues, killsCount, nothingVoid, survived, prompt, queued, inOrder},
	Alike:  {together},
	Lazy:   {noCues, nothingVoid, survived, queued, waiting, interruptible, unobserved, once},
}

// Permitted is the kinds that the dialect permits.
func Permitted(d model.Dialect) (s Kinds) {
	for k := range kinds {
		if Forbids(d, k) == "" {
			s |= 1 << k
		}
	}
	return s
}

// Forbids is the premise of k that the dialect does not fulfil; empty if it does all.
func Forbids(d model.Dialect, k Kind) string {
	for _, p := range premises[k] {
		if !p.holds(d) {
			return p.says
		}
	}
	return ""
}
