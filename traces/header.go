package traces

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
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
