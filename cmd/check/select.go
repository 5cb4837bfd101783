package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// maxSource is the size of a litmus file that is still read.
const maxSource = 1 << 20

// tests are those that the arguments name: catalogue names, patterns, files.
// Without arguments, all of the catalogue.
func tests(args []string) ([]*litmus.Test, error) {
	all := litmus.All()
	if len(args) == 0 {
		return all, nil
	}
	var chosen []*litmus.Test
	taken := map[string]bool{}
	for _, arg := range args {
		found, err := selectTests(all, arg)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			if !taken[t.File] {
				taken[t.File] = true
				chosen = append(chosen, t)
			}
		}
	}
	return chosen, nil
}

func selectTests(all []*litmus.Test, arg string) ([]*litmus.Test, error) {
	if strings.HasSuffix(arg, ".litmus") || arg == "-" {
		t, err := readTest(arg)
		return []*litmus.Test{t}, err
	}
	for _, t := range all {
		if t.Name == arg || t.Path() == arg {
			return []*litmus.Test{t}, nil
		}
	}
	re, err := regexp.Compile(arg)
	if err != nil {
		return nil, usageError{fmt.Errorf("%q is no name of a test, and no pattern either: %v", arg, err)}
	}
	var found []*litmus.Test
	for _, t := range all {
		if re.MatchString(t.Path()) {
			found = append(found, t)
		}
	}
	if _, err := os.Stat(arg); err == nil && len(found) == 0 {
		return nil, usageError{fmt.Errorf("%s is no test: a litmus test is in a file called NAME.litmus", arg)}
	}
	if len(found) == 0 {
		return nil, usageError{fmt.Errorf("no test of the catalogue is called or matches %q%s", arg, suggestion(arg, all))}
	}
	return found, nil
}

func suggestion(arg string, all []*litmus.Test) string {
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	return cmp.Or(litmus.DidYouMean(arg, names), "; check list shows them all")
}

// readTest reads a litmus file or standard input, and the editions that it names must exist.
func readTest(path string) (*litmus.Test, error) {
	src, err := source(path)
	if err != nil {
		return nil, err
	}
	return parseTest(path, src)
}

// source is the text of a litmus file, or of standard input for -.
func source(path string) ([]byte, error) {
	in := os.Stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	src, err := io.ReadAll(io.LimitReader(in, maxSource+1))
	if err == nil && len(src) > maxSource {
		return nil, fmt.Errorf("%s:1:1: there are more than %d bytes, which a litmus test has at most", path, maxSource)
	}
	return src, err
}

func parseTest(path string, src []byte) (*litmus.Test, error) {
	t, err := litmus.Parse(path, src)
	if err != nil {
		return nil, err
	}
	return t, t.CheckEditions(func(e string) bool { return slices.Contains(editionNames(), e) }, editionNames())
}

// editionNames is every edition, in order.
func editionNames() []string {
	var all []string
	for _, d := range model.Editions {
		all = append(all, d.Name)
	}
	return all
}

// editions are those that a -d flag names, changed as -set says; all if there is none.
func editions(names string, settings []string) ([]model.Dialect, error) {
	chosen := model.Editions
	if names != "" {
		chosen = nil
		for name := range strings.SplitSeq(names, ",") {
			d, err := edition(strings.TrimSpace(name))
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, d)
		}
	}
	var all []model.Dialect
	for _, d := range chosen {
		d, err := changed(d, settings)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// changed is an edition with some choice points changed.
func changed(d model.Dialect, settings []string) (model.Dialect, error) {
	for _, s := range settings {
		var err error
		if d, err = d.With(s); err != nil {
			return d, usageError{err}
		}
	}
	if err := d.Check(); err != nil {
		return d, usageError{err}
	}
	return d, nil
}

func edition(name string) (model.Dialect, error) {
	d, err := model.Edition(name)
	if err == nil {
		return d, nil
	}
	near := cmp.Or(litmus.DidYouMean(name, editionNames()), "; there are "+strings.Join(editionNames(), ", "))
	return d, usageError{fmt.Errorf("%w%s", err, near)}
}

// list is a flag that may be given several times.
type listFlag []string

func (l *listFlag) String() string     { return strings.Join(*l, " ") }
func (l *listFlag) Set(s string) error { *l = append(*l, s); return nil }
