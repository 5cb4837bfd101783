package runtimes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// schema is what of JSON Schema docs/protocol.schema.json uses.
type schema struct {
	Ref                  string             `json:"$ref"`
	Definitions          map[string]*schema `json:"definitions"`
	OneOf                []*schema          `json:"oneOf"`
	Type                 string             `json:"type"`
	Properties           map[string]*schema `json:"properties"`
	Required             []string           `json:"required"`
	AdditionalProperties *bool              `json:"additionalProperties"`
	Enum                 []any              `json:"enum"`
	Minimum              *float64           `json:"minimum"`
	MinLength            int                `json:"minLength"`
	Pattern              string             `json:"pattern"`
	Items                *schema            `json:"items"`
	MinItems             int                `json:"minItems"`
	MaxItems             int                `json:"maxItems"`
	Schema, Title        string             // not constraints
}

func loadSchema(t *testing.T) *schema {
	t.Helper()
	text, err := os.ReadFile("../docs/protocol.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(bytes.ReplaceAll(text, []byte(`"$schema"`), []byte(`"schema"`))))
	d.DisallowUnknownFields() // a keyword that this test would not enforce
	root := &schema{}
	if err := d.Decode(root); err != nil {
		t.Fatal(err)
	}
	return root
}

// check says why v is not of schema s, or "".
func (root *schema) check(s *schema, v any) string {
	if s.Ref != "" {
		return root.check(root.Definitions[strings.TrimPrefix(s.Ref, "#/definitions/")], v)
	}
	if s.OneOf != nil {
		return root.oneOf(s, v)
	}
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		return fmt.Sprintf("%v is none of %v", v, s.Enum)
	}
	switch s.Type {
	case "integer":
		n, ok := v.(float64)
		if !ok || n != math.Trunc(n) || s.Minimum != nil && n < *s.Minimum {
			return fmt.Sprintf("%v is no such integer", v)
		}
	case "string":
		text, ok := v.(string)
		if !ok || len(text) < s.MinLength || s.Pattern != "" && !pattern(s.Pattern).MatchString(text) {
			return fmt.Sprintf("%v is no such string", v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fmt.Sprintf("%v is no boolean", v)
		}
	case "array":
		return root.array(s, v)
	case "object":
		return root.object(s, v)
	}
	return ""
}

var patterns sync.Map // of regular expressions, by their texts

func pattern(text string) *regexp.Regexp {
	if known, ok := patterns.Load(text); ok {
		return known.(*regexp.Regexp)
	}
	re := regexp.MustCompile(text)
	patterns.Store(text, re)
	return re
}

func (root *schema) oneOf(s *schema, v any) string {
	var why []string
	for _, alternative := range s.OneOf {
		if problem := root.check(alternative, v); problem != "" {
			why = append(why, problem)
		}
	}
	if matches := len(s.OneOf) - len(why); matches != 1 {
		return fmt.Sprintf("%d alternatives match: %s", matches, strings.Join(why, "; "))
	}
	return ""
}

func (root *schema) array(s *schema, v any) string {
	items, ok := v.([]any)
	if !ok || len(items) < s.MinItems || s.MaxItems > 0 && len(items) > s.MaxItems {
		return fmt.Sprintf("%v is no such array", v)
	}
	for _, item := range items {
		if problem := root.check(s.Items, item); problem != "" {
			return problem
		}
	}
	return ""
}

func (root *schema) object(s *schema, v any) string {
	fields, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprintf("%v is no object", v)
	}
	for _, name := range s.Required {
		if _, ok := fields[name]; !ok {
			return "no " + name
		}
	}
	for name, value := range fields {
		property := s.Properties[name]
		if property == nil {
			return name + " is too much"
		}
		if problem := root.check(property, value); problem != "" {
			return name + ": " + problem
		}
	}
	return ""
}

// checkLine is what the schema has against a traced line of the protocol.
func (root *schema) checkLine(line string) string {
	kind := map[byte]string{'>': "request", '<': "reply"}[line[0]]
	var v any
	if err := json.Unmarshal([]byte(line[2:]), &v); err != nil {
		return err.Error()
	}
	return root.check(root.Definitions[kind], v)
}

