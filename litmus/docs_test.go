package litmus

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const manual = "../docs/litmus.md"

var rewrite = flag.Bool("manual", false, "rewrite docs/litmus.md: its examples laid out, its tables as the program has them")

var fenced = regexp.MustCompile("(?s)```litmus\n(.*?)```\n")

// TestManual checks that every example of the manual is a test in canonical form,
// that the examples use every form, and that its tables are those of the program.
func TestManual(t *testing.T) {
	src, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	unused := map[string]bool{}
	for _, f := range Forms {
		unused[f.Feature()] = true
	}
	text := fenced.ReplaceAllStringFunc(string(src), func(block string) string {
		body := fenced.FindStringSubmatch(block)[1]
		x, err := Parse(manual, []byte(body))
		if err != nil {
			t.Errorf("%v\n%s", err, body)
			return block
		}
		for _, f := range x.Features() {
			delete(unused, f)
		}
		return "```litmus\n" + x.Format() + "```\n"
	})
	for _, f := range Forms {
		if unused[f.Feature()] {
			t.Errorf("no example uses %s", f.Feature())
		}
	}
	text = between(t, text, "forms", formTable())
	text = between(t, text, "cells", cellTable())
	if *rewrite {
		if err := os.WriteFile(manual, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(src), text); diff != "" {
		t.Errorf("go test ./litmus -manual would rewrite %s (-is +would be)\n%s", manual, diff)
	}
}

// between replaces what stands between the marks of a table.
func between(t *testing.T, text, name, table string) string {
	t.Helper()
	begin, end := "<!-- "+name+": begin -->\n", "<!-- "+name+": end -->\n"
	before, after, ok := strings.Cut(text, begin)
	_, after, closed := strings.Cut(after, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table of %s", manual, name)
	}
	return before + begin + table + end + after
}

func formTable() string {
	var b strings.Builder
	b.WriteString("| statement | wire | meaning |\n|---|---|---|\n")
	for _, f := range Forms {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", f.Usage(), f.wireUsage(), f.Doc)
	}
	return b.String()
}

// wireUsage is the wire form with its arguments: (throwTo THREAD-OR-SELF CLASS).
func (f *Form) wireUsage() string {
	parts := append([]string{f.Wire}, f.argNames()...)
	switch len(f.Blocks) {
	case 0:
	case 1:
		parts = append(parts, "S*")
	default:
		parts = append(parts, strings.Fields(strings.Repeat("(S*) ", len(f.Blocks)))...)
	}
	return "(" + strings.Join(parts, " ") + ")"
}

func cellTable() string {
	var b strings.Builder
	b.WriteString("| declaration | meaning |\n|---|---|\n")
	for _, f := range cellForms {
		init := ""
		if f.init {
			init = " [= N]"
		}
		fmt.Fprintf(&b, "| `%s NAME%s` | %s |\n", f.word, init, f.doc)
	}
	return b.String()
}

// TestForms checks what the readers rely on: words that can be read, and forms of
// one keyword that differ in the word behind.
func TestForms(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Forms {
		if seen[f.Wire] || seen[f.Feature()+" "] {
			t.Errorf("%s or %s stands in the table twice", f.Wire, f.Feature())
		}
		seen[f.Wire], seen[f.Feature()+" "] = true, true
		if len(f.Names) > 2 || f.Before >= max(1, len(f.Blocks)) || f.Doc == "" || f.Op == 0 && len(f.Blocks) == 0 && f.Wire != "cancel" {
			t.Errorf("%s: the row cannot be right: %+v", f.Feature(), f)
		}
		if i := slices.IndexFunc(formsByWord[f.Word], func(g *Form) bool { return g.After == "" }); i > 0 {
			t.Errorf("%s: the form without a word behind must stand first", f.Feature())
		}
	}
}
