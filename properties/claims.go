package properties

import (
	"errors"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/litmus/gen"
)

// claim is how a law is checked.
type claim struct {
	// search looks for a counterexample; nil when there is none in the range.
	search func(*trial) (*Counterexample, error)
	// again says whether what was a counterexample still is one.
	again func(*trial, *Counterexample, []*litmus.Test) (bool, error)
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
	return claim{
		search: func(tr *trial) (*Counterexample, error) {
			ps, qs := variants(p, tr.v), variants(q, tr.v)
			for c := range tr.contexts() {
				for i := range ps {
					if !ps[i].fits || !qs[i].fits {
						continue
					}
					one, two := ps[i].fill(c), qs[i].fill(c)
					align(one, two)
					if why, err := tr.compare(one, two, differ); why != "" || err != nil {
						return against(why, one, two), err
					}
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
	a, err := tr.explore(one, tr.d)
	if err != nil {
		return "", err
	}
	b, err := tr.explore(two, tr.d)
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
	return claim{
		search: func(tr *trial) (*Counterexample, error) { return tr.keeps(p, where, isBad) },
		again: func(tr *trial, x *Counterexample, ts []*litmus.Test) (bool, error) {
			why, err := tr.isBad(ts[0], x.Thread, isBad)
			return why != "", err
		},
	}
}

// keeps looks for a context in which a promise is broken.
func (tr *trial) keeps(piece string, where func(gen.Context) bool, isBad bad) (*Counterexample, error) {
	ps := variants(piece, tr.v)
	for c := range tr.contexts() {
		name, thunk := c.Where()
		if thunk || !where(c) {
			continue
		}
		for _, p := range ps {
			if !p.fits {
				continue
			}
			t := p.fill(c)
			if why, err := tr.isBad(t, name, isBad); why != "" || err != nil {
				x := against(why, t)
				x.Thread = name
				return x, err
			}
		}
	}
	return nil, nil
}

func (tr *trial) isBad(t *litmus.Test, thread string, isBad bad) (string, error) {
	a, err := tr.explore(t, tr.d)
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
	refutes := func(tr *trial, t *litmus.Test) (bool, error) {
		why, _, err := check(tr, t)
		return why != "", err
	}
	return claim{
		search: func(tr *trial) (*Counterexample, error) {
			for t := range tr.programs() {
				if bad, err := refutes(tr, t); err != nil {
					return nil, err
				} else if !bad {
					continue
				}
				small := gen.Shrink(t, func(t *litmus.Test) bool {
					bad, err := refutes(tr, t)
					return bad && err == nil
				})
				why, others, err := check(tr, small)
				return against(why, append([]*litmus.Test{small}, others...)...), err
			}
			return nil, nil
		},
		again: func(tr *trial, _ *Counterexample, ts []*litmus.Test) (bool, error) { return refutes(tr, ts[0]) },
	}
}

// ends claims that of every program no outcome is bad.
func ends(isBad func(t *litmus.Test, o litmus.Outcome) string) claim {
	return programs(func(tr *trial, t *litmus.Test) (string, []*litmus.Test, error) {
		a, err := tr.explore(t, tr.d)
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
func steps(isBad func(Edge) string) claim {
	return programs(func(tr *trial, t *litmus.Test) (why string, _ []*litmus.Test, err error) {
		m, err := tr.Fault.machine(t, tr.d)
		if err != nil {
			return "", nil, err
		}
		tr.tried++
		all, err := walk(m, walkBound, func(e Edge) error {
			if tr.Fault != nil && tr.Fault.Events != nil {
				e.Move.Events = tr.Fault.Events(e.Move.Events)
			}
			if why = isBad(e); why != "" {
				return errFound
			}
			return tr.ctx.Err()
		})
		if !all && err == nil {
			tr.partial++
		}
		if err == errFound {
			err = nil
		}
		return why, nil, err
	})
}

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
		a, err := tr.explore(t, tr.d)
		if err != nil {
			return "", nil, err
		}
		b, err := tr.exploreUnder(t, weaker, nil)
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
