package litmus

import "fmt"

// span is the tokens of one line or block of the top level, found without
// reading it: a brace too many or too few makes all that is read behind it
// wrong, so that what begins a piece of the test is looked for first.
type span struct {
	from    int  // its first token
	damaged bool // its braces do not match
	told    bool // an error in it has been told; what a damaged one holds otherwise follows from that
	odd     int  // the first "}" whose place is not that of its "{", 0 for none
	oddText string
}

// spans cuts the tokens of a file into what begins with the word of a section: at
// the beginning of a line and, inside of braces, no further in than the piece before.
func spans(tokens []token) []span {
	all := []span{{}}
	type brace struct{ at, line int } // its token, and the first of its line
	var open []brace
	col, line := 1, 0
	for i := range tokens {
		t := &tokens[i]
		if i > 0 && tokens[i-1].kind == newline {
			line = i
		}
		if line == i && beginsSpan(tokens, i) && (len(open) == 0 || t.pos.Col <= col) {
			all[len(all)-1].damaged = all[len(all)-1].damaged || len(open) > 0
			all, open, col = append(all, span{from: i}), nil, t.pos.Col
			t.begins = true
		}
		s := &all[len(all)-1]
		switch {
		case t.kind != punct:
		case t.text == "{":
			open = append(open, brace{i, line})
		case t.text == "}" && len(open) == 0:
			s.damaged = true
		case t.text == "}":
			b := open[len(open)-1]
			open = open[:len(open)-1]
			if why := misplaced(tokens[b.line], tokens[b.at], tokens[line], *t); why != "" && s.odd == 0 {
				s.odd, s.oddText = i, why
			}
		}
	}
	s := &all[len(all)-1]
	s.damaged = s.damaged || len(open) > 0
	return all
}

// beginsSpan says whether token i, the first of its line, is the word of a section. What
// a condition says of a thread or cell called so is none.
func beginsSpan(tokens []token, i int) bool {
	t := tokens[i]
	if sectionOf(t) < 0 || len(formsByWord[t.text]) > 0 {
		return false
	}
	next := tokens[i+1].text
	return next != "=" && next != ":" && next != "pending"
}

// misplaced says what is strange in the place of a "}" that closes a "{" of a line
// before: it should be the first of its line, and no further in or out than the
// first of that one.
func misplaced(openLine, open, closeLine, closing token) string {
	at, here := open.pos, closing.pos
	outer := closeLine.pos == here && here.Col < openLine.pos.Col
	switch {
	case at.Line == here.Line, closeLine.pos == here && here.Col == openLine.pos.Col:
		return ""
	case outer:
		return fmt.Sprintf(`found "}" in column %d, expected a "}" before it for the "{" at %d:%d`, here.Col, at.Line, at.Col)
	}
	return fmt.Sprintf(`this "}" closes the "{" at %d:%d: it is one too many, or a "{" is missing before it`, at.Line, at.Col)
}

// enter moves to the span that the current token stands in.
func (p *parser) enter() {
	for p.span+1 < len(p.spans) && p.spans[p.span+1].from <= p.i {
		p.span++
	}
}
