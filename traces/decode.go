package traces

import (
	"math"
	"unicode"
	"unicode/utf8"
)

// What a name may be, so that charts and messages stay readable and memory bounded.
const (
	maxName   = 200     // bytes of a name
	maxNames  = 1 << 16 // different classes, tags and words that a reader shares
	maxTables = 1<<15 - 1
)

// decoder turns lines into events. It checks each line by itself; what lines
// say of each other is checked by order.
type decoder struct {
	threads map[string]int16
	cells   map[string]int16
	names   map[string]string // shared spellings
}

func newDecoder(h *Header) *decoder {
	d := &decoder{threads: map[string]int16{}, cells: map[string]int16{}, names: map[string]string{}}
	for i, t := range h.Threads {
		d.threads[t] = int16(i)
	}
	for i, c := range h.Cells {
		d.cells[c.Name] = int16(i)
	}
	return d
}

// The keys that every event has, after those of field.
const (
	fT field = fRes << (iota + 1)
	fN
	fStamp
	fK
)

type keyInfo struct {
	bit field
	put func(d *decoder, e *Event, v value) *fault
}

var keys = map[string]keyInfo{
	"t":     {fT, func(d *decoder, e *Event, v value) *fault { return lookup(&e.Thread, d.threads, "thread", v) }},
	"to":    {fTo, func(d *decoder, e *Event, v value) *fault { return lookup(&e.To, d.threads, "thread", v) }},
	"cell":  {fCell, func(d *decoder, e *Event, v value) *fault { return lookup(&e.Cell, d.cells, "cell", v) }},
	"with":  {fWith, func(d *decoder, e *Event, v value) *fault { return lookup(&e.With, d.cells, "cell", v) }},
	"n":     {fN, func(_ *decoder, e *Event, v value) *fault { return index(&e.N, "n", v) }},
	"of":    {fOf, func(_ *decoder, e *Event, v value) *fault { return index(&e.Of, "of", v) }},
	"inv":   {fStamp, func(_ *decoder, e *Event, v value) *fault { return stamp(e, Call, v) }},
	"ret":   {fStamp, func(_ *decoder, e *Event, v value) *fault { return stamp(e, Return, v) }},
	"at":    {fStamp, func(_ *decoder, e *Event, v value) *fault { return stamp(e, At, v) }},
	"id":    {fID, func(_ *decoder, e *Event, v value) *fault { return counter(&e.ID, "the signal's id", v) }},
	"k":     {fK, putKind},
	"sig":   {fSig, func(_ *decoder, e *Event, v value) *fault { return word((*uint8)(&e.Signal), signalWords, "signal", v) }},
	"frame": {fFrame, func(_ *decoder, e *Event, v value) *fault { return word((*uint8)(&e.Frame), frameWords, "frame", v) }},
	"res":   {fRes, func(_ *decoder, e *Event, v value) *fault { return word((*uint8)(&e.Result), resultWords, "result", v) }},
	"class": {fClass, (*decoder).putName},
	"tag":   {fTag, (*decoder).putName},
	"word":  {fWord, (*decoder).putName},
	"v":     {fV, putValue},
}

// fieldNames are the keys by bit, in the order in which they are written.
var fieldNames = []string{"of", "to", "id", "sig", "class", "cell", "with", "frame", "tag", "word", "v", "res", "t", "n", "inv, ret or at", "k"}

func (f field) first() string {
	for i, n := range fieldNames {
		if f&(1<<i) != 0 {
			return n
		}
	}
	return "?"
}

// event decodes one line.
func (d *decoder) event(line []byte) (e Event, f *fault) {
	s := scanner{line: line}
	var seen field
	for {
		key, v, ok, f := s.next()
		if f != nil {
			return e, f
		}
		if !ok {
			return e, d.complete(&e, seen)
		}
		k, known := keys[string(key)]
		switch {
		case known && seen&k.bit != 0 && k.bit == fStamp:
			return e, faultf(v.column, "a second stamp: a line has one of inv, ret and at")
		case known && seen&k.bit != 0:
			return e, faultf(v.column, "key %s twice in one line", quote(key))
		case known:
			if f := k.put(d, &e, v); f != nil {
				return e, f
			}
			seen |= k.bit
		case len(key) < 2 || key[0] != 'x' || key[1] != '-':
			return e, faultf(v.column, "unknown key %s (keys of your own begin with x-)", quote(key))
		}
	}
}

