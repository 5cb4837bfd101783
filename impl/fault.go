package impl

// Fault is a deliberate bug, for proving that the judges see it. Only a build with the
// tag faults has them; in any other the compiler removes them.
type Fault uint8

// The faults.
const (
	NoFault               Fault = iota
	FaultLIFO                   // the queue is a stack
	FaultNoUnpark               // a signal handed to a parked thread does not wake it
	FaultLatePark               // the lock is dropped between looking and parking
	FaultNoRecheck              // the own throw is not looked at again under both locks
	FaultNoWithdraw             // an interrupted throw stays in its target's queue
	FaultNoTicket               // a wait is taken for a later one of the same thread
	FaultStaleWaiter            // a cell hands over to a thread that no longer waits
	FaultIgnoreMask             // a safe point receives at any level
	FaultLateRestore            // a mask that is left by an error stays
	FaultNoReceiptAtExit        // leaving a mask is not a safe point
	FaultEdgeTriggered          // an error that is swallowed loses its interrupt
	FaultOneJoiner              // the end of a thread wakes one of those that join it
	FaultCleanupTwice           // a cleanup runs twice
	FaultCleanupGoesOn          // a cleanup that fails does not end the series
	FaultSendersForgotten       // the end of a thread does not wake its senders
	FaultHandlerOpen            // a handler runs at the level of its call
	FaultAttentionLost          // a withdrawal clears the sign though others are pending
	FaultReadAfterAck           // an exception is read after its sender was told
	FaultNotificationLost       // a notified waiter that is interrupted does not pass it on
	FaultFunctionOpen           // a function that interrupts runs at the level it finds
	FaultReversed               // a function is interrupted before it has begun
	FaultStillInForce           // a handler does not end the unwinding
	FaultReceiptTooLate         // an interrupted throw is withdrawn though it was received
	FaultWaitNotResumed         // an operation is not begun again after a function
	FaultNoOrder                // two locks are taken in the order of the call
	FaultTokenLost              // a post to an interrupted waiter is forgotten
	FaultTimeout                // a wait that timed out is not ended
	Faults                      // how many there are
)
