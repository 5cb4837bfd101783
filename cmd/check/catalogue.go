package main

import (
	"context"
	"errors"
)

func runMain(a *app, ctx context.Context, args []string) (int, error) {
	return exitUsage, errors.New("not yet")
}
