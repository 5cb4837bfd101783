package impl

import (
	"context"
	"errors"
	"time"

	"github.com/interject/interject/impl/internal/at"
)

// Post raises err in t and does not wait; it tells whether t had not ended. Any
// goroutine may call it.
func (t *Thread) Post(err error) bool {
	if err == nil {
		panic("impl: Post of a nil error to " + t.Name())
	}
	_, _, ok := t.sendIn(err)
	return ok
}

// PostFunc makes t run f, as Interrupt does. Any goroutine may call it.
func (t *Thread) PostFunc(f func(*Thread) error) bool {
	if f == nil {
		panic("impl: PostFunc of a nil function to " + t.Name())
	}
	_, _, ok := t.sendIn(function(f))
	return ok
}

// sendIn sends from outside of all threads. The signal is one of its own, so that it can
// be taken back.
func (t *Thread) sendIn(what error) (*signal, uint64, bool) {
	t.given()
	id := t.rt.posts.Add(1)
	s := &signal{to: t, what: what, id: id}
	t.rt.posted(Invoked, t, id, what)
	f := t.offer(s, what, id)
	t.rt.posted(Sent, t, id, what)
	if f == gone {
		t.rt.posted(Dropped, t, id, what)
	}
	return s, id, f != gone
}

// posted reports a send from outside: its events have no Thread.
func (rt *Runtime) posted(k EventKind, to *Thread, id uint64, what error) {
	if rt.observe != nil {
		rt.observe(Event{Kind: k, Other: to, Signal: id, What: what})
	}
}

// WithContext runs f; if ctx is done before f returns, context.Cause(ctx) is raised in
// t, as if it had been posted, and returned like anything that f returns: [Catch] takes it. Nothing is raised because of ctx once WithContext has returned, even if t was
// masked.
func (t *Thread) WithContext(ctx context.Context, f func() error) error {
	return t.meanwhile(func(send func(error)) func() bool {
		return context.AfterFunc(ctx, func() { send(context.Cause(ctx)) })
	}, f)
}

// WithTimeout runs f; if f has not returned after d, late is raised in t, at once if d is zero or less.
// WithTimeout returns late too, like anything that f returns: [Catch] takes it. Nothing is raised
// because of that once WithTimeout has returned, even if t was masked. Under a Scheduler
// time is not measured: it is up at any moment.
func (t *Thread) WithTimeout(d time.Duration, late error, f func() error) error {
	t.own()
	if t.rt.sched != nil {
		return t.meanwhile(func(send func(error)) func() bool {
			timer := new(at.Word)
			timer.Control(t.rt.sched)
			t.rt.sched.Spawn("timer of "+t.Name(), func() {
				if timer.Free() == 0 {
					timer.Change(0, 1)
					send(late)
				}
			})
			return func() bool {
				x := timer.Free()
				return x == 0 && timer.Change(0, 1)
			}
		}, f)
	}
	return t.meanwhile(func(send func(error)) func() bool {
		t.rt.quiet.begin() // until time is up there is something to wait for
		timer := time.AfterFunc(d, func() { send(late); t.rt.quiet.stop() })
		return func() bool {
			stopped := timer.Stop()
			if stopped {
				t.rt.quiet.stop()
			}
			return stopped
		}
	}, f)
}

// meanwhile runs f. What start has begun may send to t until then, once; stop returns false
// if it has begun to do so.
func (t *Thread) meanwhile(start func(send func(error)) (stop func() bool), f func() error) error {
	t.own()
	m := &message{sent: make(chan struct{})}
	if t.rt.sched != nil {
		m.done.Control(t.rt.sched)
	}
	stop := start(func(what error) { m.send(t, what) })
	left := false
	defer func() {
		if !left && !stop() {
			m.takeBack(t)
		}
	}()
	err := t.unwound(f())
	if left = true; !stop() {
		m.takeBack(t)
	}
	return err
}

// message is something that is sent to a thread from outside, and taken back.
type message struct {
	s    *signal
	id   uint64        // copied at once: a received signal is used again
	sent chan struct{} // closed when it is,
	done at.Word       // and 1 then, under a Scheduler
}

func (m *message) send(t *Thread, what error) {
	m.s, m.id, _ = t.sendIn(what)
	if t.rt.sched == nil {
		close(m.sent)
		return
	}
	m.done.Release(m.done.Acquire() | 1)
}

// takeBack withdraws the message, once it is sent.
func (m *message) takeBack(t *Thread) {
	if t.rt.sched == nil {
		<-m.sent
	} else {
		at.Await(m.done.Object(), nil, func() bool { return m.done.Peek() == 1 })
	}
	if !fault(faultStrayTimer) {
		t.takeBack(m.s, m.id)
	}
}

// takeBack withdraws the signal s, if it is still pending and still the one that was
// sent as id.
func (t *Thread) takeBack(s *signal, id uint64) {
	x := t.w.Acquire()
	pending := s.queued && s.id == id
	var what error
	if pending {
		what = s.what
		t.unlink(s)
	}
	t.w.Release(t.attention(x))
	if pending {
		t.event(Withdrawn, t, id, what)
	}
}

// errEnded is why the context of a thread that has ended is done.
var errEnded = errors.New("impl: the thread has ended")

// interruptContext is a context that an interrupt cancels.
type interruptContext struct {
	context.Context
	cancel context.CancelCauseFunc
}

// Context returns a context that is done when t receives an interrupt that unwinds it, or
// has ended; context.Cause says which. So what t has started stops with it. What t itself
// waits for outside of this package it does not end, because an interrupt is not received
// there: see [Thread.ForeignInterruptible] and [Receive]. After a handler has taken the
// interrupt, Context returns another one.
func (t *Thread) Context() context.Context {
	t.own()
	r := t.rare()
	if r.ctx == nil {
		ctx, cancel := context.WithCancelCause(context.Background())
		r.ctx = &interruptContext{ctx, cancel}
	}
	ctx := r.ctx
	if t.force != nil {
		t.cancel(t.force)
	}
	return ctx
}

// cancel ends the context of t, if there is one.
func (t *Thread) cancel(why error) {
	if r := t.more.Load(); r != nil {
		r.cancel(why)
	}
}

//go:noinline
func (r *rare) cancel(why error) {
	if r.ctx != nil {
		r.ctx.cancel(why)
		r.ctx = nil
	}
}
