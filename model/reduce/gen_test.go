package reduce_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// A writer writes random programs of the whole language, as far as a dialect has it:
// small ones, in which threads meet.
type writer struct {
	*rand.Rand
	lacks   []string
	threads []string
	self    string
	left    int // statements
	loops   bool
	words   int
	only    func(feature string) bool // nil: all
	alike   bool                      // other threads are named by how far they are: <+1>
	bound   []string                  // the kinds of the scopes around, innermost last
}

// A form is a statement of the language: its feature, how often it is wanted, and its
// text. %T is another thread or self, %O another thread, %B a block.
type form struct {
	feature, text string
	weight        int
}

var forms = []form{
	{"log", "log %W", 6}, {"nop", "nop", 4}, {"value", "value 2", 1}, {"log =", "log %W=", 1},
	{"set", "set x %N", 2}, {"set", "set y", 1}, {"spin", "spin y", 1}, {"busy", "busy y", 2}, {"getmask", "getmask", 1},
	{"throwTo", "throwTo %O %C", 12}, {"throwTo", "throwTo self %C", 1}, {"interrupt", "interrupt %O { %B }", 8},
	{"kill", "kill %O", 5}, {"kill!", "kill! %O", 1}, {"cancel", "cancel %O", 8}, {"cancelled?", "cancelled?", 2}, {"uncancel", "uncancel", 1}, {"exit", "exit", 1},
	{"mask", "mask { %B }", 8}, {"umask", "umask { %B }", 3}, {"restore", "restore { %B }", 6}, {"unmask", "unmask { %B }", 2},
	{"interruptible", "interruptible { %B }", 2}, {"without", "without { %B }", 6}, {"allow", "allow { %B }", 3},
	{"local", "local { %B }", 3}, {"with", "with { %B }", 3}, {"set-mask closed", "set-mask closed", 2}, {"set-mask open", "set-mask open", 2}, {"set-mask masked", "set-mask masked", 2},
	{"breaks off", "breaks off { %B }", 4}, {"breaks on", "breaks on { %B }", 3}, {"acquire enable", "acquire enable s", 2},
	{"handle never", "handle %C never { %B }", 3}, {"handle immediate", "handle %C immediate { %B }", 3}, {"handle on-blocking", "handle any on-blocking { %B }", 2},
	{"try", "try { %B } catch %C { %B }", 7}, {"raise", "raise %C", 1}, {"tag", "tag g { %B }", 1}, {"throw", "throw g 1", 1},
	{"protect", "protect { %B } cleanup { %B }", 4}, {"bracket", "bracket { %B } use { %B } release { %B }", 1},
	{"with-lock", "with-lock l { %B }", 3}, {"lock", "lock l", 1}, {"unlock", "unlock l", 1},
	{"take", "take m", 5}, {"put", "put m %N", 5}, {"acquire", "acquire s", 2}, {"post", "post s", 2},
	{"wait", "lock l; wait c l; unlock l", 1}, {"notify", "notify c", 1}, {"wait-until", "wait-until x 1", 1},
	{"join", "join %O", 1}, {"join timeout", "join %O timeout", 1}, {"sleep", "sleep", 1}, {"foreign", "foreign", 1},
	{"foreign-until", "foreign-until x 1", 1}, {"foreign interruptible", "foreign interruptible", 1}, {"fork", "fork later", 2}, {"await", "await %O", 2}, {"join shielded", "join %O shielded", 1}, {"settle", "settle", 1},
	{"point", "point", 2}, {"held?", "held? l", 1}, {"alive?", "alive? %O", 1}, {"timeout", "timeout { %B } expired { %B }", 2},
	{"send", "send %O %W", 1}, {"receive", "receive", 1}, {"trap on", "trap on", 1}, {"trap off", "trap off", 1}, {"link", "link %O", 1}, {"unlink", "unlink %O", 1},
	{"lazy", "lazy z { %B }", 1}, {"force", "force z", 2},
}

var loop = form{"while", "while y %N { %B }", 8}

// program writes a program of at most so many statements.
func program(r *rand.Rand, d model.Dialect, size int, loops bool, only func(string) bool) string {
	w := &writer{Rand: r, lacks: d.Lacks, left: size, loops: loops, only: only}
	w.threads = []string{"a", "b", "c"}[:2+r.IntN(2)]
	var b strings.Builder
	b.WriteString("litmus generated\nvar x = 0\nflag y\nmvar m" + []string{"", " = full"}[r.IntN(2)] + "\nmutex l\nsem s = 1\ncond c\n")
	if w.has("lazy") {
		b.WriteString("lazy z\n")
	}
	for _, t := range w.threads {
		w.self, w.bound = t, nil
		fmt.Fprintf(&b, "thread %s { %s }\n", t, w.block(1+w.IntN(4)))
	}
	w.self, w.bound = "later", nil
	fmt.Fprintf(&b, "later later { %s }\n", w.block(1))
	return b.String()
}

func (w *writer) has(feature string) bool {
	return !slices.Contains(w.lacks, feature) && (w.only == nil || w.only(feature))
}

