package traces

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// Encoder writes a history, event by event in the order of the stamps. It
// refuses what Reader would refuse. One goroutine may use it at a time.
type Encoder struct {
	w     *bufio.Writer
	order *order
	line  []byte
}

// NewEncoder writes the header and returns an encoder for the events after it.
// A history may follow another in the same w.
func NewEncoder(w io.Writer, h Header) (*Encoder, error) {
	line, err := h.line()
	if err != nil {
		return nil, err
	}
	e := &Encoder{w: bufio.NewWriter(w), order: newOrder(&h, Limits{})}
	_, err = e.w.Write(append(line, '\n'))
	return e, err
}

// Write appends one event. After an error the history is as it was before the call,
// unless the error is the underlying writer's.
func (e *Encoder) Write(ev Event) error {
	f := e.order.wellFormed(&ev)
	if f == nil {
		f = e.order.check(&ev)
	}
	if f != nil {
		return fmt.Errorf("traces: event %d cannot be written: %w", e.order.count, f)
	}
	e.line = append(appendEvent(e.line[:0], e.order.header, &ev), '\n')
	_, err := e.w.Write(e.line)
	return err
}

// Flush brings what was written to the underlying writer, so that others can read it.
func (e *Encoder) Flush() error { return e.w.Flush() }

// Close writes the last line, unless over is Unknown, and flushes. It does not
// close the underlying writer.
func (e *Encoder) Close(over Over) error {
	if over != Unknown {
		if f := e.order.finish(over, e.order.count); f != nil {
			return fmt.Errorf("traces: the history cannot be closed: %w", f)
		}
		fmt.Fprintf(e.w, "{\"over\":%q,\"events\":%d}\n", over.String(), e.order.count)
	}
	return e.w.Flush()
}

// appendEvent appends the event's line, without the newline.
func appendEvent(b []byte, h *Header, e *Event) []byte {
	b = append(b, `{"t":`...)
	b = appendText(b, h.Threads[e.Thread])
	b = appendNumber(b, "n", int64(e.N))
	b = appendNumber(b, [...]string{Call: "inv", Return: "ret", At: "at"}[e.Phase], int64(e.Stamp))
	b = appendWord(b, "k", e.Kind.String())
	has := e.has()
	for i := range 12 {
		bit := field(1) << i
		key := fieldNames[i]
		switch has & bit {
		case 0:
		case fOf:
			b = appendNumber(b, key, int64(e.Of))
		case fTo:
			b = appendWord(b, key, h.Threads[e.To])
		case fID:
			b = appendNumber(b, key, int64(e.ID))
		case fSig:
			b = appendWord(b, key, e.Signal.String())
		case fClass, fTag, fWord:
			b = appendWord(b, key, e.Name)
		case fCell:
			b = appendWord(b, key, h.Cells[e.Cell].Name)
		case fWith:
			b = appendWord(b, key, h.Cells[e.With].Name)
		case fFrame:
			b = appendWord(b, key, e.Frame.String())
		case fV:
			b = appendNumber(b, key, e.V)
		case fRes:
			b = appendWord(b, key, e.Result.String())
		}
	}
	return append(b, '}')
}

func appendKey(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, '"', ':')
}

func appendNumber(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(appendKey(b, key), n, 10)
}

func appendWord(b []byte, key, text string) []byte { return appendText(appendKey(b, key), text) }

// appendText appends a JSON string. Names have no characters that cannot be printed.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
