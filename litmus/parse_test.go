package litmus

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestErrors(t *testing.T) {
	const head = "litmus t\nflag go\nmvar m\nmutex l\ncond c\nvar x\n"
	thread := func(body string) string { return head + "thread a { " + body + " }\nlater  z { }\n" }
	cases := []struct{ name, src, want string }{
		{"empty", "", `1:1: the file is empty; a litmus file begins with: litmus NAME "title"`},
		{"only comments", "// x\n\n", `3:1: the file is empty`},
		{"no header", "thread a { }", `1:1: found "thread", expected the header: litmus NAME "title"`},
		{"no name", "litmus \"x\"\nthread a { }", `1:8: found "x", expected the name of the test`},
		{"open title", "litmus t \"x\nthread a { }", `1:10: the quotation that begins here does not end on its line`},
		{"no thread", "litmus t\n", `1:8: no thread is started`},
		{"binary", "litmus t\nthread a { \x00 }", `2:12: found a NUL byte: this is not a text file`},
		{"binary comment", "litmus t // \x00", `1:13: found a NUL byte`},
		{"latin-1", "litmus t // caf\xe9", `1:16: found the byte 0xe9, which is not UTF-8`},
		{"python comment", "litmus t # x", `1:10: found '#', which begins nothing here; a comment begins with //`},
		{"columns are characters", "litmus t \"\u00e9\u00e9\" x", `1:15: found "x", expected the end of the line`},

		{"unknown declaration", "litmus t\nmvra m\nthread a { }", `2:1: found "mvra", expected a declaration, a thread, final or an answer; did you mean ` + "`mvar`?"},
		{"statement outside", "litmus t\nlog x\nthread a { }", `2:1: found "log", expected a declaration, a thread, final or an answer; a statement stands inside a thread`},
		{"bare system", "litmus t\nthread a { }\nfinal crash\nghc never", `4:1: found "ghc", expected a declaration, a thread, final or an answer; an edition is written SYSTEM@VERSION, as ghc@doc2010`},
		{"declared twice", "litmus t\nflag a\nthread a { }", `3:8: a is declared twice; first at 2:6`},
		{"reserved", "litmus t\nthread self { }", `2:8: self has a meaning of its own and cannot be declared`},
		{"no initial value", "litmus t\nflag g = 1\nthread a { }", `2:8: a flag has no initial value`},
		{"two initial values", "litmus t\nvar g h = 1\nthread a { }", `2:9: an initial value needs a line with one name`},
		{"order", "litmus t\nthread a { }\nflag g", `3:1: a declaration stands behind a thread; the order is see, declarations, threads, final, answers`},
		{"two finals", "litmus t\nthread a { }\nfinal crash\nfinal crash", `4:1: a second final; a test asks one question`},

		{"unknown form", thread("throwto a X"), `7:12: found "throwto", expected a statement or "}"; did you mean ` + "`throwTo`?"},
		{"no argument", thread("throwTo a }"), `7:22: found "}", expected a class: throwTo THREAD-OR-SELF CLASS`},
		{"no joiner", thread("try { }"), `7:20: found "}", expected "catch"`},
		{"no block", thread("mask log x"), `7:17: found "log", expected "{"`},
		{"not separated", thread("nop nop"), `7:16: found "nop", expected ";", the end of the line or "}" behind the statement`},
		{"no number", thread("value x"), `7:18: found "x", expected a number from 0 to 32767`},
		{"big number", thread("value 32768"), `7:18: found "32768", expected a number from 0 to 32767`},
		{"block left open", "litmus t\nthread a {\n  mask {\n  }\n", `5:1: found the end of the file, expected "}" for the "{" at 2:10`},
		{"unknown thread", thread("await aa"), `7:18: no thread aa is declared; did you mean ` + "`a`?"},
		{"unknown cell", thread("take n"), `7:17: no mvar n is declared; did you mean ` + "`m`?"},
		{"wrong kind", thread("lock m"), `7:17: m is an mvar, expected a mutex`},
		{"second name", thread("wait c m"), `7:19: m is an mvar, expected a mutex`},
		{"cell for thread", thread("join m"), `7:17: m is an mvar, expected a thread`},
		{"thread for cell", thread("take a"), `7:17: a is a thread, expected an mvar`},
		{"self", thread("join self"), `7:17: self stands only in throwTo, interrupt, kill and kill!`},
		{"fork", thread("fork a"), `7:17: a is started at once, expected a thread declared with later`},
		{"any", thread("raise any"), `7:18: "any" cannot be a class`},
		{"restore", thread("restore { }"), `7:12: restore refers to the mask around it`},
		{"restore in thunk", thread("mask { interrupt z { restore { } } }"), `7:33: restore refers to the mask around it`},
		{"allow in unmask", thread("unmask { allow { } }"), `7:21: allow refers to the mask around it`},

		{"unknown end", thread("") + "final a = dyed", `9:7: a thread does not end dyed`},
		{"unknown name", thread("") + "final b = died", `9:7: no thread or cell b is declared; did you mean ` + "`a`?"},
		{"flag in final", thread("") + "final go = 1", `9:7: go is a flag, which is never part of an outcome`},
		{"blocked in what", thread("") + "final a = blocked tke", `9:7: no thread is ever blocked in tke;`},
		{"blocked on what", thread("") + "final a = blocked take l", `9:7: l is a mutex, expected an mvar`},
		{"too many words", thread("") + "final a = died X Y", `9:7: found "Y" behind X, expected nothing`},
		{"value of mutex", thread("") + "final l = 1", `9:7: l is never 1; expected free, held or held THREAD`},
		{"value of mvar", thread("") + "final m = 0", `9:7: m is never 0; expected full, empty or a number from 1`},
		{"half a condition", thread("") + "final a = died &\n", `10:1: found the end of the file, expected a condition`},
		{"value apart from its word", thread("") + "final a: w =1", `9:12: found "=", expected the end of the line`},
		{"swapped letters", thread("raies X"), `7:12: found "raies", expected a statement or "}"; did you mean ` + "`raise`?"},
		{"open parenthesis", thread("") + "final (a = died", `9:16: found the end of the file, expected ")"`},
		{"no question", thread("") + "ghc@doc never", `9:1: an answer without a question: ` + "`final CONDITION`"},
		{"no answer", thread("") + "final crash\nghc@doc nevr", `10:9: found "nevr", expected never, sometimes or always; did you mean ` + "`never`?"},
		{"answered twice", thread("") + "final crash\nghc@doc never\nsbcl@2.2, ghc@doc always", `11:11: ghc@doc is answered twice; first at 10:1`},
		{"no edition", thread("") + "exactly ghc { a: }", `9:9: found "ghc", expected an edition: SYSTEM@VERSION, as ghc@doc2010`},
	}
	for _, c := range cases {
		_, err := Parse("file", []byte(c.src))
		if err == nil {
			t.Errorf("%s: no error, expected %s", c.name, c.want)
			continue
		}
		if !strings.HasPrefix(err.Error(), "file:"+c.want) {
			t.Errorf("%s:\n got %v\nwant file:%s", c.name, err, c.want)
		}
	}
}

