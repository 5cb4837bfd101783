//go:build race

package linearizability

// raced says that the race detector watches: it makes all this many times slower, and
// the judges share nothing, so that little is tried then.
const raced = true
