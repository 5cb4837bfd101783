package litmus

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// mess lays a text out anew without changing what it says: white space, empty
// lines, semicolons, lines broken where they may be, comments behind lines.
func mess(t *rapid.T, src string) string {
	tokens, bad := lex([]byte(src))
	if bad != nil {
		t.Fatal(bad)
	}
	chance := func(n int) bool { return rapid.IntRange(0, n-1).Draw(t, "chance") == 0 }
	var b strings.Builder
	braces, exactly := 0, false // exactly: in an answer, whose braces hold no statements
	for i, tok := range tokens {
		brace := func(s string) bool { return tok.kind == punct && tok.text == s }
		operator := brace("|") || brace("&")
		if i > 0 && !tok.close && tok.kind != endOfFile {
			b.WriteString(rapid.SampledFrom([]string{" ", "  ", "\t"}).Draw(t, "space"))
		}
		switch {
		case operator && chance(4):
			b.WriteString(" // before\n " + tok.text)
		case operator && chance(4), brace("{") && chance(4):
			b.WriteString(tok.text + " // behind\n")
		case brace("}") && chance(4):
			b.WriteString("\n// before\n}")
		case tok.kind == newline && braces > 0 && tokens[i-1].kind != comment && chance(3):
			b.WriteString(rapid.SampledFrom([]string{";", "; // x\n", ";;", "\r\n", "\n\n// y\n;"}).Draw(t, "separator"))
		case tok.kind == newline && chance(3):
			b.WriteString(rapid.SampledFrom([]string{" // x\n", "\n\n\n", "\r\n", "\n// y\n"}).Draw(t, "end"))
		default:
			b.WriteString(tok.text)
		}
		if exactly = exactly && tok.kind != newline || tok.text == "exactly" && braces == 0; exactly {
			continue
		}
		if brace("{") {
			braces++
		} else if brace("}") {
			braces--
		}
	}
	return b.String()
}

func TestLayoutDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := tests.Draw(t, "test")
		src := mess(t, x.Format())
		y, err := Parse("messy", []byte(src))
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		if y.Hash() != x.Hash() || x.Final.text0() != y.Final.text0() || len(x.Answers) != len(y.Answers) {
			t.Fatalf("the test is not the same:\n%s", src)
		}
		if got, want := remarks(y), commentsIn([]byte(src)); got != want {
			t.Fatalf("the text has %d comments, the tree %d:\n%s", want, got, src)
		}
		if err := formatKeepsProgram(y); err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
	})
}

// text0 is the text of a condition that may not be there.
func (c *Cond) text0() string {
	if c == nil {
		return ""
	}
	return c.String()
}
