package linearizability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/traces"
)

// How says how porcupine is asked.
type How struct {
	Whole     bool          // in one piece: without cuts where no operation is under way
	Piece     int           // the least events between two cuts; 0 stands for 256
	Timeout   time.Duration // for one question; 0: none
	MaxStates int           // as in Options
	Strict    bool          // as in Options
}

// Linearization is what porcupine says of a history.
type Linearization struct {
	Verdict Verdict
	Pieces  int      // how many pieces the history was cut into
	Asked   int      // how many questions that took
	Piece   [2]int   // Forbidden, Inconclusive: the events from and up to which the history has no linearization, or it is not known
	Reasons []string // Inconclusive: which bounds were reached
	info    porcupine.LinearizationInfo
	model   porcupine.Model
}

// Linearize asks porcupine whether the history is one of the semantics under d,
// as Validate does.
//
// The history is cut where no operation is under way. What a piece leads to is found by
// asking again and again for a linearization that ends in a state not known yet;
// the next piece begins in any of these. So cutting changes no verdict.
func Linearize(ctx context.Context, h *traces.History, d model.Dialect, t *litmus.Test, how How) (l *Linearization, err error) {
	defer recoverInput(&err)
	if err := h.Check(); err != nil {
		return nil, inputError{err}
	}
	all, err := each(parts(h, t), func(part Part) (*Linearization, error) {
		one := &Linearization{Verdict: Allowed}
		err := one.part(ctx, part, d, t, how)
		if a, b := one.Piece[0], one.Piece[1]; b > 0 {
			one.Piece = [2]int{part.Place[a], part.Place[b-1] + 1}
		}
		return one, err
	})
	if err != nil {
		return nil, err
	}
	l = &Linearization{Verdict: Allowed}
	for _, one := range all {
		pieces, asked := l.Pieces+one.Pieces, l.Asked+one.Asked
		if l.Verdict == Allowed || one.Verdict == Forbidden && l.Verdict != Forbidden {
			*l = *one // the first that is forbidden says it of the whole
		}
		l.Pieces, l.Asked = pieces, asked
	}
	return l, nil
}

// part asks about one part of the history.
func (l *Linearization) part(ctx context.Context, part Part, d model.Dialect, t *litmus.Test, how How) error {
	s, err := newSubject(part.History, d, t)
	if err != nil {
		return err
	}
	s.strict = how.Strict
	j := &linearizer{product: newProduct(s), within: bound{context.WithoutCancel(ctx), cmp.Or(how.MaxStates, maxStates)}}
	j.init = newSet(j.closed(setOf(j.initial()), everyone, nothing))
	for from, pieces := 0, j.pieces(how); len(pieces) > 0; pieces = pieces[1:] {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.Pieces++
		if !j.piece(ctx, l, pieces[0], len(pieces) == 1, how) {
			l.Piece = [2]int{from, pieces[0].to}
			return ctx.Err()
		}
		j.renew()
		from = pieces[0].to
	}
	return nil
}

// piece is the operations up to an event of the history.
type piece struct {
	ops []porcupine.Operation
	to  int
}

// pieces are the operations, cut at places at which none is under way: those before it
// come before those behind it in every order that porcupine may choose.
func (p *product) pieces(how How) []piece {
	n := len(p.h.Events)
	ops := p.operations(0, n)
	slices.SortStableFunc(ops, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	least := cmp.Or(how.Piece, 256)
	var all []piece
	reach, last, from, k := int64(0), 0, 0, 0
	for i := 1; i < n && !how.Whole; i++ {
		at := 2*int64(i) - 1 // just behind the event before
		for ; k < len(ops) && ops[k].Call < at; k++ {
			reach = max(reach, ops[k].Return)
		}
		if reach < at && i-last >= least {
			all = append(all, piece{slices.Clone(ops[from:k]), i})
			from, last = k, i
		}
	}
	return append(all, piece{ops[from:], n})
}

// piece asks about a piece, from the states in which the pieces before end, and finds
// those in which this one ends.
func (j *linearizer) piece(ctx context.Context, l *Linearization, p piece, isLast bool, how How) bool {
	last := &operation{what: another}
	if isLast {
		last = &operation{what: ending}
	}
	ops := append(p.ops, interval(last, atEnd, atEnd))
	j.known, j.done = &states{}, map[*operation][]application{}
	m := j.sequential()
	for {
		l.Asked++
		result, info := j.ask(ctx, m, ops, how.Timeout)
		switch {
		case result == porcupine.Unknown || result == porcupine.Illegal && len(j.known.list) == 0 && len(j.reasons()) > 0:
			l.Verdict, l.Reasons = Inconclusive, j.reasons()
			if result == porcupine.Unknown {
				l.Reasons = append(l.Reasons, j.why(how)...)
			}
			return false
		case result == porcupine.Illegal && len(j.known.list) == 0:
			l.Verdict, l.info, l.model = Forbidden, info, m
			return false
		case result == porcupine.Illegal:
			j.init = newSet(j.known)
			return true
		case last.what == ending:
			l.info, l.model = info, m
			return true
		}
		for _, s := range j.last.states {
			j.known.add(s)
		}
	}
}

// ask asks porcupine once; Unknown if a bound was reached.
func (j *linearizer) ask(ctx context.Context, m porcupine.Model, ops []porcupine.Operation, timeout time.Duration) (porcupine.CheckResult, porcupine.LinearizationInfo) {
	asked := j.within
	defer func() { j.within = asked }() // to draw what porcupine has found takes the steps again
	j.within.ctx = ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		j.within.ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	result, info := porcupine.CheckOperationsVerbose(m, ops, timeout)
	if j.stopped != nil {
		result = porcupine.Unknown
	}
	return result, info
}

// why says which bound was reached.
func (j *linearizer) why(how How) []string {
	if j.stopped == errBound {
		return []string{fmt.Sprintf("more than %d states behind an operation", j.within.max)}
	}
	return []string{fmt.Sprintf("more than %v for a piece", how.Timeout)}
}

// finishes says whether the history may be over in s.
func (p *product) finishes(s state) bool {
	switch {
	case p.h.Truncated || p.h.Incomplete:
		return true
	case p.h.Over == traces.Ended:
		return p.ended(s) && p.recorded(s)
	case p.h.Over == traces.Quiescent:
		return p.quiet(s) && p.recorded(s)
	case p.h.Over == traces.Crashed:
		return p.m.NestBound == 0 || p.dead(s.config)
	}
	return true
}

// recorded says that everything is recorded that the threads must have recorded
// before they came to rest.
func (p *product) recorded(s state) bool {
	for t := range p.h.Threads {
		l := p.of(s.locals, t)
		top := p.top(l.nest)
		if l.ahead || l.owed != 0 || !p.clean(&l) || top != nil && top.kind == opEntry && top.over() {
			return false
		}
	}
	return true
}
