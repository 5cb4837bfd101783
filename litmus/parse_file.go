package litmus

import (
	"strconv"
	"strings"

	"github.com/interject/interject/model"
)

// The sections of a file, in their order.
const (
	headSection = iota
	seeSection
	cellSection
	threadSection
	finalSection
	answerSection
)

var sectionText = [...]string{"the header", "see", "a declaration", "a thread", "final", "an answer"}

// test reads a whole file.
func (p *parser) test() *Test {
	t := &Test{File: p.file}
	p.newlines()
	if p.tok().kind == endOfFile {
		p.fail(p.tok().pos, "the file is empty; a litmus file begins with: litmus NAME \"title\"")
		return t
	}
	p.enter()
	if !p.header(t) {
		p.skipLine()
	}
	for section := seeSection; ; {
		p.newlines()
		if p.tok().kind == endOfFile {
			break
		}
		begin := p.i
		p.enter()
		if !p.item(t, &section) {
			p.heard = nil
			if p.i == begin && p.tok().begins {
				p.next() // else nothing would be skipped
			}
			p.skipLine()
		}
	}
	if lines := p.lead(); lines != nil {
		t.Inner = [][]string{lines}
	}
	return t
}

func (p *parser) header(t *Test) bool {
	t.Lead = p.lead()
	if !p.is("litmus") {
		return p.want("the header: litmus NAME \"title\"")
	}
	p.next()
	var ok bool
	if t.Name, t.Pos, ok = p.atom("the name of the test"); !ok {
		return false
	}
	if p.tok().kind == text {
		title, err := strconv.Unquote(p.tok().text)
		if err != nil {
			return p.want("a title in quotes, with \\\" and \\\\ for a quote and a backslash")
		}
		t.Title = title
		p.next()
	}
	return p.endLine(p.line(), &t.Comments)
}

// item reads one line or block of the top level.
func (p *parser) item(t *Test, section *int) bool {
	tok := p.tok()
	here := sectionOf(tok)
	switch {
	case here < 0:
		return p.unknownItem(tok)
	case here < *section:
		p.fail(tok.pos, "%s stands behind %s; the order is see, declarations, threads, final, answers", sectionText[here], sectionText[*section])
	case here == finalSection && t.Final != nil:
		p.fail(tok.pos, "a second final; a test asks one question")
	default:
		*section = here
	}
	switch here {
	case headSection:
		return false
	case seeSection:
		return p.see(t)
	case cellSection:
		return p.cells(t)
	case threadSection:
		return p.thread(t)
	case finalSection:
		return p.final(t)
	}
	return p.answer(t)
}

// sectionOf says which section the token begins a line of; -1 for none.
func sectionOf(t token) int {
	if t.kind != word {
		return -1
	}
	if _, ok := cellFormOf(t.text); ok {
		return cellSection
	}
	switch t.text {
	case "litmus":
		return headSection
	case "see":
		return seeSection
	case "thread", "later":
		return threadSection
	case "final":
		return finalSection
	case "exactly":
		return answerSection
	}
	if strings.Contains(t.text, "@") {
		return answerSection
	}
	return -1
}

func (p *parser) unknownItem(t token) bool {
	if p.is("}") {
		return p.fail(t.pos, `found "}", which closes nothing: it is one too many, or a "{" is missing before it`)
	}
	known := []string{"see", "thread", "later", "final", "exactly"}
	for _, f := range cellForms {
		known = append(known, f.word)
	}
	hint := ""
	if t.kind == word {
		hint = DidYouMean(t.text, known)
		if len(formsByWord[t.text]) > 0 {
			hint = "; a statement stands inside a thread"
		}
	}
	if after := p.tokens[min(p.i+1, len(p.tokens)-1)]; hint == "" && frequencyOf(after.text) != 0 {
		hint = "; an edition is written SYSTEM@VERSION, as ghc@doc2010"
	}
	return p.want("a declaration, a thread, final or an answer" + hint)
}

func (p *parser) see(t *Test) bool {
	p.next()
	if p.tok().kind != rest {
		return p.want("what to see: source keys and rules, with commas between them")
	}
	for key := range strings.SplitSeq(p.tok().text, ",") {
		if key = strings.TrimSpace(key); key != "" {
			t.See = append(t.See, key)
		}
	}
	p.next()
	return true
}

// cells reads a line of declarations: names, or one name and its initial value.
func (p *parser) cells(t *Test) bool {
	form, _ := cellFormOf(p.tok().text)
	c := Comments{Lead: p.lead()}
	p.next()
	first := len(t.Cells)
	for ok := true; ok; ok = p.tok().kind == word {
		name, at, ok := p.name("the name of the " + form.word)
		if !ok {
			return false
		}
		t.Cells = append(t.Cells, Cell{Pos: at, Name: name, Kind: form.kind, Hidden: form.hidden, Init: form.start})
	}
	if p.is("=") && !p.initial(form, t.Cells[first:]) {
		return false
	}
	if !p.endLine(p.line(), &c) {
		return false
	}
	t.Cells[first].Lead = c.Lead
	t.Cells[len(t.Cells)-1].Trail = c.Trail
	return true
}

func (p *parser) initial(form cellForm, declared []Cell) bool {
	if !form.init {
		return p.fail(p.tok().pos, "%s has no initial value", article(form.word))
	}
	if len(declared) > 1 {
		return p.fail(p.tok().pos, "an initial value needs a line with one name")
	}
	p.next()
	c := &declared[0]
	if form.kind == model.MVar && (p.is("full") || p.is("empty")) {
		c.Init = model.Empty
		if p.is("full") {
			c.Init = model.Full
		}
		p.next()
		return true
	}
	var ok bool
	c.Init, ok = p.number()
	return ok
}

func (p *parser) thread(t *Test) bool {
	th := Thread{Later: p.is("later"), Comments: Comments{Lead: p.lead()}}
	p.next()
	var ok bool
	if th.Name, th.Pos, ok = p.name("the name of the thread"); !ok {
		return false
	}
	th.Body, ok = p.block(&th.Comments, 0)
	if ok {
		ok = p.endLine(p.line(), &th.Comments)
	}
	t.Threads = append(t.Threads, th)
	return ok
}

func (p *parser) final(t *Test) bool {
	t.Asking.Lead = p.lead()
	p.next()
	var ok bool
	if t.Final, ok = p.cond(); !ok {
		return false
	}
	return p.endLine(p.line(), &t.Asking)
}
