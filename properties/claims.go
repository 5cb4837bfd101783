package properties

import (
	"errors"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
)

// claim is how a law is checked: in contexts, of programs, or of their steps.
type claim struct {
	// inContext looks for a counterexample in a context; nil when there is none.
	inContext func(*trial, gen.Context) (*Counterexample, error)
	// ofProgram says what a program has against the law, and which other shows that.
	ofProgram func(*trial, *litmus.Test) (why string, others []*litmus.Test, err error)
	// ofStep says why a step is bad.
	ofStep func(Edge) string
	// again says whether what was a counterexample in a context still is one.
	again func(*trial, *Counterexample, []*litmus.Test) (bool, error)
}

// still says whether what was a counterexample is one.
func (c *claim) still(tr *trial, x *Counterexample, ts []*litmus.Test) (bool, error) {
	if c.again != nil {
		return c.again(tr, x, ts)
	}
	why, _, err := c.refutes(tr, ts[0])
	return why != "", err
}

// refutes says what a program has against the claim.
func (c *claim) refutes(tr *trial, t *litmus.Test) (string, []*litmus.Test, error) {
	if c.ofStep == nil {
		return c.ofProgram(tr, t)
	}
	w := tr.walked(t, []*open{{&Law{claim: *c}, tr.counts}})
	return w.why[0], nil, w.err
}

// refutedBy is refutes where the steps have been walked already.
func (c *claim) refutedBy(tr *trial, t *litmus.Test, w walked) (bool, error) {
	if c.ofStep == nil {
		why, _, err := c.ofProgram(tr, t)
		return why != "", err
	}
	for i, l := range w.laws {
		if &l.claim == c {
			return w.why[i] != "", w.err
		}
	}
	panic("properties: a law about steps was not walked")
}

// smallest is the counterexample that is left of a program that is one.
func (c *claim) smallest(tr *trial, t *litmus.Test) (*Counterexample, error) {
	small := gen.Shrink(t, func(t *litmus.Test) bool {
		why, _, err := c.refutes(tr, t)
		return why != "" && err == nil
	})
	why, others, err := c.refutes(tr, small)
	return against(why, append([]*litmus.Test{small}, others...)...), err
}

// walked is what the steps of a program have against some laws.
type walked struct {
	laws []*open
	why  []string
	err  error
}

// walked visits each step of a program once, for all laws about steps among those
// given.
func (tr *trial) walked(t *litmus.Test, laws []*open) (w walked) {
	for _, l := range laws {
		if l.claim.ofStep != nil {
			w.laws = append(w.laws, l)
		}
	}
	w.why = make([]string, len(w.laws))
	left := len(w.laws)
	if left == 0 {
		return w
	}
	m, err := tr.Fault.machine(t, tr.d)
	if err != nil {
		w.err = err
		return w
	}
	all, err := walk(m, walkBound, func(e Edge) error {
		if tr.Fault != nil && tr.Fault.Events != nil {
			e.Move.Events = tr.Fault.Events(m, e.Move.Events)
		}
		for i, l := range w.laws {
			if w.why[i] != "" {
				continue
			}
			if w.why[i] = l.claim.ofStep(e); w.why[i] != "" {
				left--
			}
		}
		if left == 0 {
			return errFound
		}
		return tr.ctx.Err()
	})
	if err != errFound {
		w.err = err
	}
	for _, l := range w.laws {
		l.Tried++
		if !all {
			l.Partial++
		}
	}
	return w
}

// same claims that two pieces have the same outcomes in every context.
func same(p, q string) claim {
	return compared(p, q, func(a, b litmus.Set) string { return difference(a, b, "the first", "the second") })
}

// within claims that in every context all outcomes of the first piece are outcomes
// of the second.
func within(p, q string) claim {
	return compared(p, q, func(a, b litmus.Set) string {
		for _, o := range a.Outcomes {
			if !b.Has(o) {
				return "only the first: " + o.String()
			}
		}
		return ""
	})
}

func compared(p, q string, differ func(a, b litmus.Set) string) claim {
	ps, qs := variants(p), variants(q)
	return claim{
		inContext: func(tr *trial, c gen.Context) (*Counterexample, error) {
			for i, p := range ps() {
				q := qs()[i]
				if !p.fits(tr.v) || !q.fits(tr.v) {
					continue
				}
				one, two := p.fill(c), q.fill(c)
				align(one, two)
				if why, err := tr.compare(one, two, differ); why != "" || err != nil {
					return against(why, one, two), err
				}
			}
			return nil, nil
		},
		again: func(tr *trial, _ *Counterexample, ts []*litmus.Test) (bool, error) {
			why, err := tr.compare(ts[0], ts[1], differ)
			return why != "", err
		},
	}
}

