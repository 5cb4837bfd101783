// Package reduce says which steps of a program are enough: which need not be tried
// in every order against those of other threads, because no outcome depends on it.
// It makes a [model.Machine] an [explore.Reducer].
//
// There are several kinds of such steps, and each has premises: some on the dialect,
// some on the program, some on the configuration. docs/reductions.md has the proofs.
// What a step looks at and changes is not declared anywhere: the step is tried, and
// what it touched is held against what other threads can still come to do, which is
// read off the program. What is declared is which rules may take part at all; a rule
// of which nobody said so, takes no part.
package reduce
