package explore

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
)

// maxText is the longest text in a checkpoint.
const maxText = 1 << 16

var crcTable = crc64.MakeTable(crc64.ECMA)

// An encoder writes numbers and texts, and at the end their checksum.
type encoder struct {
	w   *bufio.Writer
	crc uint64
	n   int64
	err error
}

func newEncoder(w io.Writer) *encoder {
	return &encoder{w: bufio.NewWriterSize(w, 1<<16)}
}

func (e *encoder) bytes(b []byte) {
	if e.err != nil {
		return
	}
	e.crc = crc64.Update(e.crc, crcTable, b)
	n, err := e.w.Write(b)
	e.n += int64(n)
	e.err = err
}

func (e *encoder) word(x uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], x)
	e.bytes(b[:])
}

func (e *encoder) number(xs ...int) {
	var b [binary.MaxVarintLen64]byte
	for _, x := range xs {
		e.bytes(binary.AppendUvarint(b[:0], uint64(x)))
	}
}

func (e *encoder) text(s string) {
	e.number(len(s))
	e.bytes([]byte(s))
}

// end writes the checksum and is how much was written.
func (e *encoder) end() (int64, error) {
	e.word(e.crc)
	if e.err == nil {
		e.err = e.w.Flush()
	}
	return e.n, e.err
}

// A decoder reads what an encoder wrote. After an error it reads zeros.
type decoder struct {
	r   *bufio.Reader
	crc uint64
	err error
}

func newDecoder(r io.Reader) *decoder {
	return &decoder{r: bufio.NewReaderSize(r, 1<<16)}
}

func (d *decoder) damaged(what string) {
	if d.err == nil {
		d.err = fmt.Errorf("the checkpoint is damaged: its %s do not fit together", what)
	}
}

func (d *decoder) fail(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the checkpoint is cut short")
	}
	if d.err == nil {
		d.err = err
	}
}

// ReadByte makes the decoder an io.ByteReader that sums what it reads.
func (d *decoder) ReadByte() (byte, error) {
	b, err := d.r.ReadByte()
	if err == nil {
		d.crc = crc64.Update(d.crc, crcTable, []byte{b})
	}
	return b, err
}

func (d *decoder) bytes(b []byte) {
	if d.err != nil {
		return
	}
	if _, err := io.ReadFull(d.r, b); err != nil {
		d.fail(err)
		clear(b)
		return
	}
	d.crc = crc64.Update(d.crc, crcTable, b)
}

func (d *decoder) word() uint64 {
	var b [8]byte
	d.bytes(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

func (d *decoder) number() int {
	if d.err != nil {
		return 0
	}
	x, err := binary.ReadUvarint(d)
	if err != nil {
		d.fail(err)
		return 0
	}
	if x > 1<<40 {
		d.damaged("numbers")
		return 0
	}
	return int(x)
}

// times calls f as often as the next number says.
func (d *decoder) times(f func()) {
	for n := d.number(); n > 0 && d.err == nil; n-- {
		f()
	}
}

// text reads a text of at most so many bytes.
func (d *decoder) text(most int) string {
	n := d.number()
	if n > most {
		d.damaged("texts")
		return ""
	}
	b := make([]byte, n)
	d.bytes(b)
	return string(b)
}

// end checks the checksum.
func (d *decoder) end() {
	want := d.crc
	if got := d.word(); d.err == nil && got != want {
		d.err = errors.New("the checkpoint is damaged: its checksum is wrong")
	}
}
