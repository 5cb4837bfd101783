package litmus

import (
	"fmt"
	"strings"
)

// maxErrors is how many errors of one file are told.
const maxErrors = 10

// Error is one thing wrong with a litmus file.
type Error struct {
	File string
	Pos  Pos // zero when the test was not read from a text
	Msg  string
}

// Error is "file:line:col: what was found and what was expected".
func (e *Error) Error() string {
	file := e.File
	if file == "" {
		file = "litmus"
	}
	if e.Pos == (Pos{}) {
		return file + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", file, e.Pos.Line, e.Pos.Col, e.Msg)
}

// Errors is what is wrong with a litmus file, in the order of the text: at most
// ten, after which reading it was given up.
type Errors []*Error

// Error is one line for each.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// orNil makes the nil error of no errors.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// add appends an error unless there are enough; it reports whether there is room
// for more.
func (es *Errors) add(file string, at Pos, format string, args ...any) bool {
	if len(*es) >= maxErrors {
		return false
	}
	*es = append(*es, &Error{File: file, Pos: at, Msg: fmt.Sprintf(format, args...)})
	return len(*es) < maxErrors
}
