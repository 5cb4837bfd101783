package impl

// seeded is a deliberate bug, for proving that the judges see it. Only a build with the tag
// faults has them, and exports them as Fault; in any other the compiler removes them.
type seeded uint8

// The faults.
const (
	noFault                    seeded = iota
	faultLIFO                         // the queue is a stack
	faultNoUnpark                     // a signal handed to a parked thread does not wake it
	faultLatePark                     // the lock is dropped between looking and parking
	faultNoRecheck                    // the own throw is not looked at again under both locks
	faultNoWithdraw                   // an interrupted throw stays in its target's queue
	faultNoTicket                     // a wait is taken for a later one of the same thread
	faultStaleWaiter                  // a cell hands over to a thread that no longer waits
	faultIgnoreMask                   // a safe point receives at any level
	faultLateRestore                  // a mask that is left by an error stays
	faultNoReceiptAtExit              // leaving a mask is not a safe point
	faultEdgeTriggered                // an error that is swallowed loses its interrupt
	faultOneJoiner                    // the end of a thread wakes one of those that join it
	faultCleanupTwice                 // a cleanup runs twice
	faultCleanupGoesOn                // a cleanup that fails does not end the series
	faultSendersForgotten             // the end of a thread does not wake its senders
	faultHandlerOpen                  // a handler runs at the level of its call
	faultAttentionLost                // a withdrawal clears the sign though others are pending
	faultReadAfterAck                 // an exception is read after its sender was told
	faultNotificationLost             // a notified waiter that is interrupted does not pass it on
	faultFunctionOpen                 // a function that interrupts runs at the level it finds
	faultReversed                     // a function is interrupted before it has begun
	faultStillInForce                 // a handler does not end the unwinding
	faultReceiptTooLate               // an interrupted throw is withdrawn though it was received
	faultWaitNotResumed               // an operation is not begun again after a function
	faultNoOrder                      // two locks are taken in the order of the call
	faultTokenLost                    // a post to an interrupted waiter is forgotten
	faultTimeout                      // a wait that timed out is not ended
	faultHearsClosed                  // a thread at level Closed is interrupted where it blocks
	faultDeafMasked                   // a thread at level Masked is not
	faultHearsAll                     // so is one in an operation in which the edition is deaf
	faultNoInherit                    // a thread that is forked starts open
	faultSelfPends                    // an error thrown to oneself waits for the mask
	faultOwnNotFirst                  // a throw does not receive what is pending for its sender first
	faultGoneAccepts                  // a thread that has ended takes signals into its queue
	faultHandlerLevelStays            // the level of a handler stays when it ends
	faultHandlerTakesKill             // a handler takes a kill
	faultCleanupSkipped               // a cleanup does not run when its body is left by an error
	faultUnwindingDropped             // a cleanup ends the unwinding that it was run by
	faultCleanupErrorLost             // the error of a cleanup is dropped
	faultFunctionTwice                // a function that interrupts runs twice
	faultFunctionLevelStays           // its level stays when it ends
	faultFunctionEndsUnwinding        // an unwinding that it interrupts is dropped
	faultNoRelock                     // who is notified goes on without the mutex
	faultRelocks                      // who is thrown out of a wait takes the mutex
	faultNotPassedOn                  // and passes a notification on only if it was given one
	faultNotifiesAll                  // a notification wakes all that wait
	faultTagTakesAll                  // a catch takes throws to every tag
	faultTagInForce                   // and does not end the unwinding
	faultJoinMissesEnd                // a join does not see that its thread has ended already
	faultPutNotHandedOver             // a put does not see that somebody waits to take
	faultTakeNotRefilled              // a take does not see that somebody waits to put
	faultMutexForgotten               // a mutex that is handed over has no holder
	faultPostTwice                    // a post to a waiter stays as well
	faultWaitersLIFO                  // who waits last is served first
	faultDoomedCleans                 // a kill without cleanups runs them
	faultKeepsAll                     // a signal is kept though an equal one is pending
	faultGoneSilent                   // to interrupt a thread that has ended is no error
	faultUnmaskNoPoint                // opening a mask is not a safe point
	faultSpinDeaf                     // a thread that spins receives nothing
	faultFreesOthers                  // a cleanup frees a mutex that another thread holds
	faultOwnQueueUnchecked            // what is pending is not looked at again under both locks
	faultNotPoked                     // a foreign call is not asked to return
	faultPokedByPending               // it is asked because of what was pending before
	faultTagStays                     // a catch that is being left still takes throws
	faultStrayTimer                   // what a timer has sent is not taken back behind its block
	faultHearsShut                    // a thread at level Masked is interrupted where the edition opens no mask
	faultDoomedReceives               // a thread killed without cleanups receives on its way to the end
	faultBothDoomed                   // two who end each other without cleanups both end
	faults                            // how many there are, and one
)
