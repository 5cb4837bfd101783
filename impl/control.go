package impl

import (
	"errors"
	"fmt"
)

// ErrKilled is what unwinds a thread that is killed or exits. No handler takes it.
var ErrKilled error = &control{name: "killed"}

// control is an unwinding that is no error of the program.
type control struct {
	name       string
	tag, value any // of a throw
}

func (c *control) Error() string { return "impl: unwinding: " + c.name }

// controlled tells whether t unwinds by a control, which is in force then.
func (t *Thread) controlled() bool {
	if t.force == nil || fault(faultHandlerTakesKill) {
		return false
	}
	_, ok := t.force.(*control)
	return ok
}

// verdict says how a thread ends whose body was left with err.
func verdict(err error) (End, error) {
	switch c, ok := errors.AsType[*control](err); {
	case err == nil:
		return Returned, nil
	case !ok:
		return Died, err
	case c.tag == nil:
		return Killed, nil
	}
	return Died, err
}

// Exit unwinds t until it ends, as if it had been killed: its cleanups run, no handler stops it. Return
// what it returns.
func (t *Thread) Exit() error {
	t.own()
	return t.raise(ErrKilled)
}

// Tag is a place that a thread can throw to, with a value.
type Tag[V any] struct{ name string }

// NewTag makes a tag. The name is for messages.
func NewTag[V any](name string) *Tag[V] { return &Tag[V]{name} }

// Catch runs body; a throw to the tag from inside ends here, with its value.
func (g *Tag[V]) Catch(t *Thread, body func() (V, error)) (v V, err error) {
	t.own()
	r := t.rare()
	depth := len(r.tags)
	r.tags = append(r.tags, g)
	t.entered(FrameTag)
	defer func() { r.tags = r.tags[:depth] }()
	v, err = body()
	if !fault(faultTagStays) {
		r.tags = r.tags[:depth] // what is received from here on does not find it
	}
	if err == nil && t.force == nil {
		t.left(FrameTag, nil)
		return v, nil
	}
	err = t.unwound(err)
	t.left(FrameTag, err)
	if x, ok := errors.AsType[*control](err); ok && (x.tag == any(g) || fault(faultTagTakesAll) && x.tag != nil) {
		if !fault(faultTagInForce) {
			t.force = nil
		}
		v, _ = x.value.(V) // which a nil value of an interface type is not
		return v, nil
	}
	return v, t.between(err)
}

// Throw unwinds to the innermost Catch of the tag in t, from which v is returned. If
// there is none it returns an error, and nothing is unwound [clhs throw].
func (g *Tag[V]) Throw(t *Thread, v V) error {
	t.own()
	for _, tag := range t.rare().tags {
		if tag == any(g) {
			return t.raise(&control{"throw to tag " + g.name, g, v})
		}
	}
	return t.misuse(OpThrow, g.name, "no such tag")
}

// Error is why an operation has failed that was not interrupted: no such tag, a mutex that the thread
// does not hold, a target that has ended. It is not in force: nothing but the return of the operation tells of it.
type Error struct {
	Op     Op
	Thread string // which thread did it
	On     any    // to what: a *Thread, a cell, or the name of a tag
	What   string // what is wrong
}

func (e *Error) Error() string {
	return fmt.Sprintf("impl: %s: %s %s: %s", e.Thread, e.Op, name(e.On), e.What)
}

func (t *Thread) misuse(op Op, on any, what string) error {
	return &Error{op, t.Name(), on, what}
}

// name is how messages call what an operation is about. The fields of a cell are not for them: its
// threads change them meanwhile.
func name(on any) string {
	switch on := on.(type) {
	case nil:
		return ""
	case *Thread:
		return on.Name()
	case *Mutex:
		return on.String()
	case string:
		return on
	}
	return fmt.Sprintf("%T", on)
}
