package model

import (
	"fmt"
	"strings"
)

var statusNames = [...]string{"unstarted", "booting", "running", "blocked", "sending", "waking", "exiting", "returned", "died", "killed"}

// String is the word for s.
func (s Status) String() string { return statusNames[s] }

var levelNames = [...]string{"open", "masked", "closed"}

// String is the word for l, the one that getmask logs.
func (l Level) String() string { return levelNames[l] }

var frameNames = [...]string{"", "scope", "after", "handler", "tag", "cleanup", "cleaning", "thunk", "loop", "handle", "timer", "update", "point"}

// String is the word for k.
func (k FrameKind) String() string { return frameNames[k] }

// Text is thread t in the configuration of s, on one line, for people.
func (m *Machine) Text(t Thread, s Store) string {
	x := Step{Machine: m, store: s}
	c := x.Core(t)
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", m.Threads[t].Name, c.Status)
	if c.Status.Gone() {
		return b.String()
	}
	switch c.Ctl {
	case Raising:
		fmt.Fprintf(&b, ", raising %s", m.Classes[c.Arg])
	case Throwing:
		fmt.Fprintf(&b, ", throwing to %s", m.Tags[c.Arg])
	case Killing:
		b.WriteString(", unwinding to its end")
	default:
		if c.At != 0 {
			fmt.Fprintf(&b, ", line %d", m.Nodes[c.At].Line)
		}
	}
	fmt.Fprintf(&b, ", %s", c.Mask)
	stack := x.Stack(t)
	for i := range stack.Len() {
		fmt.Fprintf(&b, " %s", stack.At(i).Kind)
	}
	q := x.Queue(t)
	for i := range q.Len() {
		fmt.Fprintf(&b, " <%s", x.signal(q.At(i)))
	}
	return b.String()
}

func (x *Step) signal(s Signal) string {
	what := map[SignalKind]string{Thunk: "thunk", Death: "kill"}[s.Kind]
	if s.Kind == Exception {
		what = x.Classes[s.Arg]
	}
	if s.Flying {
		what += " flying"
	}
	return what + " of " + x.Threads[s.By].Name
}

// Path is a run as its labels.
func (m *Machine) Path(run []Label) string {
	var all []string
	for _, l := range run {
		all = append(all, m.String(l))
	}
	return strings.Join(all, " ")
}
