package main

import (
	"bytes"
	"flag"
	"fmt"

	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// picture is how a run is drawn, if that was asked for.
type picture struct {
	chart bool
	svg   string // the file for an image
}

func (p *picture) flags(f *flag.FlagSet) {
	f.BoolVar(&p.chart, "chart", false, "draw the run: a column for each thread, an arrow for each signal received")
	f.StringVar(&p.svg, "svg", "", "write that drawing to `file`, as an image")
}

// draws is whether anything is to be drawn.
func (p *picture) draws() bool { return p.chart || p.svg != "" }

// only says that a file holds one image, where there are several runs to draw.
func (p *picture) only(runs int) error {
	if p.svg == "" || runs <= 1 {
		return nil
	}
	return usageError{fmt.Errorf("-svg %s: there are %d runs to draw and one file; name one edition, and one outcome with -outcome", p.svg, runs)}
}

// draw draws a run that the dialect allows the test.
func (a *app) draw(p *picture, t *litmus.Test, d model.Dialect, run []model.Label) error {
	h, err := linearizability.HistoryOf(t, d, run)
	if err != nil {
		return err
	}
	chart := traces.Chart{Brief: true}
	if p.chart {
		if err := chart.Write(a.out, h); err != nil {
			return err
		}
	}
	if p.svg == "" {
		return nil
	}
	var image bytes.Buffer
	if err := chart.WriteSVG(&image, h); err != nil {
		return err
	}
	if err := replaceFile(p.svg, image.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "  written to %s\n", p.svg)
	return nil
}
