package traces

// Send records that a signal is about to be sent to thread to. It returns the
// signal's id, which is to travel with the signal so that its receiver can
// record it. The class is that of an ExcSignal, else 0.
func (t *Thread) Send(to int, s Signal, class Name) (CallID, uint64) {
	id := t.id
	t.id += t.step
	return t.put(id, on(class, to), act(Call, Send, uint8(s), 0)), id
}

// Call records that an operation without operands is about to begin: Sleep, Foreign, Settle.
func (t *Thread) Call(k Kind) CallID { return t.put(0, 0, act(Call, k, 0, 0)) }

// CallOn records that an operation on a cell is about to begin: Take, Lock, Held, ….
func (t *Thread) CallOn(k Kind, cell int) CallID {
	return t.put(0, on(0, cell), act(Call, k, 0, 0))
}

// CallValue records that an operation on a cell with a value is about to begin: Put, Set, WaitUntil, Spin, Busy.
func (t *Thread) CallValue(k Kind, cell int, v int64) CallID {
	return t.put(uint64(v), on(0, cell), act(Call, k, 0, 0)|hasValue)
}

// CallThread records that an operation on another thread is about to begin: Fork, Join, Await, Alive.
func (t *Thread) CallThread(k Kind, to int) CallID {
	return t.put(0, on(0, to), act(Call, k, 0, 0))
}

// Wait records that the thread is about to wait on a condition with a mutex.
func (t *Thread) Wait(cond, mutex int) CallID {
	return t.put(uint64(mutex), on(0, cond), act(Call, Wait, 0, 0))
}

// Return records that the operation has returned.
func (t *Thread) Return(c CallID, r Result) { t.put(0, of(0, c), act(Return, 0, 0, r)) }

// ReturnValue records that the operation (Take, Read) has returned a value.
func (t *Thread) ReturnValue(c CallID, r Result, v int64) {
	t.put(uint64(v), of(0, c), act(Return, 0, 0, r)|hasValue)
}

// ReturnError records that the operation has raised class itself.
func (t *Thread) ReturnError(c CallID, class Name) {
	t.put(0, of(class, c), act(Return, 0, 0, Error))
}

// Recv records, as the first thing that a handler or thunk does, that the
// signal has been received. The id is 0 if it is not known.
func (t *Thread) Recv(id uint64) { t.put(id, 0, act(At, Recv, 0, 0)) }

// Enter records, inside, that a frame has been entered. The name is the class
// of a TryFrame or of one that handles a class, or the tag of a TagFrame, else 0.
func (t *Thread) Enter(f Frame, name Name) CallID {
	return t.put(0, on(name, 0), act(At, Enter, uint8(f), 0))
}

// Leave records that a frame is left: inside, as the last thing, when it comes
// to its end; when it is unwound, as soon as anything can be recorded.
func (t *Thread) Leave(c CallID, r Result) { t.put(0, of(0, c), act(At, Leave, 0, r)) }

// Named records a point that has only a name: Raise (class), Throw (tag), Log (word).
func (t *Thread) Named(k Kind, name Name) { t.put(0, on(name, 0), act(At, k, 0, 0)) }

// NamedValue records a point with a name and a value: Throw, Log.
func (t *Thread) NamedValue(k Kind, name Name, v int64) {
	t.put(uint64(v), on(name, 0), act(At, k, 0, 0)|hasValue)
}

// Bare records a point that is only itself: Exit, Point, Start.
func (t *Thread) Bare(k Kind) { t.put(0, 0, act(At, k, 0, 0)) }

// Mask records what a question for the mask has answered: Open, Masked or Closed.
func (t *Thread) Mask(r Result) { t.put(0, 0, act(At, GetMask, 0, r)) }

// SetMask records that the thread is about to set its mask: to Open, Masked or Closed.
func (t *Thread) SetMask(r Result) { t.put(0, 0, act(At, SetMask, 0, r)) }

// End records, when the thread can receive nothing more, how it ended. The class
// is that of Died, else 0.
func (t *Thread) End(r Result, class Name) { t.put(0, on(class, 0), act(At, End, 0, r)) }
