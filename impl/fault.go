package impl

// Fault is a deliberate bug, for proving that the judges see it. Only a build with the
// tag faults has them; in any other the compiler removes them.
type Fault uint8

// The faults.
const (
	NoFault              Fault = iota
	FaultLIFO                  // the queue is a stack
	FaultNoUnpark              // a signal handed to a parked thread does not wake it
	FaultLatePark              // the lock is dropped between looking and parking
	FaultNoRecheck             // the own throw is not looked at again under both locks
	FaultNoWithdraw            // an interrupted throw stays in its target's queue
	FaultNoTicket              // a wait is taken for a later one of the same thread
	FaultStaleWaiter           // a cell hands over to a thread that no longer waits
	FaultIgnoreMask            // a safe point receives at any level
	FaultLateRestore           // a mask that is left by an error stays
	FaultNoReceiptAtExit       // leaving a mask is not a safe point
	FaultEdgeTriggered         // an error that is swallowed loses its interrupt
	Faults                     // how many there are
)
