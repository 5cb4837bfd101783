package properties

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// Programs as people write them, each marked by hand, line by line: the audit comes to
// the same marks, and names what is wrong.
func TestAuditedPrograms(t *testing.T) {
	for _, c := range audited {
		t.Run(c.edition+" "+strings.Fields(c.marked)[1], func(t *testing.T) {
			d, err := model.Edition(c.edition)
			if err != nil {
				t.Fatal(err)
			}
			p, err := litmus.Parse("audited", []byte(c.marked))
			if err != nil {
				t.Fatal(err)
			}
			a, err := RunAudit(context.Background(), p, d, Demands{Never: p.Final, Whole: c.whole}, explore.Options{})
			if err != nil || len(a.Partial) > 0 {
				t.Fatal(err, a.Partial)
			}
			interrupter := strings.Index(c.marked, "\nthread k ") // is left out
			want := strings.TrimPrefix(c.marked, "\n")
			if interrupter >= 0 {
				want = strings.TrimPrefix(c.marked[:interrupter], "\n")
			}
			want, _, _ = strings.Cut(want, "\nfinal ")
			if got := a.Marked().Format(); squeezed(got) != squeezed(want) {
				t.Errorf("marked\n%s\nby hand\n%s", got, want)
			}
			var why []string
			for _, f := range a.Failures() {
				why = append(why, f.Why)
			}
			if !slices.Equal(why, c.why) {
				t.Errorf("it says\n%s\nby hand\n%s", strings.Join(why, "\n"), strings.Join(c.why, "\n"))
			}
		})
	}
}

// squeezed is a text without the blanks that only lay it out.
func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }

var audited = []struct {
	edition, marked string
	whole           bool
	why             []string
}{
	// A connection is given back in a cleanup. Between the taking and the cleanup that
	// gives it back there is a gap; GHC masks cleanups, and post does not block.
	{"ghc@doc2010", `
litmus pool "a pool of one connection"

sem connections = 1

thread client {
    acquire connections  // safe
    protect {  // UNSAFE 1
        log query  // safe
    } cleanup {  // safe
        log close         // not interrupted
        post connections  // not interrupted
    }  // not interrupted
}  // safe

thread other {
    acquire connections  // safe
    protect {  // UNSAFE 2
        log query  // safe
    } cleanup {  // safe
        log close         // not interrupted
        post connections  // not interrupted
    }  // not interrupted
}  // safe
`, false, []string{
		"leaks connections: it is left 0 and was 1; other then waits for ever: blocked acquire connections",
		"leaks connections: it is left 0 and was 1; client then waits for ever: blocked acquire connections",
	}},
	// SBCL does not mask cleanups: each line of one is a gap, up to the post.
	{"sbcl@2.2", `
litmus pool "a pool of one connection"

sem connections = 1

thread client {
    acquire connections  // safe
    protect {  // UNSAFE 1
        log query  // safe
    } cleanup {  // safe
        log close         // UNSAFE 2
        post connections  // UNSAFE 3
    }  // safe
}  // safe
`, false, []string{
		"leaks connections: it is left 0 and was 1",
		"leaks connections: it is left 0 and was 1",
		"leaks connections: it is left 0 and was 1",
	}},
	// The lock is given back wherever the thread is hit, but what it guards is not whole.
	{"ghc@doc2010", `
litmus transfer "money goes from one account to another under a lock"

mutex l
var here = 1
var there = 0

thread a {
    with-lock l {  // safe
        set here 0  // safe
        set there   // UNSAFE 1
    }  // safe
}  // safe

thread reader {
    with-lock l {  // safe
        log read  // safe
    }  // safe
}  // safe
`, true, []string{"half done: l=free; here=0; there=0"}},
	// A masked release is interrupted where it blocks, which is before it gives the file
	// back. The queue is no resource of either: one puts, the other takes.
	{"ghc@doc2010", `
litmus slow-release "a release waits for room in a queue"

mvar file = full
mvar queue = full

thread a {
    bracket {  // safe
        take file  // not interrupted
    } use {  // not interrupted
        log use  // safe
    } release {  // safe
        put queue  // UNSAFE 1
        put file   // not interrupted
    }  // not interrupted
}  // safe

thread drain {
    take queue  // UNSAFE 2
}  // safe
`, false, []string{
		"leaks file: it is left empty and was full",
		"a is stuck: blocked put queue",
	}},
	// Before the handler is there the item is lost; when it is done but the handler is
	// still there, it is done and put back.
	{"ghc@doc2010", `
litmus consumer "who does not finish puts the item back"

mvar item = 1
mvar done

thread c {
    take item  // safe
    try {  // UNSAFE 1
        log work    // safe
        put done 1  // safe
    } catch any {  // UNSAFE 2
        put item 1  // not interrupted
    }  // not interrupted
}  // safe
`, true, []string{
		"half done: item=empty; done=empty",
		"half done: item=1; done=1",
	}},
	// The cleanup puts back what was never taken, and waits for ever: nobody takes it.
	{"ghc@doc2010", `
litmus early-cleanup "the taking is inside the block whose cleanup puts back"

mvar token = 1

thread t {
    protect {  // safe
        take token  // UNSAFE 1
        log work    // safe
    } cleanup {  // safe
        put token 1  // not interrupted
    }  // not interrupted
}  // safe
`, false, []string{"gives token back twice: t waits to put into it, and it is full"}},
	// The function runs in the thread that holds the lock, from when it has it until it
	// gives it back.
	{"sbcl@2.2", `
litmus reenter "a function takes the lock that the interrupted code may hold"

mutex l
var x = 0

thread t {
    with-lock l {  // safe
        set x  // UNSAFE 1
    }  // UNSAFE 2
}  // safe

thread k { interrupt t { with-lock l { set x 2 } } }
`, false, []string{
		"re-enters l: it takes the mutex that it holds, and dies of Error",
		"re-enters l: it takes the mutex that it holds, and dies of Error",
	}},
	// Once x was looked at, what the function writes is overwritten.
	{"sbcl@2.2", `
litmus lazy-init "a value is made unless it is there, and a function makes it too"

var x = 0

thread t {
    while x 0 {  // safe
        log make  // UNSAFE 1
        set x     // UNSAFE 2
    }  // safe
}  // safe

thread k { interrupt t { set x 2 } }
`, true, []string{
		"loses an update: x=1, unlike with what interrupts before or behind it",
		"loses an update: x=1, unlike with what interrupts before or behind it",
	}},
	// Both stores are given back wherever it is hit, but one of two writes is done.
	{"ghc@doc2010", `
litmus commit "both stores are taken, both are written"

sem one = 1
sem two = 1
var x = 0
var y = 0

thread a {
    bracket {  // safe
        acquire one  // not interrupted
    } use {  // not interrupted
        bracket {  // safe
            acquire two  // not interrupted
        } use {  // not interrupted
            set x  // safe
            set y  // UNSAFE 1
        } release {  // safe
            post two  // not interrupted
        }  // not interrupted
    } release {  // safe
        post one  // not interrupted
    }  // not interrupted
}  // safe

final x = 1 & y = 0
`, false, []string{"there is x = 1 & y = 0"}},
}
