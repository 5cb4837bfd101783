package litmus

// cond reads a condition. A line may end behind an operator, before one, and in
// parentheses.
func (p *parser) cond() (*Cond, bool) {
	return p.operands("|", AnyOf, p.conjunction)
}

func (p *parser) conjunction() (*Cond, bool) {
	return p.operands("&", AllOf, p.condTerm)
}

func (p *parser) operands(op string, join func(...*Cond) *Cond, operand func() (*Cond, bool)) (*Cond, bool) {
	var kids []*Cond
	for {
		p.newlines()
		k, ok := operand()
		if !ok {
			return nil, false
		}
		kids = append(kids, k)
		if !p.overLine(op) {
			return join(kids...), true
		}
		p.next()
	}
}

// overLine says whether the next mark is op; if so it moves over the ends of lines
// before it.
func (p *parser) overLine(op string) bool {
	i := p.i
	for p.tokens[i].kind == newline || p.tokens[i].kind == comment {
		i++
	}
	if t := p.tokens[i]; t.kind != punct || t.text != op {
		return false
	}
	p.newlines()
	return true
}

func (p *parser) condTerm() (*Cond, bool) {
	at := p.tok().pos
	var c *Cond
	switch {
	case p.is("!"):
		ok := p.deeper(at, func() (ok bool) {
			p.next()
			c, ok = p.condTerm()
			return ok
		})
		return &Cond{Pos: at, Op: Not, Kids: []*Cond{c}}, ok
	case p.is("("):
		ok := p.deeper(at, func() (ok bool) {
			p.next()
			c, ok = p.cond()
			p.newlines()
			return ok && p.eat(")")
		})
		return c, ok
	case p.is("crash"):
		p.next()
		return &Cond{Pos: at, Op: Crashes}, true
	}
	return p.condAtom()
}

func (p *parser) condAtom() (*Cond, bool) {
	name, at, ok := p.name("a condition: NAME = STATE, THREAD: LOG, THREAD pending, crash, ! or (")
	if !ok {
		return nil, false
	}
	c := &Cond{Pos: at, Name: name}
	switch {
	case p.is("pending"):
		p.next()
		c.Op = Pending
		return c, true
	case p.is(":"):
		p.next()
		c.Op, c.What = Logs, p.condLog()
		return c, true
	case p.is("="):
		p.next()
		return c, p.condState(c)
	}
	return nil, p.want("\"=\", \":\" or pending")
}

// condState reads the words of a state: died Kill, blocked wait c, full, 3.
func (p *parser) condState(c *Cond) bool {
	c.Op = Is
	for p.tok().kind == word {
		c.What = append(c.What, plainNumber(p.tok().text))
		p.next()
	}
	if len(c.What) == 0 {
		return p.want("how it ends: returned, died, killed, blocked, running, unstarted; full, empty, free, held or a number")
	}
	return true
}

// condLog reads the words of a log; ".." stands for any words.
func (p *parser) condLog() []string {
	var words []string
	for {
		t := p.tok()
		switch {
		case p.is("=") && t.close && len(words) > 0 && p.valued(&words[len(words)-1]):
			continue
		case p.is(".."), t.kind == word && isAtom(t.text):
			words = append(words, t.text)
			p.next()
		default:
			return words
		}
	}
}

// valued reads the =N of a word that log a= has written.
func (p *parser) valued(w *string) bool {
	n := p.tokens[p.i+1]
	if *w == ".." || n.kind != word || !n.close || !isNumber(n.text) {
		return false
	}
	*w += "=" + n.text
	p.next()
	p.next()
	return true
}
