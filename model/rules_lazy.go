package model

// A lazy cell holds a computation that is done once, by whoever demands it first;
// who demands it meanwhile is blocked. An exception from outside does not spoil
// it: the frames of the work are kept in the cell and put back by whoever demands
// it next. An exception that the work itself raises is what it comes to for ever,
// and so is one that was sent if a handler or a cleanup inside the work has caught
// it and raised it again.

// S22 lazy. The computation is delayed.
//
//	t at lazy z B
//	────────────────────────
//	z ← delayed(B)    t goes on
//
// Source: [ghc-throwto-2010 s.5].
func lazy(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Lazy)
	if !ok {
		return false
	}
	x.SetCell(n.A, Cell{Stage: Delayed, Value: int16(n.Body)})
	return x.goOn(t, c, n)
}

// B12 force. The value, if there is one, or the exception; else the work begins,
// or goes on where it was interrupted. Who resumes it does so at its own level, but
// a scope that the work will leave restores the level of who entered it.
//
//	t at force z    z delayed(B), or frozen(work)
//	─────────────────────────────────────────────
//	z ← computed by t    t runs B, or work
//
// Source: [ghc-throwto-2010 s.5]; [ghc-rts raiseAsync, AP_STACK].
func force(x *Step, t Thread) bool {
	c := x.Core(t)
	if c.Ctl != Run || c.At == 0 || x.Nodes[c.At].Op != Force || c.Status != Running && c.Op != Force {
		return false
	}
	n := &x.Nodes[c.At]
	cell := x.Cell(n.A)
	c.Status, c.Op, c.On = Running, 0, 0
	switch cell.Stage {
	case Delayed, Frozen:
		return x.compute(t, c, cell)
	case Finished:
		c.Value = cell.Value
		return x.goOn(t, c, n)
	case Poisoned:
		return x.raise(t, c, uint8(cell.Value))
	}
	return false
}

// compute begins the work of a cell, or goes on with it.
func (x *Step) compute(t Thread, c Core, cell Cell) bool {
	f := Frame{Kind: UpdateFrame, Node: c.At, Value: c.Value, Env: c.Env}
	work := cell.Work
	c.Value, c.Env = 0, 0
	at := Pos(uint16(cell.Value))
	if p, ok := work.Top(); ok {
		work, at, c.Value, c.Env = work.Pop(), p.At, p.Value, p.Env
	}
	cell.Stage, cell.Owner, cell.Work = Computed, byte(t)+1, ""
	x.SetCell(x.Nodes[f.Node].A, cell)
	x.enter(t, c, f, at)
	x.SetStack(t, x.Stack(t)+work)
	return true
}

// forceBlocks says that cell i has no value and somebody else is to make it. Who
// demands what it computes itself waits for ever.
func (x *Step) forceBlocks(i uint8) bool {
	s := x.Cell(i).Stage
	return s == Unset || s == Computed
}

// freeze keeps the work on lazy cells that an exception from outside interrupts in
// t, whose point is c: all that stands above the innermost frame that catches.
func (x *Step) freeze(t Thread, c Core) {
	stack := x.Stack(t)
	point := Frame{Kind: PointFrame, At: c.At, Value: c.Value, Env: c.Env}
	for i := stack.Len() - 1; i >= 0 && !catches(stack.At(i).Kind); i-- {
		f := stack.At(i)
		if f.Kind != UpdateFrame {
			continue
		}
		z := x.Nodes[f.Node].A
		cell := x.Cell(z)
		cell.Stage, cell.Owner, cell.Work = Frozen, 0, stack.Above(i).Push(point)
		x.SetCell(z, cell)
		stack = stack.Below(i)
		x.SetStack(t, stack)
		point = Frame{Kind: PointFrame, At: f.Node, Value: f.Value, Env: f.Env}
	}
}

func catches(k FrameKind) bool {
	return k == HandlerFrame || k == CleanupFrame || k == TagFrame || k == TimerFrame || k == ThunkFrame
}

// R12 return-update. The work is done; its value is that of the cell and of who
// demanded it.
//
//	t returns into update(z)
//	─────────────────────────────────────────────
//	z ← value(t)    t goes on behind its force z
//
// Source: [ghc-rts stg_upd_frame].
func returnUpdate(x *Step, t Thread) bool {
	c, f, ok := x.on(t, UpdateFrame)
	if !ok {
		return false
	}
	x.pop(t, f, false)
	x.SetCell(x.Nodes[f.Node].A, Cell{Stage: Finished, Value: c.Value})
	c.Env = f.Env
	return x.resume(t, c, f)
}

// X12 poison. An exception that the work raises, or raises again, is what the cell
// comes to. Any other unwinding leaves the cell as if nothing had been done.
//
//	t raises E into update(z)
//	──────────────────────────────
//	z ← raises E    t unwinds on
//
// Source: [ghc-rts raiseExceptionHelper]; [ghc-testsuite async001].
func poison(x *Step, t Thread) bool {
	c, f, ok := x.into(t, UpdateFrame)
	if !ok {
		return false
	}
	if c.Ctl == Raising {
		x.SetCell(x.Nodes[f.Node].A, Cell{Stage: Poisoned, Value: int16(c.Arg)})
	} else {
		x.delay(f)
	}
	c.Env = f.Env
	return x.unwindPast(t, c, f)
}

// delay makes the cell of an update frame as if nothing had been done.
func (x *Step) delay(f Frame) {
	z := x.Nodes[f.Node].A
	cell := x.Cell(z)
	cell.Stage, cell.Owner = Delayed, 0
	x.SetCell(z, cell)
}
