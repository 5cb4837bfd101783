//go:build !faults

package impl

// faulty is whether this build has faults: where a function is to be inlined, it is asked
// first.
const faulty = false

func fault(seeded) bool { return false }
