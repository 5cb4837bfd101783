package model

// receptive says whether s, pending for t, can be received now. In every system
// the level decides between steps. Of a blocked thread the dialect says which
// operations a signal interrupts where the mask is open, and which of them let one
// into a masked thread; of one that is about to do an operation, whether it looks
// for signals first; and of one that unwinds, where it can be interrupted in that.
func (x *Step) receptive(t Thread, s Signal) bool {
	c := x.Core(t)
	level := c.Mask
	if s.Kind == Exception {
		level = max(level, c.class(s.Arg))
	}
	if c.Bare {
		level = Open
	}
	switch {
	case s.Kind > Death, x.traps(c, s), x.spares(t, s):
		return false
	case level == Closed, x.ThunkBegins && x.unbegun(c), x.ignores(t, c, s), x.Turns && x.runsOn(t, c), x.Through && x.passes(c):
		return false
	case c.Status == Blocked && level == Open:
		return x.Wake.Has(c.Op)
	case c.Status == Blocked:
		return x.Opens.Has(c.Op)
	case c.Status != Running:
		return false
	case c.Ctl != Run:
		return level == Open && x.UnwindPoints == Anywhere
	case level == Open:
		return c.At == 0 || !x.NoPoint.Has(x.Nodes[c.At].Op)
	}
	return x.atPoint(c)
}

// unbegun says that t runs a thunk of which nothing but scopes has been executed. One
// that stands at a running wait has begun, or it would wait deaf for what only the next
// thunk may bring [sbcl-it ¶3].
func (x *Step) unbegun(c Core) bool {
	return c.Fresh && !(c.steps() && c.At != 0 && RunningWaits.Has(x.Nodes[c.At].Op))
}

// atPoint says that a thread is about to do an operation at which it looks for
// signals first.
func (x *Step) atPoint(c Core) bool {
	return c.steps() && c.At != 0 && x.Points.Has(x.Nodes[c.At].Op)
}

// ignores says that s does not reach t because t is being killed.
func (x *Step) ignores(t Thread, c Core, s Signal) bool {
	return (x.Doomed == Nothing || x.Doomed != Everything && s.Kind == Death) && x.doomed(t, c)
}

// doomed says that t unwinds to its end, or will once a cleanup is done; or that it
// is taken for such a one since it was once killed.
func (x *Step) doomed(t Thread, c Core) bool {
	return c.Ctl == Killing || c.Struck || x.Stack(t).Has(func(f Frame) bool { return f.Kind == CleaningFrame && f.Ctl == Killing })
}

// candidates are the pending signals that may be the next to be received.
func (x *Step) candidates(t Thread) []int {
	q := x.Queue(t)
	var can []int
	for i := range q.Len() {
		if s := q.At(i); !s.Flying && x.receptive(t, s) {
			can = append(can, i)
		}
	}
	switch {
	case len(can) == 0 || x.Order == AnyOrder:
		return can
	case x.Order == LIFO:
		return can[len(can)-1:]
	}
	return can[:1]
}

// looks says that t looks for signals now: always, after a cue, or, where receipt
// may lag, whenever it likes.
func (x *Step) looks(t Thread) bool { return x.Arm == 0 || x.May || x.Core(t).Armed }

// mustReceive says that t has no other step: where receipt may not lag, and after a
// cue where there are any, it comes first. Steps of other threads in between commute with it.
func (x *Step) mustReceive(t Thread) bool {
	c := x.Core(t)
	switch {
	case !x.May && (x.emptyKill(t) >= 0 || x.unhandled(t) >= 0):
		return true
	case x.Arm != 0:
		return c.Armed && x.checks(c) || x.Arm&OnPoint != 0 && x.atPoint(c) && len(x.candidates(t)) > 0
	case x.May || x.Chance && c.steps() && c.At != 0 && x.Nodes[c.At].Op != Point:
		return false
	}
	return len(x.candidates(t)) > 0 || x.again(t, c)
}

// checks says that a thread that was given a cue would heed it here.
func (x *Step) checks(c Core) bool {
	return c.Status == Blocked || c.Status == Running && (c.Ctl == Run || x.UnwindPoints == Anywhere)
}

// bare gives t the cue that heeds no mask.
func (x *Step) bare(t Thread, c Core) Core {
	c = x.arm(t, c, OnSent)
	c.Bare = x.Arm&OnSent != 0 && c.Armed
	return c
}

// arm gives t a cue, if there is something to look for.
func (x *Step) arm(t Thread, c Core, cue Cues) Core {
	heeds := c.Status == Running || c.Status == Blocked || c.Status == Sending || c.Status == Exiting && x.LateKill
	if x.Arm&cue != 0 && heeds && x.Queue(t) != "" {
		c.Armed = true
	}
	return c
}
