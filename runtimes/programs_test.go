package runtimes

// Programs in the wire form that several tests run.
const (
	mutualKill = "(litmus 1 mutual-kill (thread a (throwTo b Kill)) (thread b (throwTo a Kill)))"

	// Both have said that they run before either throws.
	mutualKillMet = "(litmus 1 mutual-kill-met (flag ga) (flag gb)" +
		" (thread a (set ga 1) (spin gb 1) (throwTo b Kill))" +
		" (thread b (set gb 1) (spin ga 1) (throwTo a Kill)))"

	// Both have thrown before either can receive.
	mutualKillSent = "(litmus 1 mutual-kill-sent (flag ga) (flag gb) (flag sa) (flag sb)" +
		" (thread a (without (set ga 1) (spin gb 1) (throwTo b Kill) (set sa 1) (spin sb 1)))" +
		" (thread b (without (set gb 1) (spin ga 1) (throwTo a Kill) (set sb 1) (spin sa 1))))"

	mutualKillClosed = "(litmus 1 mutual-kill-closed (flag ga) (flag gb)" +
		" (thread a (umask (set ga 1) (spin gb 1) (throwTo b Kill)))" +
		" (thread b (umask (set gb 1) (spin ga 1) (throwTo a Kill))))"

	// k1 is known to be blocked before k2 throws.
	fifoAwait = "(litmus 1 fifo-await (flag go) (flag stop)" +
		" (thread t (mask (set go 1) (spin stop 1)" +
		"  (try X1 ((try X2 ((unmask)) ((log 2)))) ((log 1)))" +
		"  (try X1 ((try X2 ((unmask)) ((log 2)))) ((log 1)))))" +
		" (thread k1 (spin go 1) (throwTo t X1))" +
		" (thread k2 (spin go 1) (await k1) (throwTo t X2))" +
		" (thread s (spin go 1) (await k1) (await k2) (set stop 1)))"

	tryValueLost = "(litmus 1 try-value-lost (flag go) (flag stop)" +
		" (thread t (try X5 ((mask (set go 1) (spin stop 1) (raise X5))) ((log h) (getmask))) (log after))" +
		" (thread k (spin go 1) (throwTo t X1))" +
		" (thread s (spin go 1) (await k) (set stop 1)))"

	putThenKill = "(litmus 1 put-then-kill (mvar m -)" +
		" (thread t (mask (take m) (log got)))" +
		" (thread p (await t) (put m full) (throwTo t X)))"

	withdrawRace = "(litmus 1 withdraw-race (flag go) (flag stop)" +
		" (thread b (mask (set go 1) (spin stop 1)) (settle))" +
		" (thread a (spin go 1) (try X2 ((throwTo b X1) (log sent)) ((log got2))))" +
		" (thread c (spin go 1) (await a) (throwTo a X2))" +
		" (thread d (spin go 1) (await a) (set stop 1)))"

	// Two thunks wait for a masked thread, and each opens it as the manual advises.
	maskedNest = "(litmus 1 masked-nest (flag go) (flag stop)" +
		" (thread t (without (set go 1) (spin stop 1)))" +
		" (thread s (spin go 1)" +
		"  (interrupt t (with (log s0) (log e0)))" +
		"  (interrupt t (with (log s1) (log e1)))" +
		"  (set stop 1)))"

	nlxQueue = "(litmus 1 nlx-queue (flag go) (flag stop)" +
		" (thread t (tag a (protect ((without (set go 1) (spin stop 1))) ((log cl1) (log cl2)))) (log after))" +
		" (thread s (spin go 1)" +
		"  (interrupt t (log f1) (throw a 1)) (interrupt t (log f2) (throw a 2)) (interrupt t (log f3) (throw a 3))" +
		"  (set stop 1)))"

	// The last throw wins, even to an inner tag.
	throwsOuterInner = "(litmus 1 throws-outer-inner (flag go) (flag stop)" +
		" (thread t (tag a (protect ((tag b (protect ((without (set go 1) (spin stop 1))) ((log cb))) (value 0))" +
		"  (logv b) (log in-a) (value 0)) ((log ca)))) (logv a))" +
		" (thread s (spin go 1) (interrupt t (throw a 1)) (interrupt t (throw b 2)) (set stop 1)))"

	// A cleanup is cut to a prefix, possibly empty; the outer one is whole.
	prefixLaw = "(litmus 1 prefix-law (flag go)" +
		" (thread t (tag out (protect ((protect ((set go 1) (nop)) ((log c1) (log c2) (log c3)))) ((log o1)))) (log after))" +
		" (thread s (spin go 1) (try Error ((interrupt t (try Error ((throw out 1)) ()))) ())))"

	nlxOutOfMask = "(litmus 1 nlx-out-of-mask (flag go) (flag stop)" +
		" (thread t (tag a (protect ((without (set go 1) (spin stop 1) (log thr) (throw a 1))) ((log cl)))) (log after))" +
		" (thread s (spin go 1) (interrupt t (log f)) (set stop 1)))"

	killCancelled = "(litmus 1 kill-cancelled (flag go) (flag never)" +
		" (thread t (tag o (protect ((set go 1) (spin never 1)) ((log cl) (throw o 5)))) (logv o))" +
		" (thread s (spin go 1) (kill t)))"

	cvThrow = "(litmus 1 cv-throw (flag go) (mutex m) (cond c)" +
		" (thread t (tag x (protect ((with-lock m (set go 1) (protect ((wait c m)) ((held? m))))) ((log cl)))) (log after))" +
		" (thread s (spin go 1) (await t) (interrupt t (throw x 1))))"

	lockDeadlock = "(litmus 1 lock-deadlock (mutex l) (thread t (lock l) (join s)) (thread s (await t) (lock l)))"

	// Three exceptions meet a thread that is blocked in a lock.
	slot = "(litmus 1 slot (flag go) (flag stop) (mutex l)" +
		" (thread h (lock l) (set go 1) (spin stop 1) (unlock l))" +
		" (thread t (spin go 1) (try any ((lock l) (log got)) ((log hit) (unlock l))) (spin stop 2))" +
		" (thread s (spin go 1) (await t) (throwTo t A) (throwTo t B) (throwTo t C) (set stop 1)))"

	slotUncaught = "(litmus 1 slot-uncaught (flag go) (flag stop) (mutex l)" +
		" (thread h (lock l) (set go 1) (spin stop 1) (unlock l))" +
		" (thread t (spin go 1) (lock l) (log got))" +
		" (thread s (spin go 1) (await t) (throwTo t A) (throwTo t B) (throwTo t C) (set stop 1)))"

	noWake = "(litmus 1 no-wake (flag go) (mutex l)" +
		" (thread h (lock l) (set go 1)) (thread t (spin go 1) (lock l))" +
		" (thread s (spin go 1) (await t) (throwTo t A)))"

	// Something waits for t, whose mask is closed, while it sends to somebody else.
	sendsMasked = "(litmus 1 sends-masked (flag go) (flag in) (flag sent)" +
		" (thread t (without (set go 1) (spin sent 1) (log a) (interrupt u (log x)) (log b)))" +
		" (thread u (spin in 1)) (thread s (spin go 1) (interrupt t (log f)) (set sent 1)))"

	// Each cancels the other, then comes to a point.
	mutualCancel = "(litmus 1 mutual-cancel (thread a (kill b) (point)) (thread b (kill a) (point)))"

	// The byte comes as the reader is cancelled.
	readLost = "(litmus 1 read-lost (mvar pipe -) (thread t (take pipe) (log got) (point))" +
		" (thread p (await t) (put pipe 1)) (thread s (await t) (kill t)))"

	tokenThere = "(litmus 1 token-there (flag go) (flag stop) (sem n 1)" +
		" (thread t (set go 1) (spin stop 1) (acquire n) (log got)) (thread s (spin go 1) (kill t) (set stop 1)))"

	cancelledWait = "(litmus 1 cancelled-wait (flag go) (mutex l) (cond c)" +
		" (thread t (lock l) (protect ((wait c l)) ((held? l) (unlock l))))" +
		" (thread s (await t) (lock l) (kill t) (log mine) (unlock l)))"

	noPoint = "(litmus 1 no-point (flag here) (flag go) (flag never)" +
		" (thread t (set here 1) (spin never 1)) (thread u (set-mask-open) (set go 1) (spin never 1))" +
		" (thread s (spin here 1) (spin go 1) (kill t) (kill u) (join u)))"

	joinAgain = "(litmus 1 join-again (flag fin) (thread w (spin fin 1)) (thread m (join w)) (thread n (join w))" +
		" (thread s (await m) (await n) (kill m) (join m) (set fin 1) (join w) (log joined)))"

	exitInCleanup = "(litmus 1 exit-in-cleanup (thread t (protect ((protect ((exit)) ((log c1) (exit) (log no)))) ((log c2)))))"

	// An exception is received in a join that has timed out: is the thread that goes on
	// taken for dead.
	falseDeath = "(litmus 1 false-death (flag never) (flag go)" +
		" (thread m (try KI ((set go 1) (while never 0 (join-timeout w))) ((log ki))) (alive? w) (join w) (log out))" +
		" (thread w (spin never 1)) (thread s (spin go 1) (throwTo m KI)))"

	// The first of two waiters dies as it is woken: does the unit reach the other.
	unitLost = "(litmus 1 unit-lost (sem s 0) (thread a (acquire s) (log got)) (thread b (await a) (acquire s) (log got))" +
		" (thread k (await a) (await b) (throwTo a X) (post s)))"

	// A break waits at the end of a mask, for the next turn of the scheduler.
	breaksLeft = "(litmus 1 breaks-left (flag go) (flag stop)" +
		" (thread t (try B ((breaks-off (set go 1) (spin stop 1)) (log next) (log more)) ((log b))))" +
		" (thread s (spin go 1) (throwTo t B) (set stop 1)))"

	breakOrToken = "(litmus 1 break-or-token (flag go) (flag stop) (sem n 0)" +
		" (thread t (breaks-off (set go 1) (spin stop 1) (try B ((acquire-enable n) (log got)) ((log b)))))" +
		" (thread s (spin go 1) (throwTo t B) (post n) (set stop 1)))"

	killThread = "(litmus 1 kill-thread (flag go) (flag never)" +
		" (thread t (protect ((set go 1) (spin never 1)) ((log c)))) (thread s (spin go 1) (kill! t) (alive? t)))"

	// Two breaks: the second waits until all cleanups of the first are done.
	breakInCleanup = "(litmus 1 break-in-cleanup (flag go) (flag in) (flag more) (flag never)" +
		" (thread t (protect ((protect ((set go 1) (spin never 1)) ((log p1) (set in 1) (spin more 1) (log p2)))) ((log p3))))" +
		" (thread s (spin go 1) (throwTo t B) (spin in 1) (throwTo t B) (set more 1)))"

	cancelEachOther = "(litmus 1 cancel-each-other (mvar m -) (thread a (cancel b) (take m)) (thread b (cancel a) (take m)))"

	// A task is cancelled as it ends: the next task of the worker hears of it.
	staleInterrupt = "(litmus 1 stale-interrupt (sem s 1)" +
		" (thread w (try Cancelled ((point) (log one)) ((log c1))) (try Cancelled ((acquire s) (log two)) ((log c2))))" +
		" (thread k (cancel w)))"

	// One of two waiters is interrupted while the mutex is held, and then one is notified.
	notifyInterrupt = "(litmus 1 notify-interrupt (mutex l) (cond c)" +
		" (thread a (lock l) (try Cancelled ((wait c l) (log got)) ((log ie))) (cancelled?) (unlock l))" +
		" (thread b (await a) (lock l) (wait c l) (log got) (unlock l))" +
		" (thread s (await a) (await b) (lock l) (notify c) (unlock l) (cancel a)))"

	flagThenToken = "(litmus 1 flag-then-token (flag go) (flag stop) (sem n 1)" +
		" (thread t (set go 1) (spin stop 1) (try Cancelled ((acquire n) (log got)) ((log ie))) (cancelled?))" +
		" (thread s (spin go 1) (cancel t) (cancel t) (set stop 1)))"

	lockIgnores = "(litmus 1 lock-ignores (flag have) (mutex l)" +
		" (thread h (lock l) (set have 1)) (thread t (spin have 1) (lock l)) (thread s (spin have 1) (await t) (cancel t)))"

	// B comes after A has been received, or before that; then nothing makes the thread look.
	drain = "(litmus 1 drain (flag go) (flag never)" +
		" (thread t (try A ((set go 1) (spin never 1)) ((log a))) (spin never 1))" +
		" (thread s (spin go 1) (throwTo t A) (throwTo t B)))"

	takerLost = "(litmus 1 taker-lost (mvar m -) (thread a (take m)) (thread b (await a) (take m))" +
		" (thread k (await a) (await b) (throwTo a X) (put m 1)))"

	// An exception out of a cleanup cancels the first kill.
	killOnce = "(litmus 1 kill-once (flag go) (flag again) (flag never)" +
		" (thread t (try X ((protect ((set go 1) (spin never 1)) ((raise X)))) ((log x))) (set again 1) (spin never 1))" +
		" (thread s (spin go 1) (kill t) (spin again 1) (kill t)))"

	waitPoked = "(litmus 1 wait-poked (mutex l) (cond c)" +
		" (thread t (handle-never X (lock l) (wait c l) (log woken) (unlock l))) (thread s (await t) (throwTo t X)))"

	noCleanup = "(litmus 1 no-cleanup (flag gt) (flag gu) (flag never)" +
		" (thread t (try any ((protect ((set gt 1) (spin never 1)) ((log c)))) ((log h))))" +
		" (thread u (protect ((set gu 1) (spin never 1)) ((log c))))" +
		" (thread s (spin gt 1) (spin gu 1) (throwTo t X) (kill u)))"

	slotSpinning = "(litmus 1 slot-spinning (flag go) (flag never) (thread t (set go 1) (spin never 1))" +
		" (thread s (spin go 1) (throwTo t A) (throwTo t B) (throwTo t C)))"

	spinner       = "(litmus 1 spinner (flag go) (thread t (spin go 1)) (thread s (nop)))"
	heldByTheDead = "(litmus 1 heldByTheDead (mutex l) (thread b (lock l)) (thread c (join b) (fork d))" +
		" (later d (held? l) (try Error ((lock l)) ((log error)))))"
	joinOver     = "(litmus 1 joinOver (thread a (join b)) (thread b (await a) (cancel a)))"
	linkToNobody = "(litmus 1 linkToNobody (thread a (try Error ((join b) (link b)) ((log e)))) (thread b))"

	// What comes behind the wait is quick, and seen in s.
	putWaits = "(litmus 1 putWaits (mvar m full) (sem s 0) (thread a (put m 1) (post s)))"

	// d throws at c as soon as c, who forked it, runs: a, who forked c, need not have gone on.
	thrownAtOnce = "(litmus 1 thrownAtOnce (flag x) (thread a (fork c)) (later c (fork d) (spin x 1)) (later d (throwTo c X)))"
	looper       = "(litmus 1 looper (flag go) (thread t (while go 0 (nop))) (thread s (nop)))"
)
