//go:build race

package impl_test

// effort divides what the tests try: switches of coroutines are slow under the race
// detector, which has nothing to find in a controlled run.
const effort = 20
