package linearizability

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// Verdict is what a judge says of a history.
type Verdict uint8

// The verdicts.
const (
	Allowed      Verdict = iota + 1 // some run of the specification has the history as a view
	Forbidden                       // none has
	Inconclusive                    // a bound was reached before that was known
)

// String is the word for v.
func (v Verdict) String() string { return [...]string{"", "allowed", "forbidden", "inconclusive"}[v] }

// Report is a verdict and its grounds.
type Report struct {
	Verdict   Verdict
	Edition   string
	Events    int      // of the history
	Explained int      // how many events from its beginning some run has as a view
	Why       string   // Forbidden: what is wrong with the event after these, or with the end
	Could     []string // Forbidden: what could have come instead, sorted
	Partial   []string // what was not recorded, so that nothing is said of it
	Reasons   []string // Inconclusive: which bounds were reached
	Peak      int      // the most states in which a fitting run could be, at any event
	States    int      // the configurations of the model that were met

}

// maxStates is how many states are too many, if nobody says otherwise.
const maxStates = 1 << 17

// Options bound a judge.
type Options struct {
	MaxStates int  // at one event, in which a fitting run can be; 0 stands for 1<<17
	Strict    bool // in free histories: what is entered is recorded before a signal can be received in it, and a lock scope that fails is recorded
	brief     bool // the verdict is all that is asked for
	unguided  bool // for tests: try orders of queueing that lead nowhere, too
}

// Validate searches for a run of the semantics under d of which h is a view, h
// being a history of the test t, or of an unknown program if t is nil. An error
// means that the question makes no sense, or that ctx is done: then there is no
// verdict.
func Validate(ctx context.Context, h *traces.History, d model.Dialect, t *litmus.Test, o Options) (r *Report, err error) {
	defer recoverInput(&err)
	if err := h.Check(); err != nil {
		return nil, inputError{err}
	}
	parts := parts(h, t)
	reports, err := each(parts, func(part Part) (*Report, error) { return validatePart(ctx, part.History, d, t, o) })
	if err != nil {
		return nil, err
	}
	for i, one := range reports {
		r = r.and(one, parts[i])
	}
	r.Events = len(h.Events)
	if r.Verdict == Allowed {
		r.Explained = r.Events
	}
	return r, nil
}

func parts(h *traces.History, t *litmus.Test) []Part {
	if t != nil {
		return []Part{undivided(h)}
	}
	return Partition(h)
}

// and is the report on the parts so far and one more. What cannot follow is the
// first such event of all parts.
func (r *Report) and(one *Report, part Part) *Report {
	place := len(part.Place)
	if one.Explained < place {
		place = one.Explained
		one.Explained = part.Place[place]
	} else if place > 0 {
		one.Explained = part.Place[place-1] + 1
	}
	if r == nil {
		return one
	}
	worse, better := r, one
	if r.Verdict == Allowed || one.Verdict == Forbidden && (r.Verdict != Forbidden || one.Explained < r.Explained) {
		worse, better = one, r
	}
	worse.Peak = max(worse.Peak, better.Peak)
	worse.States += better.States
	return worse
}

func validatePart(ctx context.Context, h *traces.History, d model.Dialect, t *litmus.Test, o Options) (*Report, error) {
	v, err := newValidator(ctx, h, d, t, o)
	if err != nil {
		return nil, err
	}
	r, err := v.run()
	if err != nil || r.Verdict != Forbidden || !v.free || o.brief || len(h.Events) > lengthened {
		return r, err
	}
	return v.lengthen(d, t, o)
}

// lengthened is how long a history may be of which the longest prefix that a run
// explains is sought: that takes a search for each event.
const lengthened = 20000

// lengthen reports of a free history that is forbidden, by which event exactly: what a
// thread may have entered unrecorded, and in which order signals are queued, the search
// learns by looking ahead.
func (v *validator) lengthen(d model.Dialect, t *litmus.Test, o Options) (*Report, error) {
	r := v.report
	for last := (*validator)(nil); ; {
		n := r.Explained + 1
		if last != nil {
			n = len(last.h.Events) + 1
		}
		var next *validator
		var err error
		if n <= len(v.h.Events) {
			if next, err = newValidator(v.ctx, upTo(v.h, n), d, t, o); err != nil {
				return nil, err
			}
			if _, err = next.run(); err != nil {
				return nil, err
			}
		}
		switch {
		case next != nil && next.report.Verdict == Allowed:
			last = next
			continue
		case last == nil:
			return r, nil
		}
		r.Explained = n - 1
		if next == nil {
			r.Why, r.Could = atEnds[v.h.Over], last.pendings()
		} else {
			r.Why = fmt.Sprintf("%s cannot follow", v.x.Text(n-1))
			r.Could = last.could(int(v.h.Events[n-1].Thread))
		}
		return r, nil
	}
}

