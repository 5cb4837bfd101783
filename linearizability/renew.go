package linearizability

// keep is how many configurations and locals are remembered before what is not in
// use is forgotten.
const keep = 1 << 19

// renew forgets what is no longer needed, in long histories.
func (v *validator) renew() { v.now = v.product.renew(v.now) }

// renew is the states in new tables.
func (v *product) renew(of *states) *states {
	if len(v.configs) < keep && len(v.locals.all) < keep && len(v.entries) < keep {
		return of
	}
	old, oldLocals := v.space, v.locals
	v.space, v.locals = newSpace(old.machine), newLocals()
	v.exceeded = old.exceeded
	now := &states{}
	for _, s := range of.list {
		c := make([]uint32, len(old.configs[s.config]))
		for i, p := range old.configs[s.config] {
			c[i] = v.space.part(old.parts[p])
		}
		all := oldLocals.unpack(s.locals, nil)
		for i := range all {
			all[i].nest = v.copyNest(oldLocals, all[i].nest)
		}
		now.add(state{v.space.config(c), v.pack(all)})
	}
	return now
}

// renew forgets what is no longer needed between two pieces.
func (j *linearizer) renew() {
	j.init = newSet(j.product.renew(setOf(j.init.states...)))
}

func (v *product) copyNest(from *locals, n uint32) uint32 {
	if n == 0 {
		return 0
	}
	e := from.entries[n]
	return v.push(v.copyNest(from, e.below), e)
}
