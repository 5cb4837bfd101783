package linearizability

import (
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

// Options bound a judge.
type Options struct {
	MaxStates int  // at one event, in which a fitting run can be; 0 stands for 1<<20
	Strict    bool // in free histories: what is entered is recorded before a signal can be received in it
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
	for _, part := range parts(h, t) {
		one, err := validatePart(ctx, part.History, d, t, o)
		if err != nil {
			return nil, err
		}
		r = r.and(one, part)
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
	s, err := newSubject(h, d, t)
	if err != nil {
		return nil, err
	}
	s.strict = o.Strict
	v := &validator{product: newProduct(s), max: o.MaxStates, report: &Report{Edition: d.Name, Events: len(h.Events), Partial: s.partial()}}
	if v.max == 0 {
		v.max = 1 << 20
	}
	return v.run(ctx)
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
	max    int
	report *Report
	now    map[state]bool // with every step that needs no line
}

// errBound says that there are too many states.
var errBound = errors.New("bound")

func (v *validator) run(ctx context.Context) (*Report, error) {
	r := v.report
	v.now = map[state]bool{}
	if err := v.close(map[state]bool{v.initial(): true}, everyone); err != nil {
		return v.bounded(err)
	}
	for i := range v.h.Events {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
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
	t := int(e.Thread)
	behind := map[state]bool{}
	moved := false
	for s := range v.now {
		for _, n := range v.pass(s, t, e.N) {
			behind[n] = true
			moved = moved || n.config != s.config
		}
	}
	if len(behind) == 0 {
		return false, nil
	}
	if moved {
		t = everyone
	}
	return true, v.close(behind, t)
}

// close adds to the states all that they can come to without a line. Those given
// are closed already but for steps of thread t.
func (v *validator) close(set map[state]bool, t int) error {
	v.now = set
	open := slices.Collect(maps.Keys(set))
	known := len(open)
	if t == everyone {
		known = 0
	}
	for i := 0; i < len(open); i++ {
		only := everyone
		if i < known {
			only = t
		}
		v.next(open[i], only, func(n state) {
			if !set[n] {
				set[n] = true
				open = append(open, n)
			}
		})
		if len(open) > v.max {
			return errBound
		}
	}
	v.report.Peak = max(v.report.Peak, len(open))
	v.report.States = len(v.configs)
	return nil
}

// next is after, or that part of it which concerns one thread.
func (v *validator) next(s state, only int, found func(state)) {
	if only == everyone {
		v.after(s, anything, found)
		return
	}
	moves := v.space.from(s.config)
	for i := range moves {
		m := &moves[i]
		if int(m.label.Thread) != only && !v.touched(s.config, m.to, only) {
			continue
		}
		if n, ok := v.step(s, m, anything); ok {
			found(n)
		}
	}
	if v.free {
		v.afterFetch(s, only, anything, found)
	}
}

func (v *validator) bounded(err error) (*Report, error) {
	if err != errBound {
		return nil, err
	}
	v.report.Verdict = Inconclusive
	v.report.Reasons = append(v.reasons(), fmt.Sprintf("more than %d states at event %d", v.max, v.report.Explained+1))
	return v.report, nil
}

func (v *validator) reasons() []string {
	var all []string
	for _, b := range slices.Sorted(maps.Keys(v.exceeded)) {
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
	for s := range v.now {
		if v.finishes(s) {
			return r, nil
		}
	}
	v.refuse(map[traces.Over]string{
		traces.Ended:     "over: ended, but no run that fits has all threads ended",
		traces.Quiescent: "over: quiescent, but something can still happen in every run that fits",
		traces.Crashed:   "over: crashed, but no run that fits crashes",
	}[v.h.Over])
	r.Could = v.pendings()
	return r, nil
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
