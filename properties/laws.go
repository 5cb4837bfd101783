package properties

import "github.com/interject/interject/litmus/gen"

// Laws is every law. Those about pieces are checked in every context up to a size,
// the others in every program up to a size and in random ones. That an edition does
// not keep a law is no fault: it is what the edition is like.
var Laws = []Law{
	// Masks.
	{"mask-twice", "mask { mask { S } } is mask { S }", "ghc-base Control.Exception: mask", []string{"mask"}, same("mask { mask { S } }", "mask { S }")},
	{"umask-twice", "umask { umask { S } } is umask { S }", "ghc-base Control.Exception: uninterruptibleMask", []string{"umask"}, same("umask { umask { S } }", "umask { S }")},
	{"umask-holds-mask", "umask { mask { S } } is umask { S }", "ghc-base Control.Exception: uninterruptibleMask", []string{"mask", "umask"}, same("umask { mask { S } }", "umask { S }")},
	{"mask-holds-umask", "mask { umask { S } } is umask { S }", "ours", []string{"mask", "umask"}, same("mask { umask { S } }", "umask { S }")},
	{"restore-undoes", "mask { restore { S } } is S", "ghc-base Control.Exception: mask", []string{"restore"}, same("mask { restore { S } }", "S")},
	{"restore-is-absolute", "mask { mask { restore { S } } } is mask { S }", "ghc-base Control.Exception: mask", []string{"restore"}, same("mask { mask { restore { S } } }", "mask { S }")},
	{"restore-twice", "mask { restore { restore { S } } } is mask { restore { S } }", "ours", []string{"restore"}, same("mask { restore { restore { S } } }", "mask { restore { S } }")},
	{"unmask-is-absolute", "mask { unmask { S } } is unmask { S }", "ours", []string{"mask", "unmask"}, same("mask { unmask { S } }", "unmask { S }")},
	{"interruptible-stays-sealed", "umask { interruptible { S } } is umask { S }", "ghc-base Control.Exception: interruptible", []string{"umask", "interruptible"}, same("umask { interruptible { S } }", "umask { S }")},
	{"without-twice", "without { without { S } } is without { S }", "sbcl-src without-interrupts", []string{"without"}, same("without { without { S } }", "without { S }")},
	{"with-needs-allow", "without { with { S } } is without { S }", "sbcl-src with-interrupts", []string{"without", "with"}, same("without { with { S } }", "without { S }")},
	{"allow-twice", "without { allow { allow { S } } } is without { allow { S } }", "sbcl-src allow-with-interrupts", []string{"without", "allow"}, same("without { allow { allow { S } } }", "without { allow { S } }")},
	{"local-is-allow-with", "without { local { S } } is without { allow { with { S } } }", "sbcl-src with-local-interrupts", []string{"without", "local", "allow", "with"}, same("without { local { S } }", "without { allow { with { S } } }")},
	{"local-undoes", "without { local { S } } is S", "ours", []string{"without", "local"}, same("without { local { S } }", "S")},
	{"with-twice", "with { with { S } } is with { S }", "ours", []string{"with"}, same("with { with { S } }", "with { S }")},
	{"blocks-give-the-mask-back", "behind every block the mask is what it was before it", "ghc-base Control.Exception: mask", []string{"getmask"}, blocksRestore},
	{"mask-masks", "inside mask the mask is never open", "ghc-base Control.Exception: mask", []string{"mask", "getmask"}, promise("mask { getmask }", never("open"))},
	{"umask-seals", "inside umask the mask is closed", "ghc-base Control.Exception: uninterruptibleMask", []string{"umask", "getmask"}, promise("umask { getmask }", never("open", "masked"))},
	{"mask-makes-whole", "in mask { log f; log g }, where nothing blocks, f is never without g", "ghc-base Control.Exception: mask", []string{"mask"}, promise("mask { log f; log g }", implies("f", "g"))},
	{"umask-makes-whole", "in umask { log f; log g } f is never without g", "ghc-base Control.Exception: uninterruptibleMask", []string{"umask"}, promise("umask { log f; log g }", implies("f", "g"))},
	{"without-makes-whole", "in without { log f; log g } f is never without g", "sbcl-src without-interrupts", []string{"without"}, promise("without { log f; log g }", implies("f", "g"))},
	{"masked-take-is-atomic", "in mask { take n; log f } nothing is taken without f", "ghc-base Control.Exception: mask, interruptible operations", []string{"mask", "take"}, promise("mask { take n; log f }", takenUnless("f"))},
	{"open-take-is-atomic", "in take n; log f nothing is taken without f", "ours", []string{"take"}, promise("take n; log f", takenUnless("f"))},

	// Handlers and tags.
	{"rethrow", "try { S } catch X { raise X } is S", "ours", []string{"try", "raise"}, same("try { S } catch X { raise X }", "S")},
	{"handler-is-shielded", "a handler of what was raised, log f; log g, is not interrupted", "ghc-base Control.Exception, asynchronous exceptions in handlers", []string{"try", "raise"}, promise("try { raise X } catch X { log f; log g }", implies("f", "g"))},
	{"handler-needs-its-class", "a handler of a class that nobody raises does not run", "ours", []string{"try"}, promise("try { S } catch Mine { log h }", never("h"))},
	{"idle-handler", "try { S } catch Mine { } is S", "ours", []string{"try"}, same("try { S } catch Mine { }", "S")},
	{"handler-is-enough", "try { try { S } catch any { } } catch any { } is try { S } catch any { }", "ours", []string{"try"}, same("try { try { S } catch any { } } catch any { }", "try { S } catch any { }")},
	{"handled-is-done", "try { raise Mine } catch Mine { S } is S", "ours", []string{"try", "raise"}, same("try { raise Mine } catch Mine { S }", "S")},
	{"idle-tag", "tag mine { S } is S", "ours", []string{"tag"}, same("tag mine { S }", "S")},
	{"throw-arrives", "tag mine { throw mine } is a no-op", "clhs throw", []string{"tag", "throw"}, same("tag mine { throw mine }", "nop")},
	{"innermost-tag", "a throw ends at the innermost tag", "clhs throw", []string{"tag", "throw"}, promise("tag mine { tag mine { throw mine }; log f }; log g", implies("g", "f"))},
	{"no-tag-is-an-error", "throw nowhere is raise Error", "clhs throw", []string{"throw", "raise"}, same("throw nowhere", "raise Error")},

	// Cleanups.
	{"cleanup-at-most-once", "a cleanup runs at most once", "clhs unwind-protect", []string{"protect"}, promise("protect { S } cleanup { log c }", atMostOnce("c"))},
	{"prefix", "what runs of a cleanup is a beginning of it", "sbcl-it ¶7", []string{"protect"}, promise("protect { S } cleanup { log c1; log c2; log c3 }", prefix("c1", "c2", "c3"))},
	{"one-signal-cuts-one", "where one signal is sent, of two cleanups at most one is cut short", "sbcl-it ¶7", []string{"protect"}, promiseWhere("protect { protect { log e; S } cleanup { log c1; log c2 } } cleanup { log o1; log o2 }",
		func(c gen.Context) bool { return c.Signals() <= 1 }, oneOf("e", []string{"c1", "c2"}, []string{"o1", "o2"}))},
	{"cleanup-is-whole", "a cleanup that has begun, log c; log d, is not interrupted", "ghc-base Control.Exception.Base: finally", []string{"protect"}, promise("protect { S } cleanup { log c; log d }", implies("c", "d"))},
	{"cleanup-runs", "the cleanup of a body that has begun runs", "clhs unwind-protect", []string{"protect"}, promise("protect { log e; S } cleanup { log c }", ended(implies("e", "c")))},
	{"inner-before-outer", "the inner cleanup runs before the outer", "clhs unwind-protect", []string{"protect"}, promise("protect { protect { S } cleanup { log c } } cleanup { log o }", before("c", "o"))},
	{"no-cleanup", "protect { S } cleanup { } is S", "ours", []string{"protect"}, same("protect { S } cleanup { }", "S")},
	{"cleanups-join", "protect { protect { S } cleanup { log c } } cleanup { log o } is protect { S } cleanup { log c; log o }", "ours", []string{"protect"},
		same("protect { protect { S } cleanup { log c } } cleanup { log o }", "protect { S } cleanup { log c; log o }")},
	{"cleanups-join-within", "protect { S } cleanup { log c; log o } allows all that the two nested ones allow", "ours", []string{"protect"},
		within("protect { protect { S } cleanup { log c } } cleanup { log o }", "protect { S } cleanup { log c; log o }")},
	{"last-raise-wins", "protect { raise X } cleanup { raise Y } is raise Y", "ours", []string{"protect", "raise"}, same("protect { raise X } cleanup { raise Y }", "raise Y")},

	// Brackets and locks.
	{"bracket-is-masked", "bracket { take n } use { S } release { put n } is mask { take n; protect { restore { S } } cleanup { put n } }", "ghc-base Control.Exception.Base: bracket", []string{"bracket", "mask", "restore", "protect", "take", "put"},
		same("bracket { take n } use { S } release { put n }", "mask { take n; protect { restore { S } } cleanup { put n } }")},
	{"bracket-is-bare", "bracket { take n } use { S } release { put n } is take n; protect { S } cleanup { put n }", "sbcl-it ¶8", []string{"bracket", "protect", "take", "put"},
		same("bracket { take n } use { S } release { put n }", "take n; protect { S } cleanup { put n }")},
	{"bracket-gives-back", "what a bracket took is given back when its thread has ended", "ghc-base Control.Exception.Base: bracket", []string{"bracket", "take", "put"}, promise("bracket { take n } use { S } release { put n }", ended(cell("n", "empty")))},
	{"naive-gives-back", "so is what take n; protect { S } cleanup { put n } took", "sbcl-it ¶8", []string{"protect", "take", "put"}, promise("take n; protect { S } cleanup { put n }", ended(cell("n", "empty")))},
	{"with-lock-gives-back", "the mutex of a with-lock is free when its thread has ended", "sbcl-src with-mutex", []string{"with-lock"}, promise("with-lock l { S }", ended(cell("l", "held")))},
	{"with-lock-is-bracket", "with-lock l { S } is bracket { lock l } use { S } release { unlock l }", "ours", []string{"with-lock", "bracket", "lock", "unlock"}, same("with-lock l { S }", "bracket { lock l } use { S } release { unlock l }")},

	// Signals.
	{"self-throw", "throwTo self X is raise X", "ghc-throwto-410 s.8", []string{"throwTo", "raise"}, same("throwTo self X", "raise X")},
	{"self-throw-is-thunk", "throwTo self X is interrupt self { raise X }", "ours", []string{"throwTo", "interrupt", "raise"}, same("throwTo self X", "interrupt self { raise X }")},
	{"self-interrupt", "interrupt self { S } is S", "ours", []string{"interrupt"}, same("interrupt self { S }", "S")},
	{"kill-self", "kill self is exit", "ours", []string{"kill", "exit"}, same("kill self", "exit")},
	{"kill-is-exception", "kill self is throwTo self Kill", "ghc-base Control.Concurrent: killThread", []string{"kill", "throwTo"}, same("kill self", "throwTo self Kill")},
	{"exit-is-not-caught", "no handler sees an exit", "sbcl-src abort-thread", []string{"exit", "try"}, promise("try { exit } catch Kill { log h }", never("h"))},
	{"sender-waits", "who throws to another goes on only when the exception is received or its target has ended", "ghc-throwto-2010 s.2", []string{"throwTo"}, steps(senderWaits)},
	{"withdrawn-by-interrupt", "a throw is taken back only in the step in which its sender is interrupted or ends", "ghc-throwto-2010 s.7", []string{"throwTo"}, steps(withdrawn)},
	{"conserved", "what was sent is received, withdrawn, dropped, replaced, merged or pending, each once", "ours", nil, steps(conserved)},
	{"first-in-first-out", "what is received is what was sent, and landed, first", "ghc-throwto-2010 s.16; sbcl-it ¶4", nil, steps(firstInFirstOut)},
	{"prompt", "a thread that is open and runs takes no step of its own while a signal has landed", "ours", nil, steps(prompt)},
	{"not-when-closed", "nothing is received from others while the mask is closed", "ghc-base Control.Exception: uninterruptibleMask; sbcl-src without-interrupts", nil, steps(notWhenClosed)},
	{"masked-only-blocked", "while the mask is masked, something is received only in an operation that blocks", "ghc-base Control.Exception, interruptible operations", nil, steps(maskedOnlyBlocked)},
	{"not-while-unwinding", "nothing is received between the steps of an unwinding", "ghc-rts raiseAsync", nil, steps(notWhileUnwinding)},
	{"thunks-are-shielded", "a thunk begins with the mask not open", "sbcl-it ¶3", []string{"interrupt"}, steps(thunksShielded)},
	{"fork-inherits", "a forked thread starts with its parent's mask", "ghc-base forkIO", []string{"fork"}, steps(forkInherits)},

	// Ends.
	{"sane", "every configuration satisfies the invariants", "ours", nil, steps(sane)},
	{"end-is-silent", "a thread that has ended does nothing more, and nothing is pending for it", "ours", nil, steps(silent)},
	{"nothing-left", "no thread ends, or is stuck, with a signal pending that it could receive", "ours", nil, ends(nothingLeft)},
	{"once", "no statement outside a loop is run twice", "ours", nil, ends(once)},
	{"dies-of-something", "a thread dies only of a class that somebody raises or throws", "ours", nil, ends(diesOfSomething)},

	// Programs.
	{"names-do-not-matter", "other names for threads, cells, classes, tags and words change nothing but names", "ours", nil, unchanged(renamed, givenBack)},
	{"order-does-not-matter", "the order in which threads and cells are declared does not matter", "ours", nil, unchanged(reversed, reversedBack)},
	{"bystander", "a thread that does nothing changes nothing", "ours", nil, unchanged(withBystander, withoutBystander)},
	{"no-op-before", "nop; S is S", "ours", nil, same("nop; S", "S")},
	{"no-op-behind", "S; nop is S", "ours", nil, same("S; nop", "S")},
	{"log-is-a-step", "log f; log g does all that it did with a no-op between", "ours", nil, same("log f; nop; log g", "log f; log g")},
	{"lag-adds", "where receipt may lag, every outcome remains", "ours", nil, among("may=yes")},
	{"any-order-adds", "where signals are received in any order, every outcome remains", "ours", nil, among("order=any")},
	{"slow-end-adds", "where a thread that has ended accepts signals for a moment, every outcome remains", "ours", nil, among("twostepexit=yes")},
}
