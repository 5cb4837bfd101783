// Package goimpl runs litmus programs on package impl: for real, on goroutines, and
// under the controlled scheduler, through every interleaving.
//
// A program is compiled to closures before its threads start: nothing is interpreted
// while they run, so there is no safe point but those of impl itself. Each statement
// begins with one, and so does the end of each block.
package goimpl
