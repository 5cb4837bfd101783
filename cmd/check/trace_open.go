package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/interject/interject/traces"
)

// openTrace opens a file of histories, of which - is the standard input; it
// decompresses by the suffix.
func (a *app) openTrace(ctx context.Context, j *judging, name string) (io.ReadCloser, error) {
	switch {
	case name == "-":
		return io.NopCloser(a.in), nil
	case j.follow && (strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".zst")):
		return nil, errors.New("a compressed file cannot be followed")
	case strings.HasSuffix(name, ".zst"):
		return openZstd(name)
	case !j.follow:
		return traces.OpenFile(name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return &growing{ctx: ctx, File: f}, nil
}

// maxWindow is how much memory a zstd file may ask for: what zstd -d allows.
const maxWindow = 128 << 20

// zstdFile is a decompressed file.
type zstdFile struct {
	*zstd.Decoder
	file *os.File
}

func openZstd(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	d, err := zstd.NewReader(f, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1))
	if err != nil {
		f.Close()
		return nil, err
	}
	return &zstdFile{d, f}, nil
}

// Read reads a file that is cut short as far as it goes, and says what is none.
func (z *zstdFile) Read(p []byte) (int, error) {
	n, err := z.Decoder.Read(p)
	if errors.Is(err, zstd.ErrMagicMismatch) {
		err = errors.New("not a zstd file, or followed by what is none")
	}
	return n, err
}

func (z *zstdFile) Close() error {
	z.Decoder.Close()
	return z.file.Close()
}
