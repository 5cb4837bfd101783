package traces

import (
	"encoding/json"
	"unicode/utf8"
)

// scanner reads one flat JSON object whose values are strings, integers and
// truth values. It does not allocate unless a string has escapes, and it knows
// the column of whatever is wrong.
type scanner struct {
	line []byte
	pos  int
	some bool // a member has been read
}

// value is the value of a member.
type value struct {
	column int
	text   []byte // of a string
	n      uint64 // of an integer, without its sign
	minus  bool
	is     byte // 's' string, 'n' integer, 'b' truth value
}

func (s *scanner) space() {
	for s.pos < len(s.line) {
		switch s.line[s.pos] {
		case ' ', '\t', '\r':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) short() *fault {
	return &fault{column: len(s.line) + 1, reason: "the line ends in the middle of its object", short: true}
}

// expect takes the byte c, which stands for what.
func (s *scanner) expect(c byte, what string) *fault {
	s.space()
	if s.pos >= len(s.line) {
		return s.short()
	}
	if s.line[s.pos] != c {
		return faultf(s.pos+1, "found %s, expected %s", quote(s.line[s.pos:s.pos+1]), what)
	}
	s.pos++
	return nil
}

// next reads the next member; ok is false after the last.
func (s *scanner) next() (key []byte, v value, ok bool, f *fault) {
	if !s.some {
		if f = s.expect('{', "the { of an object"); f != nil {
			return
		}
	}
	s.space()
	switch {
	case s.pos >= len(s.line):
		return nil, v, false, s.short()
	case s.line[s.pos] == '}':
		s.pos++
		return nil, v, false, s.end()
	case s.some:
		if f = s.expect(',', "a comma or the closing }"); f != nil {
			return
		}
	}
	s.some = true
	if f = s.expect('"', "a key in quotes"); f != nil {
		return
	}
	if key, f = s.text(); f != nil {
		return
	}
	if f = s.expect(':', "a colon after the key"); f != nil {
		return
	}
	v, f = s.value()
	return key, v, f == nil, f
}

func (s *scanner) end() *fault {
	s.space()
	if s.pos < len(s.line) {
		return faultf(s.pos+1, "found %s after the end of the object", quote(s.line[s.pos:]))
	}
	return nil
}

// text reads the rest of a string whose opening quote was taken.
func (s *scanner) text() ([]byte, *fault) {
	start, escaped := s.pos, false
	for ; s.pos < len(s.line); s.pos++ {
		switch c := s.line[s.pos]; {
		case c == '"':
			s.pos++
			if escaped {
				return unescape(s.line[start-1:s.pos], start)
			}
			return s.line[start : s.pos-1], nil
		case c == '\\':
			escaped = true
			s.pos++
		case c < ' ':
			return nil, faultf(s.pos+1, "control character %#02x in a string", c)
		case c >= utf8.RuneSelf:
			if r, n := utf8.DecodeRune(s.line[s.pos:]); r != utf8.RuneError || n > 1 {
				s.pos += n - 1
			} else if utf8.FullRune(s.line[s.pos:]) {
				return nil, faultf(s.pos+1, "byte %#02x is not UTF-8: not a text", c)
			} else {
				return nil, s.short()
			}
		}
	}
	return nil, s.short()
}

func unescape(quoted []byte, column int) ([]byte, *fault) {
	var t string
	if err := json.Unmarshal(quoted, &t); err != nil {
		return nil, faultf(column, "bad string: %v", err)
	}
	return []byte(t), nil
}

func (s *scanner) value() (value, *fault) {
	s.space()
	if s.pos >= len(s.line) {
		return value{}, s.short()
	}
	v := value{column: s.pos + 1}
	switch c := s.line[s.pos]; {
	case c == '"':
		s.pos++
		t, f := s.text()
		v.is, v.text = 's', t
		return v, f
	case c == '-' || c >= '0' && c <= '9':
		return s.integer(v)
	case c == 't':
		v.is, v.n = 'b', 1
		return v, s.word("true")
	case c == 'f':
		v.is = 'b'
		return v, s.word("false")
	}
	return v, faultf(v.column, "found %s, expected a string, an integer, true or false", quote(s.line[s.pos:s.pos+1]))
}

func (s *scanner) word(w string) *fault {
	for i := range len(w) {
		if s.pos >= len(s.line) {
			return s.short()
		}
		if s.line[s.pos] != w[i] {
			return faultf(s.pos+1, "found %s, expected %s", quote(s.line[s.pos:s.pos+1]), w)
		}
		s.pos++
	}
	return nil
}

func (s *scanner) integer(v value) (value, *fault) {
	v.is = 'n'
	if s.line[s.pos] == '-' {
		v.minus = true
		s.pos++
	}
	start := s.pos
	for ; s.pos < len(s.line) && s.line[s.pos] >= '0' && s.line[s.pos] <= '9'; s.pos++ {
		d := uint64(s.line[s.pos] - '0')
		if v.n > (1<<63-1-d)/10 {
			return v, faultf(v.column, "the number is not below 2^63")
		}
		v.n = v.n*10 + d
	}
	switch {
	case s.pos == len(s.line):
		return v, s.short()
	case s.pos == start:
		return v, faultf(s.pos+1, "found %s, expected a digit", quote(s.line[s.pos:s.pos+1]))
	case s.line[start] == '0' && s.pos > start+1:
		return v, faultf(v.column, "the number has a leading zero")
	}
	if c := s.line[s.pos]; c == '.' || c == 'e' || c == 'E' {
		return v, faultf(v.column, "the number is not an integer")
	}
	return v, nil
}
