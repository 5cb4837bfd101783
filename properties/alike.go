package properties

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
	"github.com/interject/interject/model/explore"
)

// beside is a machine that is explored with others at its side: in every situation that
// the search puts before an agent, the others are asked for their steps too. Who never
// takes another step has the same states and runs, so that it need not be explored.
type beside struct {
	litmus.System
	others []*twin
}

// twin is one of the others, or several that are alike.
type twin struct {
	*model.Machine
	parts bool // it has taken another step, or begins otherwise
}

// Expand makes every step of an agent, and compares it with those of the others.
func (s *beside) Expand(agent int, v *explore.View[model.Part]) {
	own := &tape{store: v, passOn: true}
	s.Machine.Expand(agent, own)
	for _, o := range s.others {
		if !o.sameSteps(agent, own, v) { // also who has parted: what is looked at must not depend on the past
			o.parts = true
		}
	}
}

func (o *twin) sameSteps(agent int, own *tape, v *explore.View[model.Part]) (same bool) {
	if o.Ablated != (model.RuleSet{}) { // it has the answers of the first, and all rules but some
		return !slices.ContainsFunc(own.steps, func(s taped) bool { return o.Ablated.Has(int(model.Unpack(s.label).Rule)) })
	}
	defer func() {
		if recover() != nil {
			same = false // the whole search will tell of what
		}
	}()
	t := &tape{store: v}
	o.Machine.Expand(agent, t)
	return own.same(t)
}

// sameEnds says that outcomes are the same, of two machines that run alike: what is
// pending counts only where it could have been received.
func (o *twin) sameEnds(a *litmus.Allowed) bool {
	for _, c := range a.Finals() {
		for t := range o.Threads {
			s := c.Read()
			if o.End(model.Thread(t), s).Pending != a.Machine.End(model.Thread(t), s).Pending {
				return false
			}
		}
	}
	return true
}

// exploreBeside explores a test, and answers for each of the others which stands for it:
// nil if it is not asked, or the same as m for this test. Who has parted has other steps or ends.
func exploreBeside(ctx context.Context, t *litmus.Test, m *model.Machine, others []*model.Machine, o explore.Options) (*litmus.Allowed, []*twin, error) {
	s, all := &beside{System: litmus.System{Machine: m}}, make([]*twin, len(others))
	known := map[string]*twin{essence(m, m): nil}
	for i, o := range others {
		if o == nil {
			continue
		}
		key := essence(m, o)
		w, ok := known[key]
		if !ok {
			w = &twin{Machine: o, parts: !sameStart(m, o)}
			known[key], s.others = w, append(s.others, w)
		}
		all[i] = w
	}
	a, err := t.ExploreSystem(ctx, m, s, o)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range s.others {
		w.parts = w.parts || !w.sameEnds(a)
	}
	return a, all, nil
}

// sameStart says that two machines have the same program and begin in the same configuration.
func sameStart(m, o *model.Machine) bool {
	if !reflect.DeepEqual(m.Program, o.Program) {
		return false
	}
	for i := range m.Parts() {
		if m.Initial(i) != o.Initial(i) {
			return false
		}
	}
	return true
}

// essence is what sets a machine apart that has the program of m: its answers, but for
// names, for how statements are expanded, and for operations that are not in the program.
// A machine with another program is like none.
func essence(m, o *model.Machine) string {
	if !reflect.DeepEqual(m.Program, o.Program) {
		return fmt.Sprintf("%p", o)
	}
	absent := statementOps()
	for _, n := range m.Nodes {
		absent &^= model.Ops(n.Op)
	}
	d := o.Dialect
	d.Name, d.Title, d.Lacks, d.Idioms = "", "", nil, model.Idioms{}
	for v, i := reflect.ValueOf(&d).Elem(), 0; i < v.NumField(); i++ {
		if f := v.Field(i); f.Type() == reflect.TypeFor[model.OpSet]() {
			f.SetUint(f.Uint() &^ uint64(absent))
		}
	}
	return fmt.Sprint(d, o.Ablated)
}

// statementOps are the operations that statements are.
var statementOps = sync.OnceValue(func() (all model.OpSet) {
	for _, f := range litmus.Forms {
		all |= model.Ops(f.Op)
	}
	return all
})

// tape is a Store that keeps the steps of one agent in one situation.
type tape struct {
	store  model.Store
	passOn bool // what is written and committed
	writes []written
	steps  []taped
}

type written struct {
	part int
	now  model.Part
}

// taped is a step, or the bound that stands in its place.
type taped struct {
	label  uint32
	writes []written
	over   string
}

// Get is a part as the step being made has it.
func (t *tape) Get(part int) model.Part {
	for _, w := range t.writes {
		if w.part == part {
			return w.now
		}
	}
	return t.store.Get(part)
}

// Set writes a part in the step being made.
func (t *tape) Set(part int, p model.Part) {
	if t.passOn {
		t.store.Set(part, p)
	}
	for i := range t.writes {
		if t.writes[i].part == part {
			t.writes[i].now = p
			return
		}
	}
	t.writes = append(t.writes, written{part, p})
}

// Commit ends a step.
func (t *tape) Commit(label uint32) {
	if t.passOn {
		t.store.Commit(label)
	}
	t.steps, t.writes = append(t.steps, taped{label: label, writes: t.writes}), nil
}

// Exceeded ends a step at a bound.
func (t *tape) Exceeded(bound string) {
	if t.passOn {
		t.store.Exceeded(bound)
	}
	t.steps, t.writes = append(t.steps, taped{over: bound}), nil
}

// same says that two tapes hold the same steps in the same order.
func (t *tape) same(u *tape) bool {
	if len(t.steps) != len(u.steps) {
		return false
	}
	for i, a := range t.steps {
		if b := u.steps[i]; a.label != b.label || a.over != b.over || !sameWrites(a.writes, b.writes) {
			return false
		}
	}
	return true
}

// sameWrites is of two lists in which each part stands once, in any order.
func sameWrites(a, b []written) bool {
	if len(a) != len(b) {
		return false
	}
	for _, w := range a {
		found := false
		for _, x := range b {
			found = found || w == x
		}
		if !found {
			return false
		}
	}
	return true
}
