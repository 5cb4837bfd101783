package impl

// Receive receives from a Go channel: v, and whether the channel was still open. It
// blocks interruptibly, and is interrupted only where it blocks: a value that was received
// is returned. It is not for threads under a Scheduler, which knows nothing of channels.
func Receive[V any](t *Thread, ch <-chan V) (v V, open bool, err error) {
	for {
		if err := t.enter(); err != nil {
			return v, false, err
		}
		select {
		case v, open = <-ch:
			return v, open, nil
		default:
		}
		bell := t.listen(OpReceive, ch)
		rung := false
		select {
		case v, open = <-ch:
		case <-bell:
			rung = true
		}
		if t.comeBack(OpReceive, ch); !rung {
			return v, open, nil
		}
		if err := t.answer(OpReceive); err != nil {
			return v, false, err
		}
	}
}

// Send sends v to a Go channel, as Receive receives: if it returns an error, nothing was
// sent.
func Send[V any](t *Thread, ch chan<- V, v V) error {
	for {
		if err := t.enter(); err != nil {
			return err
		}
		select {
		case ch <- v:
			return nil
		default:
		}
		bell := t.listen(OpSend, ch)
		rung := false
		select {
		case ch <- v:
		case <-bell:
			rung = true
		}
		if t.comeBack(OpSend, ch); !rung {
			return nil
		}
		if err := t.answer(OpSend); err != nil {
			return err
		}
	}
}

// listen publishes that t is about to block at a channel, and returns the bell at which
// senders ring meanwhile. It may ring for nothing, being late from before.
func (t *Thread) listen(op Op, ch any) <-chan struct{} {
	if t.rt.sched != nil {
		panic("impl: " + t.Name() + ": " + op.String() + ": a Go channel is not for threads under a Scheduler")
	}
	r := t.rare()
	if r.bell == nil {
		bell := make(chan struct{}, 1)
		r.bell, r.ring = bell, func() {
			select {
			case bell <- struct{}{}:
			default:
			}
		}
	}
	select {
	case <-r.bell:
	default:
	}
	hears := t.hears(op)
	if t.goAbroad(op, ch, r.ring, !hears) && hears || t.rt.closed.Load() {
		r.ring()
	}
	return r.bell
}

// answer receives after the bell has rung.
func (t *Thread) answer(op Op) error {
	if err := t.stopping(); err != nil || !t.hears(op) {
		return err
	}
	return t.receive(Masked)
}
