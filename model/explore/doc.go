// Package explore searches the states of a transition system exhaustively and
// exactly: every reachable state is visited once, none is lost to a hash
// collision, and each can be read back.
//
// It knows parts and agents and nothing else. A [System] splits its state into a
// fixed number of parts, plain comparable values, and says for each agent what
// the agent can do in a state. It reaches the state only through a [View], which
// notes which parts were looked at. So an agent's rule runs once per local
// situation: the search interns the parts, packs their numbers into a key, and
// remembers, for what a rule looked at, what it did, as a number to add to the
// key. From then on a step of the agent is one or two array lookups, and the
// search runs at the speed of its hash table.
//
// The search is breadth first, so every witness ([Report.Paths]) is as short as can
// be. States without a successor are [Report.Finals]; behaviours that never end
// although every agent gets its turn are [Report.Cycles].
//
// Three troubles are kept apart. A bound that was hit — states, memory, a
// cancelled context, a bound of the system's own ([View.Exceeded]) — makes the
// report incomplete, and it says what was covered. A broken invariant is a
// [Violation] with a witness. A system that breaks its contract — that writes
// without a commit, or looks at something behind the View's back — is a bug and
// panics with a message; [CheckFootprint] is the test that hunts for the latter.
package explore