func (w *writer) block(n int) string {
	var all []string
	for range n {
		all = append(all, w.stmt())
	}
	return strings.Join(all, "; ")
}

func (w *writer) stmt() string {
	w.left--
	choice := forms
	if w.loops {
		choice = append(slices.Clone(forms), loop)
	}
	total := 0
	for _, f := range choice {
		total += f.weight
	}
	for {
		n := w.IntN(total)
		i := 0
		for ; n >= choice[i].weight; i++ {
			n -= choice[i].weight
		}
		if f := choice[i]; w.has(f.feature) && w.fits(f) {
			return w.fill(f)
		}
	}
}

// fits says whether the form can stand here.
func (w *writer) fits(f form) bool {
	inner := ""
	if n := len(w.bound); n > 0 {
		inner = w.bound[n-1]
	}
	switch {
	case w.left < 0 && strings.Contains(f.text, "%B"), w.self == "later" && f.feature == "fork":
		return false
	case f.feature == "restore":
		return inner == "mask" || inner == "umask"
	case f.feature == "allow", f.feature == "local":
		return inner == "without"
	}
	return true
}

func (w *writer) fill(f form) string {
	binds := f.feature == "mask" || f.feature == "umask" || f.feature == "without"
	was := w.bound
	switch {
	case binds:
		w.bound = append(slices.Clone(was), f.feature)
	case f.feature == "interrupt" || f.feature == "lazy":
		w.bound = nil
	}
	defer func() { w.bound = was }()
	var b strings.Builder
	for text := f.text; text != ""; {
		if text[0] != '%' {
			b.WriteByte(text[0])
			text = text[1:]
			continue
		}
		b.WriteString(w.hole(text[1]))
		text = text[2:]
	}
	return b.String()
}

func (w *writer) hole(kind byte) string {
	switch kind {
	case 'W':
		w.words++
		return fmt.Sprintf("w%d", w.words%5)
	case 'N':
		return fmt.Sprint(w.IntN(2))
	case 'C':
		return []string{"Kill", "X"}[w.IntN(2)]
	case 'B':
		return w.block(w.IntN(3))
	}
	if w.alike {
		return fmt.Sprintf("<+%d>", 1+w.IntN(len(w.threads)-1))
	}
	for {
		if t := w.threads[w.IntN(len(w.threads))]; t != w.self {
			return t
		}
	}
}

// alikes writes a program in which threads are alike: all in a ring, or all but the
// first, which then is the only one that they name.
func alikes(r *rand.Rand, d model.Dialect, size int) string {
	w := &writer{Rand: r, lacks: d.Lacks, left: size, threads: []string{"a", "b", "c", "d"}[:2+r.IntN(3)]}
	var b strings.Builder
	b.WriteString("litmus generated\nvar x = 0\nflag y\nmvar m" + []string{"", " = full"}[r.IntN(2)] + "\nmutex l\nsem s = 1\ncond c\n")
	if w.has("lazy") {
		b.WriteString("lazy z\n")
	}
	n := len(w.threads)
	ring := n == 2 || r.IntN(2) == 0
	from := 0
	if w.self = "-"; !ring {
		w.self, from = "a", 1
		fmt.Fprintf(&b, "thread a { %s }\n", w.block(1+w.IntN(3)))
		w.self, w.threads = "-", w.threads[:1]
		w.left = size / 2
	}
	w.alike = ring
	body := w.block(1 + w.IntN(3))
	for i, t := range []string{"a", "b", "c", "d"}[from:n] {
		text := body
		for k := range n {
			text = strings.ReplaceAll(text, fmt.Sprintf("<+%d>", k), string('a'+rune((i+k)%n)))
		}
		fmt.Fprintf(&b, "thread %s { %s }\n", t, text)
	}
	return b.String()
}

// write is a random program of the dialect, parsed. What the language refuses is
// written again.
func write(seed uint64, d model.Dialect, size int, loops bool) (*litmus.Test, string) {
	return writeOf(seed, d, size, loops, nil)
}

// writeAlike is write with threads that are alike.
func writeAlike(seed uint64, d model.Dialect, size int) (*litmus.Test, string) {
	r := rand.New(rand.NewPCG(seed, 5))
	return parsed(d, func() string { return alikes(r, d, size) })
}

// writeOf is write with some features only.
func writeOf(seed uint64, d model.Dialect, size int, loops bool, only func(string) bool) (*litmus.Test, string) {
	r := rand.New(rand.NewPCG(seed, 3))
	return parsed(d, func() string { return program(r, d, size, loops, only) })
}

// parsed is the first text that the language does not refuse.
func parsed(d model.Dialect, text func() string) (*litmus.Test, string) {
	var last error
	for range 1000 {
		src := text()
		t, err := litmus.Parse("generated.litmus", []byte(src))
		if err == nil && len(t.MissingIn(d)) == 0 {
			return t, src
		}
		last = err
	}
	panic(fmt.Sprintf("1000 programs for %s were refused, the last: %v", d.Name, last))
}
