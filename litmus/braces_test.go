package litmus

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// A brace too many or too few in a test of the catalogue is one error, which names
// the line where the brace stands or stood, or the "{" that is left open.
func TestOneBraceIsOneError(t *testing.T) {
	tried := 0
	for i, x := range All() {
		if i%12 != 0 {
			continue
		}
		src := x.Format()
		partner := partners(src)
		for at := range partner {
			for what, changed := range map[string]string{
				"without": src[:at] + src[at+1:],
				"twice":   src[:at] + src[at:at+1] + src[at:],
			} {
				tried++
				_, err := Parse("file", []byte(changed))
				errs, ok := errors.AsType[Errors](err)
				if !ok || len(errs) != 1 {
					t.Fatalf("%s, %c at offset %d %s: expected one error, found\n%v", x.Name, src[at], at, what, err)
				}
				here, other := lineOf(src, at), lineOf(src, partner[at])
				if e := errs[0]; e.Pos.Line != here && !strings.Contains(e.Msg, fmt.Sprintf(`for the "{" at %d:`, other)) {
					t.Errorf("%s, %c in line %d %s: found %v", x.Name, src[at], here, what, e)
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d were tried", tried)
	}
}

// partners are the offsets of the braces that are tokens, each with the other of its pair.
func partners(src string) map[int]int {
	tokens, _ := lex([]byte(src))
	lines := strings.SplitAfter(src, "\n")
	offset := func(p Pos) (n int) {
		for _, l := range lines[:p.Line-1] {
			n += len(l)
		}
		for col, i := range []rune(lines[p.Line-1]) {
			if col == p.Col-1 {
				break
			}
			n += len(string(i))
		}
		return n
	}
	all, open := map[int]int{}, []int{}
	for _, tok := range tokens {
		switch {
		case tok.kind != punct:
		case tok.text == "{":
			open = append(open, offset(tok.pos))
		case tok.text == "}":
			from, to := open[len(open)-1], offset(tok.pos)
			all[from], all[to], open = to, from, open[:len(open)-1]
		}
	}
	return all
}

func lineOf(src string, at int) int { return 1 + strings.Count(src[:at], "\n") }

// Whatever the layout, each mistake is one error, and what stands behind is read.
func TestBraceErrors(t *testing.T) {
	cases := []struct {
		src  string
		want []string
	}{
		{"thread a { mask { log x }\nthread b { }\n", []string{`3:1: found "thread", expected "}" for the "{" at 2:10`}},
		{"thread a {\nmask {\nlog x\n}\nthread b { }\n", []string{`6:1: found "thread", expected "}" for the "{" at 2:10`}},
		{"thread a {\n    mask {\n        log x\n}\nthread b { }\n", []string{`5:1: found "}" in column 1, expected a "}" before it for the "{" at 3:10`}},
		{"thread a {\n    log x }\n    log y\n}\nthread b { }\n", []string{`3:11: this "}" closes the "{" at 2:10: it is one too many, or a "{" is missing before it`}},
		{"thread a { log x }\n}\nthread b { lg }\n", []string{`3:1: found "}", which closes nothing: it is one too many, or a "{" is missing before it`, `4:12: found "lg", expected a statement`}},
		{"thread a {\n    mask\n        log x\n    }\n}\nthread b { mask { }\nfinal crash\n", []string{`3:9: found the end of the line, expected "{"`, `8:1: found "final", expected "}" for the "{" at 7:10`}},
		{"thread a {\n    flag g\n}\n", []string{`3:5: found "flag", expected a statement or "}"`}},
		{"thread final { raise X }\nexactly ghc@doc2010 {\n  final = died X & !(final = returned)\n| final = returned\n}\n", nil},
	}
	for _, c := range cases {
		_, err := Parse("file", []byte("litmus t\n"+c.src))
		errs, _ := errors.AsType[Errors](err)
		same := len(errs) == len(c.want)
		for i := 0; same && i < len(errs); i++ {
			same = strings.HasPrefix(errs[i].Error(), "file:"+c.want[i])
		}
		if !same {
			t.Errorf("%s\nfound\n%v\nexpected\n%s", c.src, err, strings.Join(c.want, "\n"))
		}
	}
}
