package litmus

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind uint8

const (
	endOfFile kind = iota
	newline
	word  // a name, a number, a keyword; an edition when it holds an @
	text  // a quoted string, quotes included
	punct // one of { } ( ) ; : = , & | ! ..
	rest  // what follows see, up to the end of the line
	comment
)

// token is one piece of the text.
type token struct {
	kind   kind
	text   string
	pos    Pos
	close  bool // nothing stands between it and the token before
	begins bool // a piece of the top level; see spans
}

// String describes a token in messages.
func (t token) String() string {
	switch t.kind {
	case endOfFile:
		return "the end of the file"
	case newline:
		return "the end of the line"
	case text:
		return t.text
	}
	return fmt.Sprintf("%q", t.text)
}

// MaxSize is the size in bytes that a litmus file may have.
const MaxSize = 1 << 20

// lexer cuts a text into tokens. Columns count characters, from 1.
type lexer struct {
	src    string
	at     int // offset of the next character
	pos    Pos
	depth  int // of braces
	tokens []token
	spaced bool // something stood between the last token and here
}

// lex cuts src into tokens, the last of them the end of the file. It returns the
// first place that cannot be read, as a message.
func lex(src []byte) ([]token, *Error) {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	l := &lexer{src: string(src), pos: Pos{1, 1}, spaced: true}
	if len(src) > MaxSize {
		return nil, &Error{Pos: l.pos, Msg: fmt.Sprintf("the file has %d bytes; a litmus file has at most %d", len(src), MaxSize)}
	}
	for l.at < len(l.src) {
		if msg := l.next(); msg != "" {
			return nil, &Error{Pos: l.pos, Msg: msg}
		}
	}
	l.emit(endOfFile, "")
	return l.tokens, nil
}

func (l *lexer) next() string {
	c := l.src[l.at]
	switch {
	case c == '\n':
		l.emit(newline, "\n")
	case c == ' ' || c == '\t' || c == '\r':
		l.skip(1)
	case strings.HasPrefix(l.src[l.at:], "//"):
		return l.emitValid(comment, l.line())
	case c == '"':
		return l.quoted()
	case isWord(c):
		l.word()
	case strings.HasPrefix(l.src[l.at:], ".."):
		l.emit(punct, "..")
	case strings.IndexByte("{}();:=,&|!", c) >= 0:
		l.punct(c)
	default:
		return l.unreadable()
	}
	return ""
}

// emit appends a token and moves behind it.
func (l *lexer) emit(k kind, s string) {
	l.tokens = append(l.tokens, token{kind: k, text: s, pos: l.pos, close: !l.spaced})
	l.move(s)
	l.spaced = k == newline
}

// emitValid is emit for text that may hold anything.
func (l *lexer) emitValid(k kind, s string) string {
	for i, r := range s {
		if r == 0 || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			l.move(s[:i])
			return l.unreadable()
		}
	}
	l.emit(k, s)
	return ""
}

func (l *lexer) move(s string) {
	l.at += len(s)
	if s == "\n" {
		l.pos = Pos{l.pos.Line + 1, 1}
		return
	}
	l.pos.Col += utf8.RuneCountInString(s)
}

func (l *lexer) skip(n int) {
	l.at += n
	l.pos.Col += n
	l.spaced = true
}

// line is what is left of the line, without white space at its end.
func (l *lexer) line() string {
	s, _, _ := strings.Cut(l.src[l.at:], "\n")
	return strings.TrimRight(s, " \t\r")
}

func (l *lexer) quoted() string {
	s := l.line()
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return l.emitValid(text, s[:i+1])
		}
	}
	return "the quotation that begins here does not end on its line"
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// word reads a name, a number, a keyword such as held? and kill!, an edition such
// as sbcl@2.2; after see at the start of a line, also the rest of the line.
func (l *lexer) word() {
	s, i, edition := l.src[l.at:], 0, false
	for i < len(s) && (isWord(s[i]) || s[i] == '-' || s[i] == '@' || edition && s[i] == '.') {
		edition = edition || s[i] == '@'
		i++
	}
	if i < len(s) && (s[i] == '?' || s[i] == '!') {
		i++
	}
	first := l.first()
	l.emit(word, s[:i])
	if s[:i] == "see" && first && l.depth == 0 {
		l.rest()
	}
}

// first says whether the next token is the first of its line.
func (l *lexer) first() bool {
	n := len(l.tokens)
	return n == 0 || l.tokens[n-1].kind == newline
}

func (l *lexer) rest() {
	for l.at < len(l.src) && (l.src[l.at] == ' ' || l.src[l.at] == '\t') {
		l.skip(1)
	}
	s, _, _ := strings.Cut(l.line(), "//")
	if s = strings.TrimRight(s, " \t"); s != "" && utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		l.emit(rest, s)
	}
}

func (l *lexer) punct(c byte) {
	switch c {
	case '{':
		l.depth++
	case '}':
		l.depth = max(0, l.depth-1)
	}
	l.emit(punct, string(c))
}

func (l *lexer) unreadable() string {
	r, n := utf8.DecodeRuneInString(l.src[l.at:])
	switch {
	case r == 0:
		return "found a NUL byte: this is not a text file"
	case r == utf8.RuneError && n == 1:
		return fmt.Sprintf("found the byte %#02x, which is not UTF-8: this is not a text file", l.src[l.at])
	case r == '#' || r == '-':
		return fmt.Sprintf("found %q, which begins nothing here; a comment begins with //", r)
	}
	return fmt.Sprintf("found %q, which begins nothing here", r)
}
