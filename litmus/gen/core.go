package gen

import (
	"iter"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// Core is the part of the language of which every program up to a size is made.
//
// The programs have one to Threads threads, started at once, each with a
// statement; one of them sends a signal. Of each kind there are at most so many
// cells, classes and tags. MVars and semaphores start empty or with one; numbers
// are the usual ones (set x, spin x, put m). Each log has a word of its own, since
// programs with equal words show less; nothing stands behind a statement that
// never returns, since it is never run; nobody waits for itself. All else is made, in each of the ways that
// differ by more than the order of threads and the names of things.
type Core struct {
	Forms   Vocabulary
	Threads int
	Cells   int // of a kind
	Classes int // beside the handler of any
	Tags    int
	Quiet   bool // programs need not send a signal
}

// besides are the forms that are not in the core: those that are derived from
// others, those that make the same as others, and those about one operation where
// another of its kind is there already. New forms are in it.
var besides = []string{
	"log =", "value", "nop", "point", "set", "spin", "while", "bracket", "with-lock", "kill!", "exit",
	"lock", "unlock", "acquire", "post", "wait", "notify", "wait-until", "join", "join timeout", "join shielded", "sleep",
	"foreign", "foreign-until", "foreign interruptible", "busy", "acquire enable", "timeout", "lazy", "force", "cancelled?", "fork", "settle", "getmask", "held?", "alive?",
	"send", "receive", "trap on", "trap off", "link", "unlink",
}

// CoreOf is the core of some dialects: its forms are those that all of them have.
func CoreOf(dialects ...model.Dialect) Core {
	return Core{Forms: Of(dialects...).Without(besides...), Threads: 3, Cells: 1, Classes: 1, Tags: 1}
}

// Programs are all programs of exactly so many statements, one of each class of
// those that differ only in names and the order of threads, in a fixed order. Each
// is a new one, called generated.
func (c Core) Programs(size int) iter.Seq[*litmus.Test] {
	return func(yield func(*litmus.Test) bool) {
		e := &enumeration{Core: c, yield: yield, used: map[litmus.Role]int{}}
		for n := 1; n <= min(c.Threads, size) && !e.stopped; n++ {
			e.threads = names[litmus.AThread][:n]
			e.bodies(size, size, 0)
		}
	}
}

// enumeration is the making of all programs, depth first: each part is made in
// every way, and what follows it is made within.
type enumeration struct {
	Core
	yield   func(*litmus.Test) bool
	stopped bool
	threads []string
	made    []litmus.Block      // of the threads before
	used    map[litmus.Role]int // how many names of a role are in use
	sent    int                 // signals
	holes   int                 // that must still be made
	hole    *litmus.Form
}

// bodies makes the bodies of the threads from number i on, out of left statements,
// none longer than the one before.
func (e *enumeration) bodies(left, longest, i int) {
	rest := len(e.threads) - i - 1
	for n := min(longest, left-rest); n >= 1 && n*(rest+1) >= left && !e.stopped; n-- {
		e.block(n, place{threads: e.threads, self: e.threads[i]}, func(b litmus.Block) {
			e.made = append(e.made, b)
			if rest == 0 {
				e.emit()
			} else {
				e.bodies(left-n, n, i+1)
			}
			e.made = e.made[:len(e.made)-1]
		})
		if rest == 0 {
			break
		}
	}
}

// block makes every block of exactly n statements.
func (e *enumeration) block(n int, at place, then func(litmus.Block)) {
	if n == 0 {
		then(nil)
		return
	}
	for inner := range n {
		e.stmt(inner, at, func(s litmus.Stmt) {
			if n-1-inner > 0 && leaves(s.Form) {
				return
			}
			e.block(n-1-inner, at, func(rest litmus.Block) {
				then(append(litmus.Block{s}, rest...))
			})
		})
	}
}

// stmt makes every statement with so many others inside.
func (e *enumeration) stmt(inner int, at place, then func(litmus.Stmt)) {
	if e.holes > 0 && inner == 0 {
		e.holes--
		then(litmus.Stmt{Form: e.hole})
		e.holes++
	}
	for _, f := range e.Forms {
		if e.stopped || inner > 0 && leaf(f) || refers(f) && !at.restorable {
			continue
		}
		if sends(f) {
			e.sent++
		}
		e.named(litmus.Stmt{Form: f, N: numbers(f)[0]}, 0, at, func(s litmus.Stmt) {
			e.blocks(s, inner, at, then)
		})
		if sends(f) {
			e.sent--
		}
	}
}

// named gives s its names from number i on.
func (e *enumeration) named(s litmus.Stmt, i int, at place, then func(litmus.Stmt)) {
	if i == len(s.Form.Names) {
		then(s)
		return
	}
	r := s.Form.Names[i]
	try := func(n string) {
		*nameOf(&s, i) = n
		e.named(s, i+1, at, then)
	}
	switch key, limit := e.pool(r); {
	case r == litmus.AWord:
		try("w")
	case isThread(r):
		for _, n := range e.threads {
			switch {
			case n != at.self:
				try(n)
			case r == litmus.AThreadOrSelf:
				try(litmus.Self)
			}
		}
	default:
		if r == litmus.AClassOrAny {
			try(litmus.Any)
		}
		for j := range min(e.used[key]+1, limit) {
			was := e.used[key]
			e.used[key] = max(was, j+1)
			try(names[key][j])
			e.used[key] = was
		}
	}
}

// pool is whose names a role shares, and how many of them there may be.
func (e *enumeration) pool(r litmus.Role) (litmus.Role, int) {
	switch r {
	case litmus.AClass, litmus.AClassOrAny:
		return litmus.AClass, min(e.Classes, len(names[litmus.AClass]))
	case litmus.ATag:
		return r, min(e.Tags, len(names[r]))
	}
	return r, min(e.Cells, len(names[r]))
}

// blocks gives s its blocks, of so many statements in all.
func (e *enumeration) blocks(s litmus.Stmt, inner int, at place, then func(litmus.Stmt)) {
	i := len(s.Blocks)
	if i == len(s.Form.Blocks) {
		then(s)
		return
	}
	from := 0
	if i == len(s.Form.Blocks)-1 {
		from = inner
	}
	for n := from; n <= inner && !e.stopped; n++ {
		e.block(n, inside(&s, i, at), func(b litmus.Block) {
			with := s
			with.Blocks = append(slices.Clip(s.Blocks), b)
			e.blocks(with, inner-n, at, then)
		})
	}
}

// emit yields the program that has been made, if it is the first of those that
// are the same but for names and order, once with each initial value.
func (e *enumeration) emit() {
	if e.sent == 0 && e.hole == nil && !e.Quiet || e.holes > 0 || e.stopped || !first(e.made, e.threads) {
		return
	}
	t := &litmus.Test{Name: "generated"}
	for i, b := range e.made {
		t.Threads = append(t.Threads, litmus.Thread{Name: e.threads[i], Body: CloneBlock(b)})
	}
	words(t)
	Tidy(t)
	e.initials(t, 0)
}

// initials yields t with every initial value of the cells from number i on.
func (e *enumeration) initials(t *litmus.Test, i int) {
	if i == len(t.Cells) {
		if !e.stopped && !e.yield(must(Clone(t))) {
			e.stopped = true
		}
		return
	}
	e.initials(t, i+1)
	if k := t.Cells[i].Kind; k == model.MVar || k == model.Semaphore {
		t.Cells[i].Init++
		e.initials(t, i+1)
		t.Cells[i].Init--
	}
}
