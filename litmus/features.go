package litmus

import (
	"maps"
	"slices"
)

// Features are the forms that the test uses, sorted.
func (t *Test) Features() []string {
	set := map[string]bool{}
	var walk func(Block)
	walk = func(b Block) {
		for i := range b {
			set[b[i].Form.Feature()] = true
			for _, in := range b[i].Blocks {
				walk(in)
			}
		}
	}
	for i := range t.Threads {
		walk(t.Threads[i].Body)
	}
	return slices.Sorted(maps.Keys(set))
}
