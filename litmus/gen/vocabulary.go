package gen

import (
	"slices"

	"github.com/interject/interject/litmus"
	"github.com/interject/interject/model"
)

// Vocabulary is the forms that programs are made of.
type Vocabulary []*litmus.Form

// Of is every form that all of some dialects have; with none, the whole language.
// A form with a name whose role has no names to choose from is left out: Unknown
// tells which those are.
func Of(dialects ...model.Dialect) Vocabulary {
	return slices.DeleteFunc(slices.Clone(litmus.Forms), func(f *litmus.Form) bool {
		lacks := func(d model.Dialect) bool { return slices.Contains(d.Lacks, f.Feature()) }
		return !known(f) || slices.ContainsFunc(dialects, lacks)
	})
}

// Unknown are the forms of the language that this package cannot make.
func Unknown() []string {
	var all []string
	for _, f := range litmus.Forms {
		if !known(f) {
			all = append(all, f.Feature())
		}
	}
	return all
}

func known(f *litmus.Form) bool {
	return !slices.ContainsFunc(f.Names, func(r litmus.Role) bool { return names[r] == nil })
}

// Without is the vocabulary less some features.
func (v Vocabulary) Without(features ...string) Vocabulary {
	return slices.DeleteFunc(slices.Clone(v), func(f *litmus.Form) bool { return slices.Contains(features, f.Feature()) })
}

// Only is the vocabulary's part among some features.
func (v Vocabulary) Only(features ...string) Vocabulary {
	return slices.DeleteFunc(slices.Clone(v), func(f *litmus.Form) bool { return !slices.Contains(features, f.Feature()) })
}

// Has says whether the vocabulary has the feature.
func (v Vocabulary) Has(feature string) bool {
	return slices.ContainsFunc(v, func(f *litmus.Form) bool { return f.Feature() == feature })
}

func (v Vocabulary) that(ok func(*litmus.Form) bool) Vocabulary {
	return slices.DeleteFunc(slices.Clone(v), func(f *litmus.Form) bool { return !ok(f) })
}

// names are the names that a role is chosen from, the simplest first. Threads are
// chosen otherwise.
var names = map[litmus.Role][]string{
	litmus.AThread: {"a", "b", "c"}, litmus.AThreadOrSelf: {"a", "b", "c", litmus.Self}, litmus.ALater: {"later"},
	litmus.AVar: {"x", "y"}, litmus.AnMVar: {"m", "n"}, litmus.AMutex: {"l", "k"}, litmus.ASemaphore: {"s"}, litmus.ACondition: {"cv"},
	litmus.AClass: {"X", "Y"}, litmus.AClassOrAny: {litmus.Any, "X", "Y"}, litmus.ATag: {"out", "far"}, litmus.AWord: {"w"},
}

// cells are the declarations of the cells that programs use.
var cells = map[litmus.Role]litmus.Cell{
	litmus.AVar:       {Kind: model.Var},
	litmus.AnMVar:     {Kind: model.MVar, Init: model.Empty},
	litmus.AMutex:     {Kind: model.Mutex},
	litmus.ASemaphore: {Kind: model.Semaphore},
	litmus.ACondition: {Kind: model.Condition},
}

// sends says that the form sends a signal.
func sends(f *litmus.Form) bool {
	return len(f.Names) > 0 && f.Names[0] == litmus.AThreadOrSelf
}

// leaf says that the form has no blocks.
func leaf(f *litmus.Form) bool { return len(f.Blocks) == 0 }

// binds and refers: restore, allow and local refer to the scope around them.
func binds(f *litmus.Form) bool {
	return f.Op == model.Scope && (f.How == model.Shut || f.How == model.Seal || f.How == model.Without)
}

func refers(f *litmus.Form) bool {
	return f.Op == model.Scope && !binds(f) && f.How != model.Unmask && f.How != model.Relent
}

// leaves says that nothing behind the form, in its block, is ever run.
func leaves(f *litmus.Form) bool {
	return f.Op == model.Raise || f.Op == model.Throw || f.Op == model.Exit
}

// observes says that the form writes to a log.
func observes(f *litmus.Form) bool {
	switch f.Op {
	case model.Log, model.LogValue, model.GetMask, model.Held, model.Alive:
		return true
	}
	return false
}
