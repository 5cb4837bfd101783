package linearizability

// keep is how many configurations and locals are remembered before what is not in
// use is forgotten.
const keep = 1 << 19

// renew forgets what is no longer needed, in long histories.
func (v *validator) renew() { v.now = v.product.renew(v.now) }

// renew is the states in new tables.
func (v *product) renew(states map[state]bool) map[state]bool {
	if len(v.configs) < keep && len(v.locals.all) < keep && len(v.entries) < keep {
		return states
	}
	old, oldLocals := v.space, v.locals
	v.space, v.locals = newSpace(old.machine), newLocals()
	v.exceeded = old.exceeded
	now := make(map[state]bool, len(states))
	for s := range states {
		c := make([]uint32, len(old.configs[s.config]))
		for i, p := range old.configs[s.config] {
			c[i] = v.space.part(old.parts[p])
		}
		all := oldLocals.unpack(s.locals, nil)
		for i := range all {
			all[i].nest = v.copyNest(oldLocals, all[i].nest)
		}
		now[state{v.space.config(c), v.pack(all)}] = true
	}
	return now
}

// renew forgets what is no longer needed between two pieces.
func (j *linearizer) renew() {
	all := map[state]bool{}
	for _, s := range j.init.states {
		all[s] = true
	}
	j.init = newSet(j.product.renew(all))
}

func (v *product) copyNest(from *locals, n uint32) uint32 {
	if n == 0 {
		return 0
	}
	e := from.entries[n]
	return v.push(v.copyNest(from, e.below), e)
}
