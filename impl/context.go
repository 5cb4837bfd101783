package impl

import (
	"context"
	"errors"
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
	_, _, ok := t.sendIn(function(f))
	return ok
}

// sendIn sends from outside of all threads. The signal is one of its own, so that it can
// be taken back.
func (t *Thread) sendIn(what error) (*signal, uint64, bool) {
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
// t. Nothing is raised because of ctx once WithContext has returned, even if t was
// masked.
func (t *Thread) WithContext(ctx context.Context, f func() error) error {
	var s *signal
	var id uint64 // copied at once: a received signal is used again
	sent := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(sent)
		s, id, _ = t.sendIn(context.Cause(ctx))
	})
	left := false
	defer func() {
		if !left && !stop() {
			<-sent
			t.takeBack(s, id)
		}
	}()
	err := t.unwound(f())
	if left = true; !stop() {
		<-sent
		t.takeBack(s, id)
	}
	return err
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
	if r := t.more.Load(); r != nil && r.ctx != nil {
		r.ctx.cancel(why)
		r.ctx = nil
	}
}
