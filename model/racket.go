package model

// Racket87 is Racket CS 8.7 and its breaks. Breaks off is a masked thread, in which
// only an operation that enables breaks lets one in. Threads are its own, switched
// at safe points: a break may come some steps late.
var Racket87 = Dialect{
	Name:  "racket@8.7",
	Title: "Racket CS 8.7, observed",
	Lacks: lacksAllBut(exceptions, throwing, killingNow, tags, breaks, semaphores),

	Inherit:     true,                                 // [racket-ref s.10.6]: break enablement is a parameter
	Keep:        Once,                                 // [racket-ref break-thread]; of kinds the strongest: not modelled
	Arm:         OnSend | OnEnter | OnBlock | OnPoint, // [racket-obs breaks at entering an enabled region]: at a switch of threads too
	May:         true,                                 // [racket-obs breaks at leaving a disabled region]
	Wake:        Blocking &^ uninterruptible,          // [racket-ref s.10.6]
	Opens:       Ops(AcquireOpen),                     // [racket-ref sync/enable-break]
	Points:      Ops(AcquireOpen),                     // [racket-obs sync/enable-break]: a break comes before the event
	HandlerMask: Interruptible,                        // [racket-ref with-handlers]
	CleanupMask: Interruptible,                        // [racket-ref dynamic-wind]
	HandOff:     Ops(Acquire, AcquireOpen),            // [racket-ref semaphore-post]: fair; of hand-off unverified
}
