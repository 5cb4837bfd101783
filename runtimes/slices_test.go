package runtimes

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A million real runs of each program can be made in pieces: with -tally, the test goes on where
// the file ends, program by program, and whoever kills it loses one program's slice.
var (
	tallyFile = flag.String("tally", "", "count real runs of impl in this `file`, and go on where it ends")
	sliceRuns = flag.Int("slice", 100_000, "with -tally: how many `runs` each program is given at most")
)

// slice is what some runs of a program did: a line of the file. Run n of all has the seed n.
type slice struct {
	Edition, Program string
	Seed             uint64 // of the first
	Runs             int
	Counts           map[string]int
}

// series is a file of slices.
type series struct {
	file *os.File
	mu   sync.Mutex
	done map[[2]string]int // runs of each program, by edition and path
}

// openSeries reads what there is, less the line in which its writer was killed.
func openSeries(path string) (*series, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	s := &series{file: f, done: map[[2]string]int{}}
	if err := s.read(path); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func (s *series) read(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	n := 0
	for line := range bytes.Lines(text) {
		n++
		var l slice
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			return fmt.Errorf("%s:%d: no slice of real runs: %v", path, n, err)
		}
		if was := s.done[l.of()]; l.Runs <= 0 || l.Seed != uint64(was)+1 {
			return fmt.Errorf("%s:%d: %d runs of %s %s from seed %d: the lines before go to seed %d", path, n, l.Runs, l.Edition, l.Program, l.Seed, was)
		}
		s.done[l.of()] += l.Runs
	}
	return s.file.Truncate(int64(len(text)))
}

func (l slice) of() [2]string { return [2]string{l.Edition, l.Program} }

// next returns which runs of a program are to be made, of so many in all: none if all were.
func (s *series) next(edition, program string, slice, all int) Options {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := s.done[[2]string{edition, program}]
	return Options{Runs: min(slice, all-done), Seed: uint64(done) + 1}
}

// add notes what runs that next has asked for did.
func (s *series) add(edition, program string, o Options, counts map[string]int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := slice{edition, program, o.Seed, o.Runs, counts}
	line, err := json.Marshal(l)
	if err != nil {
		return err
	}
	s.done[l.of()] += l.Runs
	_, err = s.file.Write(append(line, '\n'))
	return err
}

// A series goes on where it was killed, gives no run twice, ends when all were made, and does not
// go on from a file that is something else.
func TestSeriesGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tally")
	var seeds []uint64
	for range 4 {
		s, err := openSeries(path)
		if err != nil {
			t.Fatal(err)
		}
		if o := s.next("e", "p", 40, 100); o.Runs > 0 {
			seeds = append(seeds, o.Seed, uint64(o.Runs))
			if err := s.add("e", "p", o, map[string]int{"a=returned": o.Runs}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.file.WriteString(`{"Edition":"e","Program":"p","Seed`); err != nil { // killed here
			t.Fatal(err)
		}
		s.file.Close()
	}
	if got := fmt.Sprint(seeds); got != "[1 40 41 40 81 20]" {
		t.Errorf("seeds and runs %s", got)
	}
	for bad, want := range map[string]string{
		"some text\n": "tally:1: no slice",
		`{"Edition":"e","Program":"p","Seed":7,"Runs":1,"Counts":{}}` + "\n":  "from seed 7: the lines before go to seed 0",
		`{"Edition":"e","Program":"p","Seed":1,"Runs":-1,"Counts":{}}` + "\n": "tally:1: -1 runs",
		`{"Edition":"e","Walls":1}` + "\n":                                    "unknown field",
	} {
		if err := os.WriteFile(path, []byte(bad), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := openSeries(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", bad, err, want)
		}
	}
}
