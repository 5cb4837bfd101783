package linearizability

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Record is a history of a random run of the test under the dialect, of at most
// so many steps and lines, and the run.
func Record(t *litmus.Test, d model.Dialect, r *rand.Rand, steps int) (*traces.History, []model.Label, error) {
	of, err := newWriting(t, d)
	if err != nil {
		return nil, nil, err
	}
	h, run := of.record(r, steps)
	return h, run, nil
}

func (of *writing) record(r *rand.Rand, steps int) (*traces.History, []model.Label) {
	w := of.start()
	h := &traces.History{Header: w.header()}
	return h, w.proceed(h, r, steps)
}

// proceed goes on at random and writes what it records behind h.
func (w *writer) proceed(h *traces.History, r *rand.Rand, steps int) []model.Label {
	var run []model.Label
	for range steps {
		all := w.ways()
		if len(all) == 0 {
			h.Over = traces.Quiescent
			if w.of.m.Dead(w.c.Read()) {
				h.Over = traces.Crashed
			}
			return run
		}
		x := all[r.IntN(len(all))]
		if x.line != nil {
			e := *x.line
			e.Stamp = uint64(len(h.Events) + 1)
			h.Events = append(h.Events, e)
		}
		if x.move != nil {
			run = append(run, *x.move)
		}
		w = x.to
	}
	h.Over = traces.Stopped
	return run
}

// HistoryOf is the history of a run, as a recorder writes it down who misses nothing and
// writes each line as late as it can before, and as early as it can behind, what it tells of.
// A run that the test has not under the dialect is an error, and so is a form of which
// histories cannot tell.
func HistoryOf(t *litmus.Test, d model.Dialect, run []model.Label) (*traces.History, error) {
	if form := untold(t); form != "" {
		return nil, fmt.Errorf("%s: histories have no words for %s", t.Name, form)
	}
	of, err := newWriting(t, d)
	if err != nil {
		return nil, err
	}
	w := of.start()
	h := &traces.History{Header: w.header(), Over: traces.Stopped}
	note := func(x way) {
		x.line.Stamp = uint64(len(h.Events) + 1)
		h.Events = append(h.Events, *x.line)
		w = x.to
	}
	for i, l := range run {
		next := w.follow(l)
		for next == nil {
			e, ok := w.announce(int(l.Thread))
			if !ok || w.threads[l.Thread].said {
				return nil, fmt.Errorf("step %d of the run, %s, is not possible there", i+1, of.m.String(l))
			}
			note(w.clone().say(int(l.Thread), e))
			next = w.follow(l)
		}
		w = next
		if w.of.m.Dead(w.c.Read()) {
			break
		}
		for t := range w.threads {
			for x, ok := w.due(t); ok; x, ok = w.due(t) {
				note(x)
			}
		}
	}
	switch moves := w.steps(); {
	case w.of.m.Dead(w.c.Read()):
		h.Over = traces.Crashed
	case len(moves) == 0:
		h.Over = traces.Quiescent
	}
	return h, nil
}

// untold is a form of the test of which histories cannot tell; empty if it has none.
func untold(t *litmus.Test) string {
	for _, f := range t.Features() {
		if slices.Contains([]string{"lazy", "force", "send", "receive", "trap on", "trap off", "link", "unlink"}, f) {
			return f
		}
	}
	return ""
}

// follow is the writer after the step l; nil if it is not possible, or not before
// something is recorded.
func (w *writer) follow(l model.Label) *writer {
	for _, v := range w.steps() {
		if v.Label != l {
			continue
		}
		n := w.move(&v.Move)
		if n != nil {
			n.at = v.at
		}
		return n
	}
	return nil
}

// due is the next line that thread t has to record, or may, of what it has done: receipts
// first, then what they have left.
func (w *writer) due(t int) (way, bool) {
	s := &w.threads[t]
	may := s.optional()
	slices.SortStableFunc(may, func(a, b traces.Event) int {
		return -cmp.Compare(bit(a.Kind == traces.Recv), bit(b.Kind == traces.Recv))
	})
	if len(may) > 0 && (len(s.todo) == 0 || s.todo[0].Kind != traces.Recv) {
		return w.clone().write(t, may[0]), true
	}
	if len(s.todo) == 0 {
		return way{}, false
	}
	n := w.clone()
	n.threads[t].todo = slices.Clone(s.todo[1:])
	return n.write(t, s.todo[0]), true
}
