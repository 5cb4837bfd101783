package model

// Rule is one rule of the semantics. Its ID is its address: in docs/semantics.md,
// in a trace, in the see line of a litmus file.
type Rule struct {
	ID   string
	Name string
	By   Agent
	// Do makes one step for thread t, or says that the rule does not apply, and
	// then has written nothing.
	Do func(x *Step, t Thread) bool
}

// Rules is every rule. The order is that in which they are tried; no outcome
// depends on it.
var Rules []Rule

func init() {
	Rules = []Rule{
		{"S1", "nop", Own, nop},
		{"S2", "log", Own, logWord},
		{"S3", "value", Own, value},
		{"S4", "set", Own, set},
		{"S5", "spin", Own, spin},
		{"S6", "scope", Own, scope},
		{"S7", "try", Own, try},
		{"S8", "tag", Own, tag},
		{"S9", "protect", Own, protect},
		{"S10", "while", Own, while},
		{"S11", "raise", Own, raise},
		{"S12", "throw", Own, throw},
		{"S13", "no-tag", Own, noTag},
		{"S14", "exit", Own, exit},
		{"S15", "fork", Own, fork},
		{"S16", "await", Own, await},
		{"S17", "settle", Own, settle},
		{"S18", "look", Own, look},
		{"S19", "assign", Own, assign},
		{"S20", "handle", Own, handle},
		{"S21", "begin", Own, boot},
		{"S22", "lazy", Own, lazy},
		{"S23", "timeout", Own, timeout},
		{"S24", "busy", Own, busy},
		{"S25", "raise-bare", Own, raiseBare},
		{"S27", "trap", Own, trap},
		{"S28", "link", Own, link},
		{"S29", "unlink", Own, unlink},
		{"S26", "uncancel", Own, uncancel},
		{"R1", "return", Own, returnThread},
		{"R2", "return-scope", Own, returnScope},
		{"R3", "return-handler", Own, returnHandler},
		{"R4", "return-tag", Own, returnTag},
		{"R5", "return-cleanup", Own, returnCleanup},
		{"R6", "return-cleaning", Own, returnCleaning},
		{"R7", "return-thunk", Own, returnThunk},
		{"R8", "return-loop", Own, returnLoop},
		{"R9", "return-after", Own, returnAfter},
		{"R10", "return-handle", Own, returnHandle},
		{"R11", "return-timer", Own, returnTimer},
		{"R12", "return-update", Own, returnUpdate},
		{"X1", "die", Own, die},
		{"X2", "unwind-scope", Own, unwindScope},
		{"X3", "catch", Own, catch},
		{"X4", "arrive", Own, arrive},
		{"X5", "unwind-cleanup", Own, unwindCleanup},
		{"X6", "replace", Own, replace},
		{"X7", "unwind-thunk", Own, unwindThunk},
		{"X8", "unwind-loop", Own, unwindLoop},
		{"X9", "unwind-after", Own, unwindAfter},
		{"X10", "unwind-handle", Own, unwindHandle},
		{"X11", "expire", Own, expire},
		{"X12", "poison", Own, poison},
		{"T1", "send-self", Own, sendSelf},
		{"T2", "send-gone", Own, sendGone},
		{"T3", "send", Own, send},
		{"T4", "send-direct", Own, sendDirect},
		{"T5", "send-queue", Own, sendQueue},
		{"T6", "send-flying", Own, sendFlying},
		{"T7", "land", Delivery, land},
		{"T8", "kill-now", Own, killNow},
		{"T9", "send-begin", Own, sendBegin},
		{"T10", "send-return", Own, sendReturn},
		{"T11", "fire", Delivery, fire},
		{"T13", "send-message", Own, sendMessage},
		{"T12", "send-through", Own, sendThrough},
		{"D1", "receive", Delivery, receive},
		{"D2", "discard-cue", Delivery, discardCue},
		{"D3", "kill-again", Delivery, killAgain},
		{"D4", "receive-done", Delivery, receiveDone},
		{"D5", "receive-again", Delivery, receiveAgain},
		{"D7", "trapped", Delivery, trapped},
		{"D8", "ignore-normal", Delivery, ignoreNormal},
		{"D9", "linked", Delivery, linked},
		{"D6", "pass-through", Delivery, passThrough},
		{"B1", "take", Own, take},
		{"B2", "put", Own, put},
		{"B3", "lock", Own, lock},
		{"B4", "unlock", Own, unlock},
		{"B5", "acquire", Own, acquire},
		{"B6", "post", Own, post},
		{"B7", "block", Own, block},
		{"B8", "done", Own, done},
		{"B9", "wait", Own, wait},
		{"B10", "notify", Own, notify},
		{"B11", "relock", Own, relock},
		{"B12", "force", Own, force},
		{"B13", "lock-cycle", Own, lockCycle},
		{"B14", "wake", Own, wake},
		{"B15", "not-held", Own, notHeld},
		{"B16", "notify-unheld", Own, notifyUnheld},
		{"B17", "receive-message", Own, receiveMessage},
		{"B18", "join-self", Own, joinSelf},
		{"B19", "wake-spuriously", Own, wakeSpuriously},
		{"E1", "gone", Own, gone},
		{"E2", "late-kill", Own, lateKill},
		{"G1", "deadlock", Configuration, deadlock},
	}
}

// RuleByID is the index of the rule with that id, -1 if there is none.
func RuleByID(id string) int {
	for i, r := range Rules {
		if r.ID == id {
			return i
		}
	}
	return -1
}

// RuleSet is a set of rules, by index.
type RuleSet [2]uint64

// RuleAt is the set of rule i alone.
func RuleAt(i int) (s RuleSet) {
	s[i/64] = 1 << (i % 64)
	return s
}

// Has says whether rule i is in the set.
func (s RuleSet) Has(i int) bool { return s[i/64]>>(i%64)&1 != 0 }

// Or is the rules that are in either set.
func (s RuleSet) Or(r RuleSet) RuleSet { return RuleSet{s[0] | r[0], s[1] | r[1]} }
