package runtimes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Proto is the version of the protocol that this package speaks.
const Proto = 1

// request is a line to a driver. Requests are compact JSON in the order of the
// fields, and their strings hold nothing that JSON would escape, so that a driver
// may find a field by searching for its name.
type request struct {
	Seq     int    `json:"seq"`
	Cmd     string `json:"cmd"`
	Program string `json:"program,omitempty"`
	Hash    string `json:"hash,omitempty"`
	Runs    int    `json:"runs,omitempty"`
	Seed    uint64 `json:"seed,omitempty"`
	Mode    string `json:"mode,omitempty"`
	LimitMS int64  `json:"limit_ms,omitempty"`
}

// reply is a line from a driver. Which fields it has says what it is.
type reply struct {
	Seq        int      `json:"seq"`
	OK         *bool    `json:"ok,omitempty"`
	Proto      int      `json:"proto,omitempty"`
	Runtime    string   `json:"runtime,omitempty"`
	Version    string   `json:"version,omitempty"`
	Await      string   `json:"await,omitempty"`
	Forms      []string `json:"forms,omitempty"`
	P99        *int64   `json:"p99_us,omitempty"`
	Unobserved []string `json:"unobserved,omitempty"`
	Skipped    string   `json:"skipped,omitempty"`
	Error      string   `json:"error,omitempty"`
	Outcome    string   `json:"outcome,omitempty"`
	Undecided  string   `json:"undecided,omitempty"`
	Count      int      `json:"count,omitempty"`
	History    []mark   `json:"history,omitempty"`
	Done       *bool    `json:"done,omitempty"`
	Runs       *int     `json:"runs,omitempty"`
	Hangs      *int     `json:"hangs,omitempty"`
	Recycle    *bool    `json:"recycle,omitempty"`
}

// The kinds of replies.
const (
	kindOK        = "ok"
	kindSkipped   = "skipped"
	kindError     = "error"
	kindOutcome   = "outcome"
	kindUndecided = "undecided"
	kindDone      = "done"
)

// fieldsOf lists for every kind of reply the fields that it may have beside seq
// and its own.
var fieldsOf = map[string][]string{
	kindOK:        {"proto", "runtime", "version", "await", "forms", "p99_us", "unobserved"},
	kindSkipped:   {},
	kindError:     {},
	kindOutcome:   {"count", "history"},
	kindUndecided: {"count"},
	kindDone:      {"runs", "hangs", "recycle"},
}

// helloFields are those of which an ok that has one must be a whole hello.
var helloFields = []string{"proto", "runtime", "version", "await", "forms"}

// encode is the line for r, with its newline. A program with characters that
// JSON escapes is refused: drivers need not undo escapes.
func encode(r request) ([]byte, error) {
	for _, s := range []string{r.Program, r.Hash, r.Mode, r.Cmd} {
		if i := strings.IndexFunc(s, func(c rune) bool { return c < ' ' || c > '~' || strings.ContainsRune(`"\<>&`, c) }); i >= 0 {
			return nil, fmt.Errorf("request %s: character %q at %d cannot be sent; want printable ASCII without \" \\ < > &", r.Cmd, s[i], i)
		}
	}
	line, err := json.Marshal(r)
	return append(line, '\n'), err
}

// decode reads one line of a driver and says what kind of reply it is.
func decode(line []byte) (reply, string, error) {
	var r reply
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, "", err
	}
	if d.More() {
		return r, "", errors.New("more than one value on a line")
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return r, "", err
	}
	kind, err := kindOf(raw)
	if err != nil {
		return r, "", err
	}
	hello := slices.ContainsFunc(helloFields, func(f string) bool { return raw[f] != nil })
	return r, kind, r.check(kind, hello)
}

func kindOf(raw map[string]json.RawMessage) (string, error) {
	kind := ""
	for k := range fieldsOf {
		if _, ok := raw[k]; !ok {
			continue
		}
		if kind != "" {
			return "", fmt.Errorf("a reply is one of %s and %s, not both", min(kind, k), max(kind, k))
		}
		kind = k
	}
	if kind == "" {
		return "", errors.New("none of ok, skipped, error, outcome, undecided, done")
	}
	for f, v := range raw {
		if string(v) == "null" || f == "history" && bytes.Contains(v, []byte("null")) {
			return "", fmt.Errorf("field %q is null, or has it inside; leave it out", f)
		}
		if f != "seq" && f != kind && !slices.Contains(fieldsOf[kind], f) {
			return "", fmt.Errorf("field %q does not belong to a reply with %q", f, kind)
		}
	}
	return kind, nil
}

func (r *reply) check(kind string, hello bool) error {
	if r.Seq <= 0 {
		return errors.New("no positive seq")
	}
	switch kind {
	case kindOK:
		return r.checkOK(hello)
	case kindOutcome:
		if !canonical(r.Outcome) || r.Count <= 0 {
			return errors.New("an outcome needs a printable text without quotes and backslashes, and a positive count")
		}
		return r.checkHistory()
	case kindUndecided:
		if r.Undecided != Starved && r.Undecided != Livelock || r.Count <= 0 {
			return fmt.Errorf("undecided %q; want %s or %s with a positive count", r.Undecided, Starved, Livelock)
		}
	case kindDone:
		if !*r.Done || r.Runs == nil || *r.Runs < 0 || r.Hangs != nil && *r.Hangs < 0 {
			return errors.New(`done needs to be true and to have "runs"; no number is negative`)
		}
	case kindError, kindSkipped:
		if r.Error == "" && r.Skipped == "" {
			return fmt.Errorf("%s without a reason", kind)
		}
	}
	return nil
}

func (r *reply) checkHistory() error {
	if r.History != nil && r.Count != 1 {
		return errors.New("a history is that of one run: its count is 1")
	}
	for _, m := range r.History {
		if len(m) != markSize || slices.Min(m) < 0 {
			return fmt.Errorf("a mark is %d numbers from 0, not %v", markSize, m)
		}
	}
	return nil
}

func (r *reply) checkOK(hello bool) error {
	switch {
	case !*r.OK:
		return errors.New(`"ok":false; say "error" or "skipped" with the reason`)
	case r.P99 != nil && *r.P99 < 0:
		return errors.New("a negative time")
	case hello && (r.Runtime == "" || r.Version == "" || !canonical(r.Runtime+r.Version)):
		return errors.New("hello needs proto, runtime and version")
	case hello && (len(r.Forms) == 0 || !canonical(strings.Join(r.Forms, " ")) || slices.Contains(r.Forms, "")):
		return errors.New("hello needs the forms that the driver can express")
	case hello && r.Await != "state" && r.Await != "timing":
		return fmt.Errorf(`hello's await is %q; want "state" or "timing"`, r.Await)
	case r.Unobserved != nil && (len(r.Unobserved) == 0 || !canonical(strings.Join(r.Unobserved, " ")) || slices.Contains(r.Unobserved, "")):
		return errors.New("unobserved names the kinds of events that histories leave out, if there are any")
	case hello && (r.P99 != nil || r.Unobserved != nil), r.P99 != nil && r.Unobserved != nil:
		return errors.New("a hello, a calibration and what histories leave out, of which an ok is one")
	}
	return nil
}

// canonical says that a text holds nothing that would have to be escaped.
func canonical(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c > '~' || c == '"' || c == '\\' })
}

// hello checks that an ok is a hello of this version of the protocol.
func (r *reply) hello() error {
	if r.Proto != Proto {
		return fmt.Errorf("protocol %d; this program speaks %d", r.Proto, Proto)
	}
	return nil
}
