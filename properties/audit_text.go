package properties

import (
	"fmt"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
)

// Marks are what the comments of a marked program say of a point.
const (
	markSafe   = "safe"
	markUnsafe = "UNSAFE"
	markNever  = "not interrupted"
)

// Marked is the program with a comment at each point that says whether an
// interrupt is safe there; numbers are those of Failures. The comment behind a
// simple statement is about the moment before it, or in it when it blocks; that
// behind an opening brace about the moment before the block statement; that behind
// the brace that closes a block about the moment at its end.
func (a *Audit) Marked() *litmus.Test {
	t := gen.Clone(a.Test)
	t.Name = a.Test.Name
	numbers, n := map[string]int{}, 0
	for _, f := range a.Failures() {
		n++
		numbers[f.key()] = n
	}
	for i := range t.Threads {
		th := &t.Threads[i]
		th.Trail = a.mark(numbers, th.Name, 0, -1)
		one := litmus.Test{Threads: []litmus.Thread{*th}}
		one.Walk(func(s *litmus.Stmt) {
			before := a.mark(numbers, th.Name, s.Pos.Line, -1)
			if len(s.Blocks) == 0 {
				s.Trail = before
				return
			}
			s.Open = []string{before}
			for b := range s.Blocks {
				at := a.mark(numbers, th.Name, s.Pos.Line, b)
				if b == len(s.Blocks)-1 {
					s.Trail = at
				} else {
					s.Open = append(s.Open, at)
				}
			}
		})
	}
	return t
}

// mark is the comment of a point.
func (a *Audit) mark(numbers map[string]int, thread string, stmt, block int) string {
	for _, p := range a.Points {
		if p.Thread != thread || p.Stmt != stmt || p.Block != block {
			continue
		}
		if len(p.Unsafe) == 0 {
			return markSafe
		}
		var all []string
		for _, f := range p.Unsafe {
			all = append(all, fmt.Sprintf("%d", numbers[Unsafe{p, f}.key()]))
		}
		return markUnsafe + " " + strings.Join(all, ", ")
	}
	return markNever
}

// Unsafe is a failure and where it comes from.
type Unsafe struct {
	At Point
	Failure
}

func (u Unsafe) key() string {
	return fmt.Sprint(u.At.Thread, " ", u.At.Stmt, " ", u.At.Block, " ", u.Why)
}

// Failures are all failures, in the order of the text.
func (a *Audit) Failures() (all []Unsafe) {
	for _, p := range a.Points {
		for _, f := range p.Unsafe {
			all = append(all, Unsafe{p, f})
		}
	}
	return all
}
