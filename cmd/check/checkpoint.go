package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// checkpoints are where a long search is saved, and where it goes on from.
type checkpoints struct {
	save, resume string
	every        time.Duration
}

func (c *checkpoints) flags(f *flag.FlagSet) {
	f.StringVar(&c.save, "save", "", "write checkpoints to a `file`, also when the search is stopped: by Ctrl-C, too")
	f.DurationVar(&c.every, "save-every", time.Minute, "how often a checkpoint is written, with -save")
	f.StringVar(&c.resume, "resume", "", "go on from the checkpoint in a `file`")
}

func (c *checkpoints) wanted() bool { return c.save != "" || c.resume != "" }

// search explores t under d, from a checkpoint if there is one, and saves what it has
// when it stops before its end.
func (c *checkpoints) search(ctx context.Context, t *litmus.Test, d model.Dialect, o explore.Options) (*litmus.Allowed, error) {
	o.Identity = t.Hash() + " under " + d.Name
	var failed error
	if c.save != "" {
		o.SaveEvery = c.every
		o.Save = func(k explore.Checkpoint) { failed = replace(c.save, k) }
	}
	allowed, err := c.run(ctx, t, d, o)
	if err != nil {
		return nil, err
	}
	if c.save != "" && allowed.Partial {
		failed = replace(c.save, allowed.Checkpoint())
	}
	if failed != nil {
		return nil, fmt.Errorf("the checkpoint was not saved: %w", failed)
	}
	return allowed, nil
}

func (c *checkpoints) run(ctx context.Context, t *litmus.Test, d model.Dialect, o explore.Options) (*litmus.Allowed, error) {
	if c.resume == "" {
		return t.Explore(ctx, d, o)
	}
	file, err := os.Open(c.resume)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	allowed, err := t.Resume(ctx, d, o, file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.resume, err)
	}
	return allowed, nil
}

// replace writes a checkpoint beside the file and then in its place: whenever the
// process is killed, a whole one is there.
func replace(file string, k explore.Checkpoint) error {
	next, err := os.Create(file + ".next")
	if err != nil {
		return err
	}
	defer next.Close()
	if _, err := k.WriteTo(next); err != nil {
		return err
	}
	if err := next.Sync(); err != nil {
		return err
	}
	return os.Rename(next.Name(), file)
}
