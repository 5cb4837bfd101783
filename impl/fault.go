package impl

// Fault is a deliberate bug, for proving that the judges see it. Only a build with the
// tag faults has them; in any other the compiler removes them.
type Fault uint8

// The faults.
const (
	NoFault                    Fault = iota
	FaultLIFO                        // the queue is a stack
	FaultNoUnpark                    // a signal handed to a parked thread does not wake it
	FaultLatePark                    // the lock is dropped between looking and parking
	FaultNoRecheck                   // the own throw is not looked at again under both locks
	FaultNoWithdraw                  // an interrupted throw stays in its target's queue
	FaultNoTicket                    // a wait is taken for a later one of the same thread
	FaultStaleWaiter                 // a cell hands over to a thread that no longer waits
	FaultIgnoreMask                  // a safe point receives at any level
	FaultLateRestore                 // a mask that is left by an error stays
	FaultNoReceiptAtExit             // leaving a mask is not a safe point
	FaultEdgeTriggered               // an error that is swallowed loses its interrupt
	FaultOneJoiner                   // the end of a thread wakes one of those that join it
	FaultCleanupTwice                // a cleanup runs twice
	FaultCleanupGoesOn               // a cleanup that fails does not end the series
	FaultSendersForgotten            // the end of a thread does not wake its senders
	FaultHandlerOpen                 // a handler runs at the level of its call
	FaultAttentionLost               // a withdrawal clears the sign though others are pending
	FaultReadAfterAck                // an exception is read after its sender was told
	FaultNotificationLost            // a notified waiter that is interrupted does not pass it on
	FaultFunctionOpen                // a function that interrupts runs at the level it finds
	FaultReversed                    // a function is interrupted before it has begun
	FaultStillInForce                // a handler does not end the unwinding
	FaultReceiptTooLate              // an interrupted throw is withdrawn though it was received
	FaultWaitNotResumed              // an operation is not begun again after a function
	FaultNoOrder                     // two locks are taken in the order of the call
	FaultTokenLost                   // a post to an interrupted waiter is forgotten
	FaultTimeout                     // a wait that timed out is not ended
	FaultHearsClosed                 // a thread at level Closed is interrupted where it blocks
	FaultDeafMasked                  // a thread at level Masked is not
	FaultHearsAll                    // so is one in an operation in which the edition is deaf
	FaultNoInherit                   // a thread that is forked starts open
	FaultSelfPends                   // an error thrown to oneself waits for the mask
	FaultOwnNotFirst                 // a throw does not receive what is pending for its sender first
	FaultGoneAccepts                 // a thread that has ended takes signals into its queue
	FaultHandlerLevelStays           // the level of a handler stays when it ends
	FaultHandlerTakesKill            // a handler takes a kill
	FaultCleanupSkipped              // a cleanup does not run when its body is left by an error
	FaultUnwindingDropped            // a cleanup ends the unwinding that it was run by
	FaultCleanupErrorLost            // the error of a cleanup is dropped
	FaultFunctionTwice               // a function that interrupts runs twice
	FaultFunctionLevelStays          // its level stays when it ends
	FaultFunctionEndsUnwinding       // an unwinding that it interrupts is dropped
	FaultNoRelock                    // who is notified goes on without the mutex
	FaultRelocks                     // who is thrown out of a wait takes the mutex
	FaultNotPassedOn                 // and passes a notification on only if it was given one
	FaultNotifiesAll                 // a notification wakes all that wait
	FaultTagTakesAll                 // a catch takes throws to every tag
	FaultTagInForce                  // and does not end the unwinding
	FaultJoinMissesEnd               // a join does not see that its thread has ended already
	FaultPutNotHandedOver            // a put does not see that somebody waits to take
	FaultTakeNotRefilled             // a take does not see that somebody waits to put
	FaultMutexForgotten              // a mutex that is handed over has no holder
	FaultPostTwice                   // a post to a waiter stays as well
	FaultWaitersLIFO                 // who waits last is served first
	FaultDoomedCleans                // a kill without cleanups runs them
	FaultKeepsAll                    // a signal is kept though an equal one is pending
	FaultGoneSilent                  // to interrupt a thread that has ended is no error
	FaultUnmaskNoPoint               // opening a mask is not a safe point
	FaultSpinDeaf                    // a thread that spins receives nothing
	FaultFreesOthers                 // a cleanup frees a mutex that another thread holds
	FaultOwnQueueUnchecked           // what is pending is not looked at again under both locks
	FaultNotPoked                    // a foreign call is not asked to return
	FaultPokedByPending              // it is asked because of what was pending before
	FaultTagStays                    // a catch that is being left still takes throws
	FaultStrayTimer                  // what a timer has sent is not taken back behind its block
	FaultHearsShut                   // a thread at level Masked is interrupted where the edition opens no mask
	FaultDoomedReceives              // a thread killed without cleanups receives on its way to the end
	FaultBothDoomed                  // two who end each other without cleanups both end
	Faults                           // how many there are, and one
)
