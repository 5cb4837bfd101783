package traces

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

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
