package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// The test binary is a driver, too, whose runs of a program all come to the first outcome
// that this edition allows.
const exemplary = "ghc@doc2010"

// exemplaryDriver speaks until the end of its input. At the programs that the variables name
// it says what is none of the protocol, or dies.
func exemplaryDriver() {
	d, err := model.Edition(exemplary)
	if err != nil {
		panic(err)
	}
	var forms []string
	for _, f := range gen.Of(d) {
		forms = append(forms, f.Wire)
	}
	hello, _ := json.Marshal(append(forms, "thread", "later", "flag", "var", "mvar", "mutex", "sem", "cond"))
	var test *litmus.Test
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var r struct {
			Seq, Runs    int
			Cmd, Program string
		}
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			panic(err)
		}
		switch r.Cmd {
		case "hello":
			fmt.Printf(`{"seq":%d,"ok":true,"proto":1,"runtime":"exemplary","version":"1","await":"state","forms":%s}`+"\n", r.Seq, hello)
		case "load":
			if test, err = litmus.ReadWire(r.Program); err != nil {
				panic(err)
			}
			fmt.Printf(`{"seq":%d,"ok":true}`+"\n", r.Seq)
		case "run":
			switch test.Name {
			case os.Getenv("INTERJECT_BREAKS_AT"):
				fmt.Println("good morning")
			case os.Getenv("INTERJECT_DIES_AT"):
				os.Exit(7)
			}
			allowed, err := test.Explore(context.Background(), d, explore.Options{})
			if err != nil {
				panic(err)
			}
			fmt.Printf(`{"seq":%d,"outcome":%q,"count":%d}`+"\n", r.Seq, allowed.Set.Outcomes[0].String(), r.Runs)
			fmt.Printf(`{"seq":%d,"done":true,"runs":%d}`+"\n", r.Seq, r.Runs)
		case "stop":
			fmt.Printf(`{"seq":%d,"ok":true}`+"\n", r.Seq)
			return
		}
	}
}

var costs = regexp.MustCompile(`(?m)^  cost .*\n`)

// beside runs some of the catalogue with so many processes of the driver; the costs are cut.
func beside(t *testing.T, jobs int, args ...string) (said, failed string, status int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	a := &app{out: &out, err: &errs}
	args = append([]string{"run", "-driver", "INTERJECT_EXEMPLARY=1 " + self, "-d", exemplary, "-runs", "7", "-seed", "5", "-jobs", fmt.Sprint(jobs)}, args...)
	status = a.main(t.Context(), append(args, "order/", "nest/", "lifecycle/"))
	return costs.ReplaceAllString(out.String(), ""), errs.String(), status
}

var saidAlone string

// alone is what one process says.
func alone(t *testing.T) string {
	t.Helper()
	if saidAlone == "" {
		said, failed, status := beside(t, 1)
		if status != exitOK || failed != "" || strings.Count(said, "conforms (1 of") < 20 {
			t.Fatalf("status %d, %s%s", status, failed, said)
		}
		saidAlone = said
	}
	return saidAlone
}

// Several processes side by side report what one reports, in the same order.
func TestJobsReportAlike(t *testing.T) {
	one := alone(t)
	for _, jobs := range []int{2, 5} {
		if many, failed, status := beside(t, jobs); many != one || failed != "" || status != exitOK {
			t.Errorf("%d jobs say (status %d)\n%s%s\none says\n%s", jobs, status, failed, many, one)
		}
	}
}

// The process that dies is that of one test only, which has crashes; and what is in a file of
// results is reported as it was.
func TestJobsDoNotDisturbEachOther(t *testing.T) {
	one := alone(t)
	t.Setenv("INTERJECT_DIES_AT", "fifo-await")
	path := filepath.Join(t.TempDir(), "results")
	many, failed, status := beside(t, 4, "-results", path)
	if status != exitViolation || failed != "" || !strings.Contains(many, "does not allow crash (5 runs)") {
		t.Fatalf("status %d, %s%s", status, failed, many)
	}
	line := regexp.MustCompile(`(?m)^\S+ .* \(\d of \d+ seen\)$`)
	undisturbed := line.FindAllString(one, -1)
	now := line.FindAllString(many, -1)
	if len(now) != len(undisturbed) {
		t.Fatalf("%d tests, and %d of one process", len(now), len(undisturbed))
	}
	for i := range now {
		if dies := strings.HasPrefix(now[i], "order/fifo-await "); dies == (now[i] == undisturbed[i]) {
			t.Errorf("four say %s, one said %s", now[i], undisturbed[i])
		}
	}
	t.Setenv("INTERJECT_DIES_AT", "")
	if again, _, _ := beside(t, 3, "-results", path); again != many {
		t.Errorf("from the file\n%s\nwas\n%s", again, many)
	}
}

// One broken driver among several is named with its test. All tests before that are
// reported, and none behind it.
func TestBrokenJobIsNamed(t *testing.T) {
	one := alone(t)
	t.Setenv("INTERJECT_BREAKS_AT", "fifo-await")
	said, failed, status := beside(t, 4)
	if status != exitUsage || !strings.Contains(failed, "is broken at fifo-await: got \"good morning\\n\"") {
		t.Errorf("status %d, %s", status, failed)
	}
	before, _, found := strings.Cut(one, "order/fifo-await ")
	if !found || said != before {
		t.Errorf("says\n%s\nwant what one says before fifo-await\n%s", said, before)
	}
}
