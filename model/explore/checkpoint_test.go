package explore_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interject/interject/model/explore"
)

// A busy system: bounds are exceeded, invariants broken, cycles fair and unfair, and
// keys laid out anew again and again.
func busy() *system {
	sys := counters(4, 9)
	count := sys.expand
	sys.parts += 60
	sys.agents = 5
	sys.expand = func(a int, v *explore.View[int]) {
		switch {
		case a == 4 && v.Get(0) == 9:
			v.Set(3, (v.Get(3)+1)%10)
			v.Commit(3)
		case a == 1 && v.Get(0)+v.Get(1) == 12:
			v.Exceeded("twelve")
		case a < 4:
			count(a, v)
		}
	}
	sys.check(func(v *explore.View[int]) error {
		if a, b := v.Get(2), v.Get(3); a*b > 50 {
			return fmt.Errorf("%d times %d", a, b)
		}
		return nil
	})
	return sys
}

// findings is all that a report says about the system, and not about the search.
func findings(r *explore.Report[int]) []any {
	var states []string
	for i := range r.States {
		states = append(states, name(r, i))
	}
	vs := fmt.Sprint(r.Violations)
	return []any{r.States, r.Transitions, r.Expanded, r.Layers, r.Complete, r.Stop, r.Reasons, r.Exceeded, r.Finals, r.Cycles, vs, states}
}

// Wherever a search is stopped, resuming ends with the same report.
func TestResume(t *testing.T) {
	whole := busy().search(t)
	if whole.Repacks < 3 || len(whole.Exceeded) != 1 || len(whole.Violations) != 1 || len(whole.Cycles) == 0 {
		t.Fatalf("not as busy as meant: %d repacks, %v, %v, %d cycles", whole.Repacks, whole.Exceeded, whole.Violations, len(whole.Cycles))
	}
	rng, step := rand.New(rand.NewPCG(1, 1)), 900
	if explore.Raced {
		step *= 8
	}
	for n := 1; n < whole.States; n += 1 + rng.IntN(step) {
		part := busy().under(t, explore.Options{MaxStates: n})
		again := resume(t, busy(), explore.Options{}, part)
		if !reflect.DeepEqual(findings(again), findings(whole)) {
			t.Fatalf("resumed after %d states:\n%v\nuninterrupted:\n%v", n, findings(again)[:11], findings(whole)[:11])
		}
	}
}

func resume(t *testing.T, sys *system, o explore.Options, part *explore.Report[int]) *explore.Report[int] {
	t.Helper()
	var file bytes.Buffer
	if _, err := part.Checkpoint().WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	r, err := explore.Resume(context.Background(), sys, o, &file)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// So does a search that is cut off at any checkpoint that it handed out on its way,
// several times over and with several workers.
func TestResumeFromPeriodicCheckpoints(t *testing.T) {
	whole := busy().search(t)
	var files [][]byte
	o := explore.Options{Workers: 2, SaveEvery: time.Nanosecond, Identity: "busy", Save: func(c explore.Checkpoint) {
		var file bytes.Buffer
		if n, err := c.WriteTo(&file); err != nil || n != int64(file.Len()) {
			t.Errorf("wrote %d of %d bytes: %v", file.Len(), n, err)
		}
		files = append(files, file.Bytes())
	}}
	busy().under(t, o)
	if len(files) < 20 {
		t.Fatalf("only %d checkpoints", len(files))
	}
	for i := 0; i < len(files); i += 5 {
		r, err := explore.Resume(context.Background(), busy(), explore.Options{Identity: "busy"}, bytes.NewReader(files[i]))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(findings(r), findings(whole)) {
			t.Fatalf("resumed from checkpoint %d:\n%v\nuninterrupted:\n%v", i, findings(r)[:11], findings(whole)[:11])
		}
	}
}

func TestResumeOfAXI(t *testing.T) {
	prog := kill(4, 2)
	part := searchAXI(t, prog, explore.Options{MaxStates: 20_000})
	var file bytes.Buffer
	if _, err := part.Checkpoint().WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	r, err := explore.Resume(context.Background(), prog, explore.Options{}, &file)
	if err != nil || r.States != 39197 || r.Transitions != 113800 || len(r.Finals) != 57 || !r.Complete {
		t.Errorf("%v: %d states, %d transitions, %d outcomes", err, r.States, r.Transitions, len(r.Finals))
	}
}

// What is not the right checkpoint is refused with a reason.
func TestResumeRefuses(t *testing.T) {
	part := counters(3, 5).under(t, explore.Options{MaxStates: 200, Identity: "mine"})
	var file bytes.Buffer
	if _, err := part.Checkpoint().WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	good := file.Bytes()
	flipped := bytes.Clone(good)
	flipped[len(flipped)-20] ^= 4
	mine := explore.Options{Identity: "mine"}
	other := counters(3, 5)
	other.expand = func(a int, v *explore.View[int]) {
		if x := v.Get(a); x < 2 {
			v.Set(a, x+1)
			v.Commit(0)
		}
	}
	for _, c := range []struct {
		name, says string
		sys        *system
		o          explore.Options
		file       []byte
	}{
		{"empty", "cut short", counters(3, 5), mine, nil},
		{"text", "not a checkpoint", counters(3, 5), mine, []byte("\x1dthis is some text and no more than that")},
		{"cut", "cut short", counters(3, 5), mine, good[:len(good)-1]},
		{"flipped", "damaged", counters(3, 5), mine, flipped},
		{"identity", `"mine"`, counters(3, 5), explore.Options{}, good},
		{"parts", "3 parts", counters(4, 5), mine, good},
		{"fairness", "fair", counters(3, 5), explore.Options{Identity: "mine", Fair: func(a int) bool { return a > 1 }}, good},
		{"fewer parts than before", "changed", other, mine, good},
		{"more parts than before", "changed", counters(3, 6), mine, good},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := explore.Resume(context.Background(), c.sys, c.o, bytes.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error that says %q", err, c.says)
			}
		})
	}
	for n := range len(good) { // no cut is taken for whole, none crashes
		if _, err := explore.Resume(context.Background(), counters(3, 5), mine, bytes.NewReader(good[:n])); err == nil {
			t.Fatalf("the first %d of %d bytes were accepted", n, len(good))
		}
	}
}

func FuzzResume(f *testing.F) {
	part, err := explore.Explore(context.Background(), counters(3, 5), explore.Options{MaxStates: 50})
	if err != nil {
		f.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := part.Checkpoint().WriteTo(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := explore.Resume(context.Background(), counters(3, 5), explore.Options{MaxStates: 1000}, bytes.NewReader(b))
		if err == nil && r.States != 216 {
			t.Errorf("%d states", r.States)
		}
	})
}
