// Package scenario makes litmus tests of any size: the workloads by which explorers
// are compared.
package scenario

import (
	"fmt"
	"strings"

	"github.com/interject/interject/litmus"
)

// Kill is one target that goes so many rounds with a lock, which it holds while it is
// open to interrupts, and so many killers that hit it once each and then take the lock
// too. What a hit makes of a round is logged. The killers are alike.
func Kill(killers, rounds int) *litmus.Test {
	b := begin("kill", fmt.Sprintf("%d killers of a target that goes %d rounds with a lock", killers, rounds), killers, rounds)
	b.line("mvar l = full\n")
	b.line("thread t {")
	for i := range rounds {
		b.line("    mask { take l; try { restore { nop; nop } } catch any { nop; log hit%d }; put l }\n    nop", i+1)
	}
	b.line("}")
	for i := range killers {
		b.line("thread k%d { nop; throwTo t Kill; take l; put l }", i+1)
	}
	return b.end("t = returned")
}

// Ring is so many threads, each of which throws at its right neighbour under a mask,
// and at its left neighbour when it is hit.
func Ring(threads int) *litmus.Test {
	b := begin("ring", fmt.Sprintf("%d threads that throw to the right, and to the left when hit", threads), threads)
	for i := range threads {
		b.line("thread t%d { try { nop; mask { nop; throwTo t%d Hit } } catch Hit { log hit; throwTo t%d Hit } }",
			i, (i+1)%threads, (i+threads-1)%threads)
	}
	return b.end("t0 = returned")
}

// Fifo is so many throwers that queue at a target masked for so many steps, which then
// opens a window for each and logs whom it heard in it.
func Fifo(throwers, steps int) *litmus.Test {
	b := begin("fifo", fmt.Sprintf("%d throwers that queue at a target masked for %d steps", throwers, steps), throwers, steps)
	b.line("thread t {\n    mask {%s", strings.Repeat("\n        nop", steps))
	for range throwers {
		b.line("        %s", window(throwers))
	}
	b.line("    }\n}")
	for i := range throwers {
		b.line("thread u%d { nop; throwTo t E%d }", i+1, i+1)
	}
	return b.end("t = returned")
}

// window is a moment without a mask, in which one of so many exceptions is heard.
func window(throwers int) string {
	s := "restore { nop }"
	for i := range throwers {
		s = fmt.Sprintf("try { %s } catch E%d { log e%d }", s, i+1, i+1)
	}
	return s
}

// Named is the scenario with such a name: kill_6_3, ring_6, fifo_6_2.
func Named(name string) (*litmus.Test, error) {
	kind, sizes, _ := strings.Cut(name, "_")
	var n []int
	for s := range strings.SplitSeq(sizes, "_") {
		var k int
		if _, err := fmt.Sscan(s, &k); err != nil || k < 1 || k > 64 {
			return nil, fmt.Errorf("scenario %q: want kill_K_R, ring_N or fifo_N_L, with numbers from 1 to 64", name)
		}
		n = append(n, k)
	}
	switch {
	case kind == "kill" && len(n) == 2:
		return Kill(n[0], n[1]), nil
	case kind == "ring" && len(n) == 1 && n[0] > 1:
		return Ring(n[0]), nil
	case kind == "fifo" && len(n) == 2:
		return Fifo(n[0], n[1]), nil
	}
	return nil, fmt.Errorf("there is no scenario %q: want kill_K_R, ring_N (at least 2) or fifo_N_L", name)
}

type builder struct {
	strings.Builder
	name string
}

func begin(kind, title string, sizes ...int) *builder {
	b := &builder{name: kind}
	for _, n := range sizes {
		b.name += fmt.Sprint("-", n)
	}
	b.line("litmus %s %q\n", b.name, title)
	return b
}

func (b *builder) line(format string, a ...any) { fmt.Fprintf(b, format+"\n", a...) }

// end makes the test. A text that does not parse is a bug of ours.
func (b *builder) end(final string) *litmus.Test {
	b.line("\nfinal %s\n", final)
	b.line("ghc@doc2010 sometimes")
	t, err := litmus.Parse(b.name+".litmus", []byte(b.String()))
	if err != nil {
		panic(fmt.Sprintf("scenario: %v in\n%s", err, b.String()))
	}
	return t
}
