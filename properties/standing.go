package properties

import "github.com/interject/interject/model"

// Standing is where a thread stands in a configuration.
type Standing struct {
	model.Core
	look   *model.Step
	thread model.Thread
}

func standingAt(m *model.Machine, t model.Thread, s model.Store) Standing {
	x := m.Look(s)
	return Standing{x.Core(t), x, t}
}

// Unwinding says that the thread raises, throws, or unwinds to its end.
func (s Standing) Unwinding() bool { return !s.Status.Gone() && s.Ctl != model.Run }

// Line is that of the statement that is next, or in which the thread is blocked; 0 at
// the end of a block, while it unwinds, and once it has ended.
func (s Standing) Line() int {
	if s.Status.Gone() || s.Ctl != model.Run || s.At == 0 {
		return 0
	}
	return int(s.look.Nodes[s.At].Line)
}

// In says that one of the thread's frames is of the kind.
func (s Standing) In(kind model.FrameKind) bool {
	return s.look.Stack(s.thread).Has(func(f model.Frame) bool { return f.Kind == kind })
}

// Depth is how many frames the thread has.
func (s Standing) Depth() int { return s.look.Stack(s.thread).Len() }

// Pending are the signals in the thread's queue, the oldest first where order
// matters.
func (s Standing) Pending() (all []model.Signal) {
	q := s.look.Queue(s.thread)
	for i := range q.Len() {
		all = append(all, q.At(i))
	}
	return all
}
