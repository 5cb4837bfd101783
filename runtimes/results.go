package runtimes

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

// Results is a file of what runs came to, one JSON object a line, written as they come.
// What is in it is not run again. It is for use by several runners at once.
type Results struct {
	mu   sync.Mutex // of file and done
	file *os.File
	done map[recordKey]Tally
	seed uint64
}

// recordKey is what has to be the same for a result to be used again.
type recordKey struct {
	Runtime string // with its version
	Hash    string // of the test
	Runs    int
	Seed    uint64
}

type record struct {
	recordKey
	Test  string
	Tally Tally
}

// OpenResults opens a file of results, or makes one. A last line that was not written to
// its end is dropped; any other that is not one of ours is an error.
func OpenResults(path string) (*Results, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	s := &Results{file: file, done: map[recordKey]Tally{}}
	if err := s.read(); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (s *Results) read() error {
	text, err := io.ReadAll(s.file)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	for i, line := range bytes.Split(text[:whole], []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var r record
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil || r.Runtime == "" || r.Hash == "" || r.Tally.Runs() == 0 {
			return fmt.Errorf("line %d is not a result that check run wrote (%v); move the file away, or name another", i+1, err)
		}
		s.done[r.recordKey], s.seed = r.Tally, r.Seed
	}
	if err := s.file.Truncate(int64(whole)); err != nil {
		return err
	}
	_, err = s.file.Seek(int64(whole), io.SeekStart)
	return err
}

// Seed is that of the last result; 0 if there is none.
func (s *Results) Seed() uint64 { return s.seed }

// Close closes the file.
func (s *Results) Close() error { return s.file.Close() }

// Runner is r, but for what is in the file already. Version belongs to its name: what
// another version did is run again.
func (s *Results) Runner(r Runner, version string) Runner {
	return &resumed{r, s, r.Name() + " " + version}
}

type resumed struct {
	Runner
	results *Results
	name    string
}

// Run answers from the file, or runs p and writes what it came to.
func (r *resumed) Run(ctx context.Context, p Program, o Options) (Tally, error) {
	key := recordKey{r.name, p.Hash, o.withDefaults().Runs, o.Seed}
	if t, ok := r.results.known(key); ok {
		return t, nil
	}
	t, err := r.Runner.Run(ctx, p, o)
	if err != nil {
		return t, err
	}
	return t, r.results.keep(record{key, p.Name, t})
}

func (s *Results) known(key recordKey) (Tally, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.done[key]
	return t, ok
}

func (s *Results) keep(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done[r.recordKey] = r.Tally
	_, err = s.file.Write(append(line, '\n'))
	return err
}
