package properties

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// corpusDir holds what the fuzz targets start from: a file for each shape, which the
// first program that had it was shrunk to.
const corpusDir = "testdata/fuzz"

// fuzzTargets are the properties that are fuzz targets, and their names as such.
var fuzzTargets = []struct{ target, property string }{
	{"FuzzSearch", "search"}, {"FuzzWitness", "witness"}, {"FuzzText", "text"}, {"FuzzSane", "sane"}, {"FuzzReduced", "reduced"},
	{"FuzzInterleavings", "interleavings"}, {"FuzzParallel", "parallel"}, {"FuzzHistories", "histories"},
}

// startsFrom are the shapes that a target starts from: every shape once among the
// targets of the model, and once among those of impl.
func startsFrom(target int) (all []string) {
	first, targets := 0, 5
	if target >= 5 {
		first, targets = 5, 3
	}
	for i, s := range shapes {
		if i%targets == target-first {
			all = append(all, s.name)
		}
	}
	return all
}

func corpusFile(target, shape string) string {
	return filepath.Join(corpusDir, target, strings.NewReplacer(" ", "-", "'", "").Replace(shape))
}

// What the fuzz targets start from still has the shapes that it is named for. After
// a change of the language or of the editions: go test ./properties -run TestCorpus -update.
func TestCorpus(t *testing.T) {
	for i, f := range fuzzTargets {
		for _, shape := range startsFrom(i) {
			t.Run(f.target+"/"+shape, func(t *testing.T) {
				if *update {
					makeSeed(t, f.target, f.property, shape)
				}
				words := readSeed(t, corpusFile(f.target, shape))
				var d model.Dialect
				var p *litmus.Test
				ran := t.Run("read", func(t *testing.T) {
					fuzzed(func(t *rapid.T) { d, p = drawn(t, propertyNamed(f.property), programSize) })(t, words)
				})
				if !ran || p == nil || !shapesOf(t, d, p, propertyBound)[shape] {
					t.Errorf("%s no longer makes a program that %s; -update makes another", corpusFile(f.target, shape), shape)
				}
			})
		}
	}
}

// makeSeed has rapid find a program of a shape and shrink it, and keeps its choices.
func makeSeed(t *testing.T, target, property, shape string) {
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // where rapid keeps what fails
	for seed := len(target); seed < len(target)+20; seed++ {
		seeded(t, seed, "1h")
		n := &told{TB: t}
		rapid.Check(n, func(rt *rapid.T) {
			if d, p := drawn(rt, propertyNamed(property), programSize); shapesOf(t, d, p, propertyBound)[shape] {
				rt.Fatal(shape)
			}
		})
		if n.failed {
			break
		}
	}
	kept, _ := filepath.Glob("testdata/rapid/*/*.fail")
	if len(kept) == 0 {
		t.Fatalf("no program %s", shape)
	}
	src, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	var data []byte
	for _, w := range regexp.MustCompile(`(?m)^0x[0-9a-f]+$`).FindAllString(string(src), -1) {
		u, err := strconv.ParseUint(w, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		data = binary.LittleEndian.AppendUint64(data, u)
	}
	t.Chdir(home)
	data = bytes.TrimRight(data, "\x00") // the simplest choices follow by themselves
	file := corpusFile(target, shape)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, file, fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", data))
}

// readSeed is the bytes of a corpus file.
func readSeed(t *testing.T, file string) []byte {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	quoted := strings.TrimSuffix(strings.TrimPrefix(string(src), "go test fuzz v1\n[]byte("), ")\n")
	s, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return []byte(s)
}

// Each fuzz target that the documents name has a corpus, and the other way round.
func TestEveryTargetHasACorpus(t *testing.T) {
	dirs, err := os.ReadDir(corpusDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if !slices.ContainsFunc(fuzzTargets, func(f struct{ target, property string }) bool { return f.target == dir.Name() }) {
			t.Errorf("%s/%s belongs to no target", corpusDir, dir.Name())
		}
	}
}

// The commands of the documents fuzz: each target that they name is one, and runs.
// A loop over all of them runs those that there are.
func TestFuzzCommands(t *testing.T) {
	src, err := os.ReadFile("../docs/properties.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`go test ./properties -run '\^\$' -fuzz ['"]\^(\w+|\$t)\\?\$['"]`).FindAllStringSubmatch(string(src), -1)
	if len(named) != 2 {
		t.Fatalf("docs/properties.md has %d commands that fuzz, expected 2", len(named))
	}
	for _, f := range fuzzTargets {
		if !strings.Contains(string(src), "`"+f.target+"`") {
			t.Errorf("docs/properties.md does not name %s", f.target)
		}
		if f.target != named[0][1] && f.target != "FuzzHistories" {
			continue // all of them would take long
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^$", "-test.fuzz", "^"+f.target+"$", "-test.fuzztime", "9x", "-test.fuzzcachedir", t.TempDir(), "-test.parallel", "1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "execs: 9 ") {
			t.Errorf("%v: %v\n%s", cmd, err, out)
		}
	}
}
