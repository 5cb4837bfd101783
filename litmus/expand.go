package litmus

import "github.com/interject/interject/model"

// expand is a statement as its system defines it.
func (c *compiler) expand(s *Stmt, at place) []item {
	e := expansion{c: c, s: s, at: at}
	switch s.Form.Wire {
	case "throwTo":
		return []item{e.throwTo(c.class(s.Other))}
	case "kill":
		return []item{e.kill()}
	case "cancel":
		return []item{e.throwTo(c.class(model.CancelClass))}
	case "exit":
		return []item{e.exit()}
	case "protect":
		return e.protect()
	case "bracket":
		return e.bracket()
	case "with-lock":
		return e.withLock()
	}
	return []item{c.plain(s, at)}
}

// expansion makes the statements that one statement of the text stands for. A
// scope that it adds is not seen by the restore of the text: macros are hygienic.
type expansion struct {
	c  *compiler
	s  *Stmt
	at place
}

func (e expansion) node(op model.Op) model.Node {
	return model.Node{Op: op, Line: e.s.Pos.Line}
}

// target is the thread that the statement names first.
func (e expansion) target() uint8 { return e.c.resolve(e.s.Name, AThreadOrSelf, e.at) }

func (e expansion) throwTo(class uint8) item {
	if e.c.idioms.ThrowTo == model.ThrowToThunk {
		raise := e.node(model.Raise)
		raise.A = class
		return e.interrupt(item{node: raise, from: e.s})
	}
	n := e.node(model.ThrowTo)
	n.A, n.B = e.target(), class
	return item{node: n, from: e.s}
}

func (e expansion) kill() item {
	switch e.c.idioms.Kill {
	case model.KillException:
		return e.throwTo(e.c.class(model.KillClass))
	case model.KillThunk:
		return e.interrupt(e.exit())
	}
	n := e.node(model.Kill)
	n.A = e.target()
	return item{node: n, from: e.s}
}

func (e expansion) exit() item {
	if e.c.idioms.Exit == model.ExitException {
		n := e.node(model.Raise)
		n.A = e.c.class(model.KillClass)
		return item{node: n, from: e.s}
	}
	return item{node: e.node(model.Exit), from: e.s}
}

// interrupt is interrupt t { thunk }.
func (e expansion) interrupt(thunk item) item {
	n := e.node(model.Interrupt)
	n.A = e.target()
	return item{node: n, from: e.s, body: func() model.Pos { return e.c.lay([]item{thunk}) }}
}

// block is the n-th block of the statement, to be laid out at a place.
func (e expansion) block(n int) part {
	return func(at place) []item { return e.c.items(e.s.Blocks[n], at) }
}

// part is a piece of an expansion, made where it is to stand.
type part func(place) []item

// guard is protect { body } cleanup { after }.
func (e expansion) guard(body, after part, at place) item {
	return item{
		node: e.node(model.Protect), from: e.s,
		body: func() model.Pos { return e.c.lay(body(at)) },
		alt:  func() model.Pos { return e.c.lay(after(at)) },
	}
}

// masked is shut { before; protect { open { body } } cleanup { after } }.
func (e expansion) masked(shut, open model.How, before, body, after part) item {
	n := e.node(model.Scope)
	n.How, n.Slot = shut, e.at.depth
	in := e.at
	in.depth++
	opened := func(at place) []item {
		return []item{e.scope(open, n.Slot, func() model.Pos { return e.c.lay(body(at)) })}
	}
	return item{node: n, from: e.s, body: func() model.Pos {
		return e.c.lay(append(before(in), e.guard(opened, after, in)))
	}}
}

// scope is a scope that refers to the one with the slot.
func (e expansion) scope(how model.How, slot uint8, body func() model.Pos) item {
	n := e.node(model.Scope)
	n.How, n.Slot = how, slot
	return item{node: n, from: e.s, body: body}
}

func (e expansion) protect() []item {
	nothing := func(place) []item { return nil }
	switch e.c.idioms.Protect {
	case model.ProtectMasked:
		return []item{e.masked(model.Shut, model.Restore, nothing, e.block(0), e.block(1))}
	case model.ProtectUnblocked:
		return []item{e.masked(model.Shut, model.Unmask, nothing, e.block(0), e.block(1))}
	}
	return []item{e.c.plain(e.s, e.at)}
}

func (e expansion) bracket() []item {
	switch e.c.idioms.Bracket {
	case model.BracketMasked:
		return []item{e.masked(model.Shut, model.Restore, e.block(0), e.block(1), e.block(2))}
	case model.BracketUnblocked:
		return []item{e.masked(model.Shut, model.Unmask, e.block(0), e.block(1), e.block(2))}
	}
	return append(e.block(0)(e.at), e.guard(e.block(1), e.block(2), e.at))
}

func (e expansion) withLock() []item {
	lock, unlock := e.lock(model.Lock), e.lock(model.UnlockHeld)
	switch e.c.idioms.WithLock {
	case model.WithLockMasked:
		return []item{e.masked(model.Shut, model.Restore, lock, e.block(0), unlock)}
	case model.WithLockUnblocked:
		return []item{e.masked(model.Shut, model.Unmask, lock, e.block(0), unlock)}
	case model.WithLockLocal:
		return []item{e.masked(model.Without, model.Local, e.inside(model.Allow, lock), e.block(0), unlock)}
	case model.WithLockReopened:
		taken := func(at place) []item { return append(lock(at), e.block(0)(at)...) }
		nothing := func(place) []item { return nil }
		free := e.lock(model.NotHeld)(e.at)
		return append(free, e.masked(model.Without, model.Reopen, nothing, taken, unlock))
	case model.WithLockStrict:
		unlock = e.lock(model.Unlock)
	}
	return append(lock(e.at), e.guard(e.block(0), unlock, e.at))
}

// inside is a part in a scope that refers to the one directly around it.
func (e expansion) inside(how model.How, body part) part {
	return func(at place) []item {
		return []item{e.scope(how, at.depth-1, func() model.Pos { return e.c.lay(body(at)) })}
	}
}

// lock is one statement on the mutex that the statement names.
func (e expansion) lock(op model.Op) part {
	return func(place) []item {
		n := e.node(op)
		n.A = e.c.resolve(e.s.Name, AMutex, e.at)
		return []item{{node: n, from: e.s}}
	}
}