func (root *schema) checkTrace(t *testing.T, trace string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(trace), "\n")
	if len(lines) < 8 {
		t.Fatalf("only %d lines were traced", len(lines))
	}
	for _, line := range lines {
		if problem := root.checkLine(line); problem != "" {
			t.Errorf("%s: %s", line, problem)
		}
	}
}

// overhearing is a trace that holds every line against the schema as it is said, and
// counts what it has heard.
type overhearing struct {
	t     *testing.T
	root  *schema
	heard map[byte]int
}

func (o *overhearing) Write(line []byte) (int, error) {
	o.heard[line[0]]++
	if problem := o.root.checkLine(string(line)); problem != "" {
		o.t.Errorf("%s: %s", bytes.TrimSpace(line), problem)
	}
	return len(line), nil
}

// An overhearer that lets everything pass would be none.
func TestOverhearing(t *testing.T) {
	root := loadSchema(t)
	for line, good := range map[string]bool{
		`> {"seq":1,"cmd":"hello"}`: true, `> {"seq":1,"cmd":"bye"}`: false,
		`< {"seq":1,"ok":true}`: true, `< {"seq":1,"outcome":"a=returned"}`: false,
	} {
		if problem := root.checkLine(line); (problem == "") != good {
			t.Errorf("%s: %q", line, problem)
		}
	}
}

// Everything that is said in a whole conversation, by us and by every driver, is
// of the schema.
func TestConversationsAreOfTheSchema(t *testing.T) {
	root := loadSchema(t)
	converse := func(t *testing.T, d *Driver) {
		var trace bytes.Buffer
		d.Trace = &trace
		d.Run(t.Context(), nop, ten)
		d.Run(t.Context(), Program{Name: "bad", Wire: "(litmus 1 bad"}, ten)
		d.Run(t.Context(), Program{Name: "odd", Wire: "(litmus 1 odd (thread a (frobnicate)))"}, ten)
		d.Calibrate(t.Context())
		d.Close()
		root.checkTrace(t, trace.String())
	}
	for _, how := range []string{"behaves", "skips", "refuses", "undecided", "recycles", "no history"} {
		t.Run(how, func(t *testing.T) { converse(t, fake(t, how)) })
	}
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) { converse(t, driver(t, r.Name)) })
	}
}

