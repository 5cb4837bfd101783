package litmus

import "github.com/interject/interject/model"

// roleText says what a role is, in messages and in the documentation.
var roleText = [...]string{
	AThread: "thread", AThreadOrSelf: "thread or self", ALater: "later thread",
	AVar: "variable", AnMVar: "mvar", AMutex: "mutex", ASemaphore: "semaphore", ACondition: "condition variable",
	AClass: "class", AClassOrAny: "class or any", ATag: "tag", AWord: "word", ALazy: "lazy cell",
}

// String says what the name must be.
func (r Role) String() string { return roleText[r] }

// Self is the name by which a statement calls the thread that runs it.
const Self = "self"

// Any is the name that stands for every class in a handler.
const Any = "any"

// kind is the kind of cell that the role asks for; 0 when it asks for none.
func (r Role) kind() model.CellKind {
	switch r {
	case AVar:
		return model.Var
	case AnMVar:
		return model.MVar
	case AMutex:
		return model.Mutex
	case ASemaphore:
		return model.Semaphore
	case ACondition:
		return model.Condition
	case ALazy:
		return model.LazyCell
	}
	return 0
}

// thread says whether the role asks for a thread.
func (r Role) thread() bool { return r <= ALater }

// cellForm is one kind of declaration.
type cellForm struct {
	word   string
	kind   model.CellKind
	hidden bool
	init   bool  // an initial value may be written
	start  int16 // the value without one
	doc    string
}

// cellForms is the table of declarations; the first of a kind names it.
var cellForms = []cellForm{
	{"flag", model.Var, true, false, 0, "a harness variable, 0 at the start, never part of an outcome"},
	{"var", model.Var, false, true, 0, "a variable that is part of the outcome"},
	{"mvar", model.MVar, false, true, model.Empty, "an MVar: empty, full or with a number in it"},
	{"mutex", model.Mutex, false, false, 0, "a mutex, free at the start"},
	{"sem", model.Semaphore, false, true, 0, "a counting semaphore"},
	{"cond", model.Condition, false, false, 0, "a condition variable, never part of an outcome"},
	{"lazy", model.LazyCell, false, false, 0, "a cell for a delayed computation, never part of an outcome"},
}

func cellFormOf(word string) (cellForm, bool) {
	for _, f := range cellForms {
		if f.word == word {
			return f, true
		}
	}
	return cellForm{}, false
}

// form returns the declaration of a cell.
func (c *Cell) form() cellForm {
	for _, f := range cellForms {
		if f.kind == c.Kind && f.hidden == c.Hidden {
			return f
		}
	}
	panic("litmus: no declaration for a cell of this kind")
}

// observed says whether the cell is part of an outcome.
func (c *Cell) observed() bool {
	return !c.Hidden && c.Kind != model.Condition && c.Kind != model.LazyCell
}
