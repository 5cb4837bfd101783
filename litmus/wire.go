package litmus

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/interject/interject/model"
)

// Wire is the program of the test on one line, an S-expression for drivers:
// (litmus 1 NAME DECL* THREAD*). Derived forms are not expanded.
func (t *Test) Wire() string { return t.wire(" " + t.Name) }

// Hash identifies the program of the test, whatever its name, its comments and
// what is expected of it: 8 bytes in hexadecimal.
func (t *Test) Hash() string {
	sum := sha256.Sum256([]byte(t.wire("")))
	return hex.EncodeToString(sum[:8])
}

func (t *Test) wire(name string) string {
	var b strings.Builder
	b.WriteString("(litmus 1" + name)
	for i := range t.Cells {
		b.WriteString(" " + t.Cells[i].wire())
	}
	for i := range t.Threads {
		th := &t.Threads[i]
		head := " (thread "
		if th.Later {
			head = " (later "
		}
		b.WriteString(head + th.Name)
		wireBlock(&b, th.Body)
		b.WriteString(")")
	}
	b.WriteString(")")
	return b.String()
}

func (c *Cell) wire() string {
	f := c.form()
	switch {
	case !f.init:
		return "(" + f.word + " " + c.Name + ")"
	case c.Kind == model.MVar && c.Init == model.Empty:
		return "(" + f.word + " " + c.Name + " -)"
	}
	return "(" + f.word + " " + c.Name + " " + c.value(c.Init, nil) + ")"
}

// wireBlock writes statements, each with a space before it.
func wireBlock(b *strings.Builder, block Block) {
	for i := range block {
		b.WriteByte(' ')
		block[i].wire(b)
	}
}

func (s *Stmt) wire(b *strings.Builder) {
	b.WriteString("(" + s.Form.Wire)
	for i := range s.Form.Names {
		b.WriteString(" " + s.name(i))
	}
	switch {
	case s.Form.Number == NoNumber:
	case s.Form.Op == model.Put && s.N == model.Full:
		b.WriteString(" full")
	default:
		b.WriteString(" " + strconv.Itoa(int(s.N)))
	}
	s.wireBlocks(b)
	b.WriteString(")")
}

// wireBlocks writes an only block without, several with parentheses of their own.
func (s *Stmt) wireBlocks(b *strings.Builder) {
	if len(s.Blocks) == 1 {
		wireBlock(b, s.Blocks[0])
		return
	}
	for _, k := range s.Blocks {
		var inner strings.Builder
		wireBlock(&inner, k)
		b.WriteString(" (" + strings.TrimPrefix(inner.String(), " ") + ")")
	}
}
