package traces

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Version is the version of the format that this package writes, and the only
// one that it reads.
const Version = 1

// Free is the Test of a history that is not of a litmus test.
const Free = "free"

// Header is the first line of a history.
type Header struct {
	Test       string   // the hash of the litmus test, 16 hex digits, or Free
	Name       string   // for people
	Program    string   // the test in its wire form; may be empty
	Edition    string   // by which the history is to be judged; may be empty
	Runtime    string   // what ran it, with its version
	Seed       uint64   // of the run
	Threads    []string // all threads, in the order of the test
	Unobserved []string // those of Threads of which nothing was recorded
	Cells      []Cell   // the shared cells
	Observed   []Kind   // what was recorded; a kind that is not listed says nothing by its absence
	Truncated  bool     // a buffer ran over: the history is a prefix of what happened
}

// Empty is the content of an empty mvar. Any other content is full.
const Empty int64 = -1

// Cell declares a shared cell and its content at the start.
type Cell struct {
	Name string
	Kind CellKind
	Init int64 // a number, or Empty for an mvar
}

// wireHeader is the header as it is written. Its fields are in the order of docs/traces.md.
type wireHeader struct {
	Interject  *int       `json:"interject"`
	Test       string     `json:"test"`
	Name       string     `json:"name,omitempty"`
	Program    string     `json:"program,omitempty"`
	Edition    string     `json:"edition,omitempty"`
	Runtime    string     `json:"runtime,omitempty"`
	Seed       uint64     `json:"seed"`
	Threads    []string   `json:"threads"`
	Unobserved []string   `json:"unobserved,omitempty"`
	Cells      []wireCell `json:"cells,omitempty"`
	Observed   []string   `json:"observed"`
	Truncated  bool       `json:"truncated,omitempty"`
}

type wireCell struct {
	Name string          `json:"name"`
	Kind string          `json:"kind"`
	Init json.RawMessage `json:"init,omitempty"`
}