func TestSeveralErrors(t *testing.T) {
	_, err := Parse("file", []byte("litmus t\nthread a {\n  lg x\n  mask { nope { log y }; log }\n  log z\n}\nwhat\n"))
	want := []string{"3:3: found \"lg\"", "4:10: found \"nope\"", "4:30: found \"}\"", "7:1: found \"what\""}
	errs, ok := errors.AsType[Errors](err)
	if !ok || len(errs) != len(want) {
		t.Fatalf("found %v, expected %d errors", err, len(want))
	}
	for i, e := range errs {
		if !strings.HasPrefix(e.Error(), "file:"+want[i]) {
			t.Errorf("found %v, expected %s", e, want[i])
		}
	}
	_, err = Parse("file", []byte("litmus t\nthread a {\n"+strings.Repeat("nope\n", 1000)+"}\n"))
	if errs, _ := errors.AsType[Errors](err); len(errs) != maxErrors {
		t.Errorf("found %d errors, expected %d", len(errs), maxErrors)
	}
}

func TestBombs(t *testing.T) {
	bombs := map[string]string{
		"blocks":        "litmus t\nthread a { " + strings.Repeat("mask { ", 100_000),
		"closed blocks": "litmus t\nthread a { " + strings.Repeat("mask { ", 65) + strings.Repeat("}", 66) + "\n",
		"parentheses":   "litmus t\nthread a { }\nfinal " + strings.Repeat("(", 100_000),
		"negations":     "litmus t\nthread a { }\nfinal " + strings.Repeat("!", 100_000),
	}
	for name, src := range bombs {
		if _, err := Parse("file", []byte(src)); err == nil || !strings.Contains(err.Error(), "nested more than 64 deep") {
			t.Errorf("%s: found %.200v", name, err)
		}
	}
	if _, err := Parse("file", []byte("litmus t\nthread a { "+strings.Repeat("mask { ", 63)+strings.Repeat("}", 64)+"\n")); err != nil {
		t.Errorf("64 deep: %v", err)
	}
	wire := strings.Repeat("(", 100_000)
	if _, err := ReadWire(wire); err == nil || !strings.Contains(err.Error(), "nested more than") {
		t.Errorf("wire: found %.200v", err)
	}
}

func TestLimits(t *testing.T) {
	var many strings.Builder
	for i := range MaxThreads + 1 {
		many.WriteString("thread t" + string(rune('a'+i)) + " { }\n")
	}
	var words strings.Builder
	for i := range MaxNames + 1 {
		words.WriteString("log w" + strings.Repeat("x", i) + "\n")
	}
	cases := []struct{ src, want string }{
		{"litmus t\n" + many.String(), "18:8: 17 threads; a test has at most 16"},
		{"litmus t\nmutex" + strings.Repeat(" l", 300) + "\nthread a { }\n", "2:9: l is declared twice"},
		{"litmus t\nthread a {\n" + words.String() + "}\n", "243:5: a test has at most 240 different names of the sort: word"},
	}
	for _, c := range cases {
		if _, err := Parse("file", []byte(c.src)); err == nil || !strings.HasPrefix(err.Error(), "file:"+c.want) {
			t.Errorf("found %.300v, expected %s", err, c.want)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadFile(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: found %v", err)
	}
	if _, err := ReadFile(dir); err == nil {
		t.Error("a directory was read")
	}
	big := filepath.Join(dir, "big.litmus")
	if err := os.WriteFile(big, make([]byte, 10<<20), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(big); err == nil || !strings.Contains(err.Error(), "big.litmus:1:1: a litmus file has at most 1048576 bytes") {
		t.Errorf("10 MB: found %v", err)
	}
}

func TestCheckEditions(t *testing.T) {
	x, err := Parse("file", []byte("litmus t\nthread a { }\nfinal crash\nghc@doc2010, sbcl@2.3 never\n"))
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"ghc@doc2010", "sbcl@2.2"}
	known := func(e string) bool { return e == all[0] || e == all[1] }
	err = x.CheckEditions(known, all)
	if err == nil || err.Error() != "file:4:14: no edition sbcl@2.3 is known; did you mean `sbcl@2.2`?" {
		t.Errorf("found %v", err)
	}
	if err := x.CheckEditions(func(string) bool { return true }, nil); err != nil {
		t.Errorf("found %v", err)
	}
}
