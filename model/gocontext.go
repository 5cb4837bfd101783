package model

// goSelects are the operations written as a select between the operation and
// ctx.Done(). Mutexes, condition variables and WaitGroups have no such form.
var goSelects = Ops(Take, Put, Acquire, WaitUntil, Sleep)

// GoContext is cancellation as Go programmers write it: cancel t cancels a context
// that t looks at where it selects, and at ctx.Err(), which is a point. To raise is
// to return an error, and a deferred function is a cleanup. A mvar is a channel
// with room for one.
var GoContext = Dialect{
	Name:  "go@context",
	Title: "Go, contexts, as its documentation says",
	Lacks: lacksAllBut(exceptions, cancelling, mvars, withLock, mutexes, conditions, semaphores),

	Begin:   Interruptible,          // [go-context Context.Done]: nothing comes but where it is looked for
	Keep:    Once,                   // [go-context CancelFunc]: after the first call, nothing
	Sticky:  true,                   // [go-context Context.Done, Err]: for ever
	Wake:    goSelects,              // never consulted: its threads are never open
	Opens:   goSelects,              // [go-spec Select statements]
	Points:  goSelects | Ops(Point), // [go-spec Select statements]
	Chance:  true,                   // [go-spec Select statements]: one is chosen at random
	HandOff: Ops(Take, Put),         // unverified: a channel hands to the first receiver
}
