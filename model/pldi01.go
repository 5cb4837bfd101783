package model

// GHCPLDI01 is the design of the paper: throwTo returns at once, what was thrown is
// on its way until it is received, and block and unblock are absolute. The forms
// mask and unmask stand for them. What is marked unverified could not be checked
// against the paper's text.
var GHCPLDI01 = Dialect{
	Name:  "ghc@pldi01",
	Title: "Asynchronous Exceptions in Haskell, PLDI 2001",
	Lacks: lacksAllBut(exceptions, throwing, []string{"kill", "exit"}, blocks, mvars, withLock, lazyCells),
	Idioms: Idioms{
		Kill: KillException, Exit: ExitException, // unverified
		Protect: ProtectUnblocked, Bracket: BracketUnblocked, WithLock: WithLockUnblocked, // [pldi01 s.7.1]
	},
	Order:   AnyOrder,                       // [pldi01 (ThrowTo), (Receive)]: a soup
	May:     true,                           // [pldi01 (Receive)]: a transition among others
	Wake:    ghcInterruptible,               // [pldi01 (Interrupt)]
	Opens:   ghcInterruptible &^ Ops(Force), // [pldi01 (Interrupt)], s.5.3; of Force unverified
	HandOff: Ops(Take, Put, Lock),           // unverified
	// Unverified: HandlerMask open (a handler runs in the context of its catch), Inherit no.
}