// The schema and the decoder take and refuse the same replies.
func TestSchemaAndDecoderAgree(t *testing.T) {
	root := loadSchema(t)
	for line, good := range map[string]bool{
		`{"seq":1,"ok":true}`:             true,
		`{"seq":1,"ok":true,"p99_us":12}`: true,
		`{"seq":1,"ok":true,"proto":1,"runtime":"r","version":"1","await":"state","forms":["log"]}`: true,
		`{"seq":2,"skipped":"no form umask"}`:                                                       true,
		`{"seq":2,"error":"bad \"x\""}`:                                                             true,
		`{"seq":3,"outcome":"a=returned [w]","count":2}`:                                            true,
		`{"seq":3,"undecided":"starved","count":2}`:                                                 true,
		`{"seq":3,"done":true,"runs":2}`:                                                            true,
		`{"seq":3,"done":true,"runs":0,"hangs":0,"recycle":true}`:                                   true,
		`{"seq":0,"ok":true}`:                                                                       false,
		`{"ok":true}`:                                                                               false,
		`{"seq":1}`:                                                                                 false,
		`{"seq":1,"ok":false}`:                                                                      false,
		`{"seq":1,"ok":true,"count":1}`:                                                             false,
		`{"seq":1,"ok":true,"skipped":"x"}`:                                                         false,
		`{"seq":1,"skipped":""}`:                                                                    false,
		`{"seq":1,"error":""}`:                                                                      false,
		`{"seq":1,"outcome":"","count":1}`:                                                          false,
		`{"seq":1,"outcome":"a=returned"}`:                                                          false,
		`{"seq":1,"outcome":"a=returned","count":0}`:                                                false,
		`{"seq":1,"outcome":"a=ret\nurned","count":1}`:                                              false,
		`{"seq":1,"undecided":"bored","count":1}`:                                                   false,
		`{"seq":1,"done":true}`:                                                                     false,
		`{"seq":1,"done":false,"runs":1}`:                                                           false,
		`{"seq":1,"done":true,"runs":-1}`:                                                           false,
		`{"seq":1,"done":true,"runs":1,"extra":0}`:                                                  false,
		`{"seq":"1","ok":true}`:                                                                     false,
		`[1]`:                                                                                       false,
		`7`:                                                                                         false,
		`null`:                                                                                      false,
		`{"seq":1,"outcome":"a=returned","count":1,"hangs":0}`:                                      false,
		`{"seq":1,"ok":true,"runtime":"r"}`:                                                         false,
		`{"seq":1,"ok":true,"proto":1,"runtime":"r","version":"1"}`:                                 false,
		`{"seq":1,"done":true,"runs":1,"hangs":-1}`:                                                 false,
		`{"seq":1,"outcome":"a=returned","count":1.5}`:                                              false,
		`{"seq":1,"undecided":"starved","count":1,"outcome":"a=x"}`:                                 false,
		`{"seq":1,"outcome":"a=\"x\"","count":1}`:                                                   false,
		`{"seq":1,"ok":true,"runtime":""}`:                                                          false,
		`{"seq":1,"ok":null}`:                                                                       false,
		`{"seq":1,"done":null,"runs":1}`:                                                            false,
		`{"seq":1,"ok":true,"p99_us":null}`:                                                         false,
		`{"seq":1,"ok":true,"unobserved":["recv"]}`:                                                 true,
		`{"seq":1,"ok":true,"unobserved":[]}`:                                                       false,
		`{"seq":1,"ok":true,"p99_us":1,"unobserved":["recv"]}`:                                      false,
		`{"seq":1,"outcome":"a=returned","count":1,"history":[]}`:                                   true,
		`{"seq":1,"outcome":"a=returned","count":1,"history":[[0,1,3,4,0]]}`:                        true,
		`{"seq":1,"outcome":"a=returned","count":2,"history":[[0,1,3,4,0]]}`:                        false,
		`{"seq":1,"outcome":"a=returned","count":1,"history":[[0,1,3,4]]}`:                          false,
		`{"seq":1,"outcome":"a=returned","count":1,"history":[[0,1,3,4,-1]]}`:                       false,
		`{"seq":1,"outcome":"a=returned","count":1,"history":[[0,1,3,4,null]]}`:                     false,
		`{"seq":1,"outcome":"a=returned","count":1,"history":null}`:                                 false,
		`{"seq":1,"ok":true,"p99_us":-1}`:                                                           false,
	} {
		if problem := root.checkLine("< " + line); (problem == "") != good {
			t.Errorf("schema, %s: %q", line, problem)
		}
		if _, _, err := decode([]byte(line)); (err == nil) != good {
			t.Errorf("decoder, %s: %v", line, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"seq":1,"ok":true,"proto":1,"runtime":"r","version":"1","await":"state","forms":["log"]}`)
	f.Add(`{"seq":3,"outcome":"a=returned [w]","count":2}`)
	f.Add(`{"seq":3,"done":true,"runs":0,"hangs":0,"recycle":true}`)
	f.Add(`{"seq":1,"undecided":"starved","count":1}`)
	f.Add(`null`)
	text, err := os.ReadFile("../docs/protocol.schema.json")
	if err != nil {
		f.Fatal(err)
	}
	root := &schema{}
	if err := json.Unmarshal(text, root); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		r, _, err := decode([]byte(line))
		if err == nil && (r.Runtime == "" || r.hello() == nil) { // what speaks another version is refused when it is asked
			if problem := root.checkLine("< " + line); problem != "" {
				t.Errorf("decoded, but %s", problem)
			}
		}
	})
}
