package goimpl

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/interject/interject/impl"
	"github.com/interject/interject/model"
)

func nothing(*compiler, *model.Node) code { return func(*env) error { return nil } }

func logWord(c *compiler, n *model.Node) code {
	word := c.source.Words[n.A]
	return func(e *env) error { e.log(word); return nil }
}

func logValue(c *compiler, n *model.Node) code {
	word := c.source.Words[n.A]
	return func(e *env) error { e.log(fmt.Sprintf("%s=%d", word, e.value)); return nil }
}

func value(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.value = n.N; return nil }
}

func set(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.cells[n.A].v.Set(n.N); return nil }
}

func spin(_ *compiler, n *model.Node) code {
	is := func(v int16) bool { return v == n.N }
	return func(e *env) error { e.jitter(); return e.cells[n.A].v.Spin(e.t, is) }
}

// scope changes the level. Where that is a level found by a scope around it, it is the
// one saved in its slot, as the program says.
func scope(c *compiler, n *model.Node) code { return c.scopeOver(n, c.block(n.Body)) }

// scopeOver is the scope of n around a body.
func (c *compiler) scopeOver(n *model.Node, body code) code {
	return func(e *env) error {
		if err := e.point(); err != nil {
			return err
		}
		saved := e.levels[n.Slot]
		if n.How == model.Shut || n.How == model.Seal || n.How == model.Without {
			e.levels[n.Slot] = e.t.Level()
			defer func() { e.levels[n.Slot] = saved }()
		}
		return e.t.At(level(n.How, e.t.Level(), saved), func() error { return body(e) })
	}
}

func level(how model.How, now, saved impl.Level) impl.Level {
	switch how {
	case model.Shut:
		return max(now, impl.Masked)
	case model.Seal, model.Without:
		return impl.Closed
	case model.Restore:
		return saved
	case model.Unmask:
		return impl.Open
	case model.Relent:
		if now == impl.Masked {
			return impl.Open
		}
	case model.Allow:
		if saved != impl.Closed {
			return impl.Masked
		}
	case model.Local:
		if saved != impl.Closed {
			return impl.Open
		}
	}
	return now
}

func try(c *compiler, n *model.Node) code {
	body, handler := c.block(n.Body), c.block(n.Alt)
	takes := func(err error) bool { return n.A == model.Any || classOf(err) == n.A }
	return func(e *env) error {
		return e.t.Handle(func() error { return body(e) }, takes, func(error) error { return handler(e) })
	}
}

// classOf is the class of an error; those of operations are of class Error.
func classOf(err error) uint8 {
	if c, ok := errors.AsType[*class](err); ok {
		return c.id
	}
	return model.ErrorClass
}

func tag(c *compiler, n *model.Node) code {
	body := c.block(n.Body)
	return func(e *env) error {
		arrived := true
		v, err := e.tags[n.A].Catch(e.t, func() (int16, error) {
			err := body(e)
			arrived = err != nil
			return 0, err
		})
		if err == nil && arrived {
			e.value = v
		}
		return err
	}
}

// protect has one cleanup; what the block's value was is restored after it.
func protect(c *compiler, n *model.Node) code {
	body, cleanup := c.block(n.Body), c.block(n.Alt)
	return func(e *env) error {
		return e.t.UnwindProtect(func() error { return body(e) }, func() error {
			v := e.value
			if err := cleanup(e); err != nil {
				return err
			}
			e.value = v
			return nil
		})
	}
}

func throw(_ *compiler, n *model.Node) code {
	return func(e *env) error { return e.tags[n.A].Throw(e.t, n.N) }
}

func raise(c *compiler, n *model.Node) code {
	err := c.classes[n.A]
	return func(*env) error { return err }
}

func exit(*compiler, *model.Node) code { return func(e *env) error { return e.t.Exit() } }

