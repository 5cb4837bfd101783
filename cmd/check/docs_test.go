package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/runtimes"
)

var update = flag.Bool("update", false, "rewrite what the commands in the documents print")

// Every command in a console block of the documents runs, and prints what the
// block shows. A line … stands for any lines.
func TestDocumentsShowWhatHappens(t *testing.T) {
	docs, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range append(docs, "../../README.md") {
		t.Run(filepath.Base(doc), func(t *testing.T) { runDocument(t, doc) })
	}
}

// The test that the README begins with is that of the catalogue.
func TestReadmeShowsATest(t *testing.T) {
	src, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(src), "```\nlitmus ")
	block, _, _ := strings.Cut(after, "```\n")
	if !ok {
		t.Fatal("the README shows no litmus test")
	}
	shown, err := litmus.Parse("README.md", []byte("litmus "+block))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range litmus.All() {
		if x.Name == shown.Name {
			if x.Hash() != shown.Hash() || x.Title != shown.Title {
				t.Errorf("%s of the README is another test than that of the catalogue", x.Name)
			}
			return
		}
	}
	t.Errorf("the catalogue has no %s", shown.Name)
}

// The README's picture is what the command beside it draws.
func TestReadmeShowsARun(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile("`check (path -d \\S+ -svg )(\\S+)( \\S+)`").FindSubmatch(readme)
	if said == nil {
		t.Fatal("the README names no command that draws a run")
	}
	picture := "../../docs/pictures/" + string(said[2])
	if !*update {
		kept := picture
		picture = filepath.Join(t.TempDir(), "now.svg")
		defer func() {
			if was, now := read(t, kept), read(t, picture); was != now {
				t.Errorf("%s is not what the command draws now (-update writes it anew)", kept)
			}
		}()
	}
	runLine(t, "check "+string(said[1])+picture+string(said[3]))
}

func read(t *testing.T, path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

func runDocument(t *testing.T, path string) {
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var now strings.Builder
	rest := string(src)
	for {
		before, after, ok := strings.Cut(rest, "```console\n")
		now.WriteString(before)
		if !ok {
			break
		}
		block, tail, _ := strings.Cut(after, "```\n")
		now.WriteString("```console\n" + runBlock(t, block) + "```\n")
		rest = tail
	}
	if *update {
		if err := os.WriteFile(path, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// runBlock runs the commands of a block and answers it with what they print now.
func runBlock(t *testing.T, block string) string {
	var now strings.Builder
	for _, part := range strings.SplitAfter("\n"+block, "\n$ ")[1:] {
		line, want, _ := strings.Cut(strings.TrimSuffix(part, "\n$ "), "\n")
		if !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		got, ran := runLine(t, line)
		if !ran {
			got = want
		}
		if !*update && !matches(want, got) {
			t.Errorf("$ %s\nprints\n%s\nand not\n%s", line, got, want)
		}
		if matches(want, got) {
			got = want
		}
		now.WriteString("$ " + line + "\n" + got)
	}
	return now.String()
}

// words are those of a command line, of which some are in quotes.
var words = regexp.MustCompile(`"[^"]*"|\S+`)

// runLine runs a command line that begins with check.
func runLine(t *testing.T, line string) (output string, ran bool) {
	args, ok := strings.CutPrefix(line, "check")
	if !ok {
		t.Errorf("$ %s: the documents may only show commands of check in console blocks", line)
		return "", false
	}
	var fields []string
	for _, f := range words.FindAllString(args, -1) {
		fields = append(fields, strings.Trim(f, `"`))
	}
	for i, f := range fields {
		if f == "-r" && !installed(fields[i+1]) {
			t.Logf("not run, since the runtime is missing: %s", line)
			return "", false
		}
	}
	var out bytes.Buffer
	a := &app{out: &out, err: &out, in: strings.NewReader("")}
	if status := a.main(context.Background(), fields); status == exitUsage || status == exitBug {
		t.Errorf("$ %s: exit status %d\n%s", line, status, out.String())
	}
	return out.String(), true
}

func installed(name string) bool {
	r, ok := runtimes.Find(name)
	return name == "impl" || ok && r.Installed() == nil
}

// matches compares line by line; a line … in want stands for any lines.
func matches(want, got string) bool {
	return matchLines(strings.Split(strings.TrimSpace(want), "\n"), strings.Split(strings.TrimSpace(got), "\n"))
}

func matchLines(want, got []string) bool {
	switch {
	case len(want) == 0:
		return len(got) == 0
	case want[0] == "…":
		for i := 0; i <= len(got); i++ {
			if matchLines(want[1:], got[i:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && strings.TrimRight(want[0], " ") == strings.TrimRight(got[0], " ") && matchLines(want[1:], got[1:])
}
