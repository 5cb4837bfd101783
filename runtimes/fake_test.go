package runtimes

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be a driver: with the variable set it behaves as
// that says, instead of running tests.
func TestMain(m *testing.M) {
	if how := os.Getenv("INTERJECT_FAKE_DRIVER"); how != "" {
		fakeDriver(how)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fake is a runner whose driver misbehaves as how says.
func fake(t *testing.T, how string) *Driver {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	d := NewDriver("fake", "fake@1", func(context.Context) (*exec.Cmd, error) {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "INTERJECT_FAKE_DRIVER="+how, "FAKE_DIR="+dir)
		return cmd, nil
	})
	t.Cleanup(func() { d.Close() })
	return d
}

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func fakeDriver(how string) {
	in := bufio.NewScanner(os.Stdin)
	planted := &plantedFault{}
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			os.Exit(3)
		}
		if how == "planted fault" && planted.answers(r) {
			continue
		}
		switch r.Cmd {
		case "hello":
			fakeHello(how, r.Seq)
		case "load":
			fakeLoad(how, r.Seq)
		case "run":
			fakeRun(how, r)
		case "calibrate":
			say(`{"seq":%d,"ok":true,"p99_us":12}`, r.Seq)
		case "stop":
			if how == "no stop" {
				select {}
			}
			say(`{"seq":%d,"ok":true}`, r.Seq)
			return
		}
	}
}

func fakeHello(how string, seq int) {
	switch how {
	case "old":
		say(`{"seq":%d,"ok":true,"proto":7,"runtime":"fake","version":"1","await":"state","forms":["nop"]}`, seq)
	case "dies at once":
		fmt.Fprintln(os.Stderr, "no such library")
		os.Exit(1)
	default:
		if strings.HasPrefix(how, "history ") {
			say(`{"seq":%d,"ok":true,"proto":1,"runtime":"fake","version":"1","await":"state","forms":["flag","log","set","thread"]}`, seq)
			return
		}
		say(`{"seq":%d,"ok":true,"proto":1,"runtime":"fake","version":"1","await":"state","forms":["nop","thread"]}`, seq)
	}
}

func fakeLoad(how string, seq int) {
	switch how {
	case "skips":
		say(`{"seq":%d,"skipped":"no form umask"}`, seq)
	case "refuses":
		say(`{"seq":%d,"error":"unbalanced parentheses"}`, seq)
	default:
		say(`{"seq":%d,"ok":true}`, seq)
	}
}

// firstTime is true in the first process only that asks.
func firstTime() bool {
	return os.Mkdir(os.Getenv("FAKE_DIR")+"/been-here", 0o700) == nil
}

func fakeRun(how string, r request) {
	outcome := func(n int) { say(`{"seq":%d,"outcome":"a=returned","count":%d}`, r.Seq, n) }
	done := func(n int) { say(`{"seq":%d,"done":true,"runs":%d}`, r.Seq, n) }
	if marks, ok := strings.CutPrefix(how, "history "); ok {
		say(`{"seq":%d,"outcome":"a=returned [p q]","count":1,"history":[%s]}`, r.Seq, marks)
		done(1)
		return
	}
	switch how {
	case "garbage":
		say("hello, world")
	case "stale":
		say(`{"seq":%d,"outcome":"a=returned","count":1}`, r.Seq-1)
	case "names a stranger", "logs what is not logged", "forgets a thread", "no text of an outcome":
		text := map[string]string{"names a stranger": "b=returned", "logs what is not logged": "a=returned [x]", "forgets a thread": "a=returned; c=1",
			"no text of an outcome": "a is done"}[how]
		say(`{"seq":%d,"outcome":%q,"count":%d}`, r.Seq, text, r.Runs)
		done(r.Runs)
	case "miscounts":
		outcome(r.Runs - 1)
		done(r.Runs)
	case "overdoes":
		outcome(r.Runs + 1)
	case "does nothing":
		done(0)
	case "unknown field":
		say(`{"seq":%d,"outcome":"a=returned","count":1,"colour":"red"}`, r.Seq)
	case "two in one":
		say(`{"seq":%d,"outcome":"a=returned","done":true,"count":1}`, r.Seq)
	case "endless line":
		fmt.Print(strings.Repeat("x", longestLine+10))
		select {}
	case "crashes once":
		if firstTime() {
			outcome(3)
			fmt.Printf(`{"seq":%d,"outcome":"a=ret`, r.Seq) // torn by the death that follows
			os.Exit(7)
		}
		outcome(r.Runs)
		done(r.Runs)
	case "falls mute":
		os.Stdout.Close()
		time.Sleep(time.Hour)
	case "crashes":
		os.Exit(7)
	case "over the limit":
		if firstTime() {
			outcome(1)
			syscall.Exec("/bin/sh", []string{"sh", "-c", "kill -XCPU $$"}, nil) // Go itself would catch it
		}
		outcome(r.Runs)
		done(r.Runs)
	case "hangs once":
		if firstTime() {
			outcome(2)
			fakeChild()
			time.Sleep(time.Hour)
		}
		outcome(r.Runs)
		done(r.Runs)
	case "loops once":
		if firstTime() {
			outcome(2)
			for {
			}
		}
		outcome(r.Runs)
		done(r.Runs)
	case "undecided":
		outcome(r.Runs - 2)
		say(`{"seq":%d,"undecided":"starved","count":2}`, r.Seq)
		done(r.Runs)
	case "recycles":
		outcome(min(4, r.Runs))
		say(`{"seq":%d,"done":true,"runs":%d,"recycle":true}`, r.Seq, min(4, r.Runs))
	case "no history":
		say(`{"seq":%d,"skipped":"no mode history"}`, r.Seq)
	default:
		outcome(r.Runs - 1)
		say(`{"seq":%d,"outcome":"a=killed","count":1}`, r.Seq)
		done(r.Runs)
	}
}

// fakeChild leaves a process behind, whose id it notes.
func fakeChild() {
	cmd := exec.Command("sleep", "3600")
	if err := cmd.Start(); err != nil {
		os.Exit(4)
	}
	os.WriteFile(os.Getenv("FAKE_DIR")+"/child", fmt.Append(nil, cmd.Process.Pid), 0o600)
}