// complete checks that the line has the keys and the result that its kind asks for.
func (d *decoder) complete(e *Event, seen field) *fault {
	const all = fT | fN | fStamp | fK
	if lack := all &^ seen; lack != 0 {
		return faultf(0, "no key %s: every event has t, n, k and one of inv, ret, at", lack.first())
	}
	if e.Kind.IsOperation() == (e.Phase == At) {
		return faultf(0, "%s is %s", e.Kind, map[bool]string{true: "an operation: it has inv or ret, not at", false: "a point: it has at, not inv or ret"}[e.Kind.IsOperation()])
	}
	must, may := e.fields()
	if lack := must &^ seen; lack != 0 {
		return faultf(0, "%s without its %s", e.what(), lack.first())
	}
	if extra := seen &^ (must | may | all); extra != 0 {
		return faultf(0, "%s has no %s", e.what(), extra.first())
	}
	if must&fRes != 0 && !e.Kind.allows(e.Result) {
		return faultf(0, "%s cannot have the result %s", e.what(), e.Result)
	}
	if e.Phase == Return && e.Result != Error && seen&fClass != 0 {
		return faultf(0, "a class belongs to the result error, not to %s", e.Result)
	}
	return nil
}

// what names the event in messages.
func (e *Event) what() string {
	if e.Phase == Return {
		return "the return of " + e.Kind.String()
	}
	return e.Kind.String()
}

func lookup(at *int16, table map[string]int16, what string, v value) *fault {
	if v.is != 's' {
		return faultf(v.column, "expected the name of a %s in quotes", what)
	}
	i, ok := table[string(v.text)]
	if !ok {
		return faultf(v.column, "unknown %s %s: the header does not declare it", what, quote(v.text))
	}
	*at = i
	return nil
}

func word(at *uint8, ws words, what string, v value) *fault {
	if v.is == 's' {
		*at = ws.of(v.text)
	}
	if *at == 0 {
		return faultf(v.column, "unknown %s %s, expected one of %v", what, quote(v.text), []string(ws[1:]))
	}
	return nil
}

func putKind(_ *decoder, e *Event, v value) *fault {
	if v.is == 's' {
		e.Kind = kindOf[string(v.text)]
	}
	if e.Kind == 0 {
		return faultf(v.column, "unknown kind %s", quote(v.text))
	}
	return nil
}

// counter reads a number from 1.
func counter(at *uint64, what string, v value) *fault {
	switch {
	case v.is != 'n':
		return faultf(v.column, "%s is not a number", what)
	case v.minus:
		return faultf(v.column, "%s is negative: -%d", what, v.n)
	case v.n == 0:
		return faultf(v.column, "%s is 0: it counts from 1", what)
	}
	*at = v.n
	return nil
}

func stamp(e *Event, p Phase, v value) *fault {
	e.Phase = p
	return counter(&e.Stamp, "the stamp", v)
}

// index reads a number from 0 that counts the events of a thread.
func index(at *int32, what string, v value) *fault {
	switch {
	case v.is != 'n':
		return faultf(v.column, "%s is not a number", what)
	case v.minus:
		return faultf(v.column, "%s is negative: -%d", what, v.n)
	case v.n > math.MaxInt32:
		return faultf(v.column, "%s is %d, expected less than 2^31", what, v.n)
	}
	*at = int32(v.n)
	return nil
}

func putValue(_ *decoder, e *Event, v value) *fault {
	if v.is != 'n' {
		return faultf(v.column, "v is not a number")
	}
	e.V, e.HasV = int64(v.n), true
	if v.minus {
		e.V = -e.V
	}
	return nil
}

func (d *decoder) putName(e *Event, v value) *fault {
	if v.is != 's' {
		return faultf(v.column, "expected a name in quotes")
	}
	name, shared := d.names[string(v.text)]
	if !shared {
		name = string(v.text)
		if why := badName(name); why != "" {
			return faultf(v.column, "%s", why)
		}
		if len(d.names) < maxNames {
			d.names[name] = name
		}
	}
	if e.Name != "" {
		return faultf(v.column, "a second name: a line has one of class, tag and word")
	}
	e.Name = name
	return nil
}

// badName says why s cannot be a name, or nothing.
func badName(s string) string {
	switch {
	case s == "":
		return "an empty name"
	case len(s) > maxName:
		return "the name " + quote(s) + " is longer than 200 bytes"
	case !utf8.ValidString(s):
		return "the name " + quote(s) + " is not UTF-8"
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return "the name " + quote(s) + " has a character that cannot be printed"
		}
	}
	return ""
}
