package litmus

import "github.com/interject/interject/model"

// Pos is a place in a source text: line and column, from 1.
type Pos struct{ Line, Col int }

// Test is a litmus test: a small program, a question about its final states,
// and the answers that people expect of each edition.
type Test struct {
	Name    string
	Title   string
	Family  string // the catalogue folder it stands in; empty elsewhere
	See     []string
	Cells   []Cell
	Threads []Thread
	Final   *Cond    // nil when it has only exact answers
	Asking  Comments // those of the line of final
	Answers []Answer
	File    string // where it was read from, for messages
	Pos     Pos    // of its name
	Comments
}

// Cell declares a shared cell. Flags are Var with Hidden set.
type Cell struct {
	Pos    Pos
	Name   string
	Kind   model.CellKind
	Init   int16 // model.Empty, model.Full or a number
	Hidden bool
	Comments
}

// Thread is a thread and what it does.
type Thread struct {
	Pos   Pos
	Name  string
	Later bool // not started; another thread forks it
	Body  Block
	Comments
}

// Block is a sequence of statements.
type Block []Stmt

// Stmt is one statement. What Name, Other, N and Blocks mean is said by its Form.
type Stmt struct {
	Pos    Pos
	Form   *Form
	Name   string // its first name: thread, cell, tag, class or word
	Other  string // its second name: the class of throwTo, the mutex of wait
	At     [2]Pos // where the two names stand
	N      int16  // its number; model.Full for a put without one
	Blocks []Block
	Comments
}

// Comments are the comments of a piece of text, without the slashes: the lines
// before it, the one behind it, and for each of its blocks the one behind the
// opening brace and those before the closing one.
type Comments struct {
	Lead  []string
	Trail string
	Open  []string
	Inner [][]string
}

// Answer is what is expected of some editions.
type Answer struct {
	Pos      Pos
	Editions []string
	At       []Pos     // where each edition stands
	Verdict  Frequency // Never, Sometimes or Always; zero for an exact outcome set
	Exactly  []*Cond   // with Verdict zero: every outcome matches one, each is matched
	Comments
}

// Frequency says in how many of the final states a condition holds.
type Frequency uint8

// The three answers.
const (
	Never Frequency = iota + 1
	Sometimes
	Always
)

// String is the word of a litmus file.
func (f Frequency) String() string {
	switch f {
	case Never:
		return "never"
	case Sometimes:
		return "sometimes"
	case Always:
		return "always"
	}
	return "undetermined"
}
