package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/interject/interject/linearizability"
	"github.com/interject/interject/traces"
)

// growing is a file of which more is read when more is there. It ends when its
// context does, or with the line that says that a history is over.
type growing struct {
	ctx context.Context
	*os.File
	begins []byte // what the last line begins with
	inLine bool   // that line is not complete
}

const lastLine = `{"over":`

func (g *growing) Read(p []byte) (int, error) {
	for {
		n, err := g.File.Read(p)
		g.note(p[:n])
		switch {
		case n > 0 || err != nil && err != io.EOF:
			return n, err
		case !g.inLine && string(g.begins) == lastLine:
			return 0, io.EOF
		}
		select {
		case <-g.ctx.Done():
			return 0, io.EOF
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// note remembers how the last line begins.
func (g *growing) note(p []byte) {
	for _, c := range p {
		switch {
		case c == '\n':
			g.inLine = false
			continue
		case !g.inLine:
			g.begins, g.inLine = g.begins[:0], true
		}
		if len(g.begins) < len(lastLine) {
			g.begins = append(g.begins, c)
		}
	}
}

// followed judges a history while it comes: whenever it has grown by a tenth or
// nothing came for a while. It answers the whole history when it is over, and
// nothing when a beginning of it is forbidden already.
func (a *app) followed(ctx context.Context, j *judging, name string, r *traces.Reader) (*traces.History, int, error) {
	h := &traces.History{Header: r.Header, Over: traces.Stopped}
	events, stop := make(chan traces.Event, 1024), make(chan struct{})
	var last error
	go func() {
		defer close(events)
		for {
			e, err := r.Next()
			if err != nil {
				last = err
				return
			}
			select {
			case events <- e:
			case <-stop:
				return
			}
		}
	}()
	defer close(stop)
	judged := 0
	for {
		quiet := false
		select {
		case e, ok := <-events:
			if !ok {
				if last != io.EOF {
					return nil, exitUsage, last
				}
				h.Over, h.Incomplete = r.Over, r.Incomplete
				return h, exitOK, nil
			}
			h.Events = append(h.Events, e)
		case <-time.After(300 * time.Millisecond):
			quiet = true
		}
		if n := len(h.Events); n > judged && (quiet || n > judged+judged/10+256) {
			judged = n
			if status, err := a.soFar(ctx, j, name, h); status != exitOK || err != nil {
				return nil, status, err
			}
		}
	}
}

// soFar judges what has come of a history.
func (a *app) soFar(ctx context.Context, j *judging, name string, h *traces.History) (int, error) {
	quick := *j
	quick.porcupine = 0
	v, status, err := a.verdict(ctx, &quick, name, h)
	switch {
	case err != nil || v == nil || status == exitInconclusive:
		return status, err
	case v.verdict() == linearizability.Forbidden:
		return a.traceHistory(ctx, j, name, h)
	case a.watched():
		a.count(len(h.Events)-1, len(h.Events)+1, "events, allowed so far")
	}
	return exitOK, nil
}
