package model

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated parts of docs/semantics.md")

const semantics, begin, end = "../docs/semantics.md", "<!-- generated: rules -->\n", "<!-- end -->\n"

// The rules in the document are the comments of the functions.
func TestSemanticsDocumentIsThatOfTheFunctions(t *testing.T) {
	text, err := os.ReadFile(semantics)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks %q and %q", semantics, begin, end)
	}
	want := head + begin + ruleText(t) + choiceText(t) + end + tail
	if *update {
		if err := os.WriteFile(semantics, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(text) != want {
		t.Errorf("%s is not what the functions' comments say: run go test ./model -update", semantics)
	}
}

func ruleText(t *testing.T) string {
	doc := functionDocs(t)
	var b strings.Builder
	for _, r := range Rules {
		name := runtime.FuncForPC(funcPC(r.Do)).Name()
		d, ok := doc[name[strings.LastIndexByte(name, '.')+1:]]
		if !ok || !strings.HasPrefix(d.text, r.ID+" "+r.Name+". ") {
			t.Fatalf("the comment of the function of %s must begin with %q, it is %q", r.ID, r.ID+" "+r.Name+". ", d.text)
		}
		if !strings.Contains(d.text, "───") {
			t.Errorf("rule %s is not written as an inference rule", r.ID)
		}
		fmt.Fprintf(&b, "### %s %s\n\n%s\n\n", r.ID, r.Name, markdown(strings.TrimPrefix(d.text, r.ID+" "+r.Name+". ")))
		fmt.Fprintf(&b, "`%s` in [%s](../model/%s)\n\n", d.name, d.file, d.file)
	}
	return b.String()
}

type funcDoc struct{ name, file, text string }

func functionDocs(t *testing.T) map[string]funcDoc {
	docs := map[string]funcDoc{}
	eachFile(t, func(path string, f *ast.File) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Doc != nil && fn.Recv == nil {
				docs[fn.Name.Name] = funcDoc{fn.Name.Name, path, fn.Doc.Text()}
			}
		}
	})
	return docs
}

func eachFile(t *testing.T, do func(path string, f *ast.File)) {
	paths, _ := filepath.Glob("*.go")
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		do(p, f)
	}
}

// markdown turns the indented lines of a Go comment into a code block.
func markdown(doc string) string {
	var b strings.Builder
	in := false
	for line := range strings.SplitSeq(strings.TrimSpace(doc), "\n") {
		code := strings.HasPrefix(line, "\t")
		if code != in && (code || line != "") {
			b.WriteString("```\n")
			in = code
		}
		b.WriteString(strings.TrimPrefix(line, "\t") + "\n")
	}
	if in {
		b.WriteString("```\n")
	}
	return strings.TrimSpace(strings.ReplaceAll(b.String(), "\n\n```\nSource", "\n```\n\nSource"))
}

// choiceText is the choice points with their questions and the editions that give
// each answer; the answer that most give is named without them.
func choiceText(t *testing.T) string {
	var b strings.Builder
	b.WriteString("## 5. Choice points\n\nOne question each. An edition that is not named gives the answer marked *else*; an answer that nobody gives is not shown. The file of an edition names the source of each answer that it gives; an answer that it does not give is the first of its kind (no, none, open, all, …), which means that nothing is known to the contrary, and is unverified but for what the catalogue's answers for it say.\n\n")
	b.WriteString("| choice point | question | answers |\n|---|---|---|\n")
	for _, c := range ChoicePoints() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Name, questions(t)[c.Name], answersText(c))
	}
	return b.String() + editionText()
}

func answersText(c ChoicePoint) string {
	by, order := map[string][]string{}, []string{}
	most := ""
	for _, d := range Editions {
		v := c.Get(d)
		if by[v] == nil {
			order = append(order, v)
		}
		if by[v] = append(by[v], d.Name); len(by[v]) > len(by[most]) {
			most = v
		}
	}
	var all []string
	for _, v := range order {
		if v != most {
			all = append(all, fmt.Sprintf("**%s** %s", v, strings.Join(by[v], ", ")))
		}
	}
	return strings.Join(append(all, "*else* **"+most+"**"), "; ")
}

// editionText is the editions, what they are taken from and what they lack.
func editionText() string {
	var b strings.Builder
	b.WriteString("\n## 6. Editions\n\n| edition | from | lacks |\n|---|---|---|\n")
	for _, d := range Editions {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Name, d.Title, strings.Join(d.Lacks, ", "))
	}
	return b.String() + "\n"
}

// questions are the comments of the fields of Dialect.
func questions(t *testing.T) map[string]string {
	q := map[string]string{}
	eachFile(t, func(_ string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.TypeSpec)
			if !ok || s.Name.Name != "Dialect" && s.Name.Name != "Idioms" {
				return true
			}
			for _, field := range s.Type.(*ast.StructType).Fields.List {
				for _, name := range field.Names {
					q[name.Name] = strings.TrimSpace(field.Comment.Text())
				}
			}
			return false
		})
	})
	return q
}

// Every source that a comment names is in docs/sources.md.
func TestEverySourceIsListed(t *testing.T) {
	list, err := os.ReadFile("../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`\[([a-z]+[a-z0-9]*(?:-[a-z0-9]+)*) [^\]\n]*\]`)
	eachFile(t, func(path string, f *ast.File) {
		for _, g := range f.Comments {
			for _, m := range key.FindAllStringSubmatch(g.Text(), -1) {
				if !strings.Contains(string(list), "`"+m[1]+"`") {
					t.Errorf("%s names the source %q, which docs/sources.md does not list", path, m[1])
				}
			}
		}
	})
}

func funcPC(f func(*Step, Thread) bool) uintptr { return reflect.ValueOf(f).Pointer() }
