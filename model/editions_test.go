package model

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sourced is a source key with a place, or the plain statement that there is none.
var sourced = regexp.MustCompile(`\[[a-z]+[a-z0-9]*(-[a-z0-9]+)*( [^\]]*)?\]|[Uu]nverified|not stated|never consulted|no promise`)

// Every line of an edition that answers a question says where the answer is from, or
// that it is unverified.
func TestEveryAnswerHasItsSource(t *testing.T) {
	points := map[string]bool{}
	for _, c := range ChoicePoints() {
		points[c.Name] = true
	}
	paths, _ := filepath.Glob("*.go")
	answers := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		said := commentsByLine(fset, f)
		answered(f, func(name string, at, in token.Pos) {
			line, above := fset.Position(at).Line, fset.Position(in).Line-1
			if !points[name] {
				return
			}
			answers++
			if !sourced.MatchString(said[line] + said[line-1] + said[above]) {
				t.Errorf("%s:%d: %s is answered without a source; name one, or say that it is unverified", path, line, name)
			}
		})
	}
	if answers < 150 {
		t.Errorf("only %d answers were found: are editions still literals?", answers)
	}
}

// commentsByLine is what comments say, by the line on which they end.
func commentsByLine(fset *token.FileSet, f *ast.File) map[int]string {
	said := map[int]string{}
	for _, g := range f.Comments {
		said[fset.Position(g.End()).Line] += g.Text()
	}
	return said
}

// answered calls do for every field of a Dialect that is set: in a literal of it (or of
// its Idioms, which may have one source for all), or by an assignment to a field of d.
func answered(f *ast.File, do func(name string, at, in token.Pos)) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			id, ok := n.Type.(*ast.Ident)
			if !ok || id.Name != "Dialect" && id.Name != "Idioms" {
				return true
			}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					in := kv.Pos()
					if id.Name == "Idioms" {
						in = n.Pos()
					}
					do(kv.Key.(*ast.Ident).Name, kv.Pos(), in)
				}
			}
		case *ast.AssignStmt:
			if s, ok := n.Lhs[0].(*ast.SelectorExpr); ok {
				if d, ok := s.X.(*ast.Ident); ok && d.Name == "d" {
					do(s.Sel.Name, n.Pos(), n.Pos())
				}
			}
		}
		return true
	})
}
