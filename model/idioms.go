package model

// Idioms says how a system defines the statements that are not primitive in it.
// Programs are expanded by it before they are run; the zero value leaves every
// statement primitive, and brackets and locks without a mask.
type Idioms struct {
	ThrowTo  ThrowToIdiom  // what is throwTo t X?
	Kill     KillIdiom     // what is kill t?
	Exit     ExitIdiom     // what is exit?
	Protect  ProtectIdiom  // what is protect?
	Bracket  BracketIdiom  // what is bracket?
	WithLock WithLockIdiom // what is with-lock?
}

// KillClass is the class of the exception where killing is one (GHC ThreadKilled).
const KillClass = "Kill"

// TimeoutClass is the class of the exception with which a timer ends its block.
const TimeoutClass = "Timeout"

// NormalClass is the class of the exit signal that a thread that has returned sends to
// those that it is linked to; NobodyClass that of what comes back from one that is gone;
// KilledClass is what those that trap exits read of one that was killed.
const (
	NormalClass = "Normal"
	NobodyClass = "Nobody"
	KilledClass = "Killed"
)

// CancelClass is the class of what cancel t makes t raise.
const CancelClass = "Cancelled"

// ThrowToIdiom is what throwTo t X is.
type ThrowToIdiom uint8

// ThrowToPrimitive sends the exception; ThrowToThunk is interrupt t { raise X }.
const (
	ThrowToPrimitive ThrowToIdiom = iota
	ThrowToThunk
)

// KillIdiom is what kill t is.
type KillIdiom uint8

// KillPrimitive sends a kill; KillException is throwTo t Kill; KillThunk is
// interrupt t { exit }.
const (
	KillPrimitive KillIdiom = iota
	KillException
	KillThunk
)

// ExitIdiom is what exit is.
type ExitIdiom uint8

// ExitPrimitive unwinds as nothing can catch; ExitException is raise Kill.
const (
	ExitPrimitive ExitIdiom = iota
	ExitException
)

// ProtectIdiom is what protect { A } cleanup { B } is.
type ProtectIdiom uint8

// ProtectBare is the primitive; ProtectMasked is
// mask { protect { restore { A } } cleanup { B } }.
// ProtectUnblocked is the same with unmask for restore.
const (
	ProtectBare ProtectIdiom = iota
	ProtectMasked
	ProtectUnblocked
)

// BracketIdiom is what bracket { A } use { B } release { C } is.
type BracketIdiom uint8

// BracketBare is A; protect { B } cleanup { C }. BracketMasked is
// mask { A; protect { restore { B } } cleanup { C } }.
// BracketUnblocked is the same with unmask for restore.
const (
	BracketBare BracketIdiom = iota
	BracketMasked
	BracketUnblocked
)

// WithLockIdiom is what with-lock l { A } is. The cleanup releases the mutex
// only if it is held, and in all but the last the mutex is taken before the cleanup is
// installed: a failed attempt to take it again must not release what was taken before.
type WithLockIdiom uint8

// WithLockBare is lock l; protect { A } cleanup { unlock }. WithLockMasked is
// mask { lock l; protect { restore { A } } cleanup { unlock } }. WithLockLocal is
// without { allow { lock l }; protect { local { A } } cleanup { unlock } }.
// WithLockUnblocked is WithLockMasked with unmask for restore. WithLockReopened is
// without { protect { reopen { lock l; A } } cleanup { unlock } }, after a look whether
// the thread has l already; reopen opens without looking for signals. WithLockStrict is
// WithLockBare whose cleanup fails if the mutex is not held.
const (
	WithLockBare WithLockIdiom = iota
	WithLockMasked
	WithLockLocal
	WithLockUnblocked
	WithLockReopened
	WithLockStrict
)
