//go:build race

package explore

// raced says that the race detector watches. It makes all this some ten times slower,
// so a part is tried; all of it is tried without.
const raced = true
