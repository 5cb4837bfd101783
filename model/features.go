package model

import "slices"

// Features of the language that not every system has, in groups. An edition names
// the groups that its system has; so a form that is new to the language is lacking
// wherever nobody said otherwise.
var (
	exceptions   = []string{"raise", "try"}
	throwing     = []string{"throwTo"}
	thunks       = []string{"interrupt"}
	killing      = []string{"kill", "exit"}
	killingNow   = []string{"kill!"}
	cancelling   = []string{"cancel", "cancelled?"}
	counting     = []string{"uncancel"}
	shields      = []string{"join shielded"}
	tags         = []string{"tag", "throw"}
	ghcMasks     = []string{"umask", "restore", "interruptible"}
	blocks       = []string{"mask", "unmask"} // of 2001: both absolute
	without      = []string{"without"}
	lispMasks    = []string{"allow", "local", "with"}
	assignedMask = []string{"set-mask open", "set-mask masked", "set-mask closed"}
	breaks       = []string{"breaks off", "breaks on", "acquire enable"}
	classMasks   = []string{"handle never", "handle on-blocking", "handle immediate"}
	mvars        = []string{"take", "put"}
	withLock     = []string{"with-lock"}
	mutexes      = []string{"lock", "unlock"}
	holder       = []string{"held?"}
	conditions   = []string{"wait", "notify"}
	semaphores   = []string{"acquire", "post"}
	lazyCells    = []string{"lazy", "force"}
	timers       = []string{"timeout"}
	foreignCalls = []string{"foreign", "foreign-until"}
	foreignEarly = []string{"foreign interruptible"}
	emptyLoops   = []string{"busy"}
	mailboxes    = []string{"send", "receive"}
	links        = []string{"trap on", "trap off", "link", "unlink"}
)

// groups is every group.
var groups = [][]string{
	exceptions, throwing, thunks, killing, killingNow, cancelling, counting, shields, tags, ghcMasks, blocks, without, lispMasks,
	assignedMask, breaks, classMasks, mvars, withLock, mutexes, holder, conditions, semaphores, lazyCells, timers,
	foreignCalls, foreignEarly, emptyLoops, mailboxes, links,
}

// lacksAllBut is every feature that is in none of the groups.
func lacksAllBut(has ...[]string) []string {
	var lacks []string
	for _, f := range slices.Concat(groups...) {
		if !slices.ContainsFunc(has, func(g []string) bool { return slices.Contains(g, f) }) {
			lacks = append(lacks, f)
		}
	}
	slices.Sort(lacks)
	return lacks
}