// line is the header as its line of text, without the newline.
func (h *Header) line() ([]byte, error) {
	if why := h.wrong(); why != "" {
		return nil, fmt.Errorf("traces: the header cannot be written: %s", why)
	}
	version := Version
	w := wireHeader{Interject: &version, Test: h.Test, Name: h.Name, Program: h.Program, Edition: h.Edition,
		Runtime: h.Runtime, Seed: h.Seed, Threads: h.Threads, Unobserved: h.Unobserved, Truncated: h.Truncated}
	for _, c := range h.Cells {
		init := strconv.FormatInt(c.Init, 10)
		if c.Kind == MVarCell && c.Init == Empty {
			init = `"empty"`
		}
		w.Cells = append(w.Cells, wireCell{c.Name, c.Kind.String(), json.RawMessage(init)})
	}
	for _, k := range h.Observed {
		w.Observed = append(w.Observed, k.String())
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// isHeader tells a header from other lines.
func isHeader(line []byte) bool { return firstKey(line) == "interject" }

func firstKey(line []byte) string {
	s := scanner{line: line}
	if s.expect('{', "") != nil || s.expect('"', "") != nil {
		return ""
	}
	key, f := s.text()
	if f != nil {
		return ""
	}
	return string(key)
}

func parseHeader(line []byte) (*Header, *fault) {
	var any json.RawMessage
	if e, ok := json.Unmarshal(line, &any).(*json.SyntaxError); ok && e.Offset >= int64(len(line)) && len(line) > 0 && line[0] == '{' {
		return nil, &fault{column: len(line) + 1, reason: "the header is cut short", short: true}
	}
	if !isHeader(line) {
		return nil, faultf(1, `found %s, expected a header: {"interject":1,"test":…}`, quote(line))
	}
	if f := twice(line); f != nil {
		return nil, f
	}
	// The version is read by itself: another version may have other keys.
	var v struct{ Interject *int }
	if err := json.Unmarshal(line, &v); err != nil || v.Interject == nil {
		return nil, headerFault(err, "the version (key interject) is not a number")
	}
	if *v.Interject != Version {
		return nil, faultf(14, "version %d of the format is unknown: this reader knows version %d", *v.Interject, Version)
	}
	var w wireHeader
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return nil, headerFault(err, "")
	}
	return w.header()
}

func headerFault(err error, reason string) *fault {
	column := 0
	switch e := err.(type) {
	case *json.SyntaxError:
		column = int(e.Offset)
	case *json.UnmarshalTypeError:
		column = int(e.Offset)
	}
	if reason == "" {
		reason = "bad header: " + err.Error()
	}
	return faultf(column, "%s", reason)
}

// twice finds a key that an object of the line has twice, which encoding/json
// passes over in silence, and text after the object.
func twice(line []byte) *fault {
	dec := json.NewDecoder(bytes.NewReader(line))
	var open []map[string]bool // nil for an array
	key := false
	for {
		tok, err := dec.Token()
		if err == io.EOF && len(open) == 0 {
			return nil
		}
		if err != nil {
			return headerFault(err, "")
		}
		switch tok {
		case json.Delim('{'):
			open, key = append(open, map[string]bool{}), true
			continue
		case json.Delim('['):
			open, key = append(open, nil), false
			continue
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			if len(open) == 0 && dec.More() {
				return faultf(int(dec.InputOffset())+1, "text after the header's object")
			}
		default:
			if name, ok := tok.(string); ok && key {
				if name != strings.ToLower(name) { // encoding/json would take it all the same
					return faultf(int(dec.InputOffset()), "key %s is not in lower case", quote(name))
				}
				if open[len(open)-1][name] {
					return faultf(int(dec.InputOffset()), "key %s twice in the header", quote(name))
				}
				open[len(open)-1][name] = true
				key = false
				continue
			}
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
}

func (w *wireHeader) header() (*Header, *fault) {
	h := &Header{Test: w.Test, Name: w.Name, Program: w.Program, Edition: w.Edition, Runtime: w.Runtime,
		Seed: w.Seed, Threads: w.Threads, Unobserved: w.Unobserved, Truncated: w.Truncated}
	for _, c := range w.Cells {
		cell := Cell{Name: c.Name, Kind: CellKind(cellWords.of([]byte(c.Kind)))}
		if cell.Kind == 0 {
			return nil, faultf(0, "cell %s has the unknown kind %s, expected one of %v", quote(c.Name), quote(c.Kind), []string(cellWords[1:]))
		}
		if f := cell.init(c.Init); f != nil {
			return nil, f
		}
		h.Cells = append(h.Cells, cell)
	}
	for _, k := range w.Observed {
		kind, ok := kindOf[k]
		if !ok {
			return nil, faultf(0, "observed has the unknown kind %s", quote(k))
		}
		h.Observed = append(h.Observed, kind)
	}
	if why := h.wrong(); why != "" {
		return nil, faultf(0, "%s", why)
	}
	return h, nil
}

func (c *Cell) init(raw json.RawMessage) *fault {
	mvar := c.Kind == MVarCell
	switch s := string(raw); {
	case mvar && (s == "" || s == `"empty"`):
		c.Init = Empty
	case s == "" || mvar && s == `"full"`:
		c.Init = 0
	default:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return faultf(0, "cell %s begins with %s, expected an integer (or \"empty\" or \"full\" for an mvar)", quote(c.Name), quote(s))
		}
		c.Init = n
	}
	return nil
}

// wrong says what is contradictory in the header, or nothing.
func (h *Header) wrong() string {
	if !validTest(h.Test) {
		return fmt.Sprintf("test is %s, expected %q or 16 hex digits", quote(h.Test), Free)
	}
	if len(h.Threads) == 0 {
		return "no threads"
	}
	threads, why := distinct("thread", h.Threads)
	if why != "" {
		return why
	}
	if len(h.Observed) == 0 {
		return "observed lists no kind of event"
	}
	if _, why = distinct("unobserved thread", h.Unobserved); why != "" {
		return why
	}
	for _, t := range h.Unobserved {
		if !threads[t] {
			return fmt.Sprintf("unobserved names the unknown thread %s", quote(t))
		}
	}
	return h.wrongTables()
}

func (h *Header) wrongTables() string {
	var names []string
	for _, c := range h.Cells {
		names = append(names, c.Name)
		if c.Kind == 0 || int(c.Kind) >= len(cellWords) {
			return fmt.Sprintf("cell %s has no kind", quote(c.Name))
		}
		if c.Init < 0 && (c.Kind == SemCell || c.Kind == MVarCell && c.Init != Empty) {
			return fmt.Sprintf("%s %s begins with %d", c.Kind, quote(c.Name), c.Init)
		}
		if c.Init != 0 && (c.Kind == MutexCell || c.Kind == CondCell) {
			return fmt.Sprintf("%s %s cannot begin with %d", c.Kind, quote(c.Name), c.Init)
		}
	}
	if _, why := distinct("cell", names); why != "" {
		return why
	}
	seen := map[Kind]bool{}
	for _, k := range h.Observed {
		if k == 0 || k > lastKind {
			return "observed has a kind without a name"
		}
		if seen[k] {
			return fmt.Sprintf("observed lists %s twice", k)
		}
		seen[k] = true
	}
	return ""
}

func distinct(what string, names []string) (map[string]bool, string) {
	if len(names) > maxTables {
		return nil, fmt.Sprintf("%d %ss, expected at most %d", len(names), what, maxTables)
	}
	seen := map[string]bool{}
	for _, n := range names {
		if why := badName(n); why != "" {
			return nil, what + ": " + why
		}
		if seen[n] {
			return nil, fmt.Sprintf("%s %s is declared twice", what, quote(n))
		}
		seen[n] = true
	}
	return seen, ""
}

func validTest(s string) bool {
	if s == Free {
		return true
	}
	if len(s) != 16 {
		return false
	}
	for _, c := range []byte(s) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return true
}
