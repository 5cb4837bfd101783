package traces

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReader: whatever comes in, the reader does not panic, says a line and a
// reason when it refuses, and what it takes can be indexed, drawn, written, and
// read again as the same.
func FuzzReader(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.ndjson", "testdata/bad/*.ndjson"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for seed := range uint64(5) {
		f.Add([]byte(randomHistory(rand.New(rand.NewPCG(seed, 2)), 40).String()))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := NewReader(bytes.NewReader(text), Limits{Line: 1 << 16, Open: 1 << 10, Gaps: 1 << 10})
		for ; err == nil; err = r.Another() {
			var h *History
			if h, err = r.History(); err != nil {
				break
			}
			takenIsSound(t, h)
		}
		var syntax *SyntaxError
		if err != io.EOF && (!errors.As(err, &syntax) || syntax.Line < 1 || syntax.Reason == "") {
			t.Fatalf("%v (%T), expected a *SyntaxError", err, err)
		}
		if lines := bytes.Count(text, []byte("\n")) + 1; syntax != nil && syntax.Line > lines {
			t.Fatalf("%v, but there are %d lines", err, lines)
		}
	})
}

func takenIsSound(t *testing.T, h *History) {
	if err := h.Check(); err != nil {
		t.Fatalf("the reader took what Check refuses: %v", err)
	}
	again, err := ReadHistory(strings.NewReader(h.String()), Limits{})
	if err != nil {
		t.Fatalf("%v in\n%s", err, h)
	}
	if !slices.Equal(again.Events, h.Events) || again.String() != h.String() {
		t.Fatalf("read again\n%s\nexpected\n%s", again, h)
	}
	x := NewIndex(h)
	for i := range h.Events {
		if lo, hi := x.Span(i); lo > hi || lo > h.Events[i].Stamp || hi < h.Events[i].Stamp {
			t.Fatalf("event %d of stamp %d happened from %d to %d", i, h.Events[i].Stamp, lo, hi)
		}
	}
	if rows := strings.Count(Chart{}.String(h), "\n"); rows < len(h.Events)+1 {
		t.Fatalf("%d rows for %d events", rows, len(h.Events))
	}
}

// FuzzScanner compares the scanner of lines with encoding/json.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"a":-0,"b":"x\u00e9\n","c":true}`, ` { "a" : 12 , "b" : false } `,
		`{"a":1.5}`, `{"a":01}`, `{"a":1,}`, `{"a":nul}`, `{"a":"`, `{"é\\":"\ud800"}`, "{\"a\":\"\xff\"}", `{"a":9223372036854775807}`, `{"a":1}x`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.IndexByte(line, '\n') >= 0 {
			return
		}
		s := scanner{line: line}
		var got []any
		for {
			key, v, ok, f := s.next()
			if f != nil {
				refusedRightly(t, line, f)
				return
			}
			if !ok {
				break
			}
			got = append(got, string(key), v)
		}
		want, ok := reference(line)
		if !ok || len(want) != len(got) {
			t.Fatalf("took %q as %v, encoding/json: %v, %v", line, got, want, ok)
		}
		for i := 0; i < len(got); i += 2 {
			if got[i] != want[i] || !same(got[i+1].(value), want[i+1]) {
				t.Fatalf("%q: %v is %+v, expected %v", line, got[i], got[i+1], want[i+1])
			}
		}
	})
}

func same(v value, want any) bool {
	switch w := want.(type) {
	case string:
		return v.is == 's' && string(v.text) == w
	case bool:
		return v.is == 'b' && (v.n == 1) == w
	case json.Number:
		n := json.Number(strings.TrimLeft(string(w), "-"))
		i, err := n.Int64()
		return v.is == 'n' && err == nil && uint64(i) == v.n && v.minus == strings.HasPrefix(string(w), "-")
	}
	return false
}

// refusedRightly: a line that was refused is not a flat object of strings,
// integers below 2^63 and truth values, and one that is called short can be
// the beginning of one.
func refusedRightly(t *testing.T, line []byte, f *fault) {
	if want, ok := reference(line); ok {
		for i := 1; i < len(want); i += 2 {
			n, number := want[i].(json.Number)
			if want[i] == nil || number && (strings.ContainsAny(string(n), ".eE") || len(strings.TrimLeft(string(n), "-")) >= 19) {
				return
			}
		}
		t.Fatalf("%q was refused (%s) but is good", line, f.reason)
	}
	if f.short && json.Valid(line) {
		t.Fatalf("%q is called short but is whole", line)
	}
}

// reference reads a flat object with encoding/json.
func reference(line []byte) (members []any, ok bool) {
	if !utf8.Valid(line) || !json.Valid(line) {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	if tok, _ := dec.Token(); tok != json.Delim('{') {
		return nil, false
	}
	for dec.More() {
		key, _ := dec.Token()
		v, _ := dec.Token()
		if _, nested := v.(json.Delim); nested {
			return nil, false
		}
		members = append(members, key, v)
	}
	return members, true
}
