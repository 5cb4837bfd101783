package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model/explore"
	"github.com/interject/interject/properties"
)

// Unless -size says otherwise, programs of up to so many statements are all tried.
const (
	distinguishSize   = 3
	distinguishRandom = 3000
	suiteSize         = 2
	suiteRandom       = 1500
)

// genDistinguish prints the smallest programs on which two editions part.
func (a *app) genDistinguish(ctx context.Context, k *making, args []string) (int, error) {
	if len(args) != 1 {
		return exitUsage, usageError{fmt.Errorf("-distinguish needs two editions, as in check gen -distinguish ghc@doc2010 sbcl@doc")}
	}
	one, err := edition(k.distinguish)
	if err != nil {
		return exitUsage, err
	}
	two, err := editions(args[0], k.settings)
	if err != nil {
		return exitUsage, err
	}
	p, err := properties.Distinguish(ctx, one, two[0], or(k.size, distinguishSize), or(k.random, distinguishRandom), max(k.seed, 1), litmus.All())
	if err != nil && ctx.Err() == nil {
		return exitUsage, err
	}
	for i, part := range p.All {
		if err := a.write(k, part.Test, i > 0); err != nil {
			return exitUsage, err
		}
	}
	if !a.json && k.dir == "" {
		a.distinguishNotes(one.Name, two[0].Name, p, err)
	}
	switch {
	case len(p.All) > 0:
		return exitViolation, nil
	case err != nil:
		return exitInconclusive, nil
	}
	return exitOK, nil
}

func or(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

func (a *app) distinguishNotes(one, two string, p properties.Partings, err error) {
	if len(p.All) > 0 {
		fmt.Fprintln(a.out)
	}
	switch {
	case p.Luck:
		fmt.Fprintf(a.out, "// %s and %s part here; on all programs of up to %s of the core they do not. Found in the catalogue or at random, and shrunk to %s.\n", one, two, plural(p.Whole, "statement", "statements"), plural(p.Size, "statement", "statements"))
	case len(p.All) > 0:
		fmt.Fprintf(a.out, "// %s and %s part on %s of %s, and on no smaller one; %d tried.\n", one, two, plural(len(p.All), "program", "programs"), plural(p.Size, "statement", "statements"), p.Tried)
	case err != nil:
		fmt.Fprintf(a.out, "// inconclusive: ended after %d programs of up to %s, on which %s and %s do not part.\n", p.Tried, plural(p.Size, "statement", "statements"), one, two)
	default:
		fmt.Fprintf(a.out, "// %s and %s part on none of %d programs: all of up to %s, the catalogue, and random ones.\n", one, two, p.Tried, plural(p.Size, "statement", "statements"))
	}
}

// genSuite prints a suite that notices every rule and choice of an edition.
func (a *app) genSuite(ctx context.Context, k *making) (int, error) {
	d, err := edition(k.suite)
	if err != nil {
		return exitUsage, err
	}
	s, err := properties.Derive(ctx, d, or(k.size, suiteSize), or(k.random, suiteRandom), max(k.seed, 1), litmus.All(), func(tried, open int) {
		a.count(tried, tried+1, fmt.Sprintf("programs; %d rules and choices are not noticed yet", open))
	})
	a.count(1, 1, "")
	if err != nil {
		return exitInconclusive, err
	}
	missing := 0
	for i, st := range s.Tests {
		t, err := a.suiteTest(ctx, k, st)
		if err != nil {
			return exitUsage, err
		}
		if len(st.Missing) > 0 {
			missing++
		}
		if err := a.write(k, t, i > 0); err != nil {
			return exitUsage, err
		}
	}
	if !a.json && k.dir == "" {
		fmt.Fprintf(a.out, "\n// %s: %s notice all of its rules and choices that can be noticed; %d looked at, %s with something that no test of the catalogue notices.\n",
			d.Name, plural(len(s.Tests), "test", "tests"), s.Tried, plural(missing, "test", "tests"))
		fmt.Fprintf(a.out, "// Not noticed by any: %s.\n", commas(s.Missed))
	}
	if missing > 0 {
		return exitViolation, nil
	}
	return exitOK, nil
}

// suiteTest is a test of a suite as a litmus file that says what it is for.
func (a *app) suiteTest(ctx context.Context, k *making, st properties.SuiteTest) (*litmus.Test, error) {
	d, err := edition(k.suite)
	if err != nil {
		return nil, err
	}
	allowed, err := st.Test.Explore(ctx, d, explore.Options{})
	if err != nil {
		return nil, err
	}
	t := *st.Test
	t.Title = fmt.Sprintf("what %s needs: %s", d.Name, commas(st.Notices))
	t.Answers = []litmus.Answer{properties.Exactly(d.Name, allowed.Outcomes, allowed.Outcomes)}
	var same []string
	for _, e := range st.Equivalent {
		same = append(same, e.Path())
	}
	if same != nil {
		t.Lead = append(t.Lead, "The same is noticed in the catalogue by "+commas(same)+".")
	}
	if len(st.Missing) > 0 {
		t.Lead = append(t.Lead, "Nothing in the catalogue notices "+commas(st.Missing)+".")
	}
	return &t, nil
}

// genFailure makes a catalogue test of a failing input.
func (a *app) genFailure(ctx context.Context, k *making) (int, error) {
	text, err := a.failure(ctx, k.fail)
	if err != nil {
		return exitUsage, err
	}
	t, err := properties.FromFailure(text)
	if err != nil {
		return exitUsage, fmt.Errorf("%s: %w", k.fail, err)
	}
	eds, err := editions(k.names, k.settings)
	if err != nil {
		return exitUsage, err
	}
	if t, err = properties.Catalogued(ctx, t, eds); err != nil {
		return exitUsage, err
	}
	return exitOK, a.write(k, t, false)
}

// failure is a text that quotes a failing program. A corpus file of go test -fuzz
// holds only the choices: the fuzz target is run with it, and what it says is read.
func (a *app) failure(ctx context.Context, path string) (string, error) {
	if path == "-" {
		b, err := io.ReadAll(io.LimitReader(a.in, maxSource))
		return string(b), err
	}
	b, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(b), "go test fuzz v1") {
		return string(b), err
	}
	target := filepath.Base(filepath.Dir(path))
	dir := filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(path)))) // DIR/testdata/fuzz/FuzzX/file
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-v", "-run", "^"+target+"$/^"+filepath.Base(path)+"$", ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput() // it is expected to fail
	if !strings.Contains(string(out), "(litmus 1 ") {
		return "", fmt.Errorf("%s: %s quotes no program (%v):\n%s", path, cmd, err, out)
	}
	if err == nil {
		fmt.Fprintf(a.err, "check: %s no longer fails; here is the program that it makes\n", path)
	}
	return string(out), nil
}