func while(c *compiler, n *model.Node) code {
	idle, opens, blocks := c.idle(n.Body)
	rest := func(e *env) error {
		if blocks && (!e.controlled || c.awaited || e.t.Level() != impl.Open) {
			return nil
		}
		e.looping[e.id]++
		defer func() { e.looping[e.id]-- }()
		return e.cells[n.A].v.Spin(e.t, func(v int16) bool { return v != n.N })
	}
	body := c.block(n.Body)
	if idle && opens {
		scope := &c.source.Nodes[n.Body]
		inner := c.block(scope.Body)
		body = c.scopeOver(scope, func(e *env) error {
			if err := inner(e); err != nil || e.t.Level() != impl.Open {
				return err
			}
			return rest(e)
		})
	}
	return func(e *env) error {
		for e.cells[n.A].v.Get() == n.N {
			if err := body(e); err != nil {
				return err
			}
			if err := e.start(); err != nil {
				return err
			}
			if idle {
				if err := rest(e); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// idle tells of the body of a loop whether going through it again changes nothing
// unless the variable of the loop or what is pending has changed: the loop is then a
// way to wait, and one that would make executions without end. So it does wait, where
// it would begin again, or inside a scope in which it receives what it does not outside;
// what blocks on the way does so under a scheduler only. opens: in a scope that is all of the body.
// blocks: it blocks on the way, for a time, which await can see and masks do not shut.
func (c *compiler) idle(pos model.Pos) (idle, opens, blocks bool) {
	n := &c.source.Nodes[pos]
	if n.Op == model.Scope && n.Next == 0 {
		idle, opens, blocks = c.idle(n.Body)
		return idle && !opens && !blocks, true, blocks
	}
	for ; pos != 0; pos = n.Next {
		switch n = &c.source.Nodes[pos]; n.Op {
		case model.Nop:
		case model.JoinTimeout, model.Sleep:
			blocks = true
		default:
			return false, false, false
		}
	}
	return true, false, blocks
}

func throwTo(c *compiler, n *model.Node) code {
	err := c.classes[n.B]
	return func(e *env) error {
		e.jitter()
		e.sending[e.id] = n.In
		return e.t.ThrowTo(e.threads[n.A], err)
	}
}

func interrupt(c *compiler, n *model.Node) code {
	body := c.block(n.Body)
	return func(e *env) error {
		e.jitter()
		return e.t.Interrupt(e.threads[n.A], func(t *impl.Thread) (err error) {
			if e.tape != nil { // what the function interrupts may be a send
				r := &e.reels[n.A]
				now, last := r.now, r.last
				defer func() {
					if r.now, r.last = now, last; err != nil { // one that ran while an error travels leaves that be
						r.thru = err
					}
				}()
			}
			outer, inner := e.envs[n.A], e.env(model.Thread(n.A))
			inner.t = t
			e.envs[n.A] = inner
			if err = body(inner); err != nil {
				outer.value = inner.value // goes on unwinding with it
			}
			e.envs[n.A] = outer
			return err
		})
	}
}

// timeout runs its other block at its own level, when the error of this very timer has
// ended the first one.
func timeout(c *compiler, n *model.Node) code {
	body, expired := c.block(n.Body), c.block(n.Alt)
	return func(e *env) error {
		late := &class{n.B, c.source.Classes[n.B]}
		ended := false
		err := e.t.Handle(
			func() error { return e.t.WithTimeout(moment, late, func() error { return body(e) }) },
			func(err error) bool { return errors.Is(err, late) },
			func(error) error { ended = true; return nil })
		if err != nil || !ended {
			return err
		}
		return expired(e)
	}
}

func kill(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.jitter(); return e.t.Kill(e.threads[n.A]) }
}

func killNow(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.jitter(); return e.t.KillNow(e.threads[n.A]) }
}

func take(_ *compiler, n *model.Node) code {
	return func(e *env) error {
		e.jitter()
		v, err := e.cells[n.A].mvar.Take(e.t)
		if err == nil {
			e.value = v
		}
		return err
	}
}

func put(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.jitter(); return e.cells[n.A].mvar.Put(e.t, n.N) }
}

func lock(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.jitter(); return e.cells[n.A].mutex.Lock(e.t) }
}

func unlock(_ *compiler, n *model.Node) code {
	return func(e *env) error { return e.cells[n.A].mutex.Unlock(e.t) }
}

func unlockHeld(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.cells[n.A].mutex.UnlockHeld(e.t); return nil }
}

func acquire(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.jitter(); return e.cells[n.A].semaphore.Acquire(e.t) }
}

func post(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.cells[n.A].semaphore.Post(); return nil }
}

func wait(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.jitter(); return e.cells[n.A].condition.Wait(e.t, e.cells[n.B].mutex) }
}

func notify(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.cells[n.A].condition.Notify(); return nil }
}

func waitUntil(_ *compiler, n *model.Node) code {
	is := func(v int16) bool { return v == n.N }
	return func(e *env) error { e.jitter(); return e.cells[n.A].v.WaitUntil(e.t, is) }
}

func join(_ *compiler, n *model.Node) code {
	return func(e *env) error { e.jitter(); return e.t.Join(e.threads[n.A]) }
}

// moment is how long a sleep or a time-out takes: long enough to be interrupted in.
const moment = 50 * time.Microsecond

func joinTimeout(_ *compiler, n *model.Node) code {
	return func(e *env) (err error) {
		e.jitter()
		e.inTime, err = e.t.JoinFor(e.threads[n.A], moment)
		return err
	}
}

func sleep(*compiler, *model.Node) code {
	return func(e *env) error { e.jitter(); return e.t.Sleep(moment) }
}

func foreign(_ *compiler, n *model.Node) code {
	if n.Op == model.ForeignInt {
		return func(e *env) error {
			return e.t.ForeignInterruptible(func(ctx context.Context) error {
				runtime.Gosched()
				e.t.End() // a step, before which an interrupt can come
				e.value = pick[int16](ctx.Err() != nil, 1, 0)
				return nil
			})
		}
	}
	return func(e *env) error { return e.t.Foreign(func() error { runtime.Gosched(); return nil }) }
}

func fork(_ *compiler, n *model.Node) code {
	return func(e *env) error { return e.threads[n.A].Start(e.t) }
}

func await(_ *compiler, n *model.Node) code {
	return func(e *env) error { return e.t.Await(e.threads[n.A]) }
}

func getMask(*compiler, *model.Node) code {
	return func(e *env) error { e.log(e.t.Level().String()); return nil }
}

func held(_ *compiler, n *model.Node) code {
	return func(e *env) error {
		e.log(pick(e.cells[n.A].mutex.HeldBy(e.t), "held", "notheld"))
		return nil
	}
}

func alive(_ *compiler, n *model.Node) code {
	return func(e *env) error {
		how, _ := e.threads[n.A].End()
		e.log(pick(how == impl.Alive || how == impl.Unstarted, "alive", "dead"))
		return nil
	}
}

func pick[V any](yes bool, a, b V) V {
	if yes {
		return a
	}
	return b
}
