package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/interject/interject/runtimes"
)

var smokeCommand = command{
	name: "smoke", args: "-driver COMMAND | -r RUNTIME", help: "try a driver on programs that come to the same everywhere",
	more: "examples:\n  check smoke -driver 'python3 mine.py'\n  check smoke -r sbcl",
	run:  (*app).smoke,
}

func (a *app) smoke(ctx context.Context, f *flag.FlagSet, args []string) (int, error) {
	line := f.String("driver", "", "the `command` that starts the driver")
	name := f.String("r", "", "a `runtime` of the table")
	if _, err := parse(f, args); err != nil {
		return exitUsage, err
	}
	var d *runtimes.Driver
	switch {
	case *line != "":
		d = runtimes.Command(*line, "")
	case *name != "":
		all, err := runtimesNamed(*name)
		if err != nil {
			return exitUsage, err
		}
		if err := all[0].Installed(); err != nil {
			return exitUsage, err
		}
		d = all[0].Driver()
	default:
		return exitUsage, usageError{fmt.Errorf("smoke needs a driver: -driver COMMAND or -r RUNTIME")}
	}
	defer d.Close()
	said := a.out
	if a.json {
		said = io.Discard
	}
	if err := runtimes.Smoke(ctx, d, said); err != nil {
		return exitUsage, err
	}
	if a.json {
		a.record(map[string]any{"driver": d.Name(), "smoke": "ok"})
	}
	return exitOK, nil
}
