// Package at is the layer through which impl touches anything shared: one kind
// of atomic word with a lock bit, and one way to park.
//
// It works in two modes, in one binary. A production Word is a sync/atomic word;
// its fast paths inline to the instruction. A controlled Word belongs to a
// [Control], which is told of every step before it is made and decides who makes
// the next one; so a scheduler can run a program through every interleaving.
//
// The mode costs production nothing where it matters. The poll of a safe point
// looks at the sign of the word only ([Word.Attention]); the stored sign of a
// controlled word is always set, so that polling it always takes the slow path,
// which asks the Control. All other operations test one field beside the word.
package at