func newValidator(ctx context.Context, h *traces.History, d model.Dialect, t *litmus.Test, o Options) (*validator, error) {
	s, err := newSubject(h, d, t)
	if err != nil {
		return nil, err
	}
	s.strict = o.Strict
	v := &validator{product: newProduct(s), ctx: ctx, max: cmp.Or(o.MaxStates, maxStates), report: &Report{Edition: d.Name, Events: len(h.Events), Partial: s.partial()}}
	v.guided = v.guided && !o.unguided
	return v, nil
}

// recoverInput turns the panic of an input that turned out to be bad into its error.
func recoverInput(err *error) {
	switch p := recover().(type) {
	case nil:
	case inputError:
		*err = p
	case error:
		if in, ok := p.(inputError); ok {
			*err = in
			return
		}
		panic(p)
	default:
		panic(p)
	}
}

// IsInput says that the error is about the history or the question.
func IsInput(err error) bool { return errors.As(err, new(inputError)) }

// validator goes through a history with the set of all states in which a run that
// fits can be.
type validator struct {
	*product
	ctx    context.Context
	max    int
	report *Report
	now    *states // with every step that needs no line
}

func (v *validator) run() (*Report, error) {
	r := v.report
	if err := v.close(setOf(v.initial()), everyone); err != nil {
		return v.bounded(err)
	}
	for i := range v.h.Events {
		ok, err := v.line(&v.h.Events[i])
		if err != nil {
			return v.bounded(err)
		}
		if !ok {
			return v.forbidden(i), nil
		}
		r.Explained = i + 1
		v.renew()
	}
	return v.end()
}

// line takes the next line; not ok means that no state lets it come.
func (v *validator) line(e *traces.Event) (ok bool, err error) {
	behind := v.lines(v.now, int(e.Thread), e.N)
	if len(behind.list) == 0 {
		return false, nil
	}
	return true, v.close(behind, v.stirs(e))
}

// stirs is the thread whose steps the line e can make possible: its own, but where what
// is received says what may be sent, that of everyone; and where senders look whether their
// target can receive, so does what it stands at.
func (p *product) stirs(e *traces.Event) int {
	if p.guided && e.Kind == traces.Recv || p.m.Direct && e.Phase == traces.Call {
		return everyone
	}
	return int(e.Thread)
}

// close adds to the states all that they can come to without a line. Those given
// are closed already but for steps of thread t.
func (v *validator) close(set *states, t int) error {
	v.now = set
	if err := v.closure(set, t, anything, bound{v.ctx, v.max}); err != nil {
		return err
	}
	v.report.Peak = max(v.report.Peak, len(set.list))
	v.report.States = len(v.configs)
	return nil
}

func (v *validator) bounded(err error) (*Report, error) {
	if err != errBound {
		return nil, err
	}
	v.report.Verdict = Inconclusive
	v.report.Reasons = append(v.reasons(), fmt.Sprintf("more than %d states at event %d", v.max, v.report.Explained+1))
	return v.report, nil
}

// reasons are the bounds of the model that kept a step from being tried.
func (s *space) reasons() []string {
	var all []string
	for _, b := range slices.Sorted(maps.Keys(s.exceeded)) {
		all = append(all, "more than the model's bound of "+b)
	}
	return all
}

// refuse is a report of a history that no run explains; where a bound kept some
// run from being tried, that is not known.
func (v *validator) refuse(why string) *Report {
	r := v.report
	r.Verdict, r.Why = Forbidden, why
	if r.Reasons = v.reasons(); len(r.Reasons) > 0 {
		r.Verdict = Inconclusive
	}
	return r
}

func (v *validator) forbidden(i int) *Report {
	r := v.refuse(fmt.Sprintf("%s cannot follow", v.x.Text(i)))
	t := int(v.h.Events[i].Thread)
	r.Could = v.could(t)
	return r
}

// end judges how the history ends.
func (v *validator) end() (*Report, error) {
	r := v.report
	r.Verdict = Allowed
	for _, s := range v.now.list {
		if v.finishes(s) {
			return r, nil
		}
	}
	v.refuse(atEnds[v.h.Over])
	r.Could = v.pendings()
	return r, nil
}

// atEnds are what is wrong with the ends of histories.
var atEnds = map[traces.Over]string{
	traces.Ended:     "over: ended, but no run that fits has all threads ended",
	traces.Quiescent: "over: quiescent, but something can still happen in every run that fits",
	traces.Crashed:   "over: crashed, but no run that fits crashes",
}

// ended says that every thread of which something was recorded has ended.
func (v *product) ended(s state) bool {
	for t := range v.h.Threads {
		if len(v.own[t]) > 0 && !v.core(s.config, t).Status.Gone() {
			return false
		}
	}
	return true
}

// quiet says that nothing can happen any more.
func (v *product) quiet(s state) bool { return len(v.space.from(s.config)) == 0 }

// partial is what the header says was not recorded.
func (s *subject) partial() []string {
	var all []string
	for _, t := range s.h.Unobserved {
		all = append(all, "thread "+t)
	}
	for _, k := range traces.Kinds() {
		if !slices.Contains(s.h.Observed, k) {
			all = append(all, k.String())
		}
	}
	return all
}
