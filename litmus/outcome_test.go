package litmus

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/interject/interject/model"
)

const everyEnd = "a=died Kill [w1 w2=3]; b=blocked throwTo a; c=blocked wait c; d=blocked sleep (pending) [x]; e=unstarted; m=empty; n=full; o=7; l=held b; k=free"

func outcome(t *testing.T, s string) Outcome {
	t.Helper()
	o, err := ParseOutcome(s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOutcomeText(t *testing.T) {
	o := outcome(t, everyEnd)
	want := Outcome{
		Threads: []ThreadEnd{
			{Name: "a", End: "died Kill", Log: []string{"w1", "w2=3"}}, {Name: "b", End: "blocked throwTo a"}, {Name: "c", End: "blocked wait c"},
			{Name: "d", End: "blocked sleep", Pending: true, Log: []string{"x"}}, {Name: "e", End: "unstarted"},
		},
		Cells: []CellEnd{{"m", "empty"}, {"n", "full"}, {"o", "7"}, {"l", "held b"}, {"k", "free"}},
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Error(diff)
	}
	if o.String() != everyEnd {
		t.Errorf("found %s, expected %s", o, everyEnd)
	}
	if s := outcome(t, " crash ").String(); s != "crash" {
		t.Errorf("found %s", s)
	}
	if s := outcome(t, "a=returned [ w ]  (pending);x=007").String(); s != "a=returned (pending) [w]; x=7" {
		t.Errorf("found %s", s)
	}
}

func TestOutcomeErrors(t *testing.T) {
	for s, want := range map[string]string{
		"":                   `outcome "": found "", expected NAME=STATE`,
		"a=":                 `outcome "a=": nothing behind a=, expected a state`,
		"a=returned;a=died":  `outcome "a=returned;a=died": a stands in it twice`,
		"a=died":             `outcome "a=died": a: found "died", expected 1 words behind died`,
		"a=returned X":       `outcome "a=returned X": a: found "returned X", expected 0 words behind returned`,
		"a=blocked":          `outcome "a=blocked": a: found blocked, expected blocked OPERATION`,
		"a=blocked take":     `outcome "a=blocked take": a: found blocked take, expected 1 name behind take`,
		"a=blocked sleep x":  `outcome "a=blocked sleep x": a: found blocked sleep x, expected 0 name behind sleep`,
		"a=returned [w":      `outcome "a=returned [w": a=returned [w: expected the log as [words] at the end`,
		"a=returned [w] [v]": `outcome "a=returned [w] [v]": a=returned [w] [v]: expected the log as [words] at the end`,
		"a=returned [é]":     `outcome "a=returned [é]": a: "é" is no word of a log`,
		"m=held":             `outcome "m=held": m is "held", expected how a thread ends (returned, died, killed, blocked, running, unstarted) or what a cell holds (empty, full, free, held THREAD, a number)`,
	} {
		_, err := ParseOutcome(s)
		if err == nil || err.Error() != want {
			t.Errorf("found %v\nexpected %s", err, want)
		}
	}
}

func condition(t *testing.T, s string) *Cond {
	t.Helper()
	tokens, bad := lex([]byte(s))
	if bad != nil {
		t.Fatal(bad)
	}
	p := &parser{tokens: tokens}
	p.gather()
	c, ok := p.cond()
	if !ok || p.tok().kind != endOfFile {
		t.Fatalf("%s: %v", s, p.errs)
	}
	return c
}

func TestEval(t *testing.T) {
	o := outcome(t, "a=died Kill [w1 w2 w3]; b=blocked throwTo a (pending); c=returned; m=7; n=empty; f=full; l=held b; k=free; x=1")
	for s, want := range map[string]bool{
		"a = died": true, "a = died Kill": true, "a = died Other": false, "a = returned": false,
		"b = blocked": true, "b = blocked throwTo": true, "b = blocked throwTo a": true, "b = blocked throwTo b": false, "b = blocked take": false,
		"a:": false, "c:": true, "c: ..": true, "a: w1 w2 w3": true, "a: w1 w2": false, "a: w1 ..": true, "a: .. w3": true, "a: .. w2 ..": true,
		"a: .. w2": false, "a: .. w1 .. w3 ..": true, "a: .. w3 .. w1": false, "a: w2 ..": false, "a: w1 w2 w3 w4": false, "a: .. ..": true,
		"a pending": false, "b pending": true,
		"m = full": true, "m = 7": true, "m = 6": false, "m = empty": false, "n = full": false, "n = empty": true, "f = full": true, "f = 7": false,
		"l = held": true, "l = held b": true, "l = held a": false, "l = free": false, "k = free": true, "k = held": false,
		"x = 1": true, "x = 01": true, "x = 0": false,
		"crash": false, "!crash": true, "nobody = died": false,
		"a = died & x = 1": true, "a = died & x = 0": false, "x = 0 | a = died": true, "x = 0 | x = 2": false,
		"x = 0 & x = 0 | x = 1": true, "x = 0 & (x = 0 | x = 1)": false, "!(x = 0 | x = 1)": false, "!x = 0": true, "!!x = 1": true,
	} {
		if got := condition(t, s).Eval(o); got != want {
			t.Errorf("%s: found %v, expected %v", s, got, want)
		}
	}
	crash := Outcome{Crash: true}
	for s, want := range map[string]bool{"crash": true, "a = died": false, "!a = died": true, "a:": false, "a pending": false} {
		if got := condition(t, s).Eval(crash); got != want {
			t.Errorf("%s of a crash: found %v, expected %v", s, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	x, err := Parse("file", []byte("litmus t\nflag go\nmvar m\nmutex l\ncond c\nvar x\nthread a { throwTo b X; log w; log v= }\nthread b { }\n"))
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]bool{
		"crash": true, "a=returned; b=returned; m=full; l=held a; x=0": true, "a=returned; b=returned; m=2; l=free; x=2": true,
		"b=returned; a=returned; m=full; l=free; x=0": false, "a=returned; b=returned; m=full; l=free": false,
		"a=returned; b=returned; m=0; l=free; x=0": false, "a=returned; b=returned; m=full; l=full; x=0": false,
		"a=returned; b=returned; m=full; x=0; l=free": false, "a=returned; m=full; l=free; x=0": false,
		"a=returned [w v=3]; b=died X; m=full; l=held b; x=0": true, "a=returned; b=died Y; m=full; l=free; x=0": false,
		"a=returned [u]; b=returned; m=full; l=free; x=0": false, "a=returned [open]; b=returned; m=full; l=free; x=0": false,
		"a=returned; b=died Error; m=full; l=held c; x=0": false, "a=blocked take m; b=blocked throwTo a; m=full; l=held a; x=0": true,
		"a=blocked take l; b=returned; m=full; l=free; x=0": false, "a=blocked throwTo c; b=returned; m=full; l=free; x=0": false,
	} {
		if err := x.Fits(outcome(t, s)); (err == nil) != want {
			t.Errorf("%s: found %v, expected a fit: %v", s, err, want)
		}
	}
}

func TestBlockedIn(t *testing.T) {
	for want, got := range map[string]string{
		"take m": BlockedIn(model.Take, "m"), "sleep": BlockedIn(model.Sleep, ""), "join t": BlockedIn(model.JoinTimeout, "t"),
		"throwTo a": BlockedIn(model.ThrowTo, "a"), "foreign": BlockedIn(model.ForeignInt, ""),
	} {
		if got != want {
			t.Errorf("found %q, expected %q", got, want)
		}
		if _, err := ParseOutcome("a=blocked " + got); err != nil {
			t.Error(err)
		}
	}
}
