package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

var fmtCommand = command{
	name: "fmt", args: "[-l] [-w] FILE ... | -", help: "litmus files in their canonical layout",
	more: "examples:\n  check fmt my.litmus        print it\n  check fmt -l *.litmus      name those that are laid out otherwise\n  check fmt -w my.litmus     rewrite it",
	run:  (*app).format,
}

func (a *app) format(_ context.Context, f *flag.FlagSet, args []string) (int, error) {
	list := f.Bool("l", false, "only name the files whose layout is another; exit status 1 if there are any")
	write := f.Bool("w", false, "write the result back")
	args, err := parse(f, args)
	if err != nil {
		return exitUsage, err
	}
	if len(args) == 0 {
		return exitUsage, usageError{fmt.Errorf("fmt needs a file")}
	}
	if *write && slices.Contains(args, "-") {
		return exitUsage, usageError{fmt.Errorf("fmt -w rewrites files, and standard input is none")}
	}
	status := exitOK
	for _, path := range args {
		changed, text, err := formatted(path)
		switch {
		case err != nil:
			return exitUsage, err
		case a.json && !*write:
			a.record(map[string]any{"file": path, "changed": changed, "text": string(text)})
			if *list && changed {
				status = exitViolation
			}
		case *write && changed:
			err = replaceFile(path, text)
		case *list && changed:
			status = exitViolation
			fmt.Fprintln(a.out, path)
		case !*list && !*write:
			_, err = a.out.Write(text)
		}
		if err != nil {
			return exitUsage, err
		}
	}
	return status, nil
}

func formatted(path string) (changed bool, text []byte, err error) {
	src, err := source(path)
	if err != nil {
		return false, nil, err
	}
	t, err := parseTest(path, src)
	if err != nil {
		return false, nil, err
	}
	text = []byte(t.Format())
	return !bytes.Equal(src, text), text, nil
}

// replaceFile puts text in the place of a file, whole or not at all.
func replaceFile(path string, text []byte) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s cannot be written: there is no directory %s; make it first, or name a file elsewhere", path, dir)
	}
	tmp, err := os.CreateTemp(dir, ".check-*")
	if err != nil {
		var pathError *fs.PathError // of a name that nobody gave
		if errors.As(err, &pathError) {
			err = fmt.Errorf("%s cannot be written: %w", path, pathError.Err)
		}
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.Write(text); err != nil {
		tmp.Close()
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	mode := fs.FileMode(0o644) // a temporary file is for its owner alone
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode()
	}
	if err := os.Chmod(tmp.Name(), mode); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
