package model

// S26 uncancel. The thread takes one request to stop back. It does not undo what
// is pending; it tells others, and itself, that a request was dealt with.
//
//	t at uncancel    asked(t) = n
//	───────────────────────────────────────────────────────────────
//	asked(t) ← max(n − 1, 0)    value(t) ← asked(t)    t goes on
//
// Source: [py-manual asyncio.Task.uncancel].
func uncancel(x *Step, t Thread) bool {
	c, n, ok := x.at(t, Uncancel)
	if !ok {
		return false
	}
	if c.Asked > 0 {
		c.Asked--
	}
	c.Value = int16(c.Asked)
	return x.goOn(t, c, n)
}

// ask counts one more request to u, where they are counted.
func (x *Step) ask(u Thread) {
	if !x.Counts {
		return
	}
	c := x.Core(u)
	if c.Asked++; c.Asked == 0 {
		x.over = "requests to cancel thread " + x.Threads[u].Name
	}
	x.SetCore(u, c)
}

// passes says that what is sent to the thread goes to the one that it joins, which is
// not itself.
func (x *Step) passes(c Core) bool {
	if c.Status != Blocked || c.Op != Join {
		return false
	}
	u := x.Core(Thread(c.On))
	return u.Status != Unborn && !u.Status.Gone() && u != c
}

// follow is the thread to which what is sent to u goes; false if those on the way join
// each other in a circle. Each of those is told.
func (x *Step) follow(u Thread, tell func(Thread)) (Thread, bool) {
	for range x.Threads {
		c := x.Core(u)
		if !x.passes(c) {
			return u, true
		}
		if tell != nil {
			tell(u)
		}
		u = Thread(c.On)
	}
	return u, false
}

// T12 send-through. Who joins another is that one's: a request to cancel it goes
// on to the thread that it joins, or to whom that one joins. Each of them is asked.
// To follow a circle is a recursion without end, and an error in the sender.
//
//	t at send u s    Through    u blocked in join v    v not gone
//	─────────────────────────────────────────────────────────────
//	queue(v) ← queue(v)·s    t goes on
//
//	t at send u s    Through    u blocked in join v    …    in join u
//	─────────────────────────────────────────────────────────────────
//	t raises Error
//
// Source: [py-src Task.cancel]: what cancels the future that a task waits for;
// [asyncio-obs circle].
func sendThrough(x *Step, t Thread) bool {
	_, n, u, s, ok := x.atSend(t)
	if !ok || !x.Through || s.Waits || !x.accepts(t, u, s) || !x.passes(x.Core(u)) {
		return false
	}
	v, ok := x.follow(u, x.ask)
	if !ok {
		return x.raise(t, x.Core(t), ErrorClass)
	}
	x.queue(t, v, s)
	return x.goOn(t, x.Core(t), n)
}

// D6 pass-through. Who was asked before it began to join passes that on as well, and
// waits for what becomes of it.
//
//	s ∈ queue(t)    Through    t blocked in join u    u not gone
//	────────────────────────────────────────────────────────────
//	queue(t) ← queue(t) − s    queue(u) ← queue(u)·s
//
// Source: [py-src Task.__step].
func passThrough(x *Step, t Thread) bool {
	q := x.Queue(t)
	if !x.Through || q == "" || !x.passes(x.Core(t)) {
		return false
	}
	u := Thread(x.Core(t).On)
	if _, ok := x.follow(u, nil); !ok {
		return false
	}
	s := q.At(0)
	x.SetQueue(t, q.Remove(0))
	x.emit(Event{Kind: Received, Thread: t, Other: s.By, Send: s.Send})
	u, _ = x.follow(u, x.ask)
	x.queue(t, u, s)
	return true
}
