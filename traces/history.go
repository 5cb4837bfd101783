package traces

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// History is a whole history in memory.
type History struct {
	Header
	Events     []Event // in the order of their stamps
	Over       Over
	Incomplete bool // it was read from a text whose last line was cut short
}

// ReadHistory reads the only history in r.
func ReadHistory(r io.Reader, l Limits) (*History, error) {
	rd, err := NewReader(r, l)
	if err != nil {
		return nil, err
	}
	h, err := rd.History()
	if err != nil {
		return nil, err
	}
	switch err := rd.Another(); {
	case err == nil:
		return nil, &SyntaxError{rd.Line, 0, "a second history begins here, expected one"}
	case err != io.EOF:
		return nil, err
	}
	return h, nil
}

// History reads the rest of the current history into memory.
func (r *Reader) History() (*History, error) {
	h := &History{Header: r.Header}
	for e, err := range r.All() {
		if err != nil {
			return nil, err
		}
		h.Events = append(h.Events, e)
	}
	h.Over, h.Incomplete = r.Over, r.Incomplete
	return h, nil
}

// Check says whether the history can have been recorded at all: it makes the
// checks that a Reader makes. A nil error does not mean that the run was right.
func (h *History) Check() error {
	if why := h.wrong(); why != "" {
		return errors.New("traces: header: " + why)
	}
	o := newOrder(&h.Header, Limits{})
	for i := range h.Events {
		f := o.wellFormed(&h.Events[i])
		if f == nil {
			f = o.check(&h.Events[i])
		}
		if f != nil {
			return fmt.Errorf("traces: event %d: %w", i, f)
		}
	}
	if f := o.finish(h.Over, o.count); f != nil {
		return fmt.Errorf("traces: %w", f)
	}
	return nil
}

// Write writes the history in the format.
func (h *History) Write(w io.Writer) error {
	enc, err := NewEncoder(w, h.Header)
	if err != nil {
		return err
	}
	for i := range h.Events {
		if err := enc.Write(h.Events[i]); err != nil {
			return err
		}
	}
	return enc.Close(h.Over)
}

// Line is event i in the format, for messages.
func (h *History) Line(i int) string { return string(appendEvent(nil, &h.Header, &h.Events[i])) }

// String is the history in the format, or why it has none.
func (h *History) String() string {
	var b bytes.Buffer
	if err := h.Write(&b); err != nil {
		return err.Error()
	}
	return b.String()
}