// compare says how the outcomes of two programs differ; nothing is said of what is
// not known whole.
func (tr *trial) compare(one, two *litmus.Test, differ func(a, b litmus.Set) string) (string, error) {
	a, err := tr.explore(one)
	if err != nil {
		return "", err
	}
	b, err := tr.explore(two)
	if err != nil || a.Partial || b.Partial {
		return "", err
	}
	return differ(a.Set, b.Set), nil
}

// promise claims that in every context that a thread, and not a thunk, runs a
// piece in, no outcome is bad; bad says why one is.
func promise(p string, isBad bad) claim {
	return promiseWhere(p, func(gen.Context) bool { return true }, isBad)
}

// promiseWhere is a promise about some contexts only.
func promiseWhere(p string, where func(gen.Context) bool, isBad bad) claim {
	return promisePieces(variants(p), where, isBad)
}

func promisePieces(ps func() []piecePart, where func(gen.Context) bool, isBad bad) claim {
	return claim{
		inContext: func(tr *trial, c gen.Context) (*Counterexample, error) {
			name, thunk := c.Where()
			if thunk || !where(c) {
				return nil, nil
			}
			for _, p := range ps() {
				if !p.fits(tr.v) {
					continue
				}
				t := p.fill(c)
				if why, err := tr.isBad(t, name, isBad); why != "" || err != nil {
					x := against(why, t)
					if x != nil {
						x.Thread = name
					}
					return x, err
				}
			}
			return nil, nil
		},
		again: func(tr *trial, x *Counterexample, ts []*litmus.Test) (bool, error) {
			why, err := tr.isBad(ts[0], x.Thread, isBad)
			return why != "", err
		},
	}
}

func (tr *trial) isBad(t *litmus.Test, thread string, isBad bad) (string, error) {
	a, err := tr.explore(t)
	if err != nil {
		return "", err
	}
	for _, o := range a.Outcomes {
		if why := isBad(o, threadIn(o, thread)); why != "" {
			return why + ": " + o.String(), nil
		}
	}
	return "", nil
}

func threadIn(o litmus.Outcome, name string) litmus.ThreadEnd {
	for _, t := range o.Threads {
		if t.Name == name {
			return t
		}
	}
	return litmus.ThreadEnd{Name: name, End: "crash"} // of a crash nothing is known
}

// programs claims something of every program; check says why one is against it,
// and which others show that. A counterexample is shrunk.
func programs(check func(*trial, *litmus.Test) (string, []*litmus.Test, error)) claim {
	return claim{ofProgram: check}
}

// ends claims that of every program no outcome is bad.
func ends(isBad func(t *litmus.Test, o litmus.Outcome) string) claim {
	return programs(func(tr *trial, t *litmus.Test) (string, []*litmus.Test, error) {
		a, err := tr.explore(t)
		if err != nil {
			return "", nil, err
		}
		for _, o := range a.Outcomes {
			if why := isBad(t, o); why != "" {
				return why + ": " + o.String(), nil, nil
			}
		}
		return "", nil, nil
	})
}

// steps claims that no step of any program is bad.
func steps(isBad func(Edge) string) claim { return claim{ofStep: isBad} }

// walkBound is how many configurations of a program are visited step by step.
const walkBound = 2000

var errFound = errors.New("found")

// unchanged claims that a change of the program changes no outcome, but for what
// back gives back.
func unchanged(change func(*litmus.Test) *litmus.Test, back func(litmus.Outcome) litmus.Outcome) claim {
	return programs(func(tr *trial, t *litmus.Test) (string, []*litmus.Test, error) {
		changed := change(gen.Clone(t))
		why, err := tr.compare(t, changed, func(a, b litmus.Set) string {
			var all []litmus.Outcome
			for _, o := range b.Outcomes {
				all = append(all, back(o))
			}
			return difference(a, litmus.NewSet(all...), "before", "after")
		})
		return why, []*litmus.Test{changed}, err
	})
}

// among claims that with one choice point moved, every outcome remains.
func among(setting string) claim {
	return programs(func(tr *trial, t *litmus.Test) (string, []*litmus.Test, error) {
		weaker, err := tr.d.With(setting)
		if err != nil {
			return "", nil, err
		}
		a, err := tr.explore(t)
		if err != nil {
			return "", nil, err
		}
		b, err := tr.exploreUnder(t, weaker, setting, nil)
		if err != nil || a.Partial || b.Partial {
			return "", nil, err
		}
		for _, o := range a.Outcomes {
			if !b.Has(o) {
				return "only without " + setting + ": " + o.String(), nil, nil
			}
		}
		return "", nil, nil
	})
}
