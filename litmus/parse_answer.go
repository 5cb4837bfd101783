package litmus

import (
	"fmt"
	"strings"
)

func frequencyOf(s string) Frequency {
	for f := Never; f <= Always; f++ {
		if f.String() == s {
			return f
		}
	}
	return 0
}

// answer reads `EDITION, EDITION never` or `exactly EDITION { CONDITION | CONDITION }`.
func (p *parser) answer(t *Test) bool {
	a := Answer{Pos: p.tok().pos, Comments: Comments{Lead: p.lead()}}
	exactly := p.is("exactly")
	if exactly {
		p.next()
	}
	if !p.editions(&a) {
		return false
	}
	if exactly {
		if !p.exactly(&a) {
			return false
		}
	} else if !p.frequency(&a) {
		return false
	}
	if !p.endLine(p.line(), &a.Comments) {
		return false
	}
	t.Answers = append(t.Answers, a)
	return true
}

func (p *parser) editions(a *Answer) bool {
	for {
		t := p.tok()
		if t.kind != word || !isEdition(t.text) {
			return p.want("an edition: SYSTEM@VERSION, as ghc@doc2010")
		}
		a.Editions = append(a.Editions, t.text)
		a.At = append(a.At, t.pos)
		p.next()
		if !p.is(",") {
			return true
		}
		p.next()
		p.newlines()
	}
}

// isEdition says whether s is SYSTEM@VERSION.
func isEdition(s string) bool {
	system, version, ok := strings.Cut(s, "@")
	return ok && isName(system) && version != "" && !strings.ContainsAny(version, "@?!")
}

func (p *parser) frequency(a *Answer) bool {
	a.Verdict = frequencyOf(p.tok().text)
	if p.tok().kind != word || a.Verdict == 0 {
		return p.want("never, sometimes or always" + DidYouMean(p.tok().text, []string{"never", "sometimes", "always"}))
	}
	p.next()
	return true
}

// exactly reads the alternatives of an exact outcome set.
func (p *parser) exactly(a *Answer) bool {
	open := p.tok().pos
	if !p.eat("{") {
		return false
	}
	return p.deeper(open, func() bool {
		for {
			p.newlines()
			c, ok := p.conjunction()
			if !ok {
				return false
			}
			a.Exactly = append(a.Exactly, c)
			if !p.overLine("|") {
				break
			}
			p.next()
		}
		p.newlines()
		if !p.is("}") {
			return p.want(fmt.Sprintf(`"&", "|" or "}" for the "{" at %d:%d`, open.Line, open.Col))
		}
		p.next()
		return true
	})
}
