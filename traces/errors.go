package traces

import "fmt"

// SyntaxError says where a text is not a history, and why.
type SyntaxError struct {
	Line   int    // from 1
	Column int    // in bytes from 1; 0 if the whole line is meant
	Reason string // what was found, what was expected
}

func (e *SyntaxError) Error() string {
	if e.Column > 0 {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// fault is a reason and the column it belongs to, before the line is known.
type fault struct {
	column int
	reason string
	short  bool // the text ended too early: an incomplete last line looks like this
}

func (f *fault) Error() string { return f.reason }

func faultf(column int, format string, args ...any) *fault {
	return &fault{column: column, reason: fmt.Sprintf(format, args...)}
}

// quote shows a piece of untrusted text, shortened.
func quote[T ~string | ~[]byte](s T) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%q…", string(s[:most]))
	}
	return fmt.Sprintf("%q", string(s))
}
