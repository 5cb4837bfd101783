// Package at is the layer through which impl touches anything shared: one kind
// of atomic word with a lock bit, and one way to park.
//
// It works in two modes, in one binary. A production Word is a sync/atomic word;
// its fast paths inline to the instruction. A controlled Word belongs to a
// [Control], which is told of every step before it is made and decides who makes
// the next one; so a scheduler can run a program through every interleaving.
//
// The mode costs production nothing where it matters. The poll of a safe point
// looks at the sign of the word only ([Word.Attention]), and to take the lock is one
// instruction that tells whether it was free; a controlled word is stored with its sign and
// its lock bit always set, so that both take their slow path, which asks the Control. The
// other operations test one field beside the word. All of Word but the slow paths is inlined.
package at
