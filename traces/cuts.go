package traces

// Cuts lists the places at which nothing is under way, so that what comes before
// can be judged before what comes after. Place i is before event i. There,
//   - every operation called before has returned, or was abandoned by an unwinding,
//   - every signal sent before was received, taken back, or its target has ended,
//   - no thread's end was noticed by others before its own event says so.
//
// Frames may be open. Points are no obstacle: those that others can notice are
// receipts and ends; the rest concern their own thread alone.
// A signal that is never received ends the cuts, as does an operation that is pending.
func (x *Index) Cuts() []int32 {
	c := cutter{x: x, busy: map[uint64]int16{}, owed: map[int16]bool{}, ended: make([]bool, len(x.Threads)), over: x.overAt()}
	var cuts []int32
	for i := range x.History.Events {
		if c.open == 0 && len(c.busy) == 0 && len(c.owed) == 0 {
			cuts = append(cuts, int32(i))
		}
		c.step(i)
	}
	return cuts
}

type cutter struct {
	x     *Index
	open  int              // operations under way
	over  map[int32]int    // how many operations an event is known to have abandoned
	busy  map[uint64]int16 // signals on their way, and to whom
	owed  map[int16]bool   // threads whose end was noticed before it was recorded
	ended []bool
}

func (x *Index) overAt() map[int32]int {
	at := map[int32]int{}
	for i, o := range x.Over {
		if o >= 0 && x.History.Events[i].Phase == Call {
			at[o]++
		}
	}
	return at
}

func (c *cutter) step(i int) {
	e := &c.x.History.Events[i]
	c.open -= c.over[int32(i)]
	switch {
	case e.Phase == Call:
		c.open++
		if e.Kind == Send {
			c.busy[e.ID] = e.To
		}
	case e.Phase == Return:
		c.open--
		c.returned(e, &c.x.History.Events[c.x.Match[i]])
	case e.Kind == Recv:
		delete(c.busy, e.ID)
	case e.Kind == End:
		c.end(e.Thread)
	}
}

// returned notes what the return e of call tells of other threads.
func (c *cutter) returned(e, call *Event) {
	if call.Kind == Send && (e.Result == Withdrawn || e.Result == Gone || c.ended[call.To]) {
		delete(c.busy, call.ID)
	}
	noticed := call.Kind == Send && e.Result == Gone || call.Kind == Join && e.Result == Done || call.Kind == Alive && e.Result == No
	if noticed && !c.ended[call.To] && c.records(call.To) {
		c.owed[call.To] = true
	}
}

// records reports whether thread t records its end.
func (c *cutter) records(t int16) bool {
	own := c.x.Threads[t]
	return len(own) > 0 && c.x.History.Events[own[len(own)-1]].Kind == End
}

func (c *cutter) end(t int16) {
	c.ended[t] = true
	delete(c.owed, t)
	for id, to := range c.busy {
		if to == t {
			delete(c.busy, id)
		}
	}
}
