package linearizability

import (
	"slices"

	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// scribe is the recorder of one thread.
type scribe struct {
	n      int32
	todo   []traces.Event // to be recorded before the thread goes on
	may    []traces.Event // may be recorded, or not
	said   bool           // what the thread is about to do is recorded
	inCall bool           // a call is under way
	call   int32          // which,
	kind   traces.Kind    // of which kind,
	at     model.Pos      // of which statement,
	id     uint64         // sending what,
	result traces.Result  // and what it will answer
	open   []open
	cause  uint64 // the signal it unwinds for, while that may be recorded
}

// open is a frame of the model's stack.
type open struct {
	frame  traces.Frame // 0: one that no history shows
	event  int32        // negative: not recorded, or recorded to be left
	cause  uint64       // the signal whose receipt is recorded in it
	saved  *scribe      // a thunk: the recorder of what it interrupted
	ghosts []open       // scopes whose place it has taken
}

// said is how a line can be written: where a system does not tell its sender why a
// send returned, it was queued.
func said(e traces.Event) []traces.Event {
	all := []traces.Event{e}
	if e.Phase == traces.Return && (e.Result == traces.Received || e.Result == traces.Gone) {
		e.Result = traces.Queued
		all = append(all, e)
	}
	return all
}

// inner says that entry i is the entering of a frame in another whose entering is
// to be recorded first.
func (s *scribe) inner(i int) bool {
	return s.todo[i].Kind == traces.Enter && slices.ContainsFunc(s.todo[:i], isEnter)
}

func isEnter(e traces.Event) bool { return e.Kind == traces.Enter }

// optional is what the scribe may record.
func (s *scribe) optional() []traces.Event {
	all := slices.Clone(s.may)
	ids := []uint64{s.cause}
	for i := range s.open {
		ids = append(ids, s.open[i].cause)
	}
	for _, id := range ids {
		if id != 0 && !slices.ContainsFunc(s.todo, func(e traces.Event) bool { return e.ID == id }) {
			all = append(all, traces.Event{Phase: traces.At, Kind: traces.Recv, ID: id})
		}
	}
	return all
}

// floats says that the order among what is to be recorded first is free.
func floats(e *traces.Event) bool { return e.Kind == traces.Recv || e.Kind == traces.Enter }

// unrecorded is the frame whose entering has just been taken from what is to be
// recorded: those inside it are still there.
func (s *scribe) unrecorded() int {
	i := len(s.open) - 1
	for range slices.DeleteFunc(slices.Clone(s.todo), func(e traces.Event) bool { return !isEnter(e) }) {
		i--
	}
	return i
}

// forget notes that a receipt is recorded.
func (s *scribe) forget(id uint64) {
	if s.cause == id {
		s.cause = 0
	}
	s.open = slices.Clone(s.open)
	for i := range s.open {
		o := &s.open[i]
		if o.cause == id {
			o.cause = 0
		}
		if o.saved != nil {
			saved := *o.saved
			saved.forget(id)
			o.saved = &saved
		}
	}
	s.todo = slices.DeleteFunc(slices.Clone(s.todo), func(e traces.Event) bool { return e.Kind == traces.Recv && e.ID == id })
}

// back has the return of the call under way recorded.
func (s *scribe) back(r traces.Result) {
	s.todo = []traces.Event{{Phase: traces.Return, Kind: s.kind, Of: s.call, Result: r}}
	s.said, s.inCall = false, false
}
