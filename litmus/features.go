package litmus

// Walk calls f on every statement of the test, in the order of the text.
func (t *Test) Walk(f func(*Stmt)) {
	for i := range t.Threads {
		t.Threads[i].Body.walk(f)
	}
}

func (b Block) walk(f func(*Stmt)) {
	for i := range b {
		f(&b[i])
		for _, k := range b[i].Blocks {
			k.walk(f)
		}
	}
}

// Features are the forms that the test uses, by their surface words, in the order
// of the table.
func (t *Test) Features() []string {
	used := map[*Form]bool{}
	t.Walk(func(s *Stmt) { used[s.Form] = true })
	var all []string
	for _, f := range Forms {
		if used[f] {
			all = append(all, f.Feature())
		}
	}
	return all
}

// Lacks is the first form, in the order of the text, that somebody does not have;
// nil when there is none.
func (t *Test) Lacks(has func(feature string) bool) *Stmt {
	var lacking *Stmt
	t.Walk(func(s *Stmt) {
		if lacking == nil && !has(s.Form.Feature()) {
			lacking = s
		}
	})
	return lacking
}
