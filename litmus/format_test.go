package litmus

import (
	"slices"
	"testing"
)

// canonical is laid out; messy says the same as people write it.
const canonical = `// about all
litmus t "a \"title\""  // behind the head
see    key s.4, T3

flag a b  // two
flag c    // one more
// before m
mvar m = full
var x = 0

thread one { put m; put m 2; set a; set b 0; spin a; throw o; throw o 1 }

// before two
thread two {  // behind the brace
    nop
    mask {
        log w   // behind w
        log w=  // behind w=
        // at the end of mask
    }
    try { take m } catch any { join one timeout }
}  // behind two

later  three { }

// inside the question
final one = died & two: w w=1 | x = 0  // behind the question

ghc@doc2010         never  // no
sbcl@2.2, sbcl@doc  always
exactly ghc@doc2010 { one = died | !(two = died & crash) & x = 0 }

// the end
`

const messy = `// about all
litmus   t "a \"title\"" // behind the head
see key s.4 ,T3
flag a b // two
flag c //one more


// before m
mvar m = 0
var x
thread one { put m full ; put m 2; set a 1; set b 0
 spin a 1; throw o 0; throw o 1; }
// before two
thread two { // behind the brace
  nop;
mask {
log w; // behind w
;;log w= // behind w=
// at the end of mask
}; try { take m
} catch any { join one timeout } } // behind two
later three {
}
final (one = died & // inside the question
  two: w w=1) | x = 00 // behind the question
ghc@doc2010 never // no
sbcl@2.2,
sbcl@doc always
exactly ghc@doc2010 { one = died
 | !(two = died & crash) & x = 0 }
// the end
`

func TestFormat(t *testing.T) {
	for _, src := range []string{canonical, messy} {
		x, err := Parse("file", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Format(); got != canonical {
			t.Errorf("found\n%s\nexpected\n%s", got, canonical)
		}
	}
}

func TestWireText(t *testing.T) {
	x, err := Parse("file", []byte(messy))
	if err != nil {
		t.Fatal(err)
	}
	want := "(litmus 1 t (flag a) (flag b) (flag c) (mvar m full) (var x 0)" +
		" (thread one (put m full) (put m 2) (set a 1) (set b 0) (spin a 1) (throw o 0) (throw o 1))" +
		" (thread two (nop) (mask (log w) (logv w)) (try any ((take m)) ((join-timeout one))))" +
		" (later three))"
	if x.Wire() != want {
		t.Errorf("found\n%s\nexpected\n%s", x.Wire(), want)
	}
	other := *x
	other.Name, other.Title, other.Answers = "another", "", nil
	if other.Hash() != x.Hash() || len(x.Hash()) != 16 {
		t.Errorf("hashes %s and %s", other.Hash(), x.Hash())
	}
	other.Threads = slices.Clone(other.Threads)
	other.Threads[2].Later = false
	if other.Hash() == x.Hash() {
		t.Error("another program has the same hash")
	}
}

func TestFeatures(t *testing.T) {
	x, err := Parse("file", []byte(messy))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"log", "log =", "nop", "set", "spin", "mask", "try", "throw", "take", "put", "join timeout"}
	if got := x.Features(); !slices.Equal(got, want) {
		t.Errorf("found %q, expected %q", got, want)
	}
	s := x.Lacks(func(f string) bool { return f != "throw" && f != "mask" })
	if s == nil || s.Form.Word != "throw" || s.Pos != (Pos{12, 12}) {
		t.Errorf("found %+v", s)
	}
	if s := x.Lacks(func(string) bool { return true }); s != nil {
		t.Errorf("found %+v", s)
	}
}

// A comment inside a question goes before it, not behind its end.
func TestCommentInsideQuestion(t *testing.T) {
	x, err := Parse("file", []byte("litmus t\nthread a { }\nfinal a = died & // why\n a = killed\nghc@doc never\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(x.Asking.Lead, []string{"why"}) || x.Asking.Trail != "" || x.Answers[0].Lead != nil {
		t.Errorf("found %+v and %+v", x.Asking, x.Answers[0].Comments)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"raies", "raise", 1}, {"log", "lock", 2}, {"thrwoto", "throwto", 1}, {"take", "take", 0}} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != got {
			t.Errorf("%s, %s: found %d, expected %d", c.a, c.b, got, c.want)
		}
	}
}
