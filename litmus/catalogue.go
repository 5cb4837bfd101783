package litmus

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed catalogue/*/*.litmus
var catalogue embed.FS

// All is the catalogue, sorted by family and name. The tests are shared: nobody
// may change them.
var All = sync.OnceValue(func() []*Test {
	tests, err := Load(catalogue)
	if err != nil {
		panic("litmus: the embedded catalogue: " + err.Error())
	}
	return tests
})

// Load reads every litmus file of a file system, at any depth, sorted by
// family and name. The
// folder of a file is its family; a file is named after its test. The error joins
// those of all files as an Errors, unless a file cannot be read at all.
func Load(fsys fs.FS) ([]*Test, error) {
	var tests []*Test
	var errs Errors
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".litmus" {
			return err
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		t, err := parseNamed(name, src)
		if bad, ok := err.(Errors); ok {
			errs = append(errs, bad...)
			return nil
		}
		tests = append(tests, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tests, func(a, b *Test) int { return strings.Compare(a.Path(), b.Path()) })
	return tests, errs.orNil()
}

// parseNamed parses a file that must be named after its test.
func parseNamed(name string, src []byte) (*Test, error) {
	t, err := Parse(name, src)
	if err != nil {
		return nil, err
	}
	if file := strings.TrimSuffix(path.Base(name), ".litmus"); file != t.Name {
		return nil, Errors{{File: name, Pos: t.Pos, Msg: fmt.Sprintf("the test %s stands in a file named %s", t.Name, path.Base(name))}}
	}
	if dir := path.Dir(name); dir != "." {
		t.Family = path.Base(dir)
	}
	return t, nil
}

// Path is the address of a test in the catalogue: family/name.
func (t *Test) Path() string {
	if t.Family == "" {
		return t.Name
	}
	return t.Family + "/" + t.Name
}
