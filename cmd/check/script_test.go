package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if os.Getenv("INTERJECT_EXEMPLARY") != "" {
		exemplaryDriver()
		return
	}
	testscript.Main(m, map[string]func(){"check": func() { os.Exit(realMain()) }})
}

// Each verb has a script that uses it as a person would; [exec:ghc] and the like
// gate what needs a runtime.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"status": status, "blob": blob, "compress": compress},
	})
}

// compress FILE: makes FILE.gz, FILE.zst, and of each one that is cut short.
func compress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: compress file")
	}
	text := []byte(ts.ReadFile(args[0]))
	z, err := zstd.NewWriter(nil)
	ts.Check(err)
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, err = w.Write(text)
	ts.Check(err)
	ts.Check(w.Close())
	for suffix, b := range map[string][]byte{".zst": z.EncodeAll(text, nil), ".gz": gz.Bytes()} {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+suffix), b, 0o644))
		ts.Check(os.WriteFile(ts.MkAbs("cut-"+args[0]+suffix), b[:len(b)-6], 0o644))
	}
}

// status N COMMAND...: the command ends with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [arg ...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

// blob FILE KIND: makes a file that no text archive can hold.
func blob(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: blob file kind")
	}
	content := map[string]string{
		"binary": "litmus a \"t\"\n\x00\x01\xff\xfe",
		"10MB":   strings.Repeat("// nothing but comments\n", 10<<20/24),
		"empty":  "",
		"line":   `{"interject":1,"test":"` + strings.Repeat("f", 10<<20),
		"deep":   "litmus deep \"t\"\nthread a { " + strings.Repeat("mask { ", 100_000),
	}[args[1]]
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content), 0o644))
}
