//go:build faults

package impl

import "sync/atomic"

var active atomic.Uint32

// SetFault switches one fault on, or all off with NoFault.
func SetFault(f Fault) { active.Store(uint32(f)) }

const faulty = true

func fault(f Fault) bool { return active.Load() == uint32(f) }
