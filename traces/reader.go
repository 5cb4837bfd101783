package traces

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
)

// Reader reads a history as it comes, in bounded memory. It may follow a
// growing file: an event is returned as soon as its line is there.
type Reader struct {
	Header     Header
	Over       Over // known after the last event
	Incomplete bool // the last line was cut short, and left out
	Line       int  // the line last read, from 1

	in     *bufio.Reader
	limits Limits
	buf    []byte
	dec    *decoder
	order  *order
	header []byte // the header of the next history, if it has been read
	state  readerState
}

type readerState uint8

const (
	inEvents  readerState = iota
	afterOver             // only a new header can follow
	atEnd                 // of this history
)

// NewReader reads the header of the first history in r. Errors of a Reader that
// are about the text are of type *SyntaxError.
func NewReader(r io.Reader, l Limits) (*Reader, error) {
	rd := &Reader{in: bufio.NewReaderSize(r, 64<<10), limits: l.orDefault()}
	err := rd.Another()
	if err == io.EOF {
		return nil, &SyntaxError{1, 0, "no header: the input is empty"}
	}
	return rd, err
}

// Another goes to the next history in the same input, after Next has returned
// io.EOF. It returns io.EOF if there is none.
func (r *Reader) Another() error {
	line := r.header
	if line == nil {
		var err error
		if line, err = r.line(); err != nil {
			return err
		}
	}
	h, f := parseHeader(line)
	switch {
	case f != nil && r.Incomplete && r.order != nil && f.short:
		return io.EOF
	case f != nil:
		return r.syntax(f)
	}
	r.Incomplete = false
	r.Header, r.Over, r.header, r.state = *h, Unknown, nil, inEvents
	r.dec, r.order = newDecoder(&r.Header), newOrder(&r.Header, r.limits)
	return nil
}

// Next returns the next event of the history, io.EOF after the last. After any
// other error the rest of the input is lost.
func (r *Reader) Next() (Event, error) {
	for r.state != atEnd {
		line, err := r.line()
		if err != nil {
			r.state = atEnd
			return Event{}, err
		}
		e, ok, f := r.take(line)
		if f != nil && f.short && r.Incomplete {
			r.state = atEnd
			return Event{}, io.EOF
		}
		if f != nil {
			r.state = atEnd
			return Event{}, r.syntax(f)
		}
		r.Incomplete = false // the newline was lacking, and nothing else
		if ok {
			return e, nil
		}
	}
	return Event{}, io.EOF
}

// All ranges over the events of the history. The last pair has an error, if
// there was one.
func (r *Reader) All() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			e, err := r.Next()
			if err == io.EOF || !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// take deals with one line; ok says that it is an event.
func (r *Reader) take(line []byte) (e Event, ok bool, f *fault) {
	if isHeader(line) {
		r.header, r.state = line, atEnd // nothing is read before Another takes it
		return e, false, nil
	}
	if len(line) == 0 {
		return e, false, faultf(0, "an empty line")
	}
	if r.state == afterOver {
		s := scanner{line: line}
		if _, _, _, f := s.next(); f != nil && f.short {
			return e, false, f
		}
		return e, false, faultf(1, "found %s after the last line of the history, expected a header or nothing", quote(line))
	}
	if firstKey(line) == "over" {
		r.state = afterOver
		return e, false, r.last(line)
	}
	if e, f = r.dec.event(line); f == nil {
		f = r.order.check(&e)
	}
	return e, f == nil, f
}

// last reads the line that ends a history.
func (r *Reader) last(line []byte) *fault {
	s := scanner{line: line}
	var over uint8
	events, counted := uint64(0), false
	for {
		key, v, ok, f := s.next()
		switch {
		case f != nil:
			return f
		case !ok && counted:
			r.Over = Over(over)
			return r.order.finish(r.Over, events)
		case !ok:
			return faultf(0, "the last line does not say how many events there are")
		case string(key) == "over" && over == 0:
			if f := word(&over, overWords, "ending", v); f != nil {
				return f
			}
		case string(key) == "events" && !counted && v.is == 'n' && !v.minus:
			events, counted = v.n, true
		default:
			return faultf(v.column, "key %s: expected the last line to be {\"over\":…,\"events\":…}", quote(key))
		}
	}
}

func (r *Reader) syntax(f *fault) error { return &SyntaxError{r.Line, f.column, f.reason} }

// line returns the next line without its newline; it is valid until the next
// call. Incomplete says that the newline was lacking.
func (r *Reader) line() ([]byte, error) {
	r.buf = r.buf[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		if len(r.buf) == 0 && len(part) > 0 {
			r.Line++
		}
		if len(r.buf)+len(part) > r.limits.Line+1 {
			return nil, &SyntaxError{r.Line, 0, fmt.Sprintf("the line is longer than %d bytes", r.limits.Line)}
		}
		if err == nil && len(r.buf) == 0 {
			return part[:len(part)-1], nil
		}
		r.buf = append(r.buf, part...)
		switch {
		case err == nil:
			return r.buf[:len(r.buf)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		}
		return r.cut(err)
	}
}

// cut deals with the end of the input.
func (r *Reader) cut(err error) ([]byte, error) {
	var damaged flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF): // a compressed file that is still being written
		r.Incomplete = true
	case err == io.EOF:
		r.Incomplete = len(r.buf) > 0
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &damaged):
		return nil, &SyntaxError{r.Line + 1, 0, "the compressed data are damaged: " + err.Error()}
	default:
		return nil, fmt.Errorf("after line %d: %w", r.Line, err)
	}
	if len(r.buf) == 0 {
		return nil, io.EOF
	}
	return r.buf, nil
}

// OpenFile opens a file of histories for NewReader; it decompresses by the
// suffix .gz. The caller closes it.
func OpenFile(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return f, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, &SyntaxError{1, 0, "not a gzip file: " + err.Error()}
	}
	return &gzipFile{z, f}, nil
}

type gzipFile struct {
	*gzip.Reader
	file *os.File
}

func (g *gzipFile) Close() error { return errors.Join(g.Reader.Close(), g.file.Close()) }
